//! The built program: exit codes, one JSON object, nothing left behind that should not be.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use serde_json::Value;
use std::{
    io::Write,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

struct Ran {
    code: Option<i32>,
    json: Value,
    errors: String,
}

fn run(home: &Path, arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zorgid-wallet"))
        .arg("--home")
        .arg(home)
        .arg("--json")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().expect("an input").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the program ends");
    Ran {
        code: output.status.code(),
        json: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

fn has_all_members(problem: &Value) -> bool {
    ["code", "title", "detail", "reference"].iter().all(|m| problem[m].as_str().is_some_and(|text| !text.is_empty()))
}

#[test]
fn a_server_that_is_not_there_is_exit_code_3() {
    let home = tempfile::tempdir().expect("a folder");
    let ran = run(home.path(), &["--server", &nobody(), "pin", "set"], "135790\n");
    assert_eq!((ran.code, ran.json["code"].as_str()), (Some(3), Some("unreachable")), "{}", ran.errors);
    assert!(has_all_members(&ran.json), "{}", ran.json);
}

#[test]
fn without_a_server_it_is_a_matter_of_usage() {
    let home = tempfile::tempdir().expect("a folder");
    for arguments in [&["list"][..], &["pin", "unlock"], &["--server", "not an address", "list"]] {
        let ran = run(home.path(), arguments, "135790\n");
        assert_eq!(ran.code, Some(2), "{arguments:?} {}", ran.errors);
        assert!(has_all_members(&ran.json), "{}", ran.json);
    }
    assert_eq!(run(home.path(), &["nonsense"], "").code, Some(2));
}

#[test]
fn what_does_not_exist_yet_says_so() {
    let home = tempfile::tempdir().expect("a folder");
    for arguments in [&["sessions"][..], &["renew"], &["backup", "file"], &["restore", "file"]] {
        let ran = run(home.path(), arguments, "");
        assert_eq!((ran.code, ran.json["code"].as_str()), (Some(1), Some("not-available")), "{arguments:?}");
    }
    assert!(!home.path().join("file").exists());
}

#[test]
fn a_home_that_cannot_be_made_is_told() {
    let ran = run(Path::new("/dev/null/home"), &["list"], "");
    assert_eq!((ran.code, ran.json["code"].as_str()), (Some(1), Some("internal")), "{}", ran.errors);
}
