//! The virtual card of `e2e/virtual-card`, in a reader and a smartcard service of the test's own.

use pcsc::{Context, ReaderState, Scope, State};
use std::{
    ffi::CString,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

/// How long the service may take to notice a card that comes or goes (it looks about twice a second).
const PATIENCE: Duration = Duration::from_secs(30);
const FOLDER: &str = "ZORGID_TEST_CARD_FOLDER";

/// Runs the ignored test `name` of this program as a child: PC/SC finds its service by an environment variable, which a
/// program cannot set for itself.
pub fn in_child(name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env("PCSCLITE_CSOCK_NAME", folder.path().join("pcscd.comm"))
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// The folder that [`in_child`] made.
pub fn folder() -> PathBuf {
    std::env::var_os(FOLDER).map(PathBuf::from).expect("run the test without `child_` in its name")
}

/// The program with the card. Dropping it ends card, reader and service.
pub struct VirtualCard {
    program: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl VirtualCard {
    /// With this PKCS#12 file on it, in the reader.
    pub fn start(pass: &Path) -> Self {
        // `./dev test` builds it there, beside what the main workspace builds.
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../virtual-card/debug/virtual-card");
        assert!(path.exists(), "{} is missing: run ./dev test unit", path.display());
        let mut program =
            Command::new(path).arg(folder()).arg(pass).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let orders = program.stdin.take().unwrap();
        let answers = BufReader::new(program.stdout.take().unwrap());
        let mut card = Self { program, orders, answers };
        assert_eq!(card.answer(), "ready");
        // The card has power; now the service must have told everybody.
        wait_until(|state| state.contains(State::PRESENT));
        card
    }

    /// Gives an order and waits for the answer.
    pub fn tell(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        self.answer()
    }

    /// Pulls the card out and waits until the service says so.
    pub fn remove(&mut self) {
        assert_eq!(self.tell("remove"), "removed");
        wait_until(|state| state.contains(State::EMPTY));
    }

    /// Puts it in again and waits until the service says so.
    pub fn insert(&mut self) {
        assert_eq!(self.tell("insert"), "inserted");
        wait_until(|state| state.contains(State::PRESENT));
    }

    /// PIN tries left, by the card's own last answer.
    pub fn tries(&mut self) -> u8 {
        self.tell("tries").strip_prefix("tries ").unwrap().parse().unwrap()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the virtual card ended: {:?}", self.program.wait());
        line.trim().to_owned()
    }
}

impl Drop for VirtualCard {
    fn drop(&mut self) {
        let _ = writeln!(self.orders, "quit");
        let _ = self.program.wait();
    }
}

/// The name of the reader with the card.
pub fn reader() -> String {
    let readers = Context::establish(Scope::User).unwrap().list_readers_owned().unwrap();
    readers[0].to_str().unwrap().to_owned()
}

/// Waits, by `SCardGetStatusChange`, until the reader is in this state.
pub fn wait_until(reached: impl Fn(State) -> bool) {
    let context = Context::establish(Scope::User).unwrap();
    let mut states = [ReaderState::new(CString::new(reader()).unwrap(), State::UNAWARE)];
    let deadline = Instant::now() + PATIENCE;
    loop {
        context.get_status_change(deadline.saturating_duration_since(Instant::now()), &mut states).unwrap();
        states[0].sync_current_state();
        if reached(states[0].event_state()) {
            return;
        }
    }
}
