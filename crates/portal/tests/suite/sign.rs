//! Signing a sentence with the phone: a real wallet against the server's routes. No page asks for it yet.

use super::{
    cards::{BIRTH_DATE, confirm, pass},
    phone::phone,
    world::World,
};
use domain::{
    BirthDate,
    person::PersonId,
    request::{Decision, Means, Purpose, Request, RequestId, RequestStatus},
    uzi::CardType,
};
use protocol::{Nonce, ProblemCode, link::QrLink};
use wallet::Wallet;

const DUTCH: &str = "Ik, Zoë van der Brugge-Çelik, blokkeer de toegang van J. Jansen (persoon 1234).";
const ENGLISH: &str = "I, Zoë van der Brugge-Çelik, block the access of J. Jansen (person 1234).";

/// A registered person with an activated phone.
async fn signer(world: &World) -> (Wallet, PersonId) {
    let (desk, card) = (world.browser(), pass(world, CardType::Z));
    confirm(world, &desk, &card, BIRTH_DATE).await.unwrap();
    let qr = portal::services::registration::current(&world.app, &desk).await.unwrap().enrolment.unwrap();
    let mut phone = phone(world, 1).await;
    let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
    phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap();
    let person = load(world, qr.id).await.person.unwrap();
    (phone, person)
}

/// A `sign` request for a person, as a page will make it; gives its id and the link of its QR code.
async fn ask(world: &World, person: PersonId) -> (RequestId, String) {
    let (now, nonce) = (world.app.now(), Nonce::from_bytes(world.app.entropy().array()));
    let id = RequestId::new(now, world.app.entropy());
    let request = Request {
        browser: Some(world.browser().hash),
        browser_label: Some("Firefox op Linux".into()),
        organisation: Some(world.organisation),
        person: Some(person),
        sentence: Some((DUTCH.into(), ENGLISH.into())),
        ..Request::new(id, Purpose::Sign, Means::Phone, nonce.hash(), now, 300)
    };
    let config = &world.app.config;
    let link =
        QrLink { app_origin: config.app_origin.clone(), kind: Purpose::Sign, server: config.server_id.clone(), nonce };
    let stored: Result<(), storage::StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.insert_request(&request).await })).await;
    stored.unwrap();
    (id, link.reveal())
}

async fn load(world: &World, id: RequestId) -> Request {
    let found: Result<_, storage::StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.request(id).await })).await;
    found.unwrap().unwrap()
}

#[tokio::test]
async fn a_sentence_is_shown_and_signed_or_declined() {
    let world = World::new().await;
    let (mut phone, person) = signer(&world).await;
    for (decision, status, event) in [
        (Decision::Accepted, RequestStatus::Accepted, "request.accepted"),
        (Decision::Declined, RequestStatus::Declined, "request.declined"),
    ] {
        let (id, link) = ask(&world, person).await;
        let asked = phone.inspect(&link).await.unwrap();
        let sentence = asked.claims.sentence.as_ref().expect("the sentence");
        assert_eq!((sentence.nl.as_str(), sentence.en.as_str()), (DUTCH, ENGLISH));
        assert_eq!((asked.claims.purpose, asked.claims.request_id), (Purpose::Sign, id));
        assert!(asked.claims.organisation.is_some());
        let answered = phone.answer(&asked, decision, None).await.unwrap();
        assert_eq!((answered.request_id, answered.pairing_code.is_some()), (id, false), "no koppelcode to sign");
        let request = load(&world, id).await;
        assert_eq!((request.status, request.person), (status, Some(person)));
        assert!(request.identity.is_some() && request.decided_at.is_some());
        let last = world.events().await.pop().unwrap();
        assert_eq!((last.event.as_str(), last.request), (event, Some(id)));
        // Answered once.
        let again = phone.answer(&asked, Decision::Accepted, None).await.unwrap_err();
        assert_eq!(again.code(), ProblemCode::RequestUsed);
        assert_eq!(load(&world, id).await.status, status);
        assert_eq!(phone.inspect(&link).await.unwrap_err().code(), ProblemCode::RequestUsed);
    }
}

#[tokio::test]
async fn a_sentence_for_somebody_else_is_not_signed() {
    let world = World::new().await;
    let (mut phone, _) = signer(&world).await;
    let somebody = super::forger::Forger::new(&world).await.identity.person;
    let (id, link) = ask(&world, somebody).await;
    let asked = phone.inspect(&link).await.unwrap();
    for decision in [Decision::Accepted, Decision::Declined] {
        let refused = phone.answer(&asked, decision, None).await.unwrap_err();
        assert_eq!(refused.code(), ProblemCode::ResponseMismatch);
    }
    let request = load(&world, id).await;
    assert_eq!((request.status, request.identity), (RequestStatus::Opened, None));
    let refused = world.events().await.into_iter().filter(|e| e.event.as_str() == "request.refused").count();
    assert_eq!(refused, 2);
}

#[tokio::test]
async fn a_sentence_is_signed_in_time_and_with_a_fresh_pin() {
    let world = World::new().await;
    let (mut phone, person) = signer(&world).await;
    let (late, link) = ask(&world, person).await;
    let asked = phone.inspect(&link).await.unwrap();
    world.pass(300);
    let refused = phone.answer(&asked, Decision::Accepted, None).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::RequestExpired);
    assert_eq!(load(&world, late).await.identity, None);
    world.pass(15 * 60);
    let (id, link) = ask(&world, person).await;
    assert_eq!(phone.inspect(&link).await.unwrap_err().code(), ProblemCode::UnlockRequired);
    phone.unlock(super::phone::PIN).await.unwrap();
    let asked = phone.inspect(&link).await.unwrap();
    phone.answer(&asked, Decision::Accepted, None).await.unwrap();
    assert_eq!(load(&world, id).await.status, RequestStatus::Accepted);
}
