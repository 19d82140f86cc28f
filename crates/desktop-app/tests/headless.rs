//! The whole app without a window, against a portal and a card that do as they are told.
#![allow(clippy::unwrap_used)]

mod support;

use domain::{
    Environment,
    request::{Decision, Purpose},
};
use protocol::{Nonce, card::DesktopNextAnswer, jws, request::Audience};
use serde_json::json;
use std::sync::Arc;
use support::{Headless, Portal, issuer, reader_with_card, reader_with_rsa_card, request, run, sign};

#[tokio::test]
async fn yes_is_signed_sent_and_brought_to_the_browser() {
    let (issuer, reader) = (issuer(), reader_with_rsa_card());
    let portal = Portal::start(&issuer.root, Environment::Acceptatie).await;
    let compact = sign(&issuer, &request(Purpose::Login));
    let url = format!("{}/desktop/return#ABCD1234", portal.origin);
    {
        let mut script = portal.script.lock().unwrap();
        script.launch = Some(compact.clone());
        script.return_url = Some(url.clone());
    }
    let ran = run(&portal.list_url(), &reader, Headless::default()).await;
    assert_eq!(ran.code, 0);
    let expected = json!({
        "code": "4711", "purpose": "login", "organisation": "Praktijk De Linde", "result": "accepted", "returnUrl": url,
    });
    assert_eq!(ran.lines, [expected]);
    assert_eq!(ran.opened, [url]);
    let script = portal.script.lock().unwrap();
    let [claims] = &script.responses[..] else { panic!("one response") };
    assert_eq!(claims.request_digest.0, jws::digest(&compact));
    assert_eq!(claims.decision, Decision::Accepted);
    assert_eq!(claims.iss, reader.lock().unwrap().card.as_ref().unwrap().spec.uzi_number);
    assert!(claims.phone.is_none());
}

#[tokio::test]
async fn no_is_signed_too_and_opens_nothing() {
    let (issuer, reader) = (issuer(), reader_with_card());
    let portal = Portal::start(&issuer.root, Environment::Acceptatie).await;
    portal.script.lock().unwrap().launch = Some(sign(&issuer, &request(Purpose::Login)));
    let ran = run(&portal.list_url(), &reader, Headless { answer: Decision::Declined, ..Headless::default() }).await;
    assert_eq!((ran.code, ran.lines[0]["result"].as_str()), (0, Some("declined")));
    assert!(ran.opened.is_empty());
    assert_eq!(portal.script.lock().unwrap().responses[0].decision, Decision::Declined);
}

#[tokio::test]
async fn requests_that_cannot_be_trusted_never_reach_the_card() {
    let (ours, other) = (issuer(), issuer());
    let good = sign(&ours, &request(Purpose::Login));
    let mut parts: Vec<&str> = good.split('.').collect();
    let changed = sign(&other, &request(Purpose::Sign));
    parts[1] = changed.split('.').nth(1).unwrap();
    let tampered = parts.join(".");
    let mut for_phone = request(Purpose::Login);
    for_phone.aud = Audience::MobileApp;
    let mut elsewhere = request(Purpose::Login);
    elsewhere.env = Environment::Productie;
    let cases = [
        (tampered, "request-signature"),
        (sign(&other, &request(Purpose::Login)), "request-signature"),
        (String::from("nonsense"), "request-signature"),
        (sign(&ours, &for_phone), "other-environment"),
        (sign(&ours, &elsewhere), "other-environment"),
    ];
    for (compact, code) in cases {
        let reader = Arc::default();
        let portal = Portal::start(&ours.root, Environment::Acceptatie).await;
        portal.script.lock().unwrap().launch = Some(compact);
        let ran = run(&portal.list_url(), &reader, Headless::default()).await;
        assert_eq!((ran.code, ran.lines[0]["code"].as_str()), (1, Some(code)));
        assert_eq!(ran.lines[0]["reference"].as_str().unwrap().len(), 8);
        assert!(!reader.lock().unwrap().looked);
    }
}

#[tokio::test]
async fn the_servers_own_words_are_passed_on() {
    let (issuer, reader) = (issuer(), reader_with_card());
    let portal = Portal::start(&issuer.root, Environment::Acceptatie).await;
    let ran = run(&portal.list_url(), &reader, Headless::default()).await;
    assert_eq!(ran.code, 1);
    let expected = json!({
        "code": "launch-expired", "title": "Te laat", "detail": "Kies Verversen.", "reference": "ABCD1234",
    });
    assert_eq!(ran.lines, [expected]);
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let url = format!("http://{address}/.well-known/zorgid-app.json");
    let ran = run(&url, &Arc::default(), Headless::default()).await;
    assert_eq!((ran.code, ran.lines[0]["code"].as_str()), (3, Some("unreachable")));
}

#[tokio::test]
async fn a_productie_server_is_not_taken_from_the_wire() {
    let issuer = issuer();
    let portal = Portal::start(&issuer.root, Environment::Productie).await;
    let ran = run(&portal.list_url(), &Arc::default(), Headless::default()).await;
    assert_eq!((ran.code, ran.lines[0]["code"].as_str()), (2, Some("server-unknown")));
}

#[tokio::test]
async fn a_wrong_pin_is_tried_once_and_an_empty_reader_is_told() {
    let (issuer, reader) = (issuer(), reader_with_card());
    let portal = Portal::start(&issuer.root, Environment::Acceptatie).await;
    portal.script.lock().unwrap().launch = Some(sign(&issuer, &request(Purpose::Login)));
    let ran = run(&portal.list_url(), &reader, Headless { pin: "999999", ..Headless::default() }).await;
    assert_eq!((ran.code, ran.lines[0]["code"].as_str()), (1, Some("card-pin-wrong")));
    assert_eq!(ran.lines[0]["triesLeft"], 2);
    assert_eq!(reader.lock().unwrap().wrong, 1);

    reader.lock().unwrap().card = None;
    portal.script.lock().unwrap().launch = Some(sign(&issuer, &request(Purpose::Login)));
    let ran = run(&portal.list_url(), &reader, Headless::default()).await;
    assert_eq!((ran.code, ran.lines[0]["code"].as_str()), (1, Some("card-missing")));
}

#[tokio::test]
async fn one_session_serves_the_wizard_without_a_second_pin() {
    let (issuer, reader) = (issuer(), reader_with_card());
    let portal = Portal::start(&issuer.root, Environment::Acceptatie).await;
    {
        let mut script = portal.script.lock().unwrap();
        script.launch = Some(sign(&issuer, &request(Purpose::Enrol)));
        script.desktop_session = Some(Nonce::from_bytes([5; 32]));
        script.next = [
            DesktopNextAnswer::Waiting,
            DesktopNextAnswer::Request { request: sign(&issuer, &request(Purpose::Sign)) },
            DesktopNextAnswer::Ended,
        ]
        .into();
    }
    let ran = run(&portal.list_url(), &reader, Headless { session: true, ..Headless::default() }).await;
    assert_eq!(ran.code, 0);
    let purposes: Vec<_> = ran.lines.iter().map(|line| line["purpose"].as_str().unwrap()).collect();
    assert_eq!(purposes, ["enrol", "sign"]);
    assert!(!portal.script.lock().unwrap().ended, "the server ended it itself");
}

#[tokio::test]
async fn answering_once_ends_the_session() {
    let (issuer, reader) = (issuer(), reader_with_card());
    let portal = Portal::start(&issuer.root, Environment::Acceptatie).await;
    {
        let mut script = portal.script.lock().unwrap();
        script.launch = Some(sign(&issuer, &request(Purpose::Enrol)));
        script.desktop_session = Some(Nonce::from_bytes([5; 32]));
    }
    let ran = run(&portal.list_url(), &reader, Headless::default()).await;
    assert_eq!((ran.code, ran.lines.len()), (0, 1));
    assert!(portal.script.lock().unwrap().ended);
}

#[tokio::test]
async fn taking_the_card_out_ends_the_session() {
    let (issuer, reader) = (issuer(), reader_with_card());
    let portal = Portal::start(&issuer.root, Environment::Acceptatie).await;
    {
        let mut script = portal.script.lock().unwrap();
        script.launch = Some(sign(&issuer, &request(Purpose::Enrol)));
        script.desktop_session = Some(Nonce::from_bytes([5; 32]));
    }
    let opened = support::Opened::default();
    let (runner, inbox) = support::runner(&portal.list_url(), &reader, &opened);
    let events = runner.events.clone();
    let out = Arc::clone(&reader);
    let flow = runner
        .run(None, inbox, |flow| {
            use desktop_app::flow::{Event, Step};
            let event = match flow.step {
                Step::Pin { checking: false, .. } => Event::PinGiven(smartcard::Pin::parse(support::PIN)),
                Step::Question => Event::Decided(Decision::Accepted),
                Step::Waiting => {
                    out.lock().unwrap().card = None;
                    return;
                }
                _ => return,
            };
            let _ = events.send(event);
        })
        .await;
    assert!(matches!(flow.step, desktop_app::flow::Step::Done(desktop_app::flow::Outcome::SessionEnded)));
    assert!(portal.script.lock().unwrap().ended);
}
