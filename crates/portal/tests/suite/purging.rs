//! What nobody finished goes, with an entry in the log when it was about people; what people have, stays.

use super::{
    cards::{BIRTH_DATE, confirm, pass, read_card},
    forger::Forger,
    world::World,
};
use domain::{log::Actor, registration::Step, uzi::CardType};
use portal::services::{login, purge, registration};

const DAY: i64 = 24 * 3600;

async fn purged(world: &World) -> Vec<String> {
    let entries = world.events().await;
    let purged = entries.into_iter().filter(|entry| entry.event.as_str() == "person.data-purged");
    purged
        .map(|entry| {
            assert_eq!((entry.actor, entry.from, entry.person), (Actor::System, None, None));
            entry.reason.unwrap()
        })
        .collect()
}

#[tokio::test]
async fn an_abandoned_wizard_goes_after_a_day_with_an_entry() {
    let world = World::new().await;
    let (read, empty) = (world.browser(), world.browser());
    read_card(&world, &read, &pass(&world, CardType::Z)).await.unwrap();
    registration::accept_terms(&world.app, &empty).await.unwrap();
    world.pass(DAY);
    assert_eq!(purge::run(&world.app).await.unwrap(), purge::Run::default());
    assert!(purged(&world).await.is_empty());
    world.pass(1);
    let run = purge::run(&world.app).await.unwrap();
    assert_eq!((run.registrations, run.requests, run.installations), (2, 0, 0));
    // One of the two had read a pass; the other was about nobody.
    assert_eq!(purged(&world).await, ["registrations=1"]);
    let view = registration::current(&world.app, &read).await.unwrap();
    assert!(view.registration.card.is_none());
    assert_eq!(purge::run(&world.app).await.unwrap(), purge::Run::default());
    assert_eq!(purged(&world).await.len(), 1, "a run that deletes nothing says nothing");
}

#[tokio::test]
async fn a_confirmed_wizard_and_its_requests_go_after_a_month_and_the_person_stays() {
    let world = World::new().await;
    let browser = world.browser();
    confirm(&world, &browser, &pass(&world, CardType::Z), BIRTH_DATE).await.unwrap();
    world.pass(10 * DAY - 60);
    purge::run(&world.app).await.unwrap();
    let view = registration::current(&world.app, &browser).await.unwrap();
    assert_eq!(view.registration.step, Step::Scan, "the QR code may still be scanned");
    world.pass(21 * DAY);
    let run = purge::run(&world.app).await.unwrap();
    assert_eq!(run.registrations, 1);
    // The card was read and asked to sign 31 days ago; the enrolment ended later.
    assert_eq!(purged(&world).await, ["registrations=1"]);
    world.pass(10 * DAY);
    let run = purge::run(&world.app).await.unwrap();
    assert_eq!((run.registrations, run.requests), (0, 1));
    assert_eq!(purged(&world).await, ["registrations=1", "requests=1"]);
    // The person is known by the pass and gets a new QR code.
    world.publish_crls(&[], 48);
    let again = world.browser();
    read_card(&world, &again, &pass(&world, CardType::Z)).await.unwrap();
    assert_eq!(registration::current(&world.app, &again).await.unwrap().registration.step, Step::Scan);
}

#[tokio::test]
async fn a_phone_in_use_is_not_touched() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let browser = world.browser();
    let shown = login::start(&world.app, &browser).await.unwrap();
    phone.open(&world, &shown).await;
    world.pass(31 * DAY);
    let run = purge::run(&world.app).await.unwrap();
    assert_eq!((run.registrations, run.requests, run.installations), (0, 1, 0));
    assert!(purged(&world).await.is_empty(), "a login that nobody answered is about nobody");
    let (identity, installation) = (phone.identity.id, phone.identity.installation);
    let kept: Result<_, storage::StoreError> = world
        .app
        .store
        .read(move |tx| {
            Box::pin(async move { Ok((tx.identity(identity).await?, tx.installation(installation).await?)) })
        })
        .await;
    let (identity, installation) = kept.unwrap();
    assert!(identity.is_some() && installation.is_some());
}
