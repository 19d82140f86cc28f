//! The Desktop relay: somebody else's page gets nothing.

use super::{
    cards::{self, open, pass, respond, return_code},
    script::Script,
    world::{World, caller},
};
use domain::{
    registration::Step,
    request::{Decision, RequestStatus},
    uzi::CardType,
};
use portal::services::{
    card::{self, CardKind},
    login, registration, session,
};
use protocol::ProblemCode;

#[tokio::test]
async fn a_card_logs_in_the_browser_that_brings_its_return() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    let launch = card::start(&world.app, &caller(), &browser, CardKind::Login).await.unwrap();
    let opened = open(&world, &launch).await.unwrap();
    assert_eq!(opened.claims.control_code.as_ref().unwrap().reveal(), launch.control_code.reveal());
    let responded = respond(&world, &z, &opened, Decision::Accepted).await.unwrap();
    assert_eq!(login::status(&world.app, &browser, launch.id).await.unwrap().status, RequestStatus::Returning);
    card::bring_return(&world.app, &caller(), &browser, &return_code(&responded)).await.unwrap();
    let new = login::finish(&world.app, &caller(), &browser, launch.id, None).await.unwrap();
    // Nobody registered with this card yet: it may register, and has no person.
    assert_eq!(new.session.person, None);
    let inside = portal::browser::Browser { session: Some(new.token.hash()), ..browser };
    assert!(session::current(&world.app, &inside).await.unwrap().is_some());
}

#[tokio::test]
async fn a_foreign_page_gets_no_session() {
    let world = World::new().await;
    let (attacker, victim, z) = (world.browser(), world.browser(), pass(&world, CardType::Z));
    let launch = card::start(&world.app, &caller(), &attacker, CardKind::Login).await.unwrap();
    let opened = open(&world, &launch).await.unwrap();
    let responded = respond(&world, &z, &opened, Decision::Accepted).await.unwrap();
    // The Desktop App opens the return in the victim's own browser.
    let code = return_code(&responded);
    let foreign = card::bring_return(&world.app, &caller(), &victim, &code).await.unwrap_err();
    assert_eq!(foreign.code, ProblemCode::OtherBrowser);
    // Even with the code in hand the attacker's page gets nothing any more.
    assert!(card::bring_return(&world.app, &caller(), &attacker, &code).await.is_err());
    assert!(login::finish(&world.app, &caller(), &attacker, launch.id, None).await.is_err());
}

#[tokio::test]
async fn a_foreign_wizard_gets_no_qr_code() {
    let world = World::new().await;
    let (attacker, victim, z) = (world.browser(), world.browser(), pass(&world, CardType::Z));
    registration::accept_terms(&world.app, &attacker).await.unwrap();
    let launch = card::start(&world.app, &caller(), &attacker, CardKind::Register).await.unwrap();
    let opened = open(&world, &launch).await.unwrap();
    let responded = respond(&world, &z, &opened, Decision::Accepted).await.unwrap();
    let code = return_code(&responded);
    assert!(card::bring_return(&world.app, &caller(), &victim, &code).await.is_err());
    let view = registration::current(&world.app, &attacker).await.unwrap();
    assert_eq!((view.registration.step, view.registration.card.is_none()), (Step::Card, true));
    let confirm = card::start(&world.app, &caller(), &attacker, CardKind::Confirm).await.unwrap_err();
    assert_eq!(confirm.code, ProblemCode::CardFirst);
}

#[tokio::test]
async fn a_launch_works_once_within_a_minute() {
    let world = World::new().await;
    let browser = world.browser();
    let launch = card::start(&world.app, &caller(), &browser, CardKind::Login).await.unwrap();
    open(&world, &launch).await.unwrap();
    assert_eq!(open(&world, &launch).await.err(), Some(ProblemCode::LaunchUnknown));
    let late = card::start(&world.app, &caller(), &browser, CardKind::Login).await.unwrap();
    world.pass(60);
    assert_eq!(open(&world, &late).await.err(), Some(ProblemCode::LaunchExpired));
    // A phone cannot redeem a launch, nor a Desktop App a QR code.
    let fresh = card::start(&world.app, &caller(), &browser, CardKind::Login).await.unwrap();
    let body = serde_json::json!({ "nonce": fresh.link.token.reveal() });
    assert_eq!(world.post("/api/v1/requests/redeem", &body).await.code(), ProblemCode::RequestUnknown);
    let qr = login::start(&world.app, &browser).await.unwrap();
    let body = serde_json::json!({ "token": qr.link.nonce.reveal() });
    assert_eq!(world.post("/api/v1/launch/redeem", &body).await.code(), ProblemCode::LaunchUnknown);
}

#[tokio::test]
async fn nee_ends_it_and_the_return_lasts_two_minutes() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    let launch = card::start(&world.app, &caller(), &browser, CardKind::Login).await.unwrap();
    let opened = open(&world, &launch).await.unwrap();
    let responded = respond(&world, &z, &opened, Decision::Declined).await.unwrap();
    assert!(responded.return_url.is_none());
    assert_eq!(login::status(&world.app, &browser, launch.id).await.unwrap().status, RequestStatus::Declined);

    let responded = {
        let launch = card::start(&world.app, &caller(), &browser, CardKind::Login).await.unwrap();
        let opened = open(&world, &launch).await.unwrap();
        respond(&world, &z, &opened, Decision::Accepted).await.unwrap()
    };
    world.pass(120);
    let late = card::bring_return(&world.app, &caller(), &browser, &return_code(&responded)).await.unwrap_err();
    assert_eq!(late.code, ProblemCode::RequestExpired);
}

#[tokio::test]
async fn a_registered_card_holder_gets_into_a_trusted_browser() {
    let world = World::new().await;
    let (browser, z, script) = (world.browser(), pass(&world, CardType::Z), Script::new(&world));
    cards::confirm(&world, &browser, &z, cards::BIRTH_DATE).await.unwrap();
    let launch = card::start(&world.app, &caller(), &browser, CardKind::Login).await.unwrap();
    let opened = open(&world, &launch).await.unwrap();
    let responded = respond(&world, &z, &opened, Decision::Accepted).await.unwrap();
    card::bring_return(&world.app, &caller(), &browser, &return_code(&responded)).await.unwrap();
    let new = script.take(&world, &browser, launch.id).await.unwrap();
    assert!(new.session.person.is_some() && new.session.browser_trusted);
}
