//! Inloggen met QR, from enrolment to logging out.

use super::{
    cards::{self, BIRTH_DATE, pass},
    forger::Forger,
    phone::phone,
    script::Script,
    world::{World, caller},
};
use domain::{
    BirthDate,
    request::{Decision, RequestStatus},
    uzi::CardType,
};
use portal::{
    browser::Browser,
    services::{login, registration, session},
};
use protocol::{Nonce, ProblemCode, code::Digits4};
use serde_json::json;

#[tokio::test]
async fn a_care_worker_registers_activates_a_phone_and_logs_in() {
    let world = World::new().await;
    let (desk, card) = (world.browser(), pass(&world, CardType::Z));
    cards::confirm(&world, &desk, &card, BIRTH_DATE).await.unwrap();
    let view = registration::current(&world.app, &desk).await.unwrap();
    let qr = view.enrolment.expect("a QR code");

    let mut phone = phone(&world, 1).await;
    let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
    assert_eq!(asked.claims.enrolment.as_ref().unwrap().name, "Zoë Anouk van der Brugge-Çelik");
    let wrong = phone.activate(&asked, BirthDate::new(1980, 2, 28)).await.unwrap_err();
    assert_eq!(wrong.code(), ProblemCode::BirthDateWrong);
    let activated = phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap();
    assert_eq!(activated.organisations.len(), 1);
    assert_eq!(activated.revocation_code.len(), 23);
    let step = registration::current(&world.app, &desk).await.unwrap().registration.step;
    assert_eq!(step, domain::registration::Step::Done);

    let shown = login::start(&world.app, &desk).await.unwrap();
    let asked = phone.inspect(&shown.link.reveal()).await.unwrap();
    assert_eq!(asked.claims.browser.as_ref().unwrap().name, "Firefox op Linux");
    let answered = phone.answer(&asked, Decision::Accepted, None).await.unwrap();
    // The card's return came back in this browser, but without script it has no key: it stays unknown.
    let code = answered.pairing_code.expect("a koppelcode for a new browser");
    assert_eq!(login::status(&world.app, &desk, shown.id).await.unwrap().status, RequestStatus::Pairing);
    login::pair(&world.app, &caller(), &desk, shown.id, &code).await.unwrap();
    let new = login::finish(&world.app, &caller(), &desk, shown.id, None).await.unwrap();
    assert!(!new.session.browser_trusted);

    let inside = Browser { session: Some(new.token.hash()), ..desk.clone() };
    let current = session::current(&world.app, &inside).await.unwrap().expect("logged in");
    assert_eq!(current.person.as_ref().unwrap().name.surname, "Brugge-Çelik");
    // The cookie is worth nothing in another browser.
    let stolen = Browser { session: Some(new.token.hash()), ..world.browser() };
    assert!(session::current(&world.app, &stolen).await.unwrap().is_none());
    session::end(&world.app, &caller(), &current, current.session.id).await.unwrap();
    assert!(session::current(&world.app, &inside).await.unwrap().is_none());
}

#[tokio::test]
async fn a_second_login_on_another_day_needs_no_koppelcode() {
    let world = World::new().await;
    let (browser, mut phone, script) = (world.browser(), Forger::new(&world).await, Script::new(&world));
    for day in 0..3 {
        let answer = log_in(&world, &browser, Some(&script), &mut phone).await;
        assert_eq!(answer, day < 2, "koppelcode on day {day}");
        world.pass(10 * 3600);
        renew_unlock(&world, &mut phone).await;
        world.pass(14 * 3600);
        renew_unlock(&world, &mut phone).await;
    }
}

#[tokio::test]
async fn without_a_script_a_browser_stays_unknown() {
    let world = World::new().await;
    let (browser, mut phone) = (world.browser(), Forger::new(&world).await);
    for _ in 0..3 {
        assert!(log_in(&world, &browser, None, &mut phone).await);
        world.pass(24 * 3600);
        renew_unlock(&world, &mut phone).await;
    }
}

/// True when a koppelcode was asked.
pub async fn log_in(world: &World, browser: &Browser, script: Option<&Script>, phone: &mut Forger) -> bool {
    let shown = login::start(&world.app, browser).await.unwrap();
    if let Some(script) = script {
        script.ask(world, browser, shown.id).await.unwrap();
    }
    let request = phone.open(world, &shown).await;
    let claims = phone.claims(&request, Decision::Accepted);
    let responded: protocol::response::Responded = phone.send(world, &request, &phone.sign(&claims)).await.good();
    if let Some(code) = &responded.pairing_code {
        login::pair(&world.app, &caller(), browser, shown.id, code).await.unwrap();
    }
    let new = match script {
        Some(script) => script.take(world, browser, shown.id).await.unwrap(),
        None => login::finish(&world.app, &caller(), browser, shown.id, None).await.unwrap(),
    };
    // Who needed no koppelcode is trusted; who needed one may have become it just now.
    assert!(responded.pairing_code.is_some() || new.session.browser_trusted);
    responded.pairing_code.is_some()
}

pub async fn renew_unlock(world: &World, phone: &mut Forger) {
    let (id, now) = (phone.unlock, world.app.now());
    let done: Result<(), storage::StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut unlock = tx.unlock(id).await?.unwrap();
                unlock.finished_at = Some(now);
                tx.update_unlock(&unlock).await
            })
        })
        .await;
    done.unwrap();
}

#[tokio::test]
async fn a_qr_code_works_once_and_in_time() {
    let world = World::new().await;
    let (browser, phone) = (world.browser(), Forger::new(&world).await);
    let shown = login::start(&world.app, &browser).await.unwrap();
    phone.open(&world, &shown).await;
    let again = json!({ "nonce": shown.link.nonce.reveal() });
    assert_eq!(world.post("/api/v1/requests/redeem", &again).await.code(), ProblemCode::RequestUsed);

    let late = login::start(&world.app, &browser).await.unwrap();
    world.pass(300);
    let body = json!({ "nonce": late.link.nonce.reveal() });
    assert_eq!(world.post("/api/v1/requests/redeem", &body).await.code(), ProblemCode::RequestExpired);
    assert_eq!(login::status(&world.app, &browser, late.id).await.unwrap().status, RequestStatus::Expired);
    let unknown = json!({ "nonce": Nonce::from_bytes([9; 32]).reveal() });
    assert_eq!(world.post("/api/v1/requests/redeem", &unknown).await.code(), ProblemCode::RequestUnknown);
}

#[tokio::test]
async fn a_typed_code_opens_the_request_and_guessing_is_limited() {
    let world = World::new().await;
    let shown = login::start(&world.app, &world.browser()).await.unwrap();
    let good = world.post("/api/v1/requests/redeem", &json!({ "code": shown.code.to_lowercase() })).await;
    assert!(good.status.is_success(), "{}", good.text());
    for _ in 0..5 {
        let wrong = world.post("/api/v1/requests/redeem", &json!({ "code": "00000000" })).await;
        assert_eq!(wrong.code(), ProblemCode::RequestUnknown);
    }
    let limited = world.post("/api/v1/requests/redeem", &json!({ "code": "00000000" })).await;
    assert_eq!(limited.code(), ProblemCode::TooManyAttempts);
    assert!(limited.headers.contains_key("retry-after"));
    world.pass(61);
    let wrong = world.post("/api/v1/requests/redeem", &json!({ "code": "00000000" })).await;
    assert_eq!(wrong.code(), ProblemCode::RequestUnknown);
}

#[tokio::test]
async fn the_result_goes_only_to_the_browser_that_asked() {
    let world = World::new().await;
    let (browser, other, mut phone) = (world.browser(), world.browser(), Forger::new(&world).await);
    let shown = login::start(&world.app, &browser).await.unwrap();
    let request = phone.open(&world, &shown).await;
    let claims = phone.claims(&request, Decision::Accepted);
    let responded: protocol::response::Responded = phone.send(&world, &request, &phone.sign(&claims)).await.good();
    let code = responded.pairing_code.unwrap();
    let foreign = login::pair(&world.app, &caller(), &other, shown.id, &code).await.unwrap_err();
    assert_eq!(foreign.code, ProblemCode::NotFound);
    assert_eq!(login::status(&world.app, &other, shown.id).await.unwrap_err().code, ProblemCode::NotFound);
    let early = login::finish(&world.app, &caller(), &browser, shown.id, None).await.unwrap_err();
    assert_eq!(early.code, ProblemCode::RequestUsed);
    login::pair(&world.app, &caller(), &browser, shown.id, &code).await.unwrap();
    let foreign = login::finish(&world.app, &caller(), &other, shown.id, None).await.unwrap_err();
    assert_eq!(foreign.code, ProblemCode::OtherBrowser);
    login::finish(&world.app, &caller(), &browser, shown.id, None).await.unwrap();
    let twice = login::finish(&world.app, &caller(), &browser, shown.id, None).await.unwrap_err();
    assert_eq!(twice.code, ProblemCode::RequestUsed);
}

#[tokio::test]
async fn the_koppelcode_has_three_tries_and_two_minutes() {
    let world = World::new().await;
    let (browser, mut phone) = (world.browser(), Forger::new(&world).await);
    let accepted = accepted(&world, &browser, &mut phone).await;
    let (id, code) = &accepted;
    let wrong = Digits4::parse(if code.reveal() == "0000" { "0001" } else { "0000" }).unwrap();
    for left in [2, 1] {
        let error = login::pair(&world.app, &caller(), &browser, *id, &wrong).await.unwrap_err();
        assert_eq!((error.code, error.extra["triesLeft"].as_u64()), (ProblemCode::PairingWrong, Some(left)));
    }
    let error = login::pair(&world.app, &caller(), &browser, *id, &wrong).await.unwrap_err();
    assert_eq!(error.code, ProblemCode::PairingOver);
    let dead = login::pair(&world.app, &caller(), &browser, *id, code).await.unwrap_err();
    assert_eq!(dead.code, ProblemCode::PairingOver);

    let (id, code) = self::accepted(&world, &browser, &mut phone).await;
    world.pass(120);
    let late = login::pair(&world.app, &caller(), &browser, id, &code).await.unwrap_err();
    assert_eq!(late.code, ProblemCode::PairingOver);
}

async fn accepted(world: &World, browser: &Browser, phone: &mut Forger) -> (domain::request::RequestId, Digits4) {
    let shown = login::start(&world.app, browser).await.unwrap();
    let request = phone.open(world, &shown).await;
    let claims = phone.claims(&request, Decision::Accepted);
    let responded: protocol::response::Responded = phone.send(world, &request, &phone.sign(&claims)).await.good();
    (shown.id, responded.pairing_code.unwrap())
}

#[tokio::test]
async fn declining_ends_the_request() {
    let world = World::new().await;
    let (browser, mut phone) = (world.browser(), Forger::new(&world).await);
    let shown = login::start(&world.app, &browser).await.unwrap();
    let request = phone.open(&world, &shown).await;
    let claims = phone.claims(&request, Decision::Declined);
    phone.send(&world, &request, &phone.sign(&claims)).await.good::<serde_json::Value>();
    assert_eq!(login::status(&world.app, &browser, shown.id).await.unwrap().status, RequestStatus::Declined);
    assert!(login::finish(&world.app, &caller(), &browser, shown.id, None).await.is_err());
    let mut second = claims.clone();
    second.decision = Decision::Accepted;
    phone.counter += 1;
    second.phone.as_mut().unwrap().counter = phone.counter;
    phone.remac(&mut second);
    let answer = phone.send(&world, &request, &phone.sign(&second)).await;
    assert_eq!(answer.code(), ProblemCode::RequestUsed);
}

#[tokio::test]
async fn a_session_ends_when_idle_and_a_new_login_ends_the_old_one() {
    let world = World::new().await;
    let (browser, mut phone) = (world.browser(), Forger::new(&world).await);
    let (id, code) = accepted(&world, &browser, &mut phone).await;
    login::pair(&world.app, &caller(), &browser, id, &code).await.unwrap();
    let first = login::finish(&world.app, &caller(), &browser, id, None).await.unwrap();
    let (id, code) = accepted(&world, &browser, &mut phone).await;
    login::pair(&world.app, &caller(), &browser, id, &code).await.unwrap();
    let second = login::finish(&world.app, &caller(), &browser, id, None).await.unwrap();
    let with = |token: &Nonce| Browser { session: Some(token.hash()), ..browser.clone() };
    assert!(session::current(&world.app, &with(&first.token)).await.unwrap().is_none());
    world.pass(14 * 60);
    let current = session::current(&world.app, &with(&second.token)).await.unwrap().unwrap();
    session::touch(&world.app, &current).await.unwrap();
    world.pass(14 * 60);
    assert!(session::current(&world.app, &with(&second.token)).await.unwrap().is_some());
    world.pass(2 * 60);
    assert!(session::current(&world.app, &with(&second.token)).await.unwrap().is_none());
}
