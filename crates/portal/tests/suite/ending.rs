//! What ends by itself: end dates, card attributes and sessions with their card, and the mails about certificates.

use super::{
    beheerder::{Beheerder, count, memberships_of},
    cards::{self, BIRTH_DATE, confirm, pass},
    forger::Forger,
    mailing::give_address,
    visitor::{Visitor, mailed, mails},
    world::{World, caller},
};
use domain::{
    Timestamp, UziNumber,
    log::{Actor, Event, LogEntry, Outcome},
    mail::MailKind,
    organisation::OrganisationId,
    person::{AttributePeriod, Membership, MembershipStatus, PersonId, Role, RolePeriod},
    request::Decision,
    session::{LoggedInWith, Session, SessionCard, SessionId},
    uzi::CardType,
};
use pki::test_register::{RevokedPass, TestCard};
use portal::{
    browser::Browser,
    services::{
        card::{self, CardKind},
        ending, login, session,
    },
};
use protocol::{Nonce, ProblemCode};
use storage::{StoreError, Window};
use storage_sql::testing::TestDatabase;

const DAY: i64 = 24 * 3600;

/// The membership of somebody ends at this moment.
async fn ends(world: &World, person: PersonId, at: Timestamp) {
    let set: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                for mut membership in tx.memberships_of(person).await? {
                    membership.ends_at = Some(at);
                    tx.update_membership(&membership).await?;
                    for role in membership.roles.clone() {
                        let (id, organisation, from) = (membership.id, membership.organisation, membership.created_at);
                        let period = RolePeriod { membership: id, person, organisation, role, from, until: None };
                        tx.insert_role_period(&period).await?;
                    }
                }
                Ok(())
            })
        })
        .await;
    set.unwrap();
}

async fn roles_at(world: &World, organisation: OrganisationId, person: PersonId, at: Timestamp) -> Vec<Role> {
    let window = Window { offset: 0, limit: 100 };
    let page: Result<_, StoreError> =
        (world.app.store).read(move |tx| Box::pin(async move { tx.roles_at(organisation, at, window).await })).await;
    page.unwrap()
        .rows
        .into_iter()
        .filter(|(period, _)| period.person == person)
        .map(|(period, _)| period.role)
        .collect()
}

async fn sessions_of(world: &World, person: PersonId) -> usize {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.sessions_of(person).await })).await;
    found.unwrap().len()
}

async fn entries(world: &World, event: Event) -> Vec<LogEntry> {
    world.events().await.into_iter().filter(|entry| entry.event == event).collect()
}

#[tokio::test]
async fn a_membership_ends_by_itself_at_its_end_date() {
    let world = World::new().await;
    let administrator = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    give_address(&world, administrator.person(), "administrator@example.nl").await;
    let leaver = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Manager]).await;
    let person = leaver.person();
    give_address(&world, person, "vertrekker@example.nl").await;
    world.pass(DAY);
    let end = world.app.now().plus_seconds(DAY);
    ends(&world, person, end).await;
    let visitor = Visitor::logged_in(&world, &leaver.forger).await;
    world.pass(DAY - 600);
    let late = Visitor::logged_in(&world, &leaver.forger).await;
    world.pass(599);
    assert_eq!(ending::memberships(&world.app).await.unwrap(), 0);
    assert!(session::current(&world.app, &late.browser()).await.unwrap().is_some());
    // From the end date on nothing opens, also before the job, which comes half a minute late.
    world.pass(30);
    assert!(session::current(&world.app, &late.browser()).await.unwrap().is_none());
    assert_eq!(ending::memberships(&world.app).await.unwrap(), 1);
    let [membership]: [Membership; 1] = memberships_of(&world, person).await.try_into().unwrap();
    assert_eq!((membership.status, membership.ends_at), (MembershipStatus::Ended, Some(end)));
    assert_eq!(membership.roles, [Role::Signer], "a later link gives no old power back");
    assert_eq!(roles_at(&world, world.organisation, person, end.plus_seconds(-1)).await, [Role::Manager, Role::Signer]);
    assert_eq!(roles_at(&world, world.organisation, person, end).await, []);
    assert_eq!(sessions_of(&world, person).await, 0);
    drop(visitor);
    let [entry] = entries(&world, Event::MembershipEnded).await.try_into().unwrap();
    assert_eq!(
        (entry.actor, entry.person, entry.organisation),
        (Actor::System, Some(person), Some(world.organisation))
    );
    assert_eq!(entry.reason.as_deref(), Some("end-date"));
    let told: Vec<_> = mails(&world).await.into_iter().filter(|mail| mail.kind == MailKind::RoleTaken).collect();
    let mut to: Vec<_> = told.iter().map(|mail| mail.to.to_string()).collect();
    to.sort();
    assert_eq!(to, ["administrator@example.nl", "vertrekker@example.nl"]);
    // Again: nothing more.
    assert_eq!(ending::memberships(&world.app).await.unwrap(), 0);
    assert_eq!(count(&world, Event::MembershipEnded).await, 1);
}

#[tokio::test]
async fn an_end_date_that_is_taken_away_in_time_ends_nothing() {
    let world = World::new().await;
    let colleague = Forger::new(&world).await.identity.person;
    ends(&world, colleague, world.app.now().plus_seconds(60)).await;
    let cleared: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut membership = tx.memberships_of(colleague).await?.remove(0);
                membership.ends_at = None;
                tx.update_membership(&membership).await
            })
        })
        .await;
    cleared.unwrap();
    world.pass(DAY);
    assert_eq!(ending::memberships(&world.app).await.unwrap(), 0);
    assert_eq!(memberships_of(&world, colleague).await[0].status, MembershipStatus::Active);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nodes_each_membership_is_ended_by_one() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let one = World::on(database).await;
        let two = one.second_node().await;
        for _ in 0..12 {
            let person = Forger::new(&one).await.identity.person;
            ends(&one, person, one.app.now().plus_seconds(60)).await;
        }
        one.pass(60);
        let (first, second) = tokio::join!(ending::memberships(&one.app), ending::memberships(&two.app));
        // A job that another node's locks kept from a row does it in its next run.
        let later = ending::memberships(&one.app).await.unwrap();
        assert_eq!(first.unwrap() + second.unwrap() + later, 12);
        assert_eq!(count(&one, Event::MembershipEnded).await, 12);
    }
}

/// Somebody who registered with this pass.
async fn registered(world: &World, card: &TestCard) -> Membership {
    confirm(world, &world.browser(), card, BIRTH_DATE).await.unwrap();
    let number = UziNumber::parse(&card.spec.uzi_number).unwrap();
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.people_by_uzi_number(&number).await })).await;
    memberships_of(world, found.unwrap()[0].id).await.remove(0)
}

async fn history(world: &World, membership: &Membership) -> Vec<AttributePeriod> {
    let id = membership.id;
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.attribute_periods(id).await })).await;
    found.unwrap()
}

fn revoked(world: &World, issuer: &str, serial: &str) -> [RevokedPass; 1] {
    [RevokedPass { issuer: issuer.into(), serial: serial.into(), at: world.app.now() }]
}

#[tokio::test]
async fn attributes_end_when_their_card_is_revoked() {
    let world = World::new().await;
    let z = pass(&world, CardType::Z);
    let membership = registered(&world, &z).await;
    let serial = membership.attributes.clone().unwrap().certificate_serial;
    assert_eq!(ending::attributes(&world.app).await.unwrap(), 0);
    world.pass(3600);
    // The same number in the list of another CA is another certificate.
    world.publish_crls(&revoked(&world, "medewerker-op-naam", &serial), 48);
    assert!(world.app.cards.load().names_serial(&serial), "the list names it");
    assert_eq!(ending::attributes(&world.app).await.unwrap(), 0);
    world.publish_crls(&revoked(&world, "zorgverlener", &serial), 48);
    assert_eq!(ending::attributes(&world.app).await.unwrap(), 1);
    let after = memberships_of(&world, membership.person).await.remove(0);
    assert_eq!((after.attributes.clone(), after.status, &after.roles), (None, membership.status, &membership.roles));
    let [period] = history(&world, &membership).await.try_into().unwrap();
    assert_eq!((Some(period.attributes), period.until), (membership.attributes.clone(), Some(world.app.now())));
    let [entry] = entries(&world, Event::MembershipAttributesEnded).await.try_into().unwrap();
    assert_eq!(
        (entry.actor, entry.person, entry.organisation),
        (Actor::System, Some(membership.person), Some(membership.organisation))
    );
    assert_eq!(entry.reason.as_deref(), Some("card-revoked"));
    assert_eq!(ending::attributes(&world.app).await.unwrap(), 0);
    assert_eq!(history(&world, &membership).await.len(), 1);
}

#[tokio::test]
async fn attributes_end_with_the_certificate_also_when_the_job_comes_late() {
    let world = World::new().await;
    let membership = registered(&world, &pass(&world, CardType::N)).await;
    let end = membership.attributes.clone().unwrap().valid_until;
    world.pass(end.seconds_since(world.app.now()) - 1);
    assert_eq!(ending::attributes(&world.app).await.unwrap(), 0);
    world.pass(3000);
    // What is asked of the membership knows it before the job does.
    assert!(membership.attributes_at(world.app.now()).is_none());
    assert_eq!(ending::attributes(&world.app).await.unwrap(), 1);
    assert_eq!(history(&world, &membership).await[0].until, Some(end));
    let [entry] = entries(&world, Event::MembershipAttributesEnded).await.try_into().unwrap();
    assert_eq!(entry.reason.as_deref(), Some("card-expired"));
}

/// Logs in with a pass.
async fn logged_in(world: &World, card: &TestCard) -> (Browser, Session) {
    let browser = world.browser();
    let launch = card::start(&world.app, &caller(), &browser, CardKind::Login).await.unwrap();
    let opened = cards::open(world, &launch).await.unwrap();
    let responded = cards::respond(world, card, &opened, Decision::Accepted).await.unwrap();
    card::bring_return(&world.app, &caller(), &browser, &cards::return_code(&responded)).await.unwrap();
    let new = login::finish(&world.app, &caller(), &browser, launch.id, None).await.unwrap();
    (Browser { session: Some(new.token.hash()), ..browser }, new.session)
}

async fn works(world: &World, browser: &Browser) -> bool {
    session::current(&world.app, browser).await.unwrap().is_some()
}

#[tokio::test]
async fn a_session_ends_with_the_revocation_of_its_card() {
    let world = World::new().await;
    let (z, n) = (pass(&world, CardType::Z), pass(&world, CardType::N));
    let (browser, session) = logged_in(&world, &z).await;
    let (other, _) = logged_in(&world, &n).await;
    let card = session.card.clone().expect("the card is kept with the session");
    assert_eq!(card.certificate, z.certificates[0].certificate);
    assert_eq!(card.issuer.as_ref(), Some(&z.chain()[1]));
    // A session that is older than the field: nothing is known of its card.
    let mut old = Visitor::new(&world);
    old.with_card(&z.spec.uzi_number).await;
    assert_eq!(ending::card_sessions(&world.app).await.unwrap(), 0);

    world.publish_crls(&revoked(&world, "zorgverlener", &card.serial), 48);
    assert!(!works(&world, &browser).await, "from the next request on");
    assert!(works(&world, &other).await && works(&world, &old.browser()).await);
    assert_eq!(ending::card_sessions(&world.app).await.unwrap(), 1);
    let ended = entries(&world, Event::SessionEnded).await;
    let [entry] = ended.try_into().unwrap();
    assert_eq!(
        (entry.actor, entry.session, entry.reason.as_deref()),
        (Actor::System, Some(session.id), Some("card-revoked"))
    );
    assert_eq!(ending::card_sessions(&world.app).await.unwrap(), 0);
    assert!(!works(&world, &browser).await && works(&world, &other).await);
}

#[tokio::test]
async fn a_card_that_is_revoked_before_its_answer_is_taken_opens_nothing() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    let (_, known) = logged_in(&world, &z).await;
    let launch = card::start(&world.app, &caller(), &browser, CardKind::Login).await.unwrap();
    let opened = cards::open(&world, &launch).await.unwrap();
    let responded = cards::respond(&world, &z, &opened, Decision::Accepted).await.unwrap();
    card::bring_return(&world.app, &caller(), &browser, &cards::return_code(&responded)).await.unwrap();
    world.publish_crls(&revoked(&world, "zorgverlener", &known.card.unwrap().serial), 48);
    let refused = login::finish(&world.app, &caller(), &browser, launch.id, None).await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::CardRevoked);
    let [entry] = entries(&world, Event::CardRefused).await.try_into().unwrap();
    assert_eq!((entry.outcome, entry.reason.as_deref()), (Outcome::Refused, Some("card-revoked")));
}

#[tokio::test]
async fn a_session_ends_with_the_certificate_of_its_card() {
    let world = World::new().await;
    let (app, now, browser) = (&world.app, world.app.now(), world.browser());
    let token = Nonce::from_bytes(app.entropy().array());
    let valid_until = now.plus_seconds(300);
    let session = Session {
        id: SessionId::new(now, app.entropy()),
        token_hash: token.hash(),
        browser: browser.hash,
        person: None,
        with: LoggedInWith::Card(UziNumber::parse("900000001").unwrap()),
        card: Some(SessionCard { certificate: vec![1], issuer: None, serial: "0101".into(), valid_until }),
        browser_label: String::new(),
        browser_trusted: false,
        created_at: now,
        seen_at: now,
        ended_at: None,
    };
    let stored: Result<(), StoreError> =
        app.store.write(move |tx| Box::pin(async move { tx.insert_session(&session).await })).await;
    stored.unwrap();
    let browser = Browser { session: Some(token.hash()), ..browser };
    world.pass(299);
    assert!(works(&world, &browser).await);
    assert_eq!(ending::card_sessions(app).await.unwrap(), 0);
    world.pass(1);
    assert!(!works(&world, &browser).await);
    assert_eq!(ending::card_sessions(app).await.unwrap(), 1);
    assert_eq!(entries(&world, Event::SessionEnded).await[0].reason.as_deref(), Some("card-expired"));
}

#[tokio::test]
async fn people_are_told_once_that_their_certificate_ends_in_60_30_and_7_days() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    give_address(&world, phone.identity.person, "jan@example.nl").await;
    let told = async || {
        let done = ending::tell_of_ends(&world.app).await.unwrap();
        assert_eq!(ending::tell_of_ends(&world.app).await.unwrap(), 0, "of each once");
        (done, mailed(&world, MailKind::CertificateEnds).await)
    };
    let left = |days: i64| world.pass(phone.identity.not_after.seconds_since(world.app.now()) - days * DAY);
    left(61);
    assert_eq!(told().await, (0, 0));
    left(60);
    assert_eq!(told().await, (1, 1));
    left(31);
    assert_eq!(told().await, (0, 1));
    left(30);
    assert_eq!(told().await, (1, 2));
    // No run was made on the seventh day.
    left(2);
    assert_eq!(told().await, (1, 3));
    left(0);
    assert_eq!(told().await, (0, 3), "it ended");
    let mail = mails(&world).await.into_iter().find(|mail| mail.kind == MailKind::CertificateEnds).unwrap();
    let end = phone.identity.not_after.to_utc();
    assert!(mail.subject.contains(&end.year().to_string()), "{}", mail.subject);
    assert_eq!(mail.to.as_str(), "jan@example.nl");
}

#[tokio::test]
async fn who_missed_the_first_mails_gets_the_nearest_only() {
    let world = World::new().await;
    let (phone, silent) = (Forger::new(&world).await, Forger::new(&world).await);
    give_address(&world, phone.identity.person, "jan@example.nl").await;
    world.pass(phone.identity.not_after.seconds_since(world.app.now()) - 5 * DAY);
    // Also of somebody without an address it is noted.
    assert_eq!(ending::tell_of_ends(&world.app).await.unwrap(), 2);
    assert_eq!(ending::tell_of_ends(&world.app).await.unwrap(), 0);
    assert_eq!(mailed(&world, MailKind::CertificateEnds).await, 1);
    assert_ne!(silent.identity.person, phone.identity.person);
}
