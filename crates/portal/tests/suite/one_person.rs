//! One person, one QR code that works, what was signed: also when everything happens at the same time at two nodes; and
//! how often one may guess.

use super::{
    cards::{self, BIRTH_DATE, confirm, pass, read_card},
    phone::phone,
    world::{World, add_organisation, caller},
};
use domain::{
    BirthDate, Entropy, UziNumber,
    log::Event,
    organisation::OrganisationStatus,
    person::{Membership, MembershipId, MembershipStatus, Person, PersonId, Role},
    registration::Step,
    request::Decision,
    uzi::CardType,
};
use futures::future::join_all;
use pki::test_register::TestCard;
use portal::{
    browser::Browser,
    services::{
        card::{self, CardKind},
        registration,
    },
};
use protocol::ProblemCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use storage::StoreError;
use storage_sql::testing::{TestDatabase, TestEntropy};

async fn people_with(world: &World, card: &TestCard) -> Vec<Person> {
    let number = UziNumber::parse(&card.spec.uzi_number).unwrap();
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.people_by_uzi_number(&number).await })).await;
    found.unwrap()
}

async fn memberships_of(world: &World, person: PersonId) -> Vec<Membership> {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.memberships_of(person).await })).await;
    found.unwrap()
}

async fn save(world: &World, membership: Membership, new: bool) {
    let saved: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                if new { tx.insert_membership(&membership).await } else { tx.update_membership(&membership).await }
            })
        })
        .await;
    saved.unwrap();
}

/// The wizard up to the question that the card must sign.
async fn asked(world: &World, browser: &Browser, card: &TestCard) -> cards::Opened {
    read_card(world, browser, card).await.unwrap();
    registration::checked(&world.app, browser).await.unwrap();
    registration::birth_date(&world.app, browser, BIRTH_DATE).await.unwrap();
    let launch = card::start(&world.app, &caller(), browser, CardKind::Confirm).await.unwrap();
    cards::open(world, &launch).await.unwrap()
}

#[tokio::test]
async fn what_was_signed_is_what_is_registered() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    let opened = asked(&world, &browser, &z).await;
    // Another tab goes back and fills in another date while the card is at it.
    registration::birth_date(&world.app, &browser, "01-01-1970").await.unwrap();
    let signed = cards::respond(&world, &z, &opened, Decision::Accepted).await;
    assert_eq!(signed.err(), Some(ProblemCode::RequestCancelled));
    assert!(people_with(&world, &z).await.is_empty());
    cards::use_card(&world, &browser, &z, CardKind::Confirm).await.unwrap();
    assert_eq!(people_with(&world, &z).await[0].birth_date, BirthDate::new(1970, 1, 1).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_card_in_many_browsers_at_once_is_one_person() {
    let one = World::on(TestDatabase::postgres().await).await;
    let two = one.second_node().await;
    let z = pass(&one, CardType::Z);
    let mut waiting = Vec::new();
    for _ in 0..6 {
        waiting.push(asked(&one, &one.browser(), &z).await);
    }
    let nodes = [&one, &two];
    let signed =
        waiting.iter().enumerate().map(|(n, opened)| cards::respond(nodes[n % 2], &z, opened, Decision::Accepted));
    for done in join_all(signed).await {
        done.unwrap();
    }
    let people = people_with(&one, &z).await;
    assert_eq!(people.len(), 1);
    let id = people[0].id;
    let open: Result<_, StoreError> =
        one.app.store.read(move |tx| Box::pin(async move { tx.open_enrolments_of(id).await })).await;
    assert_eq!(open.unwrap().len(), 1, "of all QR codes the last works");
}

/// Draws the same person number for some time.
struct Stuck {
    numbers: AtomicUsize,
    other: TestEntropy,
}
impl Entropy for Stuck {
    fn fill(&self, buffer: &mut [u8]) {
        // Two controlecodes and a number for each of two people.
        match buffer {
            [_, _, _, _] if self.numbers.fetch_add(1, Ordering::SeqCst) < 6 => buffer.fill(7),
            _ => self.other.fill(buffer),
        }
    }
}

#[tokio::test]
async fn a_person_number_that_is_taken_is_drawn_again() {
    let world = World::new().await;
    let stuck = Stuck { numbers: AtomicUsize::new(0), other: TestEntropy::seeded(77) };
    let world = world.node_with_entropy(std::sync::Arc::new(stuck)).await;
    let (z, n) = (pass(&world, CardType::Z), pass(&world, CardType::N));
    world.publish_crls(&[], 48);
    confirm(&world, &world.browser(), &z, BIRTH_DATE).await.unwrap();
    confirm(&world, &world.browser(), &n, "01-01-1970").await.unwrap();
    let (first, second) = (people_with(&world, &z).await, people_with(&world, &n).await);
    assert_ne!(first[0].number, second[0].number);
}

#[tokio::test]
async fn who_comes_back_has_no_old_roles() {
    let world = World::new().await;
    let z = pass(&world, CardType::Z);
    confirm(&world, &world.browser(), &z, BIRTH_DATE).await.unwrap();
    let person = people_with(&world, &z).await[0].id;
    let mut membership = memberships_of(&world, person).await.remove(0);
    membership.status = MembershipStatus::Ended;
    membership.roles = vec![Role::Signer, Role::Administrator];
    save(&world, membership, false).await;
    confirm(&world, &world.browser(), &z, BIRTH_DATE).await.unwrap();
    let membership = memberships_of(&world, person).await.remove(0);
    assert_eq!((membership.status, membership.roles), (MembershipStatus::Active, vec![Role::Signer]));
}

#[tokio::test]
async fn a_membership_that_waits_again_is_logged_there() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    confirm(&world, &browser, &z, BIRTH_DATE).await.unwrap();
    let elsewhere = add_organisation(&world.app, "Praktijk Elders", "90066666", OrganisationStatus::Validated).await;
    let person = people_with(&world, &z).await[0].id;
    let id = MembershipId::new(world.app.now(), world.app.entropy());
    let there = Membership::new(id, person, elsewhere, vec![Role::Signer], None, world.app.now());
    save(&world, there, true).await;
    let qr = registration::current(&world.app, &browser).await.unwrap().enrolment.unwrap();
    let mut phone = phone(&world, 8).await;
    let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
    phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap();
    let logged: Vec<_> = world.events().await.into_iter().filter(|e| e.organisation == Some(elsewhere)).collect();
    assert_eq!(logged.iter().map(|entry| entry.event).collect::<Vec<_>>(), [Event::MembershipReconfirm]);
    assert_eq!(logged[0].person, Some(person));
}

/// A new QR code gives new tries, but a birth date cannot be guessed day and night.
#[tokio::test]
async fn birth_dates_are_guessed_nine_times_a_day() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    confirm(&world, &browser, &z, BIRTH_DATE).await.unwrap();
    let mut phone = phone(&world, 9).await;
    for round in 0..3 {
        let qr = registration::enrolment_qr(&world.app, &caller(), &browser).await.unwrap();
        let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
        for day in 1..=3 {
            phone.activate(&asked, BirthDate::new(1970 + round, 1, day)).await.unwrap_err();
        }
    }
    let qr = registration::enrolment_qr(&world.app, &caller(), &browser).await.unwrap();
    let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
    let right = phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap_err();
    assert_eq!(right.code(), ProblemCode::BirthDateTries);
}

/// As long as the QR code is shown in this browser; then only the pass gives a new one.
#[tokio::test]
async fn after_an_hour_the_browser_makes_no_new_qr() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    confirm(&world, &browser, &z, BIRTH_DATE).await.unwrap();
    world.pass(3599);
    registration::enrolment_qr(&world.app, &caller(), &browser).await.unwrap();
    world.pass(1);
    let refused = registration::enrolment_qr(&world.app, &caller(), &browser).await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::CardFirst);
    registration::restart(&world.app, &browser).await.unwrap();
    read_card(&world, &browser, &z).await.unwrap();
    assert_eq!(registration::current(&world.app, &browser).await.unwrap().registration.step, Step::Scan);
}

#[tokio::test]
async fn typed_codes_are_counted_per_network() {
    let world = World::new().await;
    let from = |host: u8| {
        let mut caller = caller();
        caller.address = Some(format!("2001:db8:1:2::{host:x}"));
        caller
    };
    let guess = async |host: u8| {
        let code = protocol::code::ShortCode::parse("00000000");
        portal::services::redeem::redeem(&world.app, &from(host), None, code).await.unwrap_err().code
    };
    for host in 1..=5 {
        assert_eq!(guess(host).await, ProblemCode::RequestUnknown);
    }
    assert_eq!(guess(6).await, ProblemCode::TooManyAttempts);
}
