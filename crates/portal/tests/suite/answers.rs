//! Answers that must not count: each claim is wrong once.

use super::{
    forger::Forger,
    world::{Answer, World, caller},
};
use domain::{
    Environment,
    identity::IdentityStatus,
    request::{Decision, Purpose},
};
use portal::{
    browser::Browser,
    services::{login, session},
};
use protocol::{B64, ProblemCode, link::ServerId, response::ResponseClaims};

/// One answer to a new login request, spoiled before it is signed.
async fn spoiled(world: &World, phone: &mut Forger, spoil: impl FnOnce(&mut ResponseClaims)) -> Answer {
    let shown = login::start(&world.app, &world.browser()).await.unwrap();
    let request = phone.open(world, &shown).await;
    let mut claims = phone.claims(&request, Decision::Accepted);
    spoil(&mut claims);
    phone.remac(&mut claims);
    phone.send(world, &request, &phone.sign(&claims)).await
}

#[tokio::test]
async fn every_binding_counts() {
    let world = World::new().await;
    let mut phone = Forger::new(&world).await;
    let mismatch = ProblemCode::ResponseMismatch;
    let other = ServerId::parse("productie").unwrap();
    assert_eq!(spoiled(&world, &mut phone, |c| c.aud = other).await.code(), mismatch);
    assert_eq!(spoiled(&world, &mut phone, |c| c.env = Environment::Productie).await.code(), mismatch);
    assert_eq!(spoiled(&world, &mut phone, |c| c.purpose = Purpose::Sign).await.code(), mismatch);
    assert_eq!(spoiled(&world, &mut phone, |c| c.request_digest = B64(vec![1; 32])).await.code(), mismatch);
    assert_eq!(spoiled(&world, &mut phone, |c| c.phone = None).await.code(), mismatch);
    assert_eq!(spoiled(&world, &mut phone, |c| c.iss = "somebody".into()).await.code(), mismatch);
    assert!(spoiled(&world, &mut phone, |_| ()).await.status.is_success());
    let refused = world.events().await.into_iter().filter(|e| e.event.as_str() == "request.refused").count();
    assert_eq!(refused, 6, "every refusal is in the log");
}

#[tokio::test]
async fn an_answer_for_one_request_serves_no_other() {
    let world = World::new().await;
    let mut phone = Forger::new(&world).await;
    let first = login::start(&world.app, &world.browser()).await.unwrap();
    let second = login::start(&world.app, &world.browser()).await.unwrap();
    let (first, second) = (phone.open(&world, &first).await, phone.open(&world, &second).await);
    let claims = phone.claims(&first, Decision::Accepted);
    let response = phone.sign(&claims);
    assert_eq!(phone.send(&world, &second, &response).await.code(), ProblemCode::ResponseMismatch);
}

#[tokio::test]
async fn a_counter_never_comes_twice() {
    let world = World::new().await;
    let mut phone = Forger::new(&world).await;
    assert!(spoiled(&world, &mut phone, |_| ()).await.status.is_success());
    let replay = spoiled(&world, &mut phone, |c| c.phone.as_mut().unwrap().counter = 1).await;
    assert_eq!(replay.code(), ProblemCode::IdentityCopied);
}

#[tokio::test]
async fn signature_and_mac_are_checked() {
    let world = World::new().await;
    let mut phone = Forger::new(&world).await;
    let shown = login::start(&world.app, &world.browser()).await.unwrap();
    let request = phone.open(&world, &shown).await;
    let mut claims = phone.claims(&request, Decision::Accepted);
    let good = phone.sign(&claims);
    let mut parts: Vec<&str> = good.split('.').collect();
    let forged = B64(vec![7; 64]).to_string();
    parts[2] = &forged;
    assert_eq!(phone.send(&world, &request, &parts.join(".")).await.code(), ProblemCode::ResponseSignature);
    claims.phone.as_mut().unwrap().mac = B64(vec![0; 32]);
    let no_mac = phone.sign(&claims);
    assert_eq!(phone.send(&world, &request, &no_mac).await.code(), ProblemCode::ResponseSignature);
    assert!(phone.send(&world, &request, &good).await.status.is_success(), "the request was still open");
}

#[tokio::test]
async fn an_unlock_is_fresh_for_fifteen_minutes() {
    let world = World::new().await;
    let mut phone = Forger::new(&world).await;
    world.pass(15 * 60 - 1);
    assert!(spoiled(&world, &mut phone, |_| ()).await.status.is_success());
    world.pass(1);
    assert_eq!(spoiled(&world, &mut phone, |_| ()).await.code(), ProblemCode::UnlockRequired);
}

#[tokio::test]
async fn only_an_active_identity_answers() {
    let world = World::new().await;
    for (status, code) in [
        (IdentityStatus::Blocked, ProblemCode::IdentityBlocked),
        (IdentityStatus::Revoked, ProblemCode::IdentityRevoked),
        (IdentityStatus::Replaced, ProblemCode::IdentityReplaced),
        (IdentityStatus::Expired, ProblemCode::IdentityExpired),
    ] {
        let mut phone = Forger::new(&world).await;
        phone.change(&world, move |identity| identity.status = status).await;
        assert_eq!(spoiled(&world, &mut phone, |_| ()).await.code(), code);
    }
    let mut stranger = Forger::new(&world).await;
    stranger.identity.certificate.push(0);
    assert_eq!(spoiled(&world, &mut stranger, |_| ()).await.code(), ProblemCode::IdentityUnknown);
}

#[tokio::test]
async fn blocking_an_identity_ends_its_sessions_and_accepted_requests() {
    let world = World::new().await;
    let (browser, mut phone) = (world.browser(), Forger::new(&world).await);
    let mut sessions = Vec::new();
    for blocked in [false, true] {
        let shown = login::start(&world.app, &browser).await.unwrap();
        let request = phone.open(&world, &shown).await;
        let claims = phone.claims(&request, Decision::Accepted);
        let responded: protocol::response::Responded = phone.send(&world, &request, &phone.sign(&claims)).await.good();
        login::pair(&world.app, &caller(), &browser, shown.id, &responded.pairing_code.unwrap()).await.unwrap();
        if blocked {
            phone.change(&world, |identity| identity.status = IdentityStatus::Blocked).await;
            let finish = login::finish(&world.app, &caller(), &browser, shown.id, None).await;
            assert_eq!(finish.unwrap_err().code, ProblemCode::IdentityBlocked);
        } else {
            sessions.push(login::finish(&world.app, &caller(), &browser, shown.id, None).await.unwrap());
        }
    }
    let inside = Browser { session: Some(sessions[0].token.hash()), ..browser };
    assert!(session::current(&world.app, &inside).await.unwrap().is_none());
}
