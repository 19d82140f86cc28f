//! The beheerder's QR code when things happen at the same time, at two nodes on one database; and when a server stops
//! halfway.

use super::{
    beheerder::{Beheerder, count, identities_of, request},
    desk::other,
    phone::phone,
    repeating::{Phone, Unlucky},
    world::{World, caller},
};
use domain::{identity::IdentityStatus, log::Event, request::RequestStatus};
use futures::future::{join, join_all};
use portal::services::desk::{self, ShownOnce};
use protocol::{ProblemCode, enrol::Enrolled};
use std::sync::Arc;
use storage_sql::testing::TestDatabase;

async fn databases() -> [TestDatabase; 2] {
    [TestDatabase::sqlite(), TestDatabase::postgres().await]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_tabs_one_shows_it() {
    for database in databases().await {
        let one = World::on(database).await;
        let two = one.second_node().await;
        let desk = Beheerder::new(&one).await;
        let change = desk.register(&one, "Dijk").await;
        let look = |world: &World| {
            let (app, browser, current) = (world.app.clone(), desk.browser.clone(), desk.current.clone());
            let here = Some(desk.organisation);
            async move { desk::show_once(&app, &browser, &current, here, change).await.unwrap() }
        };
        let shown = join_all([look(&one), look(&two), look(&one), look(&two)]).await;
        assert_eq!(shown.iter().filter(|shown| matches!(shown, ShownOnce::Qr(_))).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_phones_one_gets_it() {
    for database in databases().await {
        let one = World::on(database).await;
        let two = one.second_node().await;
        let desk = Beheerder::new(&one).await;
        let shown = desk.qr(&one, "Dijk").await;
        let (first, second) = (phone(&one, 1).await, phone(&two, 2).await);
        let link = shown.link.reveal();
        let (first, second) = join(first.inspect(&link), second.inspect(&link)).await;
        let refused: Vec<_> = [first, second].into_iter().filter_map(Result::err).map(|e| e.code()).collect();
        assert_eq!(refused, [ProblemCode::RequestUsed]);
        assert_eq!(request(&one, shown.id).await.status, RequestStatus::Opened);
    }
}

/// Right digits, the same again (a double click), Sluiten and the job: whatever comes first, the end fits together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn digits_closing_and_double_clicks_at_once_end_in_one_state() {
    for database in databases().await {
        let one = World::on(database).await;
        let two = one.second_node().await;
        let desk = Beheerder::new(&one).await;
        for (seed, surname) in [(1, "Dijk"), (2, "Berg"), (3, "Beek")] {
            let shown = desk.qr(&one, surname).await;
            let mut wallet = phone(&one, seed).await;
            let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
            let digits = wallet.activate(&asked, None).await.unwrap().pairing_code.unwrap();
            let paired = [&one, &two].map(|world| desk.pair(world, shown.id, &digits));
            let (typo, who) = (other(&digits), caller());
            let wrong = desk.pair(&two, shown.id, &typo);
            let closed = desk::close(&two.app, &who, &desk.browser, &desk.current, shown.id);
            let (_, closed) = join(join(join_all(paired), wrong), closed).await;
            closed.unwrap();
            let over = request(&one, shown.id).await;
            let identity = identities_of(&one, over.person.unwrap()).await.remove(0);
            let end = (over.status, identity.status);
            let works = (RequestStatus::Finished, IdentityStatus::Active);
            assert!(end == works || end == (RequestStatus::Cancelled, IdentityStatus::Revoked), "{end:?}");
            let activated = one
                .events()
                .await
                .into_iter()
                .filter(|entry| entry.event == Event::IdentityActivated && entry.identity == Some(identity.id));
            assert_eq!(activated.count(), usize::from(end == works));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_new_qr_codes_at_once_leave_one_that_works() {
    for database in databases().await {
        let one = World::on(database).await;
        let two = one.second_node().await;
        let desk = Beheerder::new(&one).await;
        let shown = desk.qr(&one, "Dijk").await;
        let person = request(&one, shown.id).await.person.unwrap();
        let made = join(desk.make_new_qr(&one, person), desk.make_new_qr(&two, person)).await;
        // Only the last one is there to be looked at: it made the others useless.
        let looks = [desk.look(&one, made.0.unwrap()).await, desk.look(&two, made.1.unwrap()).await];
        let [new] = looks.iter().flatten().collect::<Vec<_>>()[..] else { panic!("one QR code") };
        assert_eq!(request(&one, new.id).await.status, RequestStatus::Created);
        assert_ne!(request(&one, shown.id).await.status, RequestStatus::Created);
    }
}

#[tokio::test]
async fn a_server_that_stops_halfway_costs_no_new_qr_code() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let phone = Phone::scans(&world, desk.qr(&world, "Dijk").await).await;
    // After the CA's answer, before its own commit.
    let killed = world.node_with(|parts| parts.issuer = Arc::new(Unlucky::new(world.app.issuer.clone()))).await;
    assert_eq!(phone.enrol(&killed, 7).await.code(), ProblemCode::Unavailable);
    let first: Enrolled = phone.enrol(&world, 7).await.good();
    // After the commit: the answer is lost, and asked again. The digits are the same, at any node.
    let again: Enrolled = phone.enrol(&world.second_node().await, 7).await.good();
    assert_eq!(
        (again.identity, &again.chain, &again.organisations),
        (first.identity, &first.chain, &first.organisations)
    );
    let (digits, same) = (first.pairing_code.unwrap(), again.pairing_code.unwrap());
    assert_eq!(digits, same);
    assert_ne!(first.revocation_code, again.revocation_code);
    assert_eq!(phone.enrol(&world, 8).await.code(), ProblemCode::RequestUsed, "another key");
    desk.pair(&world, phone.shown.id, &digits).await.unwrap();
    // And once more: it works, so there is nothing to type.
    let last: Enrolled = phone.enrol(&world, 7).await.good();
    assert_eq!((last.identity, last.pairing_code), (first.identity, None));
    assert_eq!(count(&world, Event::IdentityPending).await, 1);
    assert_eq!(count(&world, Event::IdentityActivated).await, 1);
}
