//! What happens at the same time, at two nodes on one database: one of the two counts, and the end fits together.

use super::{
    applications::{URA, apply, good, organisation, stored},
    beheerder::{Beheerder, count, memberships_of, new_person},
    forger::Forger,
    visitor::{Visitor, mailed},
    world::{World, caller},
};
use axum::http::StatusCode;
use domain::{
    PersonName,
    application::ApplicationStatus,
    change::{Change, ChangeId, MemberChange, OrganisationChange},
    log::{Event, Outcome},
    mail::MailKind,
    organisation::OrganisationId,
    person::{MembershipId, PersonId, Role},
    preregistration::{PreRegistration, PreRegistrationId, Prepared},
    request::Decision,
};
use futures::future::{join, join_all};
use portal::{
    AppError,
    services::{
        ShownRequest,
        changes::{self, Proposed, Shown},
        desk, login,
    },
};
use protocol::ProblemCode;
use serde_json::json;
use storage::StoreError;
use storage_sql::testing::TestDatabase;

/// A world on each database, with a second node.
async fn worlds() -> Vec<(World, World)> {
    let mut worlds = Vec::new();
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let one = World::on(database).await;
        let two = one.second_node().await;
        worlds.push((one, two));
    }
    worlds
}

async fn membership(world: &World, person: PersonId) -> MembershipId {
    memberships_of(world, person).await[0].id
}

/// Proposes what is always confirmed, and accepts it on the phone: only *verder* is left.
async fn signed(world: &World, by: &mut Beheerder, change: Change) -> ChangeId {
    let (app, browser, current) = (&world.app, &by.browser, &by.current);
    let proposed = changes::propose(app, &caller(), browser, current, change, "Nodig").await.unwrap();
    let Proposed::Confirm(id) = proposed else { panic!("{proposed:?}") };
    let Some(Shown::Qr(shown)) = changes::ask(app, browser, current, id).await.unwrap().shown else { panic!("no QR") };
    let request = by.forger.open(world, &shown).await;
    let claims = by.forger.claims(&request, Decision::Accepted);
    assert!(by.forger.send(world, &request, &by.forger.sign(&claims)).await.status.is_success());
    id
}

async fn go_on(world: &World, by: &Beheerder, id: ChangeId) -> Result<Proposed, ProblemCode> {
    let done = changes::go_on(&world.app, &caller(), &by.browser, &by.current, id).await;
    done.map_err(|error| error.code)
}

async fn administrators(world: &World) -> usize {
    let id = world.organisation;
    let found: Result<_, StoreError> = world
        .app
        .store
        .read(move |tx| Box::pin(async move { tx.memberships_with_role(id, Role::Administrator).await }))
        .await;
    found.unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_administrators_who_dismiss_each_other_one_stays() {
    for (one, two) in worlds().await {
        let both = [Role::Signer, Role::Administrator];
        let mut first = Beheerder::with(&one, one.organisation, &both).await;
        let mut second = Beheerder::with(&one, one.organisation, &both).await;
        let take = |membership| Change::Member { membership, change: MemberChange::Take(Role::Administrator) };
        let of_second = take(membership(&one, second.person()).await);
        let of_first = take(membership(&one, first.person()).await);
        let a = signed(&one, &mut first, of_second).await;
        let b = signed(&one, &mut second, of_first).await;
        let ends = join(go_on(&one, &first, a), go_on(&two, &second, b)).await;
        let ends = [ends.0, ends.1];
        assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1, "{ends:?}");
        let refused = ends.iter().find_map(|end| end.as_ref().err()).unwrap();
        // No administrator any more, and the other one the last.
        assert!(matches!(refused, ProblemCode::Forbidden | ProblemCode::LastAdministrator), "{refused:?}");
        assert_eq!(administrators(&one).await, 1);
        assert_eq!(count(&one, Event::RoleTaken).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_is_taken_once() {
    for (one, two) in worlds().await {
        let mut boss = Beheerder::with(&one, one.organisation, &[Role::Signer, Role::Administrator]).await;
        let who = Forger::new(&one).await.identity.person;
        let change =
            Change::Member { membership: membership(&one, who).await, change: MemberChange::Give(Role::Helpdesk) };
        let id = signed(&one, &mut boss, change).await;
        let ends = join_all([&one, &two, &one, &two].map(|node| go_on(node, &boss, id))).await;
        assert_eq!(ends.iter().filter(|end| **end == Ok(Proposed::Done(id))).count(), 1, "{ends:?}");
        assert_eq!(ends.iter().filter(|end| **end == Err(ProblemCode::RequestUsed)).count(), 3, "{ends:?}");
        assert_eq!(count(&one, Event::RoleGiven).await, 1);
    }
}

/// The address of a decision that waits, as the second operator sees it.
async fn decision(operator: &mut Visitor<'_>) -> String {
    let page = operator.get("/backoffice/besluiten").await.text();
    let path = page.split("action=\"").find(|part| part.starts_with("/backoffice/besluiten/")).expect("one waits");
    path.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_second_operators_one_decides() {
    for answers in [["ja", "ja"], ["ja", "nee"]] {
        for (world, _) in worlds().await {
            let one = world.node_with(|parts| parts.config.second_operator = true).await;
            let two = world.node_with(|parts| parts.config.second_operator = true).await;
            apply(&mut Visitor::new(&one), &good(URA)).await;
            let (mut proposer, _) = Visitor::operator(&one).await;
            let path = format!("/backoffice/aanvragen/{}/goedkeuren", stored(&one, URA).await[0].id);
            let checked = [("naam", "De Linde"), ("ura", URA), ("hoenaam", "KvK"), ("hoeura", "register")];
            let checked: Vec<_> = checked.into_iter().chain([("hoevertegenwoordiger", "gebeld")]).collect();
            assert_eq!(proposer.post(&path, &checked).await.status, StatusCode::SEE_OTHER);
            let (mut a, _) = Visitor::operator(&one).await;
            let (b, _) = Visitor::operator(&one).await;
            let mut b = Visitor { world: &two, ..b };
            let path = decision(&mut a).await;
            let forms = answers.map(|answer| [("besluit", answer)]);
            let (a, b) = join(a.post(&path, &forms[0]), b.post(&path, &forms[1])).await;
            let mut statuses = [a.status, b.status];
            statuses.sort();
            assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT], "{answers:?}");
            let approved = stored(&one, URA).await[0].status == ApplicationStatus::Approved;
            assert_eq!(organisation(&one, URA).await.is_some(), approved);
            assert_eq!(mailed(&one, MailKind::ApplicationApproved).await, if approved { 2 } else { 0 });
            assert_eq!(count(&one, Event::ApplicationApproved).await, usize::from(approved));
        }
    }
}

async fn prepared(world: &World, by: PersonId) -> PreRegistrationId {
    let id = PreRegistrationId::new(world.app.now(), world.app.entropy());
    let row = Prepared {
        name: PersonName::new("Anna", "", "Voorbereid").unwrap(),
        birth_date: None,
        birthplace: String::new(),
        email: None,
        department: String::new(),
        personnel_number: "4711".into(),
    };
    let row = PreRegistration { id, organisation: world.organisation, row, by, created_at: world.app.now() };
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.insert_preregistrations(&[row]).await })).await;
    stored.unwrap();
    id
}

async fn register(
    world: &World,
    desk: &Beheerder,
    surname: &str,
    prepared: Option<PreRegistrationId>,
) -> Result<Proposed, ProblemCode> {
    let person = Box::new(new_person(world, surname));
    let change = OrganisationChange::Register { person, prepared };
    let change = Change::Organisation { organisation: world.organisation, change };
    let done = changes::propose(&world.app, &caller(), &desk.browser, &desk.current, change, "").await;
    done.map_err(|error| error.code)
}

/// Also when one of the two corrected the spelling that the file had.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_beheerders_who_register_one_prepared_colleague_one_does() {
    for (one, two) in worlds().await {
        let (first, second) = (Beheerder::new(&one).await, Beheerder::new(&one).await);
        let prepared = prepared(&one, first.person()).await;
        let ends =
            join(register(&one, &first, "Dijk", Some(prepared)), register(&two, &second, "Dijck", Some(prepared)))
                .await;
        let ends = [ends.0, ends.1];
        assert_eq!(ends.iter().filter(|end| matches!(end, Ok(Proposed::Done(_)))).count(), 1, "{ends:?}");
        assert!(ends.contains(&Err(ProblemCode::NotNow)), "{ends:?}");
        assert_eq!(count(&one, Event::PersonRegistered).await, 1);
    }
}

/// Two beheerders at two desks, one colleague who asked both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_colleague_is_registered_once() {
    for (one, two) in worlds().await {
        let (first, second) = (Beheerder::new(&one).await, Beheerder::new(&one).await);
        let ends = join(register(&one, &first, "Dijk", None), register(&two, &second, "Dijk", None)).await;
        let ends = [ends.0, ends.1];
        assert_eq!(ends.iter().filter(|end| matches!(end, Ok(Proposed::Done(_)))).count(), 1, "{ends:?}");
        assert!(ends.contains(&Err(ProblemCode::PersonExists)), "{ends:?}");
        assert_eq!(count(&one, Event::PersonRegistered).await, 1);
    }
}

/// The operator renames an organisation while its beheerder changes whom colleagues ask: both stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_changes_of_an_organisation_both_stay() {
    for (one, two) in worlds().await {
        let desk = Beheerder::new(&one).await;
        let (mut operator, _) = Visitor::operator(&one).await;
        operator.world = &two;
        for round in 0..5 {
            let (name, contact) = (format!("Praktijk {round}"), format!("toestel {round}"));
            let path = format!("/backoffice/organisaties/{}/naam", one.organisation);
            let form = [("naam", name.as_str()), ("reden", "Nieuwe naam")];
            let change = OrganisationChange::Contact(contact.clone());
            let change = Change::Organisation { organisation: one.organisation, change };
            let (renamed, changed) = join(operator.post(&path, &form), desk.propose(&one, change)).await;
            assert_eq!(renamed.status, StatusCode::SEE_OTHER, "{}", renamed.text());
            changed.unwrap();
            let now = stored_organisation(&one, one.organisation).await;
            assert_eq!((now.name.as_str(), now.contact.as_deref()), (name.as_str(), Some(contact.as_str())));
        }
    }
}

async fn stored_organisation(world: &World, id: OrganisationId) -> domain::organisation::Organisation {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.organisation(id).await })).await;
    found.unwrap().unwrap()
}

/// A QR code to log in and one to link: of two phones that scan it at once, one gets it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_qr_code_is_opened_by_one_phone() {
    for (one, two) in worlds().await {
        let desk = Beheerder::new(&one).await;
        let link = desk::link_start(&one.app, &caller(), &desk.browser, &desk.current, one.organisation).await;
        let login: Result<ShownRequest, AppError> = login::start(&one.app, &one.browser()).await;
        for shown in [link.unwrap(), login.unwrap()] {
            let body = json!({ "nonce": shown.link.nonce.reveal() });
            let path = "/api/v1/requests/redeem";
            let answers = join_all([&one, &two, &one, &two].map(|node| node.post(path, &body))).await;
            let got = answers.iter().filter(|answer| answer.status.is_success()).count();
            assert_eq!(got, 1, "{answers:?}");
            let refused = answers.iter().filter(|answer| !answer.status.is_success());
            assert!(refused.map(super::world::Answer::code).all(|code| code == ProblemCode::RequestUsed));
        }
    }
}

/// Accepting and declining at once on two phones that hold the same identity is one answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_answered_once() {
    for (one, two) in worlds().await {
        let mut boss = Beheerder::with(&one, one.organisation, &[Role::Signer, Role::Administrator]).await;
        let who = Forger::new(&one).await.identity.person;
        let change =
            Change::Member { membership: membership(&one, who).await, change: MemberChange::Give(Role::Helpdesk) };
        let (app, browser, current) = (&one.app, &boss.browser, &boss.current);
        let proposed = changes::propose(app, &caller(), browser, current, change, "Nodig").await.unwrap();
        let Proposed::Confirm(id) = proposed else { panic!("{proposed:?}") };
        let Some(Shown::Qr(shown)) = changes::ask(app, browser, current, id).await.unwrap().shown else { panic!() };
        let request = boss.forger.open(&one, &shown).await;
        let yes = boss.forger.claims(&request, Decision::Accepted);
        let no = boss.forger.claims(&request, Decision::Declined);
        let (yes, no) = (boss.forger.sign(&yes), boss.forger.sign(&no));
        let answers = join(boss.forger.send(&one, &request, &yes), boss.forger.send(&two, &request, &no)).await;
        assert!(answers.0.status.is_success() != answers.1.status.is_success(), "{answers:?}");
        let made = go_on(&one, &boss, id).await;
        assert_eq!(made.is_ok(), answers.0.status.is_success(), "{made:?}");
        let events = one.events().await;
        let done = |event| events.iter().filter(|e| e.event == event && e.outcome != Outcome::Refused).count();
        assert_eq!(done(Event::RequestAccepted) + done(Event::RequestDeclined), 1);
    }
}
