//! Zelf registreren: its refusals, its ways back, and who is found.

use super::{
    cards::{self, BIRTH_DATE, confirm, pass, pass_in, read_card},
    phone::phone,
    world::{World, add_organisation, caller},
};
use domain::{
    BirthDate,
    organisation::OrganisationStatus,
    registration::Step,
    request::{Decision, RequestStatus},
    uzi::CardType,
};
use pki::test_register::{CardState, UNKNOWN_URA, card_spec};
use portal::services::{
    card::{self, CardKind},
    registration,
};
use protocol::{ProblemCode, card::DesktopNextAnswer};

#[tokio::test]
async fn passes_that_cannot_register_are_refused_with_the_reason() {
    let world = World::new().await;
    let unknown = |mut spec: pki::test_register::CardSpec| {
        spec.ura = UNKNOWN_URA.into();
        spec
    };
    let revoked = pass_in(&world, card_spec(CardType::Z, CardState::Revoked));
    world.publish_crls(&revoked.revoked, 48);
    for (card, code) in [
        (pass_in(&world, unknown(card_spec(CardType::Z, CardState::Valid))), ProblemCode::UraUnknown),
        (pass(&world, CardType::M), ProblemCode::CardType),
        (pass_in(&world, card_spec(CardType::N, CardState::Expired)), ProblemCode::CardExpired),
        (revoked, ProblemCode::CardRevoked),
    ] {
        let browser = world.browser();
        registration::accept_terms(&world.app, &browser).await.unwrap();
        let launch = card::start(&world.app, &caller(), &browser, CardKind::Register).await.unwrap();
        let opened = cards::open(&world, &launch).await.unwrap();
        let refused = cards::respond(&world, &card, &opened, Decision::Accepted).await;
        assert_eq!(refused.err(), Some(code));
        let view = registration::current(&world.app, &browser).await.unwrap();
        let request = view.card_request.unwrap();
        assert_eq!((request.status, request.problem.as_deref()), (RequestStatus::Declined, Some(code.as_str())));
        assert!(view.registration.card.is_none());
    }
    let reasons: Vec<_> = world.events().await.into_iter().filter(|e| e.event.as_str() == "proofing.refused").collect();
    assert_eq!(reasons.len(), 4);
}

#[tokio::test]
async fn without_fresh_revocation_lists_nobody_registers() {
    let world = World::new().await;
    let z = pass(&world, CardType::Z);
    world.trust(&[]);
    assert_eq!(read_card(&world, &world.browser(), &z).await.err(), Some(ProblemCode::CrlMissing));
    world.publish_crls(&[], 1);
    world.pass(3600);
    assert_eq!(read_card(&world, &world.browser(), &z).await.err(), Some(ProblemCode::CrlStale));
}

#[tokio::test]
async fn an_organisation_that_is_not_validated_takes_nobody() {
    let world = World::new().await;
    add_organisation(&world.app, "Praktijk Vroeg", "90055555", OrganisationStatus::Approved).await;
    let mut spec = card_spec(CardType::Z, CardState::Valid);
    spec.ura = "90055555".into();
    let card = pass_in(&world, spec);
    let refused = read_card(&world, &world.browser(), &card).await.err();
    assert_eq!(refused, Some(ProblemCode::OrganisationNotValidated));
}

#[tokio::test]
async fn steps_cannot_be_skipped_and_the_terms_come_first() {
    let world = World::new().await;
    let browser = world.browser();
    let launch = card::start(&world.app, &caller(), &browser, CardKind::Register).await.unwrap_err();
    assert_eq!(launch.code, ProblemCode::TermsFirst);
    registration::accept_terms(&world.app, &browser).await.unwrap();
    assert_eq!(registration::checked(&world.app, &browser).await.unwrap_err().code, ProblemCode::CardFirst);
    let date = registration::birth_date(&world.app, &browser, "31-02-1980").await.unwrap_err();
    assert_eq!(date.code, ProblemCode::BirthDateInvalid);
    let date = registration::birth_date(&world.app, &browser, "01-01-2199").await.unwrap_err();
    assert_eq!(date.code, ProblemCode::BirthDateInvalid);
    let qr = registration::enrolment_qr(&world.app, &caller(), &browser).await.unwrap_err();
    assert_eq!(qr.code, ProblemCode::CardFirst);
}

#[tokio::test]
async fn the_confirmation_must_come_from_the_card_that_was_read() {
    let world = World::new().await;
    let (browser, z, n) = (world.browser(), pass(&world, CardType::Z), pass(&world, CardType::N));
    read_card(&world, &browser, &z).await.unwrap();
    registration::checked(&world.app, &browser).await.unwrap();
    registration::birth_date(&world.app, &browser, BIRTH_DATE).await.unwrap();
    let other = cards::use_card(&world, &browser, &n, CardKind::Confirm).await;
    assert_eq!(other.err(), Some(ProblemCode::CardOther));
    cards::use_card(&world, &browser, &z, CardKind::Confirm).await.unwrap();
    let view = registration::current(&world.app, &browser).await.unwrap();
    assert_eq!(view.registration.step, Step::Scan);
    let twice = registration::birth_date(&world.app, &browser, "01-01-1970").await.unwrap_err();
    assert_eq!(twice.code, ProblemCode::RequestUsed);
}

#[tokio::test]
async fn one_desktop_session_serves_the_wizard() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    let responded = read_card(&world, &browser, &z).await.unwrap();
    let session = responded.desktop_session.expect("a desktop session");
    registration::checked(&world.app, &browser).await.unwrap();
    registration::birth_date(&world.app, &browser, BIRTH_DATE).await.unwrap();
    let launch = card::start(&world.app, &caller(), &browser, CardKind::Confirm).await.unwrap();
    assert!(launch.desktop_holds_card);
    let next = card::next(&world.app, &caller(), &session, false).await.unwrap();
    let DesktopNextAnswer::Request { request } = next else { panic!("{next:?}") };
    let opened = cards::opened(request);
    assert_eq!(opened.id(), launch.id);
    assert!(opened.claims.sentence.as_ref().unwrap().nl.contains("Zoë Anouk"));
    // The page's own launch link was used up by that.
    assert_eq!(cards::open(&world, &launch).await.err(), Some(ProblemCode::LaunchUnknown));
    let done = cards::respond(&world, &z, &opened, Decision::Accepted).await.unwrap();
    assert!(done.return_url.is_none());
    let next = card::next(&world.app, &caller(), &session, false).await.unwrap();
    assert!(matches!(next, DesktopNextAnswer::Ended));
}

#[tokio::test]
async fn a_new_qr_cancels_the_older_and_reload_shows_the_same() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    confirm(&world, &browser, &z, BIRTH_DATE).await.unwrap();
    let first = registration::current(&world.app, &browser).await.unwrap().enrolment.unwrap();
    let reloaded = registration::current(&world.app, &browser).await.unwrap().enrolment.unwrap();
    assert_eq!(first.link, reloaded.link);
    let second = registration::enrolment_qr(&world.app, &caller(), &browser).await.unwrap();
    let mut phone = phone(&world, 2).await;
    let old = phone.inspect(&first.link.reveal()).await.unwrap_err();
    assert_eq!(old.code(), ProblemCode::RequestCancelled);
    let asked = phone.inspect(&second.code).await.unwrap();
    for left in [2, 1] {
        let wrong = phone.activate(&asked, BirthDate::new(1970, 1, 1)).await.unwrap_err();
        let wallet::WalletError::Server(problem) = wrong else { panic!("{wrong}") };
        assert_eq!(problem.extra["triesLeft"].as_u64(), Some(left));
    }
    let dead = phone.activate(&asked, BirthDate::new(1970, 1, 1)).await.unwrap_err();
    assert_eq!(dead.code(), ProblemCode::BirthDateTries);
    let dead = phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap_err();
    assert_eq!(dead.code(), ProblemCode::RequestCancelled);
}

#[tokio::test]
async fn the_same_card_in_another_browser_gives_a_new_qr_without_asking_again() {
    let world = World::new().await;
    let (first, second, z) = (world.browser(), world.browser(), pass(&world, CardType::Z));
    confirm(&world, &first, &z, BIRTH_DATE).await.unwrap();
    let lost = registration::current(&world.app, &first).await.unwrap().enrolment.unwrap();
    read_card(&world, &second, &z).await.unwrap();
    let view = registration::current(&world.app, &second).await.unwrap();
    assert_eq!(view.registration.step, Step::Scan);
    let mut phone = phone(&world, 3).await;
    assert_eq!(phone.inspect(&lost.link.reveal()).await.unwrap_err().code(), ProblemCode::RequestCancelled);
    let asked = phone.inspect(&view.enrolment.unwrap().link.reveal()).await.unwrap();
    phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap();
    let step = registration::current(&world.app, &second).await.unwrap().registration.step;
    assert_eq!(step, Step::Done);
}

#[tokio::test]
async fn a_new_phone_replaces_the_old_one() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    let mut old = None;
    for seed in [4, 5] {
        registration::restart(&world.app, &browser).await.unwrap();
        confirm(&world, &browser, &z, BIRTH_DATE).await.unwrap();
        let qr = registration::current(&world.app, &browser).await.unwrap().enrolment.unwrap();
        let mut phone = phone(&world, seed).await;
        let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
        phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap();
        old.get_or_insert(phone);
    }
    let mut old = old.unwrap();
    let shown = portal::services::login::start(&world.app, &browser).await.unwrap();
    let asked = old.inspect(&shown.link.reveal()).await.unwrap();
    let refused = old.answer(&asked, Decision::Accepted, None).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::IdentityReplaced);
}

/// The same person with a new pass: another UZI number, the same names.
fn new_pass(world: &World, number: &str) -> pki::test_register::TestCard {
    let mut spec = card_spec(CardType::Z, CardState::Valid);
    spec.uzi_number = number.into();
    pass_in(world, spec)
}

#[tokio::test]
async fn a_known_person_is_asked_and_yes_leads_to_a_qr() {
    let world = World::new().await;
    confirm(&world, &world.browser(), &pass(&world, CardType::Z), BIRTH_DATE).await.unwrap();
    let browser = world.browser();
    confirm(&world, &browser, &new_pass(&world, "900077771"), BIRTH_DATE).await.unwrap();
    let view = registration::current(&world.app, &browser).await.unwrap();
    assert_eq!(view.registration.step, Step::KnownPerson);
    assert!(view.enrolment.is_none());
    registration::known_person(&world.app, &caller(), &browser, true).await.unwrap();
    let view = registration::current(&world.app, &browser).await.unwrap();
    assert_eq!((view.registration.step, view.enrolment.is_some()), (Step::Scan, true));
    let again = registration::known_person(&world.app, &caller(), &browser, true).await.unwrap_err();
    assert_eq!(again.code, ProblemCode::RequestUsed);
}

#[tokio::test]
async fn no_stops_and_three_tries_a_day_are_enough() {
    let world = World::new().await;
    confirm(&world, &world.browser(), &pass(&world, CardType::Z), BIRTH_DATE).await.unwrap();
    let other = new_pass(&world, "900077772");
    for _ in 0..3 {
        let browser = world.browser();
        confirm(&world, &browser, &other, BIRTH_DATE).await.unwrap();
        registration::known_person(&world.app, &caller(), &browser, false).await.unwrap();
        let view = registration::current(&world.app, &browser).await.unwrap();
        assert_eq!((view.registration.step, view.enrolment.is_none()), (Step::Stopped, true));
    }
    let fourth = confirm(&world, &world.browser(), &other, BIRTH_DATE).await;
    assert_eq!(fourth.err(), Some(ProblemCode::PersonTries));
    world.pass(24 * 3600);
    world.publish_crls(&[], 48);
    confirm(&world, &world.browser(), &other, BIRTH_DATE).await.unwrap();
}

#[tokio::test]
async fn a_uzi_number_with_another_birth_date_stops() {
    let world = World::new().await;
    let z = pass(&world, CardType::Z);
    let browser = world.browser();
    confirm(&world, &browser, &z, BIRTH_DATE).await.unwrap();
    // With a Mobile ID that works, the whole wizard is asked again.
    let qr = registration::current(&world.app, &browser).await.unwrap().enrolment.unwrap();
    let mut phone = phone(&world, 6).await;
    let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
    phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap();
    let second = world.browser();
    confirm(&world, &second, &z, "01-01-1970").await.unwrap();
    let view = registration::current(&world.app, &second).await.unwrap();
    assert_eq!(view.registration.step, Step::Stopped);
}
