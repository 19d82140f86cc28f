//! Koppelen (SYSTEM.md flow 9): somebody from elsewhere accepts the beheerder's `link` QR code with the ID they have.

use super::{
    beheerder::{Beheerder, count, document, memberships_of, request},
    phone::phone,
    world::{World, add_organisation, caller},
};
use domain::{
    change::{Change, OrganisationChange},
    log::Event,
    organisation::{OrganisationId, OrganisationStatus},
    person::{MembershipStatus, PersonId, Role},
    request::{Decision, LINK_SECONDS, RequestStatus},
};
use portal::{
    AppError,
    services::{ShownRequest, desk},
};
use protocol::ProblemCode;
use wallet::Wallet;

const HERE: &[Role] = &[Role::Signer, Role::Manager];

/// Somebody with an ID from the first organisation, and a beheerder of another.
async fn two_organisations(world: &World) -> (Wallet, PersonId, OrganisationId, Beheerder) {
    let first = Beheerder::new(world).await;
    let shown = first.qr(world, "Dijk").await;
    let mut wallet = phone(world, 1).await;
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    let digits = wallet.activate(&asked, None).await.unwrap().pairing_code.unwrap();
    first.pair(world, shown.id, &digits).await.unwrap();
    let person = request(world, shown.id).await.person.unwrap();
    let place = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    (wallet, person, place, Beheerder::with(world, place, HERE).await)
}

async fn start(world: &World, desk: &Beheerder, place: OrganisationId) -> Result<ShownRequest, ProblemCode> {
    let shown = desk::link_start(&world.app, &caller(), &desk.browser, &desk.current, place).await;
    shown.map_err(|error| error.code)
}

async fn found(world: &World, desk: &Beheerder, shown: &ShownRequest) -> Option<PersonId> {
    let found: Result<_, AppError> = desk::link_found(&world.app, &desk.browser, &desk.current, shown.id).await;
    found.unwrap().map(|person| person.id)
}

fn link(world: &World, place: OrganisationId, shown: &ShownRequest) -> Change {
    let change = OrganisationChange::Link { request: shown.id, document: document(world) };
    Change::Organisation { organisation: place, change }
}

#[tokio::test]
async fn the_id_from_elsewhere_is_linked_after_the_comparison() {
    let world = World::new().await;
    let (mut wallet, person, place, desk) = two_organisations(&world).await;
    let shown = start(&world, &desk, place).await.unwrap();
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    let organisation = asked.claims.organisation.as_ref().unwrap();
    assert_eq!((organisation.name.as_str(), asked.claims.asked_by.as_deref()), ("Praktijk Oost", Some("Jan van Test")));
    assert_eq!(found(&world, &desk, &shown).await, None, "nobody accepted yet");
    let answered = wallet.answer(&asked, Decision::Accepted, None).await.unwrap();
    assert!(answered.pairing_code.is_none());
    assert_eq!(found(&world, &desk, &shown).await, Some(person));
    // Not for a colleague, and not in another browser of the same beheerder.
    let colleague = Beheerder::with(&world, place, HERE).await;
    let (browser, current) = desk.elsewhere(&world).await;
    for (browser, current) in [(&browser, &current), (&colleague.browser, &colleague.current)] {
        let looked = desk::link_found(&world.app, browser, current, shown.id).await;
        assert_eq!(looked.unwrap_err().code, ProblemCode::NotFound);
    }
    desk.propose(&world, link(&world, place, &shown)).await.unwrap();
    let here = memberships_of(&world, person).await.into_iter().find(|m| m.organisation == place).unwrap();
    assert_eq!((here.status, here.roles.as_slice()), (MembershipStatus::Active, [Role::Signer].as_slice()));
    assert_eq!(desk.propose(&world, link(&world, place, &shown)).await, Err(ProblemCode::RequestUsed));
    assert_eq!(count(&world, Event::ProofingFaceToFace).await, 2);
}

#[tokio::test]
async fn declined_or_late_tells_nobody_who_it_was() {
    let world = World::new().await;
    let (mut wallet, _, place, desk) = two_organisations(&world).await;
    let shown = start(&world, &desk, place).await.unwrap();
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    wallet.answer(&asked, Decision::Declined, None).await.unwrap();
    assert_eq!(found(&world, &desk, &shown).await, None);
    let shown = start(&world, &desk, place).await.unwrap();
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    wallet.answer(&asked, Decision::Accepted, None).await.unwrap();
    world.pass(LINK_SECONDS);
    assert_eq!(found(&world, &desk, &shown).await, None);
    assert_eq!(desk.propose(&world, link(&world, place, &shown)).await, Err(ProblemCode::RequestExpired));
}

#[tokio::test]
async fn nobody_links_themselves_or_without_the_role() {
    let world = World::new().await;
    let mut desk = Beheerder::new(&world).await;
    let shown = start(&world, &desk, world.organisation).await.unwrap();
    let jws = desk.forger.open(&world, &shown).await;
    let claims = desk.forger.claims(&jws, Decision::Accepted);
    let signed = desk.forger.sign(&claims);
    assert_eq!(desk.forger.send(&world, &jws, &signed).await.code(), ProblemCode::NotOneself);
    let over = request(&world, shown.id).await;
    assert_eq!((over.status, over.problem.as_deref()), (RequestStatus::Declined, Some("not-oneself")));
    assert_eq!(found(&world, &desk, &shown).await, None);
    let signer = Beheerder::with(&world, world.organisation, &[Role::Signer]).await;
    assert_eq!(start(&world, &signer, world.organisation).await.unwrap_err(), ProblemCode::Forbidden);
    let other = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    assert_eq!(start(&world, &desk, other).await.unwrap_err(), ProblemCode::NotFound);
    // A request of one organisation links nobody to another.
    let elsewhere = Beheerder::with(&world, other, HERE).await;
    let shown = start(&world, &desk, world.organisation).await.unwrap();
    assert_eq!(elsewhere.propose(&world, link(&world, other, &shown)).await, Err(ProblemCode::NotFound));
}

/// What another organisation decided about somebody is its own affair: nothing of it is told, nothing of it changes.
#[tokio::test]
async fn somebody_blocked_elsewhere_can_be_linked_and_stays_blocked_there() {
    let world = World::new().await;
    let (mut wallet, person, place, desk) = two_organisations(&world).await;
    let mut there = memberships_of(&world, person).await.remove(0);
    assert!(there.block(world.app.now()));
    let blocked: Result<(), storage::StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_membership(&there).await })).await;
    blocked.unwrap();
    let shown = start(&world, &desk, place).await.unwrap();
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    wallet.answer(&asked, Decision::Accepted, None).await.unwrap();
    assert_eq!(found(&world, &desk, &shown).await, Some(person));
    desk.propose(&world, link(&world, place, &shown)).await.unwrap();
    let status =
        |place, all: &[domain::person::Membership]| all.iter().find(|m| m.organisation == place).unwrap().status;
    let all = memberships_of(&world, person).await;
    assert_eq!(status(place, &all), MembershipStatus::Active);
    assert_eq!(status(world.organisation, &all), MembershipStatus::Blocked);
    // A blocked identity answers nothing.
    let stored: Result<(), storage::StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut identity = tx.identities_of(person).await?.remove(0);
                identity.status = domain::identity::IdentityStatus::Blocked;
                tx.update_identity(&identity).await
            })
        })
        .await;
    stored.unwrap();
    let shown = start(&world, &desk, place).await.unwrap();
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    let refused = wallet.answer(&asked, Decision::Accepted, None).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::IdentityBlocked);
}
