//! What is needed no more goes after its time: mails, changes that were not executed, prepared colleagues, the numbers of
//! identity documents, the content of the log. Each leaves an entry that says how many, and not what.

use super::{
    beheerder::{Beheerder, memberships_of, new_person, request},
    mailing::give_address,
    visitor::mails,
    world::{World, caller},
};
use domain::{
    Timestamp,
    change::{Change, ChangeId, ChangeStatus, MemberChange, OrganisationChange, PendingChange},
    log::Event,
    mail::MailStatus,
    merkle::Hash,
    person::{FaceToFaceProofing, PersonId, Role},
    preregistration::{PreRegistration, PreRegistrationId, Prepared},
};
use portal::services::{
    changes::{self, Proposed},
    log::watch::{self, Watch},
    purge::{self, Run},
};
use std::sync::Arc;
use storage::{LogFilter, Sealer, StoreError, Window, checkpoint::Checkpoint};

const DAY: i64 = 24 * 3600;
const ORIGIN: &str = "zorg-id.test/log";

async fn purged(world: &World) -> Vec<String> {
    let entries = world.events().await.into_iter().filter(|entry| entry.event == Event::PersonDataPurged);
    entries.map(|entry| entry.reason.unwrap()).collect()
}

async fn run(world: &World) -> Run {
    purge::run(&world.app).await.unwrap()
}

#[tokio::test]
async fn mails_go_after_they_were_sent_or_given_up_and_what_waits_stays() {
    let world = World::new().await;
    let desk = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    give_address(&world, desk.person(), "administrator@example.nl").await;
    for _ in 0..3 {
        let leaver = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Manager]).await.person();
        let membership = memberships_of(&world, leaver).await[0].id;
        desk.propose(&world, Change::Member { membership, change: MemberChange::Unlink }).await.unwrap();
    }
    let all = mails(&world).await;
    assert_eq!(all.len(), 3);
    // One is sent ten days later, one is given up then.
    world.pass(10 * DAY);
    let sent = world.app.now();
    let changed: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                for (mut mail, status) in all.into_iter().zip([MailStatus::Sent, MailStatus::Failed]) {
                    mail.status = status;
                    mail.sent_at = (status == MailStatus::Sent).then_some(sent);
                    mail.next_at = sent;
                    tx.update_mail(&mail).await?;
                }
                Ok(())
            })
        })
        .await;
    changed.unwrap();
    world.pass(90 * DAY);
    assert_eq!(run(&world).await.mails, 0);
    world.pass(1);
    assert_eq!(run(&world).await.mails, 2);
    assert_eq!(purged(&world).await.last().map(String::as_str), Some("mails=2"));
    assert_eq!(mails(&world).await.iter().map(|mail| mail.status).collect::<Vec<_>>(), [MailStatus::Queued]);
    assert_eq!(run(&world).await.mails, 0);
}

async fn change(world: &World, id: ChangeId) -> Option<PendingChange> {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.change(id).await })).await;
    found.unwrap()
}

#[tokio::test]
async fn changes_that_were_not_executed_go_and_executed_ones_stay_without_the_document_number() {
    let world = World::new().await;
    let desk = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    let executed = desk.register(&world, "Dijk").await;
    // Nobody ever confirms this one.
    let membership = memberships_of(&world, Beheerder::new(&world).await.person()).await[0].id;
    let give = Change::Member { membership, change: MemberChange::Give(Role::Helpdesk) };
    let proposed = changes::propose(&world.app, &caller(), &desk.browser, &desk.current, give, "Nodig").await.unwrap();
    let Proposed::Confirm(waiting) = proposed else { panic!("{proposed:?}") };

    let kept = change(&world, executed).await.unwrap();
    assert_eq!(kept.status, ChangeStatus::Executed);
    let Change::Organisation { change: OrganisationChange::Register { person, .. }, .. } = kept.change else {
        panic!("another change")
    };
    assert_eq!((person.document.number_sealed.as_str(), person.document.expires_on.as_str()), ("", "2031-01-01"));
    world.pass(30 * DAY + 600);
    assert_eq!(run(&world).await.changes, 0);
    world.pass(1);
    assert_eq!(run(&world).await.changes, 1);
    assert!(purged(&world).await.contains(&"changes=1".to_owned()));
    assert!(change(&world, waiting).await.is_none() && change(&world, executed).await.is_some());
}

#[tokio::test]
async fn prepared_colleagues_go_after_a_year() {
    let world = World::new().await;
    let (organisation, by) = (world.organisation, Beheerder::new(&world).await.person());
    let row = new_person(&world, "Dijk");
    let prepared = PreRegistration {
        id: PreRegistrationId::new(world.app.now(), world.app.entropy()),
        organisation,
        row: Prepared {
            name: row.name,
            birth_date: Some(row.birth_date),
            birthplace: row.birthplace,
            email: None,
            personnel_number: row.personnel_number,
            department: row.department,
        },
        by,
        created_at: world.app.now(),
    };
    let added: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.insert_preregistrations(&[prepared]).await })).await;
    added.unwrap();
    world.pass(366 * DAY);
    assert_eq!(run(&world).await.prepared, 0);
    world.pass(1);
    assert_eq!(run(&world).await.prepared, 1);
    let window = Window { offset: 0, limit: 9 };
    let left: Result<_, StoreError> = world
        .app
        .store
        .read(move |tx| Box::pin(async move { tx.preregistrations(organisation, "", window).await }))
        .await;
    assert_eq!(left.unwrap().total, 0);
}

async fn checks(world: &World, person: PersonId) -> Vec<FaceToFaceProofing> {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.face_to_face_of(person).await })).await;
    found.unwrap()
}

#[tokio::test]
async fn a_document_number_goes_seven_years_after_the_last_membership() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let shown = desk.qr(&world, "Dijk").await;
    let person = request(&world, shown.id).await.person.unwrap();
    let [check] = checks(&world, person).await.try_into().unwrap();
    assert!(!check.document.number_sealed.is_empty());
    // While somebody works here it stays, however long.
    world.pass(8 * 366 * DAY);
    assert_eq!(run(&world).await.documents, 0);
    let mut membership = memberships_of(&world, person).await.remove(0);
    membership.unlink();
    membership.ends_at = Some(world.app.now());
    let ended: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_membership(&membership).await })).await;
    ended.unwrap();
    world.pass(7 * 366 * DAY);
    assert_eq!(run(&world).await.documents, 0);
    world.pass(1);
    assert_eq!(run(&world).await.documents, 1);
    let mut kept = checks(&world, person).await;
    assert_eq!(std::mem::replace(&mut kept[0].document.number_sealed, check.document.number_sealed.clone()), "");
    assert_eq!(kept, std::slice::from_ref(&check), "who looked at what and when stays");
    let log = serde_json::to_string(&world.events().await).unwrap();
    assert!(log.contains("document-numbers=1") && !log.contains(&check.document.number_sealed));
    assert_eq!(run(&world).await.documents, 0);
}

/// "Signs" with the body itself.
struct TestSealer;

impl Sealer for TestSealer {
    fn sign_checkpoint(&self, size: u64, root: &Hash) -> Result<String, String> {
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size, root: *root };
        checkpoint.note(ORIGIN, b"key", |body| Ok::<_, String>(body.to_vec()))
    }
}

async fn entries(world: &World, until: Timestamp) -> usize {
    let filter = LogFilter { until: Some(until), ..LogFilter::default() };
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.log_entries(&filter).await })).await;
    found.unwrap().len()
}

#[tokio::test]
async fn the_content_of_the_log_goes_after_five_years_and_the_log_still_verifies() {
    let world = World::new().await;
    Beheerder::new(&world).await.register(&world, "Dijk").await;
    world.pass(DAY);
    Beheerder::new(&world).await.register(&world, "Beek").await;
    let (old, all) = (world.app.now(), world.events().await.len());
    let first_day = entries(&world, old).await;
    assert!(first_day > 0 && first_day < all);
    world.app.store.seal(&TestSealer).await.unwrap();
    world.pass(5 * 366 * DAY - DAY);
    assert_eq!(run(&world).await.log, 0);
    world.pass(1);
    assert_eq!(run(&world).await.log, first_day as u64, "those of the first day");
    world.app.store.seal(&TestSealer).await.unwrap();
    let clean = async || {
        let is_signed = Arc::new(|note: &storage::checkpoint::SignedNote| note.signature == note.body.as_bytes());
        let watch = Watch { origin: ORIGIN.into(), is_signed, kept: Arc::new(|| None) };
        let found = watch::check(&world.app, &watch).await.unwrap();
        assert!(found.errors.is_empty(), "{:?}", found.errors);
        found.sealed
    };
    assert!(clean().await > all as u64, "also who forgot what is in the log");
    world.pass(DAY);
    assert_eq!(run(&world).await.log, (all - first_day) as u64);
    world.app.store.seal(&TestSealer).await.unwrap();
    clean().await;
    assert_eq!(entries(&world, old.plus_seconds(DAY)).await, 0);
    let left = world.events().await;
    assert!(left.iter().all(|entry| entry.event == Event::PersonDataPurged), "{left:?}");
}
