//! `zorgid ca` from the outside.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

fn zorgid(at: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zorgid"));
    command.current_dir(at);
    command
}

fn serve(at: &Path) -> Child {
    let mut child = zorgid(at)
        .args(["ca", "serve", "--data", "data", "--until-stdin-ends"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ca ready socket=data/ca/ca.sock\n");
    child
}

#[test]
fn a_ca_is_made_once_and_serves_while_its_parent_lives() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let init = |extra: &[&str]| zorgid(at).args(["ca", "init", "--data", "data"]).args(extra).output().unwrap();
    // The address stands in every certificate, so it must be known.
    assert_eq!(init(&[]).status.code(), Some(2));
    let made = init(&["--public-url", "https://portaal.example"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(String::from_utf8_lossy(&made.stdout).contains("root.key.sealed"));
    let root = std::fs::read(at.join("data/ca/root.cer")).unwrap();
    assert_eq!(init(&["--public-url", "https://portaal.example"]).status.code(), Some(1));
    assert_eq!(std::fs::read(at.join("data/ca/root.cer")).unwrap(), root);

    let mut child = serve(at);
    let second = zorgid(at).args(["ca", "serve", "--data", "data"]).output().unwrap();
    assert_eq!(second.status.code(), Some(2), "one process per data folder");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let crl = runtime.block_on(async {
        use pki::ca::Issuer;
        pki::ca::CaClient::new(at.join("data/ca/ca.sock")).crl().await.unwrap()
    });
    std::fs::write(at.join("ca.crl"), crl).unwrap();
    let issuing = std::fs::read(at.join("data/ca/issuing.cer")).unwrap();
    std::fs::write(at.join("data/ca/issuing.pem"), pki::cert::to_pem("CERTIFICATE", &issuing)).unwrap();
    let checked = Command::new("openssl")
        .args(["crl", "-inform", "DER", "-in", "ca.crl", "-noout", "-CAfile", "data/ca/issuing.pem"])
        .current_dir(at)
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&checked.stderr).contains("verify OK"));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    // Killed, its socket stays behind; the next process takes it over.
    let mut child = serve(at);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(at.join("data/ca/ca.sock").exists());
    let mut child = serve(at);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());

    // Another passphrase opens nothing.
    std::fs::write(at.join("data/secrets/ca-passphrase"), "5c".repeat(32)).unwrap();
    let closed = zorgid(at).args(["ca", "serve", "--data", "data"]).output().unwrap();
    assert_eq!(closed.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&closed.stderr).contains("passphrase"));
}
