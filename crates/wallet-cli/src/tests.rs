//! The parts of the program that are not the wallet: files, addresses, how failures are told.

use crate::{
    args::Args, device::FileDevice, failure::Failure, files, home::Home, servers::Servers, transport::HttpTransport,
};
use clap::Parser;
use protocol::ProblemCode;
use std::os::unix::fs::PermissionsExt;
use wallet::{
    PinState, WalletError,
    ports::{Device, HttpAnswer, Transport, TransportError},
};

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

#[test]
fn the_command_line_is_the_fixed_one() {
    for line in [
        "w --home d --server http://localhost:1 pin set",
        "w --home d pin unlock --json",
        "w --home d --json activate ABCD --birth-date 01-02-1980",
        "w --home d accept ABCD",
        "w --home d decline ABCD --json",
        "w --home d list",
        "w --home d sessions",
        "w --home d backup f",
        "w --home d restore f",
        "w --home d renew",
    ] {
        assert!(Args::try_parse_from(line.split(' ')).is_ok(), "{line}");
    }
    for line in
        ["w --home d", "w pin set", "w --home d pin", "w --home d accept", "w --home d accept a b", "w --home d x"]
    {
        let error = Args::try_parse_from(line.split(' ')).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

#[test]
fn keys_are_made_once_and_readable_by_the_owner_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::open(&folder.path().join("new/home")).expect("a home");
    let path = home.path("device.json");
    let first = FileDevice::open(&path).expect("keys");
    let again = FileDevice::open(&path).expect("the same keys");
    block_on(async {
        assert_eq!(first.hmac(b"x").await, again.hmac(b"x").await);
        assert_eq!(first.public_key().await, again.public_key().await);
        assert_ne!(first.hmac(b"x").await, first.hmac(b"y").await);
    });
    let mode = |name: &str| std::fs::metadata(home.path(name)).expect("a file").permissions().mode() & 0o777;
    assert_eq!((mode("device.json"), mode("")), (0o600, 0o700));
    std::fs::write(&path, "{}").expect("written");
    assert!(FileDevice::open(&path).is_err(), "damaged keys are not silently replaced");
}

#[test]
fn a_file_is_replaced_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    assert_eq!(files::read(&path).expect("read"), None);
    for text in ["one", "two"] {
        files::replace(&path, text.as_bytes()).expect("written");
        assert_eq!(files::read(&path).expect("read").as_deref(), Some(text.as_bytes()));
    }
    files::remove(&path).expect("removed");
    files::remove(&path).expect("removing nothing is fine");
}

#[test]
fn opened_requests_are_found_by_their_link_only_and_the_link_is_not_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::open(folder.path()).expect("a home");
    let link = "http://localhost:8081/#login/a/secretsecret";
    home.remember_opened(link, Some("jws")).expect("stored");
    assert_eq!(home.opened_request(link).expect("read").as_deref(), Some("jws"));
    assert_eq!(home.opened_request("other").expect("read"), None);
    let stored = std::fs::read_to_string(home.path("opened.json")).expect("a file");
    assert!(!stored.contains("secret"));
    home.remember_opened(link, None).expect("forgotten");
    assert_eq!(home.opened_request(link).expect("read"), None);
}

#[test]
fn exit_codes_and_extra_members() {
    assert_eq!(Failure::from(WalletError::Unreachable("x".into())).exit_code(), 3);
    assert_eq!(Failure::from(WalletError::NotOurs).exit_code(), 1);
    assert_eq!(Failure::usage("x", "y").exit_code(), 2);
    let wrong = Failure::from(WalletError::Pin(PinState::Wrong { tries_left: 2 }));
    assert_eq!((wrong.code.as_str(), wrong.tries_left), (ProblemCode::PinWrong.as_str(), Some(2)));
    let json = serde_json::to_value(&wrong).expect("JSON");
    assert_eq!(json["triesLeft"], 2);
    for member in ["code", "title", "detail", "reference"] {
        assert!(json[member].is_string(), "{member}");
    }
}

#[test]
fn local_failures_get_a_reference_that_finds_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = Failure::from(WalletError::NotOurs).recorded(folder.path());
    assert_eq!(told.reference.len(), 8);
    let log = std::fs::read_to_string(folder.path().join("problems.log")).expect("a log");
    assert!(log.contains(&told.reference));
}

#[test]
fn plain_http_only_to_this_machine() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let transport = HttpTransport::new().expect("a transport");
    for url in ["http://example.org/x", "ftp://localhost/x", "http://localhost.example.org/", "nonsense"] {
        let refused = block_on(transport.get(url)).expect_err(url);
        assert!(refused.0.contains("https") || refused.0.contains("address"), "{url}: {refused}");
    }
}

struct OneAnswer(String);

#[async_trait::async_trait(?Send)]
impl Transport for OneAnswer {
    async fn post(&self, _: &str, _: String) -> Result<HttpAnswer, TransportError> {
        Err(TransportError("not expected".into()))
    }
    async fn get(&self, url: &str) -> Result<HttpAnswer, TransportError> {
        assert!(url.ends_with("/.well-known/zorgid-app.json"), "{url}");
        Ok(HttpAnswer { status: 200, body: self.0.clone().into_bytes() })
    }
}

fn config(origin: &str, root: &str) -> OneAnswer {
    OneAnswer(
        serde_json::json!({ "servers": [{
            "id": "acceptatie", "api_origin": origin, "app_origin": "http://localhost:2",
            "environment": "acceptatie", "root": root, "operator": "Test"
        }]})
        .to_string(),
    )
}

#[test]
fn a_server_may_move_but_not_change_its_root() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::open(folder.path()).expect("a home");
    let mut servers = Servers::load(&home).expect("none yet");
    assert_eq!(servers.config().expect_err("no server").exit_code(), 2);
    block_on(async {
        let at = "http://localhost:1/some/page";
        assert_eq!(
            servers.at(&home, &config("http://localhost:1", "AAAA"), at).await.expect("known").as_str(),
            "acceptatie"
        );
        let mut servers = Servers::load(&home).expect("stored");
        let silent = OneAnswer(String::new());
        servers.at(&home, &silent, "http://localhost:1").await.expect("remembered without asking");
        servers.at(&home, &config("http://localhost:3", "AAAA"), "http://localhost:3").await.expect("moved");
        assert_eq!(servers.config().expect("one").servers[0].api_origin, "http://localhost:3");
        let other = servers.at(&home, &config("http://localhost:4", "BBBB"), "http://localhost:4").await;
        assert_eq!(other.expect_err("another root").code, "request-signature");
        let nothing = servers.at(&home, &silent, "http://localhost:5").await;
        assert_eq!(nothing.expect_err("not a portal").exit_code(), 1);
        assert_eq!(servers.at(&home, &silent, "localhost").await.expect_err("no address").exit_code(), 2);
    });
}
