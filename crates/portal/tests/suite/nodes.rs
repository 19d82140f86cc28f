//! Two nodes on one PostgreSQL behave as one; live pages; the log's public face; what is forgotten.

use super::{
    cards::{self, BIRTH_DATE, pass},
    forger::Forger,
    world::{World, caller},
};
use domain::{
    merkle::Hash,
    request::{Decision, RequestStatus},
    uzi::CardType,
};
use futures::StreamExt;
use portal::services::{
    card::{self, CardKind},
    live, login, registration,
};
use protocol::{card::DesktopNextAnswer, response::Responded};
use storage::{Sealer, checkpoint::Checkpoint};
use storage_sql::testing::TestDatabase;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_of_a_login_may_reach_another_node() {
    let one = World::on(TestDatabase::postgres().await).await;
    let two = one.second_node().await;
    let (browser, mut phone) = (one.browser(), Forger::new(&one).await);
    let shown = login::start(&one.app, &browser).await.unwrap();
    let mut page = Box::pin(live::watch(&one.app, &browser, shown.id).await.unwrap());
    assert_eq!(page.next().await.unwrap().status, RequestStatus::Created);
    let request = phone.open(&two, &shown).await;
    assert_eq!(page.next().await.unwrap().status, RequestStatus::Opened);
    let claims = phone.claims(&request, Decision::Accepted);
    let responded: Responded = phone.send(&one, &request, &phone.sign(&claims)).await.good();
    assert_eq!(page.next().await.unwrap().status, RequestStatus::Pairing);
    login::pair(&two.app, &caller(), &browser, shown.id, &responded.pairing_code.unwrap()).await.unwrap();
    assert_eq!(page.next().await.unwrap().status, RequestStatus::Accepted);
    assert!(page.next().await.is_none(), "the page has nothing more to wait for");
    login::finish(&one.app, &caller(), &browser, shown.id, None).await.unwrap();
    assert!(login::finish(&two.app, &caller(), &browser, shown.id, None).await.is_err());
    let replay = phone.send(&two, &request, &phone.sign(&claims)).await;
    assert!(!replay.status.is_success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wizard_and_its_desktop_session_may_be_on_different_nodes() {
    let one = World::on(TestDatabase::postgres().await).await;
    let two = one.second_node().await;
    let (browser, z) = (one.browser(), pass(&one, CardType::Z));
    let session = cards::read_card(&one, &browser, &z).await.unwrap().desktop_session.unwrap();
    registration::checked(&two.app, &browser).await.unwrap();
    registration::birth_date(&one.app, &browser, BIRTH_DATE).await.unwrap();
    // The Desktop App waits at one node; the page asks at the other.
    let (app, token) = (one.app.clone(), session.clone());
    let waiting = tokio::spawn(async move { card::next(&app, &caller(), &token, false).await.unwrap() });
    card::start(&two.app, &caller(), &browser, CardKind::Confirm).await.unwrap();
    let DesktopNextAnswer::Request { request } = waiting.await.unwrap() else { panic!("no request") };
    cards::respond(&two, &z, &cards::opened(request), Decision::Accepted).await.unwrap();
    let view = registration::current(&one.app, &browser).await.unwrap();
    assert!(view.enrolment.is_some());
}

struct Unsigned;
impl Sealer for Unsigned {
    fn sign_checkpoint(&self, size: u64, root: &Hash) -> Result<String, String> {
        Checkpoint { origin: "test".into(), size, root: *root }.note("test", b"key", |_| Ok::<_, String>(vec![1]))
    }
}

#[tokio::test]
async fn the_log_proves_that_it_only_grew() {
    let world = World::new().await;
    assert_eq!(world.get("/log/checkpoint").await.status, 404);
    portal::tasks::seal(&world.app, &Unsigned).await;
    cards::confirm(&world, &world.browser(), &pass(&world, CardType::N), BIRTH_DATE).await.unwrap();
    portal::tasks::seal(&world.app, &Unsigned).await;
    let note = world.get("/log/checkpoint").await.text();
    let size: usize = note.lines().nth(1).unwrap().parse().unwrap();
    assert_eq!(size, world.events().await.len());
    let proof: serde_json::Value = world.get(&format!("/log/consistency?from=3&to={size}")).await.good();
    assert!(!proof["proof"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn qr_codes_that_nobody_scanned_are_forgotten_after_a_day() {
    let world = World::new().await;
    let (browser, phone) = (world.browser(), Forger::new(&world).await);
    let unused = login::start(&world.app, &browser).await.unwrap();
    let used = login::start(&world.app, &browser).await.unwrap();
    phone.open(&world, &used).await;
    world.pass(24 * 3600 + 1);
    portal::tasks::forget(&world.app).await;
    assert!(login::status(&world.app, &browser, unused.id).await.is_err());
    assert_eq!(login::status(&world.app, &browser, used.id).await.unwrap().status, RequestStatus::Expired);
}
