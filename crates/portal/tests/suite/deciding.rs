//! What two operators do at once with one organisation or URA; and that looking at a person is in the log.

use super::{
    applications::{URA, apply, good, stored},
    backoffice::{approve, try_approve},
    beheerder::count,
    forger::Forger,
    validating::organisation,
    visitor::{Visitor, make_operator},
    world::{World, add_organisation, caller},
};
use axum::http::StatusCode;
use domain::{
    application::ApplicationStatus,
    change::{Change, OperatorChange},
    log::{Actor, Event},
    organisation::{OrganisationId, OrganisationStatus},
};
use portal::services::changes::{self, Proposed};
use protocol::ProblemCode;
use storage_sql::testing::TestDatabase;

/// An operator in a trusted browser, and what they have to sign, signed up to *verder*.
async fn end_it(world: &World, id: OrganisationId) -> Result<(), ProblemCode> {
    let mut phone = Forger::new(world).await;
    make_operator(world, phone.identity.person).await;
    let visitor = Visitor::logged_in(world, &phone).await;
    let change = Change::Operator(OperatorChange::EndOrganisation(id));
    let (browser, current) = (visitor.browser(), visitor.current().await);
    let proposed = changes::propose(&world.app, &caller(), &browser, &current, change, "Gestopt").await;
    let Proposed::Confirm(id) = proposed.map_err(|error| error.code)? else { panic!("not asked") };
    visitor.confirm(&mut phone, &format!("/bevestigen/{id}")).await.map(|_| ())
}

async fn rename_it(world: &World, id: OrganisationId, name: &str) -> Result<(), ProblemCode> {
    let phone = Forger::new(world).await;
    make_operator(world, phone.identity.person).await;
    let visitor = Visitor::logged_in(world, &phone).await;
    let change = Change::Operator(OperatorChange::Rename { organisation: id, name: name.to_owned() });
    let (browser, current) = (visitor.browser(), visitor.current().await);
    let proposed = changes::propose(&world.app, &caller(), &browser, &current, change, "Nieuwe naam").await;
    proposed.map(|_| ()).map_err(|error| error.code)
}

/// Renaming reads the whole row and writes it back: it must not bring back to life what another operator ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organisation_that_is_renamed_and_ended_at_once_is_ended() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let one = World::on(database).await;
        let two = one.second_node().await;
        for turn in 0..6 {
            let ura = format!("9007{turn:04}");
            let id = add_organisation(&one.app, "Praktijk Oud", &ura, OrganisationStatus::Validated).await;
            let (ended, renamed) = tokio::join!(end_it(&one, id), rename_it(&two, id, "Praktijk Nieuw"));
            ended.unwrap();
            let after = organisation(&one, id).await;
            assert_eq!(after.status, OrganisationStatus::Ended);
            match renamed {
                Ok(()) => assert_eq!(after.name, "Praktijk Nieuw"),
                Err(code) => assert_eq!((code, after.name.as_str()), (ProblemCode::NotNow, "Praktijk Oud")),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_applications_for_one_ura_at_once_one_is_open() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let one = World::on(database).await;
        let two = one.second_node().await;
        let (mut here, mut there) = (Visitor::new(&one), Visitor::new(&two));
        let fields = good(URA);
        let (first, second) = tokio::join!(apply(&mut here, &fields), apply(&mut there, &fields));
        let taken = [&first, &second].iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
        assert_eq!(taken, 1, "{} {}", first.status, second.status);
        let stored = stored(&one, URA).await;
        assert_eq!(stored.iter().map(|one| one.status).collect::<Vec<_>>(), [ApplicationStatus::Submitted]);
    }
}

#[tokio::test]
async fn a_ura_for_which_somebody_else_applied_is_given_to_nobody() {
    let world = World::new().await;
    let other = "00004321";
    apply(&mut Visitor::new(&world), &good(URA)).await;
    apply(&mut Visitor::new(&world), &good(other)).await;
    let (mut operator, _) = Visitor::operator(&world).await;
    let refused = try_approve(&mut operator, URA, "De Linde", other).await;
    assert_eq!(refused.status.as_u16(), ProblemCode::ApplicationOpen.status(), "{}", refused.text());
    assert_eq!(stored(&world, URA).await[0].status, ApplicationStatus::Submitted);
    assert_eq!(stored(&world, other).await.len(), 1);
    approve(&mut operator, URA).await;
    approve(&mut operator, other).await;
}

#[tokio::test]
async fn looking_at_a_person_is_in_the_log() {
    let world = World::new().await;
    let (mut operator, phone) = Visitor::operator(&world).await;
    let worker = Forger::new(&world).await.identity.person;
    let page = operator.get(&format!("/backoffice/personen/{worker}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let entries = world.events().await.into_iter().filter(|entry| entry.event == Event::LogRead);
    let [entry]: [_; 1] = entries.collect::<Vec<_>>().try_into().unwrap();
    let actor = Actor::Person { person: phone.identity.person, identity: Some(phone.identity.id) };
    assert_eq!((entry.actor, entry.person, entry.detail.as_deref()), (actor, Some(worker), Some("person")));
    // Who may not look leaves no such entry.
    let mut colleague = Visitor::logged_in(&world, &Forger::new(&world).await).await;
    assert_eq!(colleague.get(&format!("/backoffice/personen/{worker}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(count(&world, Event::LogRead).await, 1);
}
