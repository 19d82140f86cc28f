//! A throwaway PostgreSQL server for all test processes of a run.
//!
//! The first process starts it; each holds a shared lock while it lives; a small shell loop stops the server when nobody
//! has held that lock for a while. Unix socket only, so no port can be taken.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::{
    fs::{File, Permissions},
    hash::{BuildHasher, RandomState},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// A database of its own; its URL.
pub(super) async fn new_database() -> String {
    let server = match std::env::var("ZORGID_TEST_POSTGRES") {
        Ok(url) => url,
        Err(_) => tokio::task::spawn_blocking(shared_server).await.expect("PostgreSQL starts"),
    };
    let name = format!("zorgid_test_{:016x}", RandomState::new().hash_one(std::process::id()));
    let mut connection = PgConnection::connect(&server).await.expect("the test server of PostgreSQL answers");
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.expect("a new database");
    let mut url = url_parts(&server);
    url.1 = name;
    format!("{}/{}{}", url.0, url.1, url.2)
}

/// Before the database, the database, after it.
fn url_parts(url: &str) -> (String, String, String) {
    let (rest, query) = url.split_once('?').map_or((url, String::new()), |(rest, query)| (rest, format!("?{query}")));
    let host = rest.find("://").map_or(0, |at| at + 3);
    match rest[host..].find('/') {
        Some(slash) => (rest[..host + slash].to_owned(), rest[host + slash + 1..].to_owned(), query),
        None => (rest.to_owned(), String::new(), query),
    }
}

static IN_USE: OnceLock<(File, String)> = OnceLock::new();

fn shared_server() -> String {
    IN_USE.get_or_init(start_or_join).1.clone()
}

fn is_root() -> bool {
    // The owner of our own process' folder.
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").expect("procfs")) == 0
}

fn start_or_join() -> (File, String) {
    let owner = if is_root() { "root" } else { "user" };
    let folder = std::env::temp_dir().join(format!("zorgid-test-postgres-{owner}"));
    std::fs::create_dir_all(&folder).expect("a folder for PostgreSQL");
    std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("a folder that PostgreSQL may enter");
    let open = |name: &str| File::options().create(true).append(true).open(folder.join(name)).expect("a lock file");
    let starting = open("start.lock");
    starting.lock().expect("the lock of those that start");
    let using = open("use.lock");
    using.lock_shared().expect("the lock of those that use");
    let data = folder.join("data");
    let mut status = postgres("pg_ctl");
    status.args(["status", "-D"]).arg(&data).stdout(Stdio::null()).stderr(Stdio::null());
    if !status.status().expect("pg_ctl runs").success() {
        start(&folder, &data);
    }
    drop(starting);
    (using, format!("postgres://zorgid@localhost/postgres?host={}", data.display()))
}

/// A program of PostgreSQL, never as root (which it refuses).
fn postgres(program: &str) -> Command {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .chain(std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|v| v.path().join("bin")))
        .map(|folder| folder.join(program))
        .find(|path| path.is_file());
    let program: PathBuf = found.expect("PostgreSQL is installed (or set ZORGID_TEST_POSTGRES)");
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program).current_dir("/");
    command
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn start(folder: &Path, data: &Path) {
    let _ = std::fs::remove_dir_all(data);
    if is_root() {
        run(Command::new("install").args(["-d", "-o", "postgres", "-g", "postgres"]).arg(data));
    } else {
        std::fs::create_dir(data).expect("a data folder");
    }
    let common = ["-U", "zorgid", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"];
    run(postgres("initdb").arg("-D").arg(data).args(common));
    // Throwaway data needs no fsync; durability is measured and tested elsewhere.
    let settings = format!("-k {} -c listen_addresses= -c fsync=off -c max_connections=500", data.display());
    let log = data.join("server.log");
    // The server must not keep our output open: who waits for its end would wait for ever.
    let started = postgres("pg_ctl")
        .arg("-D")
        .arg(data)
        .args(["-w", "-o", &settings, "-l"])
        .arg(log)
        .arg("start")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(started.expect("pg_ctl runs").success(), "PostgreSQL did not start");
    stop_when_idle(folder, data);
}

/// Every ten seconds: under the start lock, when nobody holds the use lock, stop the server and forget its data.
fn stop_when_idle(folder: &Path, data: &Path) {
    const LOOP: &str = r#"
        while sleep 10; do
            flock -x "$1/start.lock" sh -c '
                flock -n -x "$1/use.lock" true || exit 1
                shift
                "$@" >/dev/null 2>&1
                exit 0
            ' sh "$@" && exit 0
        done"#;
    let mut stop = postgres("pg_ctl");
    stop.args(["-m", "immediate", "-D"]).arg(data).arg("stop");
    let mut watch = Command::new("setsid");
    watch.args(["sh", "-c", LOOP, "sh"]).arg(folder).arg(stop.get_program()).args(stop.get_args());
    watch.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Not waited for: it outlives this process, so that the tests of other processes can use the same server.
    #[allow(clippy::zombie_processes, reason = "it outlives this process")]
    watch.spawn().expect("a shell");
}
