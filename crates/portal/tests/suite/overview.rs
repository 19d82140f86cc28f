//! The overview: what each role finds there.

use super::{
    beheerder::memberships_of,
    forger::Forger,
    visitor::Visitor,
    world::{World, add_organisation},
};
use domain::{
    organisation::{OrganisationId, OrganisationStatus},
    person::{Membership, MembershipId, Role},
};
use storage::StoreError;

/// Somebody with these roles here.
async fn colleague(world: &World, roles: &[Role]) -> Forger {
    let phone = Forger::new(world).await;
    let mut membership = memberships_of(world, phone.identity.person).await.remove(0);
    membership.roles = roles.to_vec();
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_membership(&membership).await })).await;
    stored.unwrap();
    phone
}

async fn overview(world: &World, phone: &Forger) -> String {
    Visitor::logged_in(world, phone).await.get("/overzicht").await.text()
}

/// Where the links of the organisation's card lead.
fn offered(html: &str, organisation: OrganisationId) -> Vec<&'static str> {
    let all = ["", "/registreren", "/organisatie", "/log"];
    let href =
        |rest: &str| format!("<a class=\"nl-button nl-button--secondary\" href=\"/beheer/{organisation}{rest}\"");
    all.into_iter().filter(|rest| html.contains(&href(rest))).collect()
}

#[tokio::test]
async fn every_role_finds_its_own_links_and_nothing_else() {
    let world = World::new().await;
    for (role, links) in [
        (None, &[][..]),
        (Some(Role::Helpdesk), &[""]),
        (Some(Role::Auditor), &["/log"]),
        (Some(Role::Manager), &["", "/registreren", "/organisatie"]),
        (Some(Role::Administrator), &["", "/registreren", "/organisatie", "/log"]),
    ] {
        let roles: Vec<Role> = [Role::Signer].into_iter().chain(role).collect();
        let html = overview(&world, &colleague(&world, &roles).await).await;
        assert_eq!(offered(&html, world.organisation), links, "{role:?}: {html}");
        assert!(html.contains("href=\"/attributen\"") && html.contains("href=\"/mijn-gegevens\""));
        assert_eq!(html.contains("Mandaten voor het LSP"), links.contains(&"/registreren"), "{role:?}");
        assert!(!html.contains("href=\"/backoffice\""), "{role:?}");
        assert!(html.contains("Actief: gemaakt op"), "the Mobile ID and its status: {html}");
    }
    let (mut operator, _) = Visitor::operator(&world).await;
    let html = operator.get("/overzicht").await.text();
    assert!(html.contains("Aanvragen beheren") && html.contains("href=\"/backoffice\""), "{html}");
}

#[tokio::test]
async fn aan_de_slag_says_what_is_done_and_the_only_administrator_is_told() {
    let world = World::new().await;
    let first = colleague(&world, &[Role::Signer, Role::Administrator]).await;
    let html = overview(&world, &first).await;
    assert!(html.contains("U bent de enige administrator"), "{html}");
    assert_eq!(html.matches("(gedaan)").count(), 0, "{html}");
    for link in ["", "/registreren", "/organisatie"] {
        let href = format!("<a class=\"nl-link\" href=\"/beheer/{}{link}\"", world.organisation);
        assert!(html.contains(&href), "{link}: {html}");
    }
    assert!(html.contains("Maak in de app een back-up"));
    // A colleague who is no administrator changes one line.
    let second = colleague(&world, &[Role::Signer]).await;
    let html = overview(&world, &first).await;
    assert!(html.contains("U bent de enige administrator"));
    assert_eq!(html.matches("(gedaan)").count(), 1, "{html}");
    let theirs = overview(&world, &second).await;
    assert!(!theirs.contains("enige administrator") && !theirs.contains("tweede collega"), "{theirs}");
    colleague(&world, &[Role::Signer, Role::Administrator]).await;
    let html = overview(&world, &first).await;
    assert!(!html.contains("U bent de enige administrator"));
    assert_eq!(html.matches("(gedaan)").count(), 2, "{html}");
}

#[tokio::test]
async fn each_organisation_has_its_card_with_the_roles_there() {
    let world = World::new().await;
    let phone = colleague(&world, &[Role::Signer, Role::Manager]).await;
    let elsewhere = add_organisation(&world.app, "Praktijk Elders", "90077777", OrganisationStatus::Validated).await;
    let id = MembershipId::new(world.app.now(), world.app.entropy());
    let person = phone.identity.person;
    let second = Membership::new(id, person, elsewhere, vec![Role::Signer, Role::Auditor], None, world.app.now());
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.insert_membership(&second).await })).await;
    stored.unwrap();
    let html = overview(&world, &phone).await;
    let cards: Vec<&str> = html.split("<section class=\"card\" aria-labelledby=\"organisation-").skip(1).collect();
    assert_eq!(cards.len(), 2, "{html}");
    let of = |name: &str| *cards.iter().find(|card| card.contains(name)).unwrap();
    assert!(of("Praktijk Elders").contains("Auditor (Auditor)") && of("Praktijk Elders").contains("90077777"));
    assert_eq!(offered(&html, elsewhere), ["/log"]);
    assert_eq!(offered(&html, world.organisation), ["", "/registreren", "/organisatie"]);
    // In English too.
    let mut visitor = Visitor::logged_in(&world, &phone).await;
    visitor.language = "en";
    let english = visitor.get("/overzicht").await.text();
    assert!(english.contains("Register attributes") && english.contains("Make a back-up of your ID"), "{english}");
}
