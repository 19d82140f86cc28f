//! Things at the desk of an organisation, and of who is logged in.

use super::{
    roles::{Cast, Who},
    target::{Owner, next, write},
};
use crate::suite::{
    beheerder::{Beheerder, memberships_of, new_person, request},
    visitor::Visitor,
    world::{World, add_organisation, caller},
};
use domain::{
    EmailAddress, PersonName,
    browser::Browser as KnownBrowser,
    change::{Change, ChangeId, OrganisationChange, OwnChange},
    identity::IdentityStatus,
    organisation::{OrganisationId, OrganisationStatus},
    person::{Membership, MembershipStatus, PersonId, Role},
    preregistration::{PreRegistration, PreRegistrationId, Prepared},
    request::{Decision, RequestId},
    session::SessionId,
};
use portal::services::{
    ShownRequest,
    changes::{self, Proposed},
    desk::{self, ShownOnce},
    own,
};

/// Somebody's membership of an organisation.
pub async fn membership_in(world: &World, person: PersonId, organisation: OrganisationId) -> Membership {
    let all = memberships_of(world, person).await;
    all.into_iter().find(|membership| membership.organisation == organisation).unwrap()
}

/// A colleague in the state that a deed is about.
pub async fn colleague(world: &World, cast: &Cast, organisation: OrganisationId, deed: &str) -> Membership {
    if matches!(deed, "corrigeren" | "verwijderen") {
        let visitor = if organisation == cast.elsewhere {
            cast.visit(world, Who::Elsewhere).await
        } else {
            Visitor::logged_in(world, &cast.colleague).await
        };
        let mut maker = Owner { visitor, organisation };
        let change = registration(&mut maker).await;
        let asked = shown(&mut maker, Some(organisation), change).await.id;
        let registered = request(world, asked).await.person.unwrap();
        return membership_in(world, registered, organisation).await;
    }
    let forger = Beheerder::with(world, organisation, &[Role::Signer]).await.forger;
    let mut membership = membership_in(world, forger.identity.person, organisation).await;
    match deed {
        "herbevestigen" => membership.status = MembershipStatus::Reconfirm,
        "toegang-deblokkeren" => membership.status = MembershipStatus::Blocked,
        "id-deblokkeren" => forger.change(world, |identity| identity.status = IdentityStatus::Blocked).await,
        _ => return membership,
    }
    let stored = membership.clone();
    write(world, move |tx| Box::pin(async move { tx.update_membership(&stored).await })).await;
    membership
}

/// + Registreren by the owner: the change whose QR code was not shown yet.
pub async fn registration(owner: &mut Owner<'_>) -> ChangeId {
    let (visitor, world) = (&owner.visitor, owner.visitor.world);
    let person = Box::new(new_person(world, &format!("Nieuw{}", next())));
    let change = OrganisationChange::Register { person, prepared: None };
    let change = Change::Organisation { organisation: owner.organisation, change };
    let current = visitor.current().await;
    match changes::propose(&world.app, &caller(), &visitor.browser(), &current, change, "").await {
        Ok(Proposed::Done(id)) => id,
        other => panic!("{other:?}"),
    }
}

/// Proposes what waits to be signed.
async fn waits(owner: &mut Owner<'_>, change: OrganisationChange) -> ChangeId {
    let (visitor, world) = (&owner.visitor, owner.visitor.world);
    let change = Change::Organisation { organisation: owner.organisation, change };
    let current = visitor.current().await;
    match changes::propose(&world.app, &caller(), &visitor.browser(), &current, change, "Nodig").await {
        Ok(Proposed::Confirm(id)) => id,
        other => panic!("{other:?}"),
    }
}

fn row() -> Prepared {
    Prepared {
        name: PersonName::new("Anna", "", &format!("Voorbereid{}", next())).unwrap(),
        birth_date: None,
        birthplace: String::new(),
        email: None,
        department: String::new(),
        personnel_number: String::new(),
    }
}

/// A file of colleagues that waits to be signed.
pub async fn import(owner: &mut Owner<'_>) -> ChangeId {
    waits(owner, OrganisationChange::Prepare(vec![row()])).await
}

/// A file of leavers that waits to be signed.
pub async fn leavers(owner: &mut Owner<'_>) -> ChangeId {
    let world = owner.visitor.world;
    let person = Beheerder::with(world, owner.organisation, &[Role::Signer]).await.person();
    let membership = membership_in(world, person, owner.organisation).await.id;
    waits(owner, OrganisationChange::UnlinkMany(vec![membership])).await
}

/// Somebody who was prepared from a file.
pub async fn prepared(owner: &mut Owner<'_>) -> String {
    let world = owner.visitor.world;
    let by = owner.visitor.current().await.session.person.unwrap();
    let (id, created_at) = (PreRegistrationId::new(world.app.now(), world.app.entropy()), world.app.now());
    let row = PreRegistration { id, organisation: owner.organisation, row: row(), by, created_at };
    write(world, move |tx| Box::pin(async move { tx.insert_preregistrations(&[row]).await })).await;
    id.to_string()
}

/// The QR code on the pages of an organisation, or of the operators.
pub async fn shown(owner: &mut Owner<'_>, organisation: Option<OrganisationId>, change: ChangeId) -> ShownRequest {
    let visitor = &owner.visitor;
    let (app, browser, current) = (&visitor.world.app, visitor.browser(), visitor.current().await);
    match desk::show_once(app, &browser, &current, organisation, change).await.unwrap() {
        ShownOnce::Qr(shown) => shown,
        ShownOnce::AlreadyShown => panic!("shown before"),
    }
}

/// A change of the owner's own address, which waits to be confirmed.
pub async fn own_change(owner: &mut Owner<'_>, asked: bool) -> ChangeId {
    let (visitor, world) = (&owner.visitor, owner.visitor.world);
    let mut current = visitor.current().await;
    current.session.browser_trusted = false;
    let address = EmailAddress::parse("jan@example.nl");
    let change = Change::Own(OwnChange::Email(address));
    let proposed = changes::propose(&world.app, &caller(), &visitor.browser(), &current, change, "").await;
    let Ok(Proposed::Confirm(id)) = proposed else { panic!("{proposed:?}") };
    if asked {
        changes::ask(&world.app, &visitor.browser(), &current, id).await.unwrap();
    }
    id
}

/// A link QR code of the owner; accepted by somebody of another organisation.
pub async fn link(owner: &mut Owner<'_>, accepted: bool) -> RequestId {
    let (visitor, world) = (&owner.visitor, owner.visitor.world);
    let current = visitor.current().await;
    let shown = desk::link_start(&world.app, &caller(), &visitor.browser(), &current, owner.organisation).await;
    let shown = shown.unwrap();
    if accepted {
        let ura = format!("{:08}", 60_000_000 + next());
        let third = add_organisation(&world.app, "Praktijk Noord", &ura, OrganisationStatus::Validated).await;
        let mut phone = Beheerder::with(world, third, &[Role::Signer]).await.forger;
        let request = phone.open(world, &shown).await;
        let claims = phone.claims(&request, Decision::Accepted);
        let answer = phone.send(world, &request, &phone.sign(&claims)).await;
        assert!(answer.status.is_success(), "{}", answer.text());
    }
    shown.id
}

/// The owner typed an address, which is not confirmed yet.
pub async fn new_address(owner: &Owner<'_>) {
    let world = owner.visitor.world;
    let mut person = owner.visitor.current().await.person.unwrap();
    person.email = EmailAddress::parse("jan@example.nl");
    person.email_confirmed_at = None;
    write(world, move |tx| Box::pin(async move { tx.update_person(&person).await })).await;
}

/// Another session of the same person.
pub async fn another_session(owner: &mut Owner<'_>) -> String {
    let (world, here) = (owner.visitor.world, owner.visitor.current().await.session);
    let mut other = here;
    other.id = SessionId::new(world.app.now(), world.app.entropy());
    other.token_hash = world.app.entropy().array();
    other.browser = world.app.entropy().array();
    let id = other.id.to_string();
    write(world, move |tx| Box::pin(async move { tx.insert_session(&other).await })).await;
    id
}

/// A browser in which the owner logged in before.
pub async fn another_browser(owner: &mut Owner<'_>) -> String {
    let (world, session) = (owner.visitor.world, owner.visitor.current().await.session);
    let hash = world.app.entropy().array();
    let mut known = KnownBrowser::first_seen(session.person.unwrap(), hash, "Firefox op Linux".into(), world.app.now());
    known.trusted_at = Some(world.app.now());
    let handle = own::handle(&known);
    write(world, move |tx| Box::pin(async move { tx.save_browser(&known).await })).await;
    handle
}
