//! Two nodes on one PostgreSQL behave as one; live pages; the log's public face; what is forgotten.

use super::{
    beheerder::{Beheerder, identities_of, memberships_of},
    cards::{self, BIRTH_DATE, pass},
    forger::Forger,
    phone::phone,
    world::{World, caller},
};
use domain::{
    change::{Change, MemberChange},
    identity::IdentityStatus,
    merkle::Hash,
    person::Role,
    request::{Decision, RequestStatus},
    uzi::CardType,
};
use futures::StreamExt;
use portal::services::{
    card::{self, CardKind},
    changes::{self, Proposed, Shown},
    desk, live, login, registration,
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

/// A change proposed at one node, signed and executed at another; a beheerder's QR code that one shows, of which the phone
/// talks to another, and the digits typed at the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_and_qr_codes_of_the_desk_belong_to_no_node() {
    let one = World::on(TestDatabase::postgres().await).await;
    let two = one.second_node().await;
    let mut boss = Beheerder::with(&one, one.organisation, &[Role::Signer, Role::Administrator]).await;
    let shown = boss.qr(&one, "Dijk").await;
    let mut wallet = phone(&two, 1).await;
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    let digits = wallet.activate(&asked, None).await.unwrap().pairing_code.unwrap();
    let standing = desk::standing(&one.app, &boss.browser, &boss.current, shown.id).await.unwrap();
    assert_eq!(standing.status, RequestStatus::Pairing);
    boss.pair(&one, shown.id, &digits).await.unwrap();
    let person = standing.person.unwrap().id;
    assert_eq!(identities_of(&two, person).await[0].status, IdentityStatus::Active);

    let membership = memberships_of(&one, person).await[0].id;
    let change = Change::Member { membership, change: MemberChange::Give(Role::Helpdesk) };
    let (browser, current) = (&boss.browser, &boss.current);
    let proposed = changes::propose(&one.app, &caller(), browser, current, change, "Nodig").await.unwrap();
    let Proposed::Confirm(id) = proposed else { panic!("{proposed:?}") };
    let asked = changes::ask(&two.app, browser, current, id).await.unwrap();
    let Some(Shown::Qr(shown)) = asked.shown else { panic!("no QR code") };
    let mut page = Box::pin(live::watch(&two.app, browser, shown.id).await.unwrap());
    assert_eq!(page.next().await.unwrap().status, RequestStatus::Created);
    let request = boss.forger.open(&one, &shown).await;
    assert_eq!(page.next().await.unwrap().status, RequestStatus::Opened);
    let claims = boss.forger.claims(&request, Decision::Accepted);
    let answer = boss.forger.send(&one, &request, &boss.forger.sign(&claims)).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    assert_eq!(page.next().await.unwrap().status, RequestStatus::Accepted);
    let done = changes::go_on(&two.app, &caller(), browser, current, id).await.unwrap();
    assert_eq!(done, Proposed::Done(id));
    assert!(memberships_of(&one, person).await[0].has(Role::Helpdesk));
    assert!(changes::go_on(&one.app, &caller(), browser, current, id).await.is_err(), "once");
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
