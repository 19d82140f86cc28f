//! + Registreren, the dialog with the QR code, Koppelen and the list, on their pages with a real wallet.

use super::{
    beheerder::memberships_of,
    forger::Forger,
    manage::{DOCUMENT, at_work, colleague, link, membership},
    phone::phone,
    visitor::Visitor,
    world::{World, add_organisation},
};
use axum::http::StatusCode;
use domain::{
    organisation::OrganisationStatus,
    person::{MembershipStatus, PersonId, Role},
    request::Decision,
};
use storage::StoreError;

const ANNA: [(&str, &str); 8] = [
    ("voornamen", "Anna Maria"),
    ("tussenvoegsel", "van der"),
    ("achternaam", "Linde"),
    ("geboortedatum", "00-00-1990"),
    ("geboorteplaats", "Utrecht"),
    ("afdeling", "Interne"),
    ("personeelsnummer", "4711"),
    ("email", "anna@example.nl"),
];

fn form() -> Vec<(&'static str, &'static str)> {
    ANNA.into_iter().chain(DOCUMENT).collect()
}

fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    form().into_iter().map(|(known, old)| (known, if known == name { value } else { old })).collect()
}

async fn people(world: &World) -> u64 {
    let query = storage::PeopleQuery {
        organisation: world.organisation,
        text: String::new(),
        filter: Default::default(),
        sort: Default::default(),
        descending: false,
        window: storage::Window { offset: 0, limit: 1 },
        now: world.app.now(),
    };
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.people(&query).await })).await;
    found.unwrap().total
}

#[tokio::test]
async fn a_colleague_is_registered_and_the_phone_paired() {
    let world = World::new().await;
    let (mut desk, _) = at_work(&world, Role::Manager).await;
    let base = format!("/beheer/{}", world.organisation);
    let answer = desk.post(&format!("{base}/registreren"), &form()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let place = answer.location().to_owned();
    assert!(place.starts_with(&format!("{base}/qr/")));
    let page = desk.get(&place).await.text();
    assert!(page.contains("Anna Maria van der Linde") && page.contains("Sluiten"));
    let again = desk.get(&place).await;
    assert_eq!(again.h1(), "Deze QR-code is al getoond");
    let mut wallet = phone(&world, 1).await;
    let asked = wallet.inspect(&link(&page)).await.unwrap();
    let digits = wallet.activate(&asked, None).await.unwrap().pairing_code.unwrap();
    let request = asked.claims.request_id.to_string();
    let waiting = format!("{base}/wachten/{request}");
    assert_eq!(desk.get(&waiting).await.h1(), "Vul de 4 cijfers in");
    let right = digits.reveal().to_owned();
    let wrong = if right == "0000" { "1111" } else { "0000" };
    let refused = desk.post(&format!("{base}/cijfers"), &[("verzoek", &request), ("cijfers", wrong)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let paired = desk.post(&format!("{base}/cijfers"), &[("verzoek", &request), ("cijfers", &right)]).await;
    assert_eq!(paired.location(), waiting);
    let done = desk.get(&waiting).await;
    assert_eq!(done.h1(), "De ID is actief");
    assert!(done.text().contains("mandaattoken"));
    let found = desk.get(&format!("{base}?zoek=linde")).await.text();
    assert!(found.contains("Anna Maria van der Linde") && found.contains("Actief tot"));
    // The same person again: nobody twice.
    let twice = desk.post(&format!("{base}/registreren"), &form()).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.text().contains("al geregistreerd"));
}

#[tokio::test]
async fn every_mistake_is_told_beside_its_field_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let (mut desk, _) = at_work(&world, Role::Manager).await;
    let path = format!("/beheer/{}/registreren", world.organisation);
    let before = people(&world).await;
    for (name, value) in [
        ("achternaam", ""),
        ("achternaam", "\u{202e}ednil"),
        ("geboortedatum", "31-02-1990"),
        ("geboortedatum", "01-01-2999"),
        ("documentnummer", "123"),
        ("documentsoort", "library-card"),
        ("geldigtot", "2001-01-01"),
        ("geldigtot", "morgen"),
        ("email", "geen adres"),
        ("gezien", ""),
    ] {
        let answer = desk.post(&path, &with(name, value)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={value}");
        let html = answer.text();
        let field = match name {
            // An unknown kind of document fits no number.
            "documentsoort" => "registreren-documentnummer",
            "gezien" => "gezien",
            _ => &format!("registreren-{name}"),
        };
        assert!(html.contains(&format!("id=\"{field}-fout\"")), "{name}={value} {html}");
        assert!(name == "voornamen" || html.contains("value=\"Anna Maria\""), "kept");
        assert!(name == "personeelsnummer" || html.contains("value=\"4711\""), "kept");
    }
    let script = desk.post(&path, &with("achternaam", "<script>alert(1)</script>")).await;
    assert!(!script.text().contains("<script>alert"));
    let prefix = people(&world).await;
    assert!(prefix <= before + 1, "at most the oddly named one");
    // One name, and a birth date that is partly unknown, are fine.
    let one = desk.post(&path, &with("voornamen", "")).await;
    assert_eq!(one.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_closed_qr_code_works_no_more_and_the_registration_can_be_removed() {
    let world = World::new().await;
    let (mut desk, _) = at_work(&world, Role::Manager).await;
    let base = format!("/beheer/{}", world.organisation);
    let place = desk.post(&format!("{base}/registreren"), &form()).await.location().to_owned();
    let page = desk.get(&place).await.text();
    let request = page.split("/verzoeken/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let closed = desk.post(&format!("{base}/sluiten"), &[("verzoek", &request)]).await;
    assert!(closed.location().starts_with(&format!("{base}/personen/")));
    let wallet = phone(&world, 1).await;
    assert!(wallet.inspect(&link(&page)).await.is_err());
    let person = closed.location().to_owned();
    let corrected =
        [("voornamen", "Anne"), ("achternaam", "Linde"), ("geboortedatum", "01-02-1990"), ("reden", "Tikfout")];
    let asks = desk.post(&format!("{person}/corrigeren"), &corrected).await;
    assert!(asks.location().starts_with("/bevestigen/"), "correcting is always signed");
    let removed = desk.post(&format!("{person}/verwijderen"), &[]).await;
    assert_eq!(removed.location(), format!("{base}?gedaan=verwijderd"));
    assert_eq!(desk.get(&person).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_colleague_of_elsewhere_is_linked_on_the_pages() {
    let world = World::new().await;
    let (mut first, _) = at_work(&world, Role::Manager).await;
    let base = format!("/beheer/{}", world.organisation);
    let place = first.post(&format!("{base}/registreren"), &form()).await.location().to_owned();
    let page = first.get(&place).await.text();
    let mut wallet = phone(&world, 1).await;
    let asked = wallet.inspect(&link(&page)).await.unwrap();
    let digits = wallet.activate(&asked, None).await.unwrap().pairing_code.unwrap();
    let request = asked.claims.request_id.to_string();
    first.post(&format!("{base}/cijfers"), &[("verzoek", &request), ("cijfers", digits.reveal())]).await;
    let east = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let boss = colleague(&world, east, &[Role::Signer, Role::Manager]).await;
    let mut desk = Visitor::logged_in(&world, &boss).await;
    let path = format!("/beheer/{east}/koppelen");
    assert_eq!(desk.get(&path).await.status, StatusCode::OK);
    let page = desk.post(&path, &[]).await.text();
    let asked = wallet.inspect(&link(&page)).await.unwrap();
    let compare = format!("{path}/{}", asked.claims.request_id);
    assert!(!desk.get(&compare).await.text().contains("Linde"), "nobody accepted yet");
    wallet.answer(&asked, Decision::Accepted, None).await.unwrap();
    let html = desk.get(&compare).await.text();
    assert!(html.contains("Anna Maria van der Linde") && html.contains("00-00-1990"));
    // The other organisation's beheerder has no such request.
    assert_eq!(first.get(&format!("{base}/koppelen/{}", asked.claims.request_id)).await.status, StatusCode::NOT_FOUND);
    let missing = desk.post(&compare, &[("documentsoort", "passport")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let linked = desk.post(&compare, &DOCUMENT).await;
    assert_eq!(linked.location(), format!("/beheer/{east}?gedaan=gekoppeld"));
    assert!(desk.get(linked.location()).await.text().contains("Linde"));
    // Pressed twice: once is enough.
    assert_eq!(desk.post(&compare, &DOCUMENT).await.location(), compare);
    assert_eq!(desk.get(&compare).await.h1(), "Deze QR-code is gebruikt");
}

#[tokio::test]
async fn looking_at_the_history_is_itself_in_the_log() {
    let world = World::new().await;
    let (mut desk, phone) = at_work(&world, Role::Manager).await;
    let who = Forger::new(&world).await;
    let person: PersonId = who.identity.person;
    let page = format!("/beheer/{}/personen/{}", world.organisation, membership(&world, person).await.id);
    desk.post(&format!("{page}/id-blokkeren"), &[("reden", "Telefoon kwijt in de tram")]).await;
    let html = desk.get(&format!("{page}/geschiedenis")).await.text();
    assert!(html.contains("ID geblokkeerd") && html.contains("Telefoon kwijt in de tram"));
    let last = world.events().await.pop().unwrap();
    assert_eq!(
        (last.event.as_str(), last.person, last.organisation),
        ("log.read", Some(person), Some(world.organisation))
    );
    assert_eq!(memberships_of(&world, phone.identity.person).await[0].status, MembershipStatus::Active);
    // The guided pages lead on to what fits now.
    let lost = desk.get(&format!("{page}/telefoon-kwijt")).await.text();
    assert!(lost.contains("/id-deblokkeren") && !lost.contains("/id-blokkeren"));
    assert!(desk.get(&format!("{page}/uit-dienst")).await.text().contains("/ontkoppelen"));
}

#[tokio::test]
async fn the_contact_of_the_organisation_is_changed() {
    let world = World::new().await;
    let (mut desk, _) = at_work(&world, Role::Administrator).await;
    let path = format!("/beheer/{}/organisatie", world.organisation);
    let long = "x".repeat(201);
    assert_eq!(desk.post(&path, &[("contact", &long)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let saved = desk.post(&path, &[("contact", "Servicedesk, toestel 1234")]).await;
    assert_eq!(saved.location(), format!("{path}?gedaan=contact-gewijzigd"));
    assert!(desk.get(&path).await.text().contains("Servicedesk, toestel 1234"));
}
