//! The mails of SYSTEM.md §7 that the flows' own tests do not look at: who gets which, and what no mail may say.

use super::{
    applications::{URA, apply, good},
    beheerder::{Beheerder, document, memberships_of, request},
    cards::{BIRTH_DATE, confirm, pass},
    forger::Forger,
    login::log_in,
    phone::phone,
    script::Script,
    visitor::{Visitor, mailed, mails},
    world::{World, add_organisation, caller},
};
use domain::{
    BirthDate, EmailAddress, PersonName,
    change::{Change, MemberChange},
    identity::IdentityStatus,
    log::Event,
    mail::{Mail, MailKind},
    organisation::{OrganisationId, OrganisationStatus},
    person::{Membership, MembershipId, Person, PersonId, Role, person_number},
    registration::Step,
    uzi::CardType,
};
use pki::test_register::TestCard;
use portal::services::{identities, journal, registration, roles};
use storage::StoreError;
use wallet::Wallet;

/// A confirmed address.
pub async fn give_address(world: &World, person: PersonId, address: &str) {
    let (address, now) = (EmailAddress::parse(address).unwrap(), world.app.now());
    let given: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut person = tx.person(person).await?.unwrap();
                person.email = Some(address);
                person.email_confirmed_at = Some(now);
                tx.update_person(&person).await
            })
        })
        .await;
    given.unwrap();
}

/// To whom mails of a kind went, in order.
async fn to(world: &World, kind: MailKind) -> Vec<String> {
    let mut to: Vec<String> = of(world, kind).await.iter().map(|mail| mail.to.to_string()).collect();
    to.sort();
    to
}

async fn of(world: &World, kind: MailKind) -> Vec<Mail> {
    mails(world).await.into_iter().filter(|mail| mail.kind == kind).collect()
}

/// Somebody with a confirmed address who administers an organisation.
async fn administrator(world: &World, organisation: OrganisationId, address: &str) -> Beheerder {
    let administrator = Beheerder::with(world, organisation, &[Role::Signer, Role::Administrator]).await;
    give_address(world, administrator.person(), address).await;
    administrator
}

/// A node where the operators have a shared address and decide in pairs.
async fn office(world: &World) -> World {
    world
        .node_with(|parts| {
            parts.config.second_operator = true;
            parts.config.mail.operators = EmailAddress::parse("operators@example.nl");
        })
        .await
}

#[tokio::test]
async fn operators_are_told_of_applications_and_of_what_waits_for_a_second_one() {
    let one = World::new().await;
    let world = office(&one).await;
    apply(&mut Visitor::new(&world), &good(URA)).await;
    assert_eq!(to(&world, MailKind::ApplicationForOperators).await, ["operators@example.nl"]);
    let (mut operator, phone) = Visitor::operator(&world).await;
    give_address(&world, phone.identity.person, "operator@example.nl").await;
    super::backoffice::propose_approval(&mut operator, URA).await;
    assert_eq!(to(&world, MailKind::SecondOperator).await, ["operator@example.nl", "operators@example.nl"]);
}

#[tokio::test]
async fn roles_are_told_to_the_person_and_the_administrators() {
    let world = World::new().await;
    administrator(&world, world.organisation, "administrator@example.nl").await;
    let colleague = Forger::new(&world).await.identity.person;
    give_address(&world, colleague, "collega@example.nl").await;
    let app = world.app.clone();
    let done = world.app.write(move |tx| {
        Box::pin(async move {
            let mut membership = tx.memberships_of(colleague).await?.remove(0);
            let entry = |event| journal::entry(&app, &caller(), event).by_system();
            roles::give(&app, &caller(), tx, &mut membership, Role::Manager, entry(Event::RoleGiven)).await?;
            roles::take(&app, &caller(), tx, &mut membership, Role::Manager, entry(Event::RoleTaken)).await
        })
    });
    assert!(done.await.unwrap());
    for kind in [MailKind::RoleGiven, MailKind::RoleTaken] {
        assert_eq!(to(&world, kind).await, ["administrator@example.nl", "collega@example.nl"], "{kind:?}");
    }
}

#[tokio::test]
async fn who_is_unlinked_loses_roles_and_that_is_told() {
    let world = World::new().await;
    let desk = administrator(&world, world.organisation, "administrator@example.nl").await;
    let leaver = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Manager]).await.person();
    give_address(&world, leaver, "vertrekker@example.nl").await;
    let membership = memberships_of(&world, leaver).await[0].id;
    desk.propose(&world, Change::Member { membership, change: MemberChange::Unlink }).await.unwrap();
    assert_eq!(to(&world, MailKind::RoleTaken).await, ["administrator@example.nl", "vertrekker@example.nl"]);
}

async fn activated(world: &World, desk: &Beheerder, wallet: &mut Wallet, link: &portal::services::ShownRequest) {
    let asked = wallet.inspect(&link.link.reveal()).await.unwrap();
    let digits = wallet.activate(&asked, None).await.unwrap().pairing_code.unwrap();
    desk.pair(world, link.id, &digits).await.unwrap();
}

#[tokio::test]
async fn each_step_of_an_id_is_told_and_the_other_organisations_too() {
    let world = World::new().await;
    let desk = administrator(&world, world.organisation, "hier@example.nl").await;
    let elsewhere = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    administrator(&world, elsewhere, "daar@example.nl").await;
    let shown = desk.qr(&world, "Dijk").await;
    let person = request(&world, shown.id).await.person.unwrap();
    give_address(&world, person, "anna@example.nl").await;
    activated(&world, &desk, &mut phone(&world, 1).await, &shown).await;
    assert_eq!(to(&world, MailKind::IdentityActivated).await, ["anna@example.nl"]);
    assert_eq!(mailed(&world, MailKind::ElsewhereChanged).await, 0, "she works nowhere else");

    let mut other = memberships_of(&world, person).await.remove(0);
    other.id = MembershipId::new(world.app.now(), world.app.entropy());
    other.organisation = elsewhere;
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.insert_membership(&other).await })).await;
    stored.unwrap();
    world.pass(1);
    let again = desk.new_qr(&world, person).await.unwrap();
    activated(&world, &desk, &mut phone(&world, 2).await, &again).await;
    assert_eq!(to(&world, MailKind::IdentityReplaced).await, ["anna@example.nl"]);
    assert_eq!(mailed(&world, MailKind::IdentityActivated).await, 2);
    assert_eq!(to(&world, MailKind::ElsewhereChanged).await, ["daar@example.nl"], "re-issued");

    let memberships = memberships_of(&world, person).await;
    let membership = memberships.iter().find(|m| m.organisation == world.organisation).unwrap().id;
    for (change, kind, elsewhere) in [
        (MemberChange::BlockIdentity, Some(MailKind::IdentityBlocked), 2),
        (MemberChange::UnblockIdentity(document(&world)), None, 2),
    ] {
        desk.propose(&world, Change::Member { membership, change }).await.unwrap();
        if let Some(kind) = kind {
            assert_eq!(to(&world, kind).await, ["anna@example.nl"]);
        }
        assert_eq!(mailed(&world, MailKind::ElsewhereChanged).await, elsewhere);
    }
    let (app, here) = (world.app.clone(), world.organisation);
    let done = world.app.write(move |tx| {
        Box::pin(async move {
            let identity = identities::present(&app, tx, person).await?.unwrap();
            let entry = |event| journal::entry(&app, &caller(), event).by_system();
            identities::change(&app, &caller(), tx, identity, IdentityStatus::Revoked, Some(here), entry).await
        })
    });
    done.await.unwrap();
    assert_eq!(to(&world, MailKind::IdentityRevoked).await, ["anna@example.nl"]);
    assert_eq!(mailed(&world, MailKind::ElsewhereChanged).await, 3);
}

#[tokio::test]
async fn an_organisation_without_usable_administrator_is_told_to_the_operators() {
    let one = World::new().await;
    let world = office(&one).await;
    let only = administrator(&world, world.organisation, "administrator@example.nl").await.person();
    let app = world.app.clone();
    let done = world.app.write(move |tx| {
        Box::pin(async move {
            let identity = identities::present(&app, tx, only).await?.unwrap();
            let entry = |event| journal::entry(&app, &caller(), event).by_system();
            identities::change(&app, &caller(), tx, identity, IdentityStatus::Blocked, None, entry).await
        })
    });
    done.await.unwrap();
    assert_eq!(to(&world, MailKind::Orphaned).await, ["administrator@example.nl", "operators@example.nl"]);
}

#[tokio::test]
async fn a_login_in_a_browser_that_was_not_seen_before_is_told() {
    let world = World::new().await;
    let mut phone = Forger::new(&world).await;
    give_address(&world, phone.identity.person, "jan@example.nl").await;
    let (browser, script) = (world.browser(), Script::new(&world));
    let told = async || mailed(&world, MailKind::NewBrowser).await;
    log_in(&world, &browser, Some(&script), &mut phone).await;
    assert_eq!(told().await, 1);
    log_in(&world, &browser, Some(&script), &mut phone).await;
    assert_eq!(told().await, 1, "the same browser");
    // Behind the same cookie another browser, which has another key or none.
    log_in(&world, &browser, None, &mut phone).await;
    assert_eq!(told().await, 2);
    log_in(&world, &browser, Some(&Script::new(&world)), &mut phone).await;
    assert_eq!(told().await, 3);
    log_in(&world, &world.browser(), Some(&script), &mut phone).await;
    assert_eq!(to(&world, MailKind::NewBrowser).await, ["jan@example.nl"; 4]);
    assert!(of(&world, MailKind::NewBrowser).await[0].text.contains("Firefox op Linux"));
}

/// Somebody who has the names on the pass and this birth date, in the pass's organisation.
async fn namesake(world: &World, card: &TestCard) {
    let (app, now) = (&world.app, world.app.now());
    let spec = &card.spec;
    let name = PersonName::new(&spec.given_name, &spec.prefix, &spec.surname).unwrap();
    let (id, number) = (PersonId::new(now, app.entropy()), person_number(app.entropy().array()));
    let person = Person::new(id, number, name, BirthDate::parse_typed(BIRTH_DATE).unwrap(), false, now);
    let membership = MembershipId::new(now, app.entropy());
    let membership = Membership::new(membership, id, world.organisation, vec![Role::Signer], None, now);
    let stored: Result<(), StoreError> = app
        .store
        .write(move |tx| {
            Box::pin(async move {
                tx.insert_person(&person).await?;
                tx.insert_membership(&membership).await
            })
        })
        .await;
    stored.unwrap();
}

#[tokio::test]
async fn administrators_are_told_of_a_registration_that_fits_nobody_without_a_name() {
    for several in [false, true] {
        let world = World::new().await;
        administrator(&world, world.organisation, "administrator@example.nl").await;
        let elsewhere = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
        administrator(&world, elsewhere, "daar@example.nl").await;
        let (browser, z) = (world.browser(), pass(&world, CardType::Z));
        namesake(&world, &z).await;
        if several {
            namesake(&world, &z).await;
        }
        confirm(&world, &browser, &z, BIRTH_DATE).await.unwrap();
        let step = registration::current(&world.app, &browser).await.unwrap().registration.step;
        if several {
            assert_eq!(step, Step::Stopped);
        } else {
            assert_eq!((step, mailed(&world, MailKind::KnownPersonConflict).await), (Step::KnownPerson, 0));
            registration::known_person(&world.app, &caller(), &browser, false).await.unwrap();
        }
        let [mail] = of(&world, MailKind::KnownPersonConflict).await.try_into().unwrap();
        assert_eq!(mail.to.as_str(), "administrator@example.nl");
        for secret in [z.spec.surname.as_str(), &z.spec.uzi_number, "1980"] {
            assert!(!mail.text.contains(secret) && !mail.html.contains(secret), "{secret}: {}", mail.text);
        }
        assert_eq!(mail.person, None);
    }
}
