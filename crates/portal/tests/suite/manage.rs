//! The pages of Beheer: what each role may do with whom, and that what is signed is what is executed.

use super::{
    beheerder::memberships_of,
    cards::{answer, opened, pass},
    forger::Forger,
    visitor::Visitor,
    world::{World, add_organisation},
};
use axum::http::StatusCode;
use domain::{
    change::ChangeId,
    identity::{Identity, IdentityStatus},
    organisation::{OrganisationId, OrganisationStatus},
    person::{Membership, MembershipStatus, PersonId, Role},
    request::{Decision, RequestId},
    session::LoggedInWith,
    uzi::{CardType, UziNumber},
};
use portal::services::ShownRequest;
use protocol::{Nonce, ProblemCode, link::QrLink, request::Redeemed};
use serde_json::json;
use storage::StoreError;

pub const DOCUMENT: [(&str, &str); 4] =
    [("documentsoort", "passport"), ("documentnummer", "SPECI2014"), ("geldigtot", "2031-01-01"), ("gezien", "ja")];
const REASON: (&str, &str) = ("reden", "Op verzoek van de collega");

/// Somebody with these roles in an organisation.
pub async fn colleague(world: &World, organisation: OrganisationId, roles: &[Role]) -> Forger {
    super::beheerder::Beheerder::with(world, organisation, roles).await.forger
}

pub async fn at_work<'a>(world: &'a World, role: Role) -> (Visitor<'a>, Forger) {
    let forger = colleague(world, world.organisation, &[Role::Signer, role]).await;
    (Visitor::logged_in(world, &forger).await, forger)
}

pub async fn membership(world: &World, person: PersonId) -> Membership {
    let mut all = memberships_of(world, person).await;
    all.retain(|membership| membership.organisation == world.organisation);
    all.remove(0)
}

async fn identity(world: &World, forger: &Forger) -> Identity {
    let id = forger.identity.id;
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.identity(id).await })).await;
    found.unwrap().unwrap()
}

fn list(world: &World) -> String {
    format!("/beheer/{}", world.organisation)
}

async fn page_of(world: &World, person: PersonId) -> String {
    format!("{}/personen/{}", list(world), membership(world, person).await.id)
}

/// The browser is not trusted any more.
async fn distrust(visitor: &Visitor<'_>) {
    let mut session = visitor.current().await.session;
    session.browser_trusted = false;
    let stored: Result<(), StoreError> =
        visitor.world.app.store.write(move |tx| Box::pin(async move { tx.update_session(&session).await })).await;
    stored.unwrap();
}

/// The link under the QR code of a page.
pub fn link(html: &str) -> String {
    let after = html.split("id=\"qr-link\">").nth(1).unwrap_or_else(|| panic!("no QR code: {html}"));
    after.split('<').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
}

/// The phone answers the QR code of a page.
async fn answer_with(world: &World, phone: &mut Forger, html: &str, decision: Decision) -> StatusCode {
    let link = QrLink::parse(&link(html)).expect("a link");
    let shown = ShownRequest {
        id: RequestId::new(world.app.now(), world.app.entropy()),
        link,
        code: String::new(),
        expires_in: 0,
    };
    let request = phone.open(world, &shown).await;
    let claims = phone.claims(&request, decision);
    phone.send(world, &request, &phone.sign(&claims)).await.status
}

/// Posts a deed; where a confirmation is asked, the phone gives it on the pages themselves.
async fn done(visitor: &mut Visitor<'_>, phone: &mut Forger, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = visitor.post(path, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path} {}", answer.h1());
    let location = answer.location().to_owned();
    if !location.starts_with("/bevestigen/") {
        return location;
    }
    let page = visitor.get(&location).await.text();
    assert!(answer_with(visitor.world, phone, &page, Decision::Accepted).await.is_success());
    let accepted = visitor.get(&location).await.text();
    assert!(accepted.contains(&format!("action=\"{location}/verder\" data-auto")), "{accepted}");
    let first = visitor.post(&format!("{location}/verder"), &[]).await;
    let again = visitor.post(&format!("{location}/verder"), &[]).await;
    assert_eq!((first.status, again.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    assert_eq!(again.location(), location, "a double press changes nothing more");
    assert_eq!(visitor.get(&location).await.location(), first.location());
    first.location().to_owned()
}

#[tokio::test]
async fn a_beheerder_and_an_administrator_do_what_they_may() {
    for role in [Role::Manager, Role::Administrator] {
        let world = World::new().await;
        let (mut desk, mut phone) = at_work(&world, role).await;
        // Another administrator, or the one at work would be the last.
        colleague(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
        let who = Forger::new(&world).await;
        let person = who.identity.person;
        let page = page_of(&world, person).await;
        let with = |fields: &[(&'static str, &'static str)]| {
            let mut all = fields.to_vec();
            all.push(REASON);
            all
        };
        let document = with(&DOCUMENT);
        for (deed, fields, word) in [
            ("wijzigen", vec![("afdeling", "Interne"), ("email", "jan@example.nl")], "gegevens-gewijzigd"),
            ("einddatum", with(&[("einddatum", "2099-12-31")]), "einddatum"),
            ("einddatum", with(&[("einddatum", "")]), "einddatum-weg"),
            ("toegang-blokkeren", with(&[]), "toegang-geblokkeerd"),
            ("toegang-deblokkeren", with(&[]), "toegang-gedeblokkeerd"),
            ("id-blokkeren", with(&[]), "id-geblokkeerd"),
            ("id-deblokkeren", document.clone(), "id-gedeblokkeerd"),
        ] {
            assert!(desk.get(&page).await.text().contains(&format!("{page}/{deed}")), "{deed} is offered");
            let form = desk.get(&format!("{page}/{deed}")).await;
            assert_eq!(form.status, StatusCode::OK, "{deed}");
            let location = done(&mut desk, &mut phone, &format!("{page}/{deed}"), &fields).await;
            assert_eq!(location, format!("{page}?gedaan={word}"));
            assert!(desk.get(&location).await.text().contains("role=\"status\""), "{word} is told");
        }
        let known = membership(&world, person).await;
        assert_eq!((known.department.as_str(), known.status), ("Interne", MembershipStatus::Active));
        assert_eq!(identity(&world, &who).await.status, IdentityStatus::Active);
        // Roles and revoking are an administrator's, and always signed.
        let may = role == Role::Administrator;
        for (deed, fields, word) in [
            ("rollen", with(&[("rol", "geef-Helpdesk")]), "rol-gegeven"),
            ("rollen", with(&[("rol", "neem-Helpdesk")]), "rol-weg"),
            ("id-intrekken", with(&[]), "id-ingetrokken"),
        ] {
            assert_eq!(desk.get(&page).await.text().contains(&format!("{page}/{deed}")), may, "{deed}");
            let path = format!("{page}/{deed}");
            if may {
                assert!(desk.post(&path, &fields).await.location().starts_with("/bevestigen/"));
                assert_eq!(done(&mut desk, &mut phone, &path, &fields).await, format!("{page}?gedaan={word}"));
            } else {
                assert_eq!(desk.get(&path).await.status, StatusCode::FORBIDDEN);
                assert_eq!(desk.post(&path, &fields).await.status, StatusCode::FORBIDDEN);
                let last = world.events().await.pop().unwrap();
                assert_eq!(last.reason.as_deref(), Some("forbidden"), "the refusal is logged");
            }
        }
        let revoked = if may { IdentityStatus::Revoked } else { IdentityStatus::Active };
        assert_eq!(identity(&world, &who).await.status, revoked);
        // The new QR code is seen once.
        let location = done(&mut desk, &mut phone, &format!("{page}/nieuwe-qr-code"), &document).await;
        assert!(location.starts_with(&format!("{}/qr/", list(&world))), "{location}");
        assert!(desk.get(&location).await.text().contains("id=\"qr-link\""));
        assert!(!desk.get(&location).await.text().contains("id=\"qr-link\""), "and never again");
        let location = done(&mut desk, &mut phone, &format!("{page}/ontkoppelen"), &with(&[])).await;
        assert_eq!(location, format!("{page}?gedaan=ontkoppeld"));
        assert_eq!(membership(&world, person).await.status, MembershipStatus::Ended);
        let over = desk.get(&page).await.text();
        assert!(!over.contains("/wijzigen"), "nothing is offered for who works here no more");
    }
}

#[tokio::test]
async fn a_helpdesk_sees_status_and_blocks_an_id_and_no_more() {
    let world = World::new().await;
    let (mut desk, mut phone) = at_work(&world, Role::Helpdesk).await;
    let who = Forger::new(&world).await;
    let page = page_of(&world, who.identity.person).await;
    assert_eq!(desk.get(&list(&world)).await.status, StatusCode::OK);
    let seen = desk.get(&page).await.text();
    assert!(seen.contains("/id-blokkeren") && !seen.contains("29-02-1980") && !seen.contains("geschiedenis"));
    for path in ["registreren", "koppelen", "organisatie"] {
        assert_eq!(desk.get(&format!("{}/{path}", list(&world))).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for deed in ["wijzigen", "toegang-blokkeren", "nieuwe-qr-code", "ontkoppelen", "rollen", "geschiedenis"] {
        assert_eq!(desk.get(&format!("{page}/{deed}")).await.status, StatusCode::FORBIDDEN, "{deed}");
    }
    let refused = desk.post(&format!("{page}/toegang-blokkeren"), &[REASON]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let location = done(&mut desk, &mut phone, &format!("{page}/id-blokkeren"), &[REASON]).await;
    assert_eq!(location, format!("{page}?gedaan=id-geblokkeerd"));
    assert_eq!(identity(&world, &who).await.status, IdentityStatus::Blocked);
}

#[tokio::test]
async fn nobody_manages_themselves_and_a_beheerder_no_administrator() {
    let world = World::new().await;
    let (mut desk, phone) = at_work(&world, Role::Manager).await;
    let own = page_of(&world, phone.identity.person).await;
    for deed in ["toegang-blokkeren", "nieuwe-qr-code", "ontkoppelen"] {
        let refused = desk.post(&format!("{own}/{deed}"), &[REASON]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{deed}");
    }
    let boss = colleague(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    let page = page_of(&world, boss.identity.person).await;
    for deed in ["wijzigen", "toegang-blokkeren", "id-blokkeren", "nieuwe-qr-code", "ontkoppelen"] {
        assert_eq!(desk.post(&format!("{page}/{deed}"), &[REASON]).await.status, StatusCode::FORBIDDEN, "{deed}");
    }
    // The last administrator keeps the role, not the means.
    let (mut admin, _) = (Visitor::logged_in(&world, &boss).await, ());
    assert!(admin.get(&list(&world)).await.text().contains("enige administrator"));
}

#[tokio::test]
async fn of_another_organisation_there_is_nothing() {
    let world = World::new().await;
    let who = Forger::new(&world).await;
    let there = membership(&world, who.identity.person).await.id;
    let place = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let stranger = colleague(&world, place, &[Role::Signer, Role::Administrator]).await;
    let mut desk = Visitor::logged_in(&world, &stranger).await;
    assert_eq!(desk.get("/beheer").await.location(), format!("/beheer/{place}"));
    let mut paths = vec![list(&world)];
    for rest in ["registreren", "koppelen", "organisatie"] {
        paths.push(format!("{}/{rest}", list(&world)));
    }
    for base in [list(&world), format!("/beheer/{place}")] {
        for rest in ["", "/geschiedenis", "/telefoon-kwijt", "/uit-dienst", "/wijzigen", "/rollen", "/id-intrekken"] {
            paths.push(format!("{base}/personen/{there}{rest}"));
        }
    }
    for path in paths {
        assert_eq!(desk.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for base in [list(&world), format!("/beheer/{place}")] {
        for deed in ["wijzigen", "toegang-blokkeren", "ontkoppelen", "id-intrekken"] {
            let path = format!("{base}/personen/{there}/{deed}");
            assert_eq!(desk.post(&path, &[REASON]).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    assert_eq!(membership(&world, who.identity.person).await.status, MembershipStatus::Active);
    // Logged out there is only the login page.
    let mut nobody = Visitor::new(&world);
    assert_eq!(nobody.get(&list(&world)).await.location(), "/inloggen");
}

#[tokio::test]
async fn what_is_signed_is_what_is_executed() {
    let world = World::new().await;
    let (mut desk, mut phone) = at_work(&world, Role::Manager).await;
    distrust(&desk).await;
    let (first, second) = (Forger::new(&world).await, Forger::new(&world).await);
    let mut proposed = Vec::new();
    for who in [&first, &second] {
        let page = page_of(&world, who.identity.person).await;
        let answer = desk.post(&format!("{page}/toegang-blokkeren"), &[REASON]).await;
        assert!(answer.location().starts_with("/bevestigen/"), "an unknown browser asks for a signature");
        proposed.push(answer.location().to_owned());
    }
    let (one, two) = (proposed[0].clone(), proposed[1].clone());
    // Too early: nothing happens.
    assert_eq!(desk.post(&format!("{one}/verder"), &[]).await.status, StatusCode::NOT_FOUND);
    let shown = desk.get(&one).await.text();
    assert!(shown.contains("Toegang blokkeren van") && shown.contains("Op verzoek van de collega"));
    desk.get(&two).await;
    assert!(answer_with(&world, &mut phone, &shown, Decision::Accepted).await.is_success());
    // Accepted for the first: the second does not go with it.
    let other = desk.post(&format!("{two}/verder"), &[]).await;
    assert_eq!(other.location(), two);
    assert_eq!(membership(&world, second.identity.person).await.status, MembershipStatus::Active);
    assert_eq!(membership(&world, first.identity.person).await.status, MembershipStatus::Active, "not yet");
    // Another session of the same person does not get it either.
    let mut elsewhere = Visitor::logged_in(&world, &phone).await;
    assert_eq!(elsewhere.get(&one).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.post(&format!("{one}/verder"), &[]).await.status, StatusCode::NOT_FOUND);
    let made = desk.post(&format!("{one}/verder"), &[]).await;
    assert!(made.location().ends_with("?gedaan=toegang-geblokkeerd"), "{}", made.location());
    assert_eq!(membership(&world, first.identity.person).await.status, MembershipStatus::Blocked);
    // Declined, asked again, withdrawn.
    let shown = desk.get(&two).await.text();
    assert!(answer_with(&world, &mut phone, &shown, Decision::Declined).await.is_success());
    assert_eq!(desk.get(&two).await.h1(), "U hebt geweigerd");
    assert!(desk.get(&format!("{two}?opnieuw=1")).await.text().contains("id=\"qr-link\""));
    let back = desk.post(&format!("{two}/annuleren"), &[]).await;
    assert!(back.location().contains("/personen/"));
    assert_eq!(desk.get(&two).await.h1(), "Deze wijziging is ingetrokken");
    assert_eq!(membership(&world, second.identity.person).await.status, MembershipStatus::Active);
}

#[tokio::test]
async fn a_change_that_may_not_be_made_any_more_is_refused_after_the_signature() {
    let world = World::new().await;
    let (mut desk, mut phone) = at_work(&world, Role::Manager).await;
    distrust(&desk).await;
    let who = Forger::new(&world).await;
    let page = page_of(&world, who.identity.person).await;
    let location = desk.post(&format!("{page}/ontkoppelen"), &[REASON]).await.location().to_owned();
    let shown = desk.get(&location).await.text();
    assert!(answer_with(&world, &mut phone, &shown, Decision::Accepted).await.is_success());
    let mut own = membership(&world, phone.identity.person).await;
    own.roles = vec![Role::Signer];
    let taken: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_membership(&own).await })).await;
    taken.unwrap();
    let refused = desk.post(&format!("{location}/verder"), &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(membership(&world, who.identity.person).await.status, MembershipStatus::Active);
    assert_eq!(desk.get(&location).await.status, StatusCode::OK, "the page tells why");
}

/// Somebody who logged in with a UZI-pas confirms with that pass.
#[tokio::test]
async fn a_card_session_confirms_with_its_own_card() {
    let world = World::new().await;
    let (mut desk, _) = at_work(&world, Role::Manager).await;
    let (own, other) = (pass(&world, CardType::Z), pass(&world, CardType::N));
    let mut session = desk.current().await.session;
    session.with = LoggedInWith::Card(UziNumber::parse(&own.spec.uzi_number).unwrap());
    session.browser_trusted = false;
    session.id = domain::session::SessionId::new(world.app.now(), world.app.entropy());
    let token = Nonce::from_bytes(world.app.entropy().array());
    session.token_hash = token.hash();
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.insert_session(&session).await })).await;
    stored.unwrap();
    desk.cookies.insert(portal::browser::SESSION_COOKIE.to_owned(), token.reveal());
    let who = Forger::new(&world).await;
    let page = page_of(&world, who.identity.person).await;
    let location = desk.post(&format!("{page}/toegang-blokkeren"), &[REASON]).await.location().to_owned();
    for (card, right) in [(&other, false), (&own, true)] {
        let path = if right { format!("{location}?opnieuw=1") } else { location.clone() };
        let html = desk.get(&path).await.text();
        let href = html.split("data-launch=\"auto\" href=\"").nth(1).expect("a launch").split('"').next().unwrap();
        let token = href.rsplit(['=', '/', '#']).next().unwrap();
        let redeemed = world.post("/api/v1/launch/redeem", &json!({ "token": token })).await.good::<Redeemed>();
        let opened = opened(redeemed.request);
        assert!(opened.claims.sentence.as_ref().unwrap().nl.contains("Toegang blokkeren van"));
        let path = format!("/api/v1/requests/{}/response", opened.id());
        let answer = world.post(&path, &json!({ "response": answer(card, &opened, Decision::Accepted) })).await;
        if right {
            assert!(answer.status.is_success(), "{}", answer.text());
        } else {
            assert_eq!(answer.code(), ProblemCode::CardOther);
            assert!(desk.get(&location).await.text().contains("waarmee u bent ingelogd"));
            assert_eq!(membership(&world, who.identity.person).await.status, MembershipStatus::Active);
        }
    }
    let made = desk.post(&format!("{location}/verder"), &[]).await;
    assert!(made.location().ends_with("?gedaan=toegang-geblokkeerd"), "{}", made.text());
    assert_eq!(membership(&world, who.identity.person).await.status, MembershipStatus::Blocked);
    assert!(ChangeId::parse(location.rsplit('/').next().unwrap()).is_some());
}
