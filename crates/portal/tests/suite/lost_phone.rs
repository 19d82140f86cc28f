//! *Telefoon kwijt*: the intrekkingscode blocks, and every input gets the same answer.

use super::{
    beheerder::identities_of,
    forger::Forger,
    visitor::Visitor,
    world::{Answer, World},
};
use axum::http::StatusCode;
use domain::{
    identity::IdentityStatus,
    log::{Event, Outcome},
};
use protocol::code::RevocationCode;
use sha2::{Digest, Sha256};
use storage::StoreError;

/// Gives the phone's identity this code.
async fn with_code(world: &World, phone: &Forger) -> RevocationCode {
    let code = RevocationCode::from_random(&world.app.entropy().array());
    let mut identity = phone.identity.clone();
    identity.revocation_code = Sha256::digest(code.reveal()).into();
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_identity(&identity).await })).await;
    stored.unwrap();
    code
}

async fn status(world: &World, phone: &Forger) -> IdentityStatus {
    identities_of(world, phone.identity.person).await[0].status
}

async fn send(visitor: &mut Visitor<'_>, code: &str) -> Answer {
    visitor.post("/telefoon-kwijt", &[("code", code)]).await
}

#[tokio::test]
async fn the_code_blocks_and_every_input_gets_the_same_answer() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let code = with_code(&world, &phone).await;
    let mut visitor = Visitor::new(&world);
    assert!(visitor.get("/telefoon-kwijt").await.text().contains("Intrekkingscode"));
    let wrong = RevocationCode::from_random(&[5; 20]).grouped();
    let mut answers = Vec::new();
    for typed in ["", "niet eens een code <script>", wrong.as_str(), code.grouped().as_str(), code.reveal()] {
        let answer = send(&mut visitor, typed).await;
        answers.push((answer.status, answer.location().to_owned(), answer.body));
    }
    assert_eq!(answers[0].0, StatusCode::SEE_OTHER);
    answers.dedup();
    assert_eq!(answers.len(), 1);
    let location = answers[0].1.clone();
    assert!(visitor.get(&location).await.text().contains("Hoort de code bij een ID"));
    assert_eq!(status(&world, &phone).await, IdentityStatus::Blocked);
    let blocked: Vec<_> = world.events().await.into_iter().filter(|e| e.event == Event::IdentityBlocked).collect();
    assert_eq!(blocked.iter().filter(|entry| entry.outcome == Outcome::Success).count(), 1);
    assert_eq!(blocked.iter().filter(|entry| entry.outcome == Outcome::Refused).count(), 4);
}

#[tokio::test]
async fn guessing_is_limited_whether_or_not_a_code_is_right() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let code = with_code(&world, &phone).await;
    let mut visitor = Visitor::new(&world);
    for _ in 0..5 {
        assert_eq!(send(&mut visitor, "").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(send(&mut visitor, code.reveal()).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(status(&world, &phone).await, IdentityStatus::Active);
    world.pass(60);
    assert_eq!(send(&mut visitor, code.reveal()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(status(&world, &phone).await, IdentityStatus::Blocked);
}

#[tokio::test]
async fn who_was_logged_in_with_the_id_is_logged_out() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let code = with_code(&world, &phone).await;
    let mut owner = Visitor::logged_in(&world, &phone).await;
    assert_eq!(owner.get("/overzicht").await.status, StatusCode::OK);
    send(&mut Visitor::new(&world), code.reveal()).await;
    assert_ne!(owner.get("/overzicht").await.status, StatusCode::OK);
}
