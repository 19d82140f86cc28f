//! The reader: a smartcard service (`pcscd`) of our own with the virtual reader of `vsmartcard-vpcd` and nothing else.
//! It listens on a socket in our folder, beside any service of the computer, whose readers it leaves alone.

use std::{
    fs::{self, File, Permissions},
    io::Read,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::{
        fd::OwnedFd,
        unix::{
            fs::{MetadataExt, PermissionsExt},
            net::UnixListener,
            process::CommandExt,
        },
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const SERVICES: [&str; 3] = ["/usr/sbin/pcscd", "/usr/bin/pcscd", "/sbin/pcscd"];
const DRIVERS: [&str; 4] = [
    "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
    "/usr/lib64/pcsc/drivers/serial/libifdvpcd.so",
    "/usr/lib/x86_64-linux-gnu/pcsc/drivers/serial/libifdvpcd.so",
    "/usr/local/lib/pcsc/drivers/serial/libifdvpcd.so",
];
/// The service insists on this folder, though it uses nothing in it when it is given its socket.
const INSISTED: &str = "/run/pcscd";
const NOBODY: u32 = 65534;
const PATIENCE: Duration = Duration::from_secs(20);

/// The running service; dropping it ends it.
pub struct Reader {
    service: Child,
    port: u16,
    log: PathBuf,
}

impl Reader {
    /// Starts the service; programs reach it through `PCSCLITE_CSOCK_NAME=<folder>/pcscd.comm`.
    pub fn start(folder: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        let service = first(&SERVICES).ok_or("pcscd is not installed")?;
        let driver = first(&DRIVERS).ok_or("vsmartcard-vpcd is not installed")?;
        fs::create_dir_all(INSISTED)
            .map_err(|_| format!("pcscd wants {INSISTED}: make it once (sudo mkdir {INSISTED})"))?;
        let (configuration, socket, log) =
            (folder.join("reader.conf"), folder.join("pcscd.comm"), folder.join("pcscd.log"));
        let port = two_free_ports().map_err(|error| format!("no free port: {error}"))?;
        let text =
            format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{port}\nLIBPATH {driver}\nCHANNELID {port}\n");
        fs::write(&configuration, text).map_err(failed)?;
        let listener = UnixListener::bind(&socket).map_err(failed)?;
        let output = File::create(&log).map_err(failed)?;
        let errors = output.try_clone().map_err(failed)?;
        // It takes its socket the way systemd hands it over (LISTEN_FDS) and ends with us. Real readers, whose names have
        // some letter that "Virtual PCD" has not, stay with the computer's own service.
        let script = format!(
            "exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$ PCSCLITE_FILTER_IGNORE_READER_NAMES=e:o:s:n:m:k:S; \
             exec setpriv --pdeathsig KILL {service} --foreground --error --config \"$0\" {}",
            if has_polkit_switch(service) { "--disable-polkit" } else { "" }
        );
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg(&configuration).stdin(Stdio::from(OwnedFd::from(listener)));
        command.stdout(output).stderr(errors);
        if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            // Without root's rights it cannot overwrite what belongs to the computer's own service.
            fs::set_permissions(folder, Permissions::from_mode(0o755)).map_err(failed)?;
            command.uid(NOBODY).gid(NOBODY);
        }
        let service = command.spawn().map_err(|error| format!("cannot start pcscd: {error}"))?;
        Ok(Self { service, port, log })
    }

    /// Puts a card in: the connection to the reader. Waits until the service is there, on the first use.
    pub fn connect(&mut self) -> Result<TcpStream, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) {
                Ok(stream) => return Ok(stream),
                Err(error) if Instant::now() > deadline => return Err(format!("the reader: {error}\n{}", self.said())),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
            if let Ok(Some(status)) = self.service.try_wait() {
                return Err(format!("pcscd ended ({status})\n{}", self.said()));
            }
        }
    }

    fn said(&self) -> String {
        let mut text = String::new();
        let _ = File::open(&self.log).and_then(|mut file| file.read_to_string(&mut text));
        text
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}

fn first(paths: &[&'static str]) -> Option<&'static str> {
    paths.iter().copied().find(|path| Path::new(path).exists())
}

/// The virtual reader has two slots, at neighbouring ports.
fn two_free_ports() -> std::io::Result<u16> {
    loop {
        let one = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        let port = one.local_addr()?.port();
        if port < u16::MAX && TcpListener::bind((Ipv4Addr::UNSPECIFIED, port + 1)).is_ok() {
            return Ok(port);
        }
    }
}

/// Newer services ask polkit, which is not there in a container; then they must be told not to.
fn has_polkit_switch(service: &str) -> bool {
    let help = Command::new(service).arg("--help").output();
    help.is_ok_and(|said| [said.stdout, said.stderr].concat().windows(16).any(|part| part == b"--disable-polkit"))
}
