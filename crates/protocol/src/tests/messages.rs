//! JSON messages: the forms that programs of others rely on, and what is refused.

use crate::{
    Problem, ProblemCode,
    b64::B64,
    code::ShortCode,
    enrol::Enrol,
    nonce::Nonce,
    pin::PinStanding,
    request::{BrowserLabel, Redeem, RequestClaims},
    response::{Respond, ResponseClaims},
};
use domain::Timestamp;
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const UUID: &str = "0198d2c0-0000-7000-8000-000000000001";

fn nonce() -> String {
    Nonce::from_bytes([5; 32]).reveal()
}

/// Reads a message and writes it again.
fn there_and_back<T: Serialize + DeserializeOwned>(message: Value) {
    let read: T = serde_json::from_value(message.clone()).expect("readable");
    assert_eq!(serde_json::to_value(&read).expect("writable"), message);
}

#[test]
fn the_forms_of_the_messages() {
    there_and_back::<Redeem>(json!({ "nonce": nonce() }));
    there_and_back::<Redeem>(json!({ "code": "ABCD1234" }));
    there_and_back::<Respond>(json!({ "response": "a.b.c" }));
    there_and_back::<Enrol>(json!({
        "nonce": nonce(), "csr": "MDA", "birth_date": "1980-02-01", "installation": UUID, "unlock": UUID, "mac": "AAAA",
    }));
    there_and_back::<RequestClaims>(json!({
        "iss": "acceptatie", "aud": "mobile-app", "env": "acceptatie", "request_id": UUID, "purpose": "sign",
        "requester": "Portaal", "organisation": { "name": "Praktijk", "ura": "90000001" },
        "sentence": { "nl": "Ik bevestig", "en": "I confirm" }, "browser": { "name": "Firefox op Linux" },
        "age": 1, "expires_in": 299, "iat": 1_767_225_600, "challenge": nonce(),
    }));
    there_and_back::<ResponseClaims>(json!({
        "iss": UUID, "aud": "acceptatie", "env": "acceptatie", "request_id": UUID, "request_digest": "AAAA",
        "purpose": "login", "decision": "accepted", "iat": 1_767_225_600,
        "phone": { "identity": UUID, "installation": UUID, "counter": 3, "unlock": UUID, "mac": "AAAA" },
    }));
    there_and_back::<PinStanding>(json!({ "state": "wrong", "tries_left": 3 }));
    there_and_back::<PinStanding>(json!({ "state": "wait", "until": 1000, "seconds": 60 }));
    there_and_back::<PinStanding>(json!({ "state": "blocked" }));
}

#[test]
fn unknown_members_in_what_strangers_send_are_refused() {
    let refused = |result: Result<(), serde_json::Error>| assert!(result.is_err());
    refused(serde_json::from_value::<Redeem>(json!({ "nonce": nonce(), "x": 1 })).map(drop));
    refused(serde_json::from_value::<Redeem>(json!({ "nonce": "short" })).map(drop));
    refused(serde_json::from_value::<Redeem>(json!({ "code": "not a code!" })).map(drop));
    refused(serde_json::from_value::<Respond>(json!({ "response": "a", "x": 1 })).map(drop));
    refused(serde_json::from_value::<Enrol>(json!({ "csr": "MDA" })).map(drop));
}

proptest! {
    #[test]
    fn bytes_survive_json(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = serde_json::to_string(&B64(bytes.clone())).expect("JSON");
        prop_assert!(!text.contains('='));
        prop_assert_eq!(serde_json::from_str::<B64>(&text).expect("bytes").0, bytes.clone());
        prop_assert_eq!(B64::parse(&B64(bytes.clone()).to_string()).map(|b| b.0), Some(bytes));
    }
    #[test]
    fn any_text_is_bytes_in_one_way_or_none(text in "[A-Za-z0-9_=+/ -]{0,60}") {
        if let Some(bytes) = B64::parse(&text) {
            prop_assert_eq!(bytes.to_string(), text);
        }
    }
    #[test]
    fn any_json_is_a_message_or_an_error(text in "\\PC{0,200}") {
        let _ = serde_json::from_str::<Redeem>(&text);
        let _ = serde_json::from_str::<RequestClaims>(&text);
        let _ = serde_json::from_str::<Problem>(&text);
        prop_assert!(serde_json::from_str::<Enrol>(&text).is_err());
    }
    #[test]
    fn a_short_code_survives_json(bytes in prop::array::uniform8(any::<u8>())) {
        let code = ShortCode::Login(crate::code::LoginCode::from_random(&bytes));
        let text = serde_json::to_string(&code).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<ShortCode>(&text).expect("a code"), code);
    }
}

#[test]
fn a_browser_is_named_in_both_languages() {
    for (dutch, english) in [("Firefox op Windows", "Firefox on Windows"), ("Onbekende browser", "Unknown browser")] {
        assert_eq!(BrowserLabel { name: dutch.into() }.in_english(), english);
    }
}

#[test]
fn problem_codes_are_unique_and_read_back() {
    let texts: BTreeSet<&str> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(texts.len(), ProblemCode::ALL.len());
    for code in ProblemCode::ALL {
        assert!((200..600).contains(&code.status()), "{code}");
        assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code}");
        assert_eq!(serde_json::to_value(code).expect("JSON"), json!(code.as_str()));
        assert_eq!(serde_json::from_value::<ProblemCode>(json!(code.as_str())).expect("a code"), *code);
    }
}

#[test]
fn a_problem_keeps_its_extra_facts() {
    let standing = PinStanding::Wait { until: Timestamp(5), seconds: 60 };
    let problem = json!({
        "type": "https://portal/foutmeldingen#pin-wait", "status": 429, "code": "pin-wait", "title": "t", "detail": "d",
        "reference": "ABCD1234", "pin": standing, "retryAfter": 60,
    });
    let read: Problem = serde_json::from_value(problem.clone()).expect("a problem");
    assert_eq!(read.extra["retryAfter"], 60);
    assert_eq!(serde_json::to_value(&read).expect("JSON"), problem);
}
