//! `zorgid operator` from the outside: the first operator, and the way back in.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use domain::{
    Environment,
    operator::{Office, Operator},
};
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Output},
    sync::Arc,
};
use storage::{Store, StoreError};
use storage_sql::{
    Options,
    testing::{TestClock, TestEntropy},
};

fn operator(at: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zorgid"));
    command.current_dir(at).env("RUST_LOG", "warn").arg("operator").args(args).output().unwrap()
}

fn json(output: &Output) -> (Option<i32>, Value) {
    let told = serde_json::from_slice(&output.stdout);
    (output.status.code(), told.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))))
}

const ANNA: [&str; 8] =
    ["--given", "Anna", "--surname", "Dijk", "--birth-date", "17-05-1990", "--birthplace", "Utrecht"];

fn invite(at: &Path, more: &[&str]) -> Output {
    operator(at, &[&["invite"], &ANNA[..], more].concat())
}

#[test]
fn the_first_operator_gets_a_qr_code_on_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let shown = invite(at, &["--email", "anna@example.org"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    assert!(text.contains("Anna Dijk (") && text.contains('█') && !text.contains('\x1b'), "{text}");
    assert!(text.contains("http://localhost:8081/#enrol/acceptatie/"), "{text}");
    // Nobody scanned it: the same person gets another one, not a second person.
    let (code, again) = json(&invite(at, &["--json", "--app-url", "https://app.example/"]));
    assert_eq!(code, Some(0), "{again}");
    assert!(again["link"].as_str().unwrap().starts_with("https://app.example/#enrol/acceptatie/"), "{again}");
    assert_eq!(again["code"].as_str().unwrap().len(), 19, "{again}");
    let (_, listed) = json(&operator(at, &["list", "--json"]));
    let rows = listed["operators"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{listed}");
    assert_eq!((&rows[0]["number"], &rows[0]["state"]), (&again["number"], &Value::from("invited")));
    assert_eq!(rows[0]["office"], "operator");
}

#[test]
fn the_last_operator_is_ended_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (_, invited) = json(&invite(at, &["--json"]));
    let number = invited["number"].as_str().unwrap();
    let (code, refused) = json(&operator(at, &["end", number, "--json"]));
    assert_eq!((code, &refused["code"]), (Some(1), &Value::from("last-operator")));
    let (code, unknown) = json(&operator(at, &["end", "999999999", "--json", "--force"]));
    assert_eq!((code, &unknown["code"]), (Some(1), &Value::from("not-an-operator")));
    let (code, ended) = json(&operator(at, &["end", number, "--json", "--force"]));
    assert_eq!((code, &ended["state"]), (Some(0), &Value::from("ended")));
    let (code, _) = json(&operator(at, &["end", number, "--json", "--force"]));
    assert_eq!(code, Some(1), "ended already");
}

/// Who was operator is auditor of the environment, as operators do it in the portal.
async fn make_auditor(at: &Path) {
    let options = Options {
        url: format!("sqlite:{}", at.join("data/zorgid.sqlite").display()),
        environment: Environment::Acceptatie,
        entropy: Arc::new(TestEntropy::seeded(1)),
        clock: Arc::new(TestClock::default()),
        node_key: [1; 32],
    };
    let store: Arc<dyn Store> = Arc::new(storage_sql::open(options).await.unwrap());
    let made: Result<(), StoreError> = store
        .write(|tx| {
            Box::pin(async move {
                let mut operator = tx.operators().await?.remove(0);
                operator.ended_at = Some(operator.since.plus_seconds(1));
                tx.save_operator(&operator).await?;
                let since = operator.since.plus_seconds(1);
                tx.save_operator(&Operator { office: Office::Auditor, since, ended_at: None, ..operator }).await
            })
        })
        .await;
    made.unwrap();
}

#[tokio::test]
async fn an_auditor_is_listed_and_ended_and_counts_for_no_operator() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (_, invited) = json(&invite(at, &["--json"]));
    make_auditor(at).await;
    let (_, listed) = json(&operator(at, &["list", "--json"]));
    let told = |row: &Value| [row["office"].clone(), row["state"].clone(), row["number"].clone()];
    let rows: Vec<_> = listed["operators"].as_array().unwrap().iter().map(told).collect();
    let expected = |office, state| [Value::from(office), Value::from(state), invited["number"].clone()];
    assert_eq!(rows, [expected("operator", "ended"), expected("auditor", "invited")]);
    // Nobody is both; and this one is not the operator who is missing.
    let (code, refused) = json(&invite(at, &["--json"]));
    assert_eq!((code, &refused["code"]), (Some(1), &Value::from("is-auditor")));
    let (code, ended) = json(&operator(at, &["end", invited["number"].as_str().unwrap(), "--json"]));
    assert_eq!((code, &ended["office"], &ended["state"]), (Some(0), &Value::from("auditor"), &Value::from("ended")));
}

#[test]
fn what_is_not_right_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let wrong = ["invite", "--json", "--surname", "Dijk", "--birthplace", "Utrecht", "--birth-date", "31-02-1990"];
    let (code, told) = json(&operator(at, &wrong));
    assert_eq!((code, &told["code"]), (Some(2), &Value::from("usage")));
    assert_eq!(json(&invite(at, &["--json", "--email", "geen adres"])).0, Some(2));
    assert_eq!(json(&operator(at, &["list", "--json", "--data", "nowhere"])).0, Some(2));
}
