//! An operator decides about no UZI number of their own: whose pass an application names becomes administrator.

use super::{
    applications::{URA, apply, good, stored},
    backoffice::{approve, propose_approval, try_approve, waiting_decision},
    beheerder::memberships_of,
    forger::Forger,
    visitor::Visitor,
    world::World,
};
use axum::http::StatusCode;
use domain::{
    UziNumber,
    application::ApplicationStatus,
    log::{Event, Outcome},
    person::{AttributePeriod, CardAttributes, PersonId},
    uzi::RoleCode,
};
use futures::future::BoxFuture;
use storage::{StoreError, Tx};

/// The number that [`good`] applies with.
const NUMBER: &str = "900012345";

async fn store<F>(world: &World, write: F)
where
    F: for<'a> FnOnce(&'a mut dyn Tx) -> BoxFuture<'a, Result<(), StoreError>> + Send + 'static,
{
    let stored: Result<(), StoreError> = world.app.store.write(write).await;
    stored.unwrap();
}

fn attributes(world: &World) -> CardAttributes {
    CardAttributes {
        uzi_number: UziNumber::parse(NUMBER).unwrap(),
        role_code: RoleCode::parse("01.015").unwrap(),
        certificate_sha256: "00".into(),
        certificate_serial: "01".into(),
        valid_until: world.app.now().plus_seconds(1000),
    }
}

/// The person's pass is known where they work.
async fn has_the_pass(world: &World, person: PersonId) {
    let mut membership = memberships_of(world, person).await.remove(0);
    membership.attributes = Some(attributes(world));
    store(world, move |tx| Box::pin(async move { tx.update_membership(&membership).await })).await;
}

async fn merged(world: &World, from: PersonId, into: PersonId) {
    store(world, move |tx| {
        Box::pin(async move {
            let mut goes = tx.person(from).await?.unwrap();
            goes.merged_into = Some(into);
            tx.update_person(&goes).await
        })
    })
    .await;
}

/// The operator is refused, nothing changes, and the attempt is in the log; another one may.
async fn only_another_approves(world: &World, me: &mut Visitor<'_>) {
    apply(&mut Visitor::new(world), &good(URA)).await;
    let own = me.current().await.session.person.unwrap();
    let refused = try_approve(me, URA, "De Linde", URA).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    assert!(refused.text().contains("not-oneself"), "{}", refused.text());
    assert_eq!(stored(world, URA).await[0].status, ApplicationStatus::Submitted);
    let told = world.events().await.into_iter().rfind(|entry| entry.outcome == Outcome::Refused).unwrap();
    assert_eq!((told.event, told.reason.as_deref()), (Event::RequestRefused, Some("not-oneself")));
    assert!(matches!(told.actor, domain::log::Actor::Person { person, .. } if person == own));
    let (mut other, _) = Visitor::operator(world).await;
    approve(&mut other, URA).await;
}

#[tokio::test]
async fn an_operator_does_not_approve_their_own_application() {
    let world = World::new().await;
    let (mut me, phone) = Visitor::operator(&world).await;
    has_the_pass(&world, phone.identity.person).await;
    only_another_approves(&world, &mut me).await;
}

/// Who left the organisation of the pass has the pass still.
#[tokio::test]
async fn a_number_of_before_is_ones_own_too() {
    let world = World::new().await;
    let (mut me, phone) = Visitor::operator(&world).await;
    let membership = memberships_of(&world, phone.identity.person).await.remove(0).id;
    let (attributes, from) = (attributes(&world), world.app.now().plus_seconds(-1000));
    let period = AttributePeriod { membership, attributes, from, until: Some(world.app.now()) };
    store(&world, move |tx| Box::pin(async move { tx.insert_attribute_period(&period).await })).await;
    only_another_approves(&world, &mut me).await;
    let reopen = format!("/backoffice/organisaties/{}/heropenen", world.organisation);
    let refused = me.post(&reopen, &[("uzinummer", NUMBER), ("reden", "Verweesd")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
}

/// Also not by way of a second registration, or of one that was merged twice.
#[tokio::test]
async fn a_second_registration_is_oneself() {
    let world = World::new().await;
    let (mut me, phone) = Visitor::operator(&world).await;
    let (first, second) = (Forger::new(&world).await.identity.person, Forger::new(&world).await.identity.person);
    has_the_pass(&world, first).await;
    merged(&world, first, second).await;
    merged(&world, second, phone.identity.person).await;
    only_another_approves(&world, &mut me).await;
}

#[tokio::test]
async fn the_second_operator_is_not_the_applicant_either() {
    let one = World::new().await;
    let world = one.node_with(|parts| parts.config.second_operator = true).await;
    apply(&mut Visitor::new(&world), &good(URA)).await;
    let ((mut first, _), (mut applicant, phone), (mut third, _)) =
        (Visitor::operator(&world).await, Visitor::operator(&world).await, Visitor::operator(&world).await);
    has_the_pass(&world, phone.identity.person).await;
    propose_approval(&mut first, URA).await;
    let path = waiting_decision(&mut applicant).await;
    for answer in ["ja", "nee"] {
        assert_eq!(applicant.post(&path, &[("besluit", answer)]).await.status, StatusCode::FORBIDDEN, "{answer}");
        assert_eq!(stored(&world, URA).await[0].status, ApplicationStatus::Submitted);
    }
    let agreed = third.post(&path, &[("besluit", "ja")]).await;
    assert_eq!(agreed.location(), "/backoffice/besluiten?gedaan=besloten", "{}", agreed.text());
    assert_eq!(stored(&world, URA).await[0].status, ApplicationStatus::Approved);
}

/// The pass that is linked between proposing and agreeing counts: it is looked at again when it is done.
#[tokio::test]
async fn a_pass_that_is_linked_while_it_waits_stops_the_approval() {
    let one = World::new().await;
    let world = one.node_with(|parts| parts.config.second_operator = true).await;
    apply(&mut Visitor::new(&world), &good(URA)).await;
    let ((mut first, phone), (mut second, _)) = (Visitor::operator(&world).await, Visitor::operator(&world).await);
    propose_approval(&mut first, URA).await;
    has_the_pass(&world, phone.identity.person).await;
    let path = waiting_decision(&mut second).await;
    let refused = second.post(&path, &[("besluit", "ja")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    assert_eq!(stored(&world, URA).await[0].status, ApplicationStatus::Submitted);
    assert_eq!(second.post(&path, &[("besluit", "ja")]).await.status, StatusCode::CONFLICT, "the proposal is over");
    // It can be proposed again, by somebody else.
    propose_approval(&mut second, URA).await;
}
