//! `zorgid serve` from the outside: what it refuses, and its life from an empty folder to an orderly end.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Output, Stdio},
};

fn zorgid(at: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zorgid"));
    command.current_dir(at).env("RUST_LOG", "warn");
    command
}

/// Runs `serve` where it must refuse: exit code 2 and one clear line.
fn refused(at: &Path, args: &[&str]) -> String {
    let ports = ["--listen", "127.0.0.1:0", "--app-listen", "127.0.0.1:0"];
    let Output { status, stderr, .. } = zorgid(at).arg("serve").args(ports).args(args).output().unwrap();
    let text = String::from_utf8_lossy(&stderr).into_owned();
    assert_eq!(status.code(), Some(2), "{args:?}: {text}");
    text
}

#[test]
fn what_is_not_right_is_refused_with_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let odd = refused(at, &["--no-such-option"]);
    assert!(odd.contains("--no-such-option") && odd.lines().count() == 1, "{odd}");
    let missing = zorgid(at).args(["organisation", "add", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&missing.stdout).unwrap();
    assert_eq!((missing.status.code(), report["code"].as_str()), (Some(2), Some("usage")), "{report}");
    assert!(report["title"].as_str().unwrap().contains("--ura"), "{report}");
    assert!(refused(at, &["--data", "p", "--environment", "productie"]).contains("public_url"));
    std::fs::write(at.join("odd.toml"), "colour = \"blue\"\n").unwrap();
    let odd = refused(at, &["--data", "a", "--config", "odd.toml"]);
    assert!(odd.contains("colour") && odd.lines().count() == 1, "{odd}");
    let variable = zorgid(at).args(["doctor", "--data", "a"]).env("ZORGID_SET_COLOUR", "blue").output().unwrap();
    let odd = String::from_utf8_lossy(&variable.stderr).into_owned();
    assert_eq!(variable.status.code(), Some(2), "{odd}");
    assert!(odd.contains("ZORGID_SET_") && !odd.contains("/dev/null") && odd.lines().count() == 1, "{odd}");
    assert!(refused(at, &["--data", "a", "--environment", "productie"]).contains("acceptatie"));
    std::fs::write(at.join("url.toml"), "public_url = \"http://zorg.example/pad\"\n").unwrap();
    assert!(refused(at, &["--data", "a", "--config", "url.toml"]).contains("public_url"));
    std::fs::write(at.join("proxies.toml"), "trusted_proxies = [\"10.0.0.1/8\"]\n").unwrap();
    assert!(refused(at, &["--data", "a", "--config", "proxies.toml"]).contains("10.0.0.1/8"));
    std::fs::write(at.join("header.toml"), "forwarded_header = \"x-real-ip\"\n").unwrap();
    assert!(refused(at, &["--data", "a", "--config", "header.toml"]).contains("x-real-ip"));
    std::fs::write(at.join("keep.toml"), "[keep]\nregistration_days = 10\n").unwrap();
    assert!(refused(at, &["--data", "a", "--config", "keep.toml"]).contains("registrations"));
    for (name, setting, told) in [
        ("contact.toml", "[operators]\ncontact = \"http://zorg-id.example\"\n", "operators.contact"),
        ("security.toml", "[operators]\nsecurity_contact = \"bel ons\"\n", "operators.security_contact"),
        ("log.toml", "[keep]\nlog_years = 4\n", "the log"),
        ("idle.toml", "[times]\nsession_idle_minutes = 61\n", "300 to 3600 seconds"),
        ("long.toml", "[times]\nsession_hours = 13\n", "the longest session"),
        ("desk.toml", "[times]\ndesk_qr_minutes = 4\n", "a QR code at the desk"),
    ] {
        std::fs::write(at.join(name), setting).unwrap();
        assert!(refused(at, &["--data", "a", "--config", name]).contains(told), "{setting}");
    }
    assert!(refused(at, &["--data", "a", "--test-clock", "none"]).contains("none"));
    let urls = "public_url = \"https://zorg.example\"\napp_url = \"https://app.example\"\n";
    std::fs::write(at.join("nameless.toml"), urls).unwrap();
    let nameless = refused(at, &["--data", "p", "--config", "nameless.toml"]);
    assert!(nameless.contains("the setting operator") && nameless.lines().count() == 1, "{nameless}");
    std::fs::write(at.join("real.toml"), format!("{urls}operator = \"Stichting Voorbeeld\"\n")).unwrap();
    let mail = refused(at, &["--data", "p", "--config", "real.toml"]);
    assert!(mail.contains("mail server") && mail.lines().count() == 1, "{mail}");
    std::fs::write(at.join("mail.toml"), "[mail]\nhost = \"localhost\"\nfrom = \"no address\"\n").unwrap();
    assert!(refused(at, &["--data", "a", "--config", "mail.toml"]).contains("from"));
    std::fs::write(at.join("a/environment"), "acceptatie 99\n").unwrap();
    let newer = refused(at, &["--data", "a"]);
    assert!(newer.contains("newer") && newer.lines().count() == 1, "{newer}");
}

#[test]
fn a_reader_that_stopped_is_no_crash() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let verify =
        zorgid(folder.path()).args(["log", "verify", "--data", "nowhere", "--json"]).stdout(writer).output().unwrap();
    assert_eq!(verify.status.code(), Some(2), "{}", String::from_utf8_lossy(&verify.stderr));
}

fn get(origin: &str, path: &str) -> String {
    let address = origin.strip_prefix("http://localhost:").unwrap();
    let mut stream = TcpStream::connect(format!("127.0.0.1:{address}")).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn from_an_empty_folder_to_an_orderly_end() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let add = ["organisation", "add", "--data", "data", "--name", "Praktijk De Linde", "--ura", "90012345", "--json"];
    let odd = zorgid(at).args(add).args(["--administrator", "12345"]).output().unwrap();
    assert_eq!(odd.status.code(), Some(2), "no UZI number");
    let add = [&add[..], &["--administrator", "900000002"]].concat();
    let organisation = || zorgid(at).args(&add).output().unwrap();
    assert!(organisation().status.success());
    assert_eq!(organisation().status.code(), Some(1), "the URA exists");

    let mut server = zorgid(at)
        .args(["serve", "--data", "data", "--listen", "127.0.0.1:0", "--app-listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let origin = |key: &str| line.split_whitespace().find_map(|word| word.strip_prefix(key)).unwrap().to_owned();
    let (portal, app) = (origin("portal="), origin("app="));
    assert!(get(&portal, "/health/ready").starts_with("HTTP/1.1 200"));
    assert!(get(&portal, "/inloggen").contains("Inloggen"));
    assert!(get(&app, "/.well-known/zorgid-app.json").contains(&portal));

    let id = server.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(server.wait().unwrap().success());
    assert!(!at.join("data/ca/ca.sock").exists(), "the CA process ended too");
    let verified = zorgid(at).args(["log", "verify", "--data", "data", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert!(verified.status.success(), "{report}");
    assert_eq!((report["sealed"].as_u64(), report["unsealed"].as_u64()), (Some(1), Some(0)));
    let doctor = zorgid(at).args(["doctor", "--data", "data", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
    // No UZI-register is configured here, and the doctor says so.
    assert_eq!((doctor.status.code(), report["ok"].as_bool()), (Some(1), Some(false)));
}
