//! Files of people: importing and unlinking. What a file says changes nothing before it was signed.

use super::{
    forger::Forger,
    manage::{DOCUMENT, at_work, colleague, membership},
    visitor::Visitor,
    world::{World, add_organisation},
};
use axum::http::StatusCode;
use domain::{
    identity::IdentityStatus,
    log::Event,
    organisation::{OrganisationId, OrganisationStatus},
    person::{Membership, MembershipStatus, Role},
    preregistration::PreRegistration,
    session::LoggedInWith,
    uzi::UziNumber,
};
use portal::services::changes::Proposed;
use protocol::ProblemCode;
use storage::{StoreError, Window};

const HEAD: &str = "achternaam;tussenvoegsel;voornamen;geboortedatum;geboorteplaats;e-mail;personeelsnummer;afdeling\n";

pub async fn prepared(world: &World, organisation: OrganisationId) -> Vec<PreRegistration> {
    let window = Window { offset: 0, limit: 10_000 };
    let found: Result<_, StoreError> = world
        .app
        .store
        .read(move |tx| Box::pin(async move { tx.preregistrations(organisation, "", window).await }))
        .await;
    found.unwrap().rows
}

pub async fn change(world: &World, membership: Membership) {
    let changed: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_membership(&membership).await })).await;
    changed.unwrap();
}

/// The `/bevestigen/…` that a page leads to.
fn confirmation(html: &str) -> String {
    let after = html.split("href=\"/bevestigen/").nth(1).unwrap_or_else(|| panic!("nothing to confirm: {html}"));
    format!("/bevestigen/{}", after.split('"').next().unwrap())
}

/// Imports rows that are right, up to the prepared list.
pub async fn import(desk: &mut Visitor<'_>, phone: &mut Forger, rows: &str) {
    let path = format!("/beheer/{}/importeren", desk.world.organisation);
    let answer = desk.upload(&path, &[], format!("{HEAD}{rows}").as_bytes()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let location = answer.location().replace(&path, "/bevestigen");
    assert!(matches!(desk.confirm(phone, &location).await, Ok(Proposed::Done(_))));
}

#[tokio::test]
async fn a_file_is_told_signed_and_only_then_prepared() {
    let world = World::new().await;
    let (mut desk, mut phone) = at_work(&world, Role::Manager).await;
    let base = format!("/beheer/{}", world.organisation);
    let path = format!("{base}/importeren");
    assert!(desk.get(&base).await.text().contains(&format!("href=\"{path}\"")));
    let form = desk.get(&path).await.text();
    assert!(form.contains("enctype=\"multipart/form-data\"") && form.contains("voorbeeld.csv"));
    let rows = "Linde;van der;Anna;01-02-1990;Utrecht;anna@example.nl;1;Interne\n\
                Berg;;Jan;31-02-1990;;geen;;\n\
                Test;van;Jan;29-02-1980;;;;\n\
                VANDERLINDE;;Ánna;1-2-1990;;;;\n\
                Bos;;Eva;;;;;\n";
    let file = format!("{HEAD}{rows}").replace("afdeling", "afdeling;Salaris");
    let answer = desk.upload(&path, &[], file.as_bytes()).await;
    let html = answer.text();
    assert_eq!(answer.status, StatusCode::OK, "{html}");
    for told in [
        "2 collega&#39;s kunnen worden voorbereid",
        "4 fouten",
        "Salaris",
        "Deze datum bestaat niet",
        "naam@voorbeeld.nl",
        "al gebruiker van uw organisatie",
        "al in rij 2",
        "Anna van der Linde",
        "Eva Bos",
    ] {
        assert!(html.contains(told), "{told} in {html}");
    }
    assert!(!html.contains("value=\"01-02-1990\""), "no birth date travels in a hidden field");
    let place = confirmation(&html);
    assert!(prepared(&world, world.organisation).await.is_empty(), "nothing happened yet");
    let before = world.events().await.len();
    assert!(matches!(desk.confirm(&mut phone, &place).await, Ok(Proposed::Done(_))));
    let found = prepared(&world, world.organisation).await;
    let names: Vec<String> = found.iter().map(|one| one.row.name.full()).collect();
    assert_eq!(names, ["Eva Bos", "Anna van der Linde"]);
    assert_eq!(found[1].row.email.as_ref().unwrap().as_str(), "anna@example.nl");
    let events = world.events().await.split_off(before);
    let entry = events.iter().find(|entry| entry.event == Event::PersonPrepared).expect("it is in the log");
    assert_eq!((entry.detail.as_deref(), entry.organisation), (Some("2"), Some(world.organisation)));
    let after = desk_after(&mut desk, &place).await;
    assert_eq!(after, format!("{base}?filter=voorbereid&gedaan=voorbereid"));
    let list = desk.get(&after).await.text();
    assert!(list.contains("Eva Bos") && list.contains("role=\"status\""), "{list}");
    // The same file again: nobody is left.
    let again = desk.upload(&path, &[], file.as_bytes()).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("al voorbereid") && !again.text().contains("/bevestigen/"));
    assert_eq!(prepared(&world, world.organisation).await.len(), 2);
}

/// Where a confirmed change leads.
async fn desk_after(desk: &mut Visitor<'_>, place: &str) -> String {
    desk.get(place).await.location().to_owned()
}

#[tokio::test]
async fn the_rows_that_will_be_prepared_are_on_a_page_of_their_own() {
    let world = World::new().await;
    let (mut desk, phone) = at_work(&world, Role::Manager).await;
    let path = format!("/beheer/{}/importeren", world.organisation);
    let rows: String = (0..120).map(|n| format!("Naam{n:03};;Anna;;;;;\n")).collect();
    let answer = desk.upload(&path, &[], format!("{HEAD}{rows}").as_bytes()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let place = answer.location().to_owned();
    assert!(place.starts_with(&format!("{path}/")));
    let first = desk.get(&place).await.text();
    assert!(first.contains("Naam000") && !first.contains("Naam050") && first.contains("Pagina 1 van 3"));
    let last = desk.get(&format!("{place}?pagina=3")).await.text();
    assert!(last.contains("Naam119") && last.contains("Bevestigen"));
    // Another session does not see it, and neither does another organisation.
    let mut elsewhere = Visitor::logged_in(&world, &phone).await;
    assert_eq!(elsewhere.get(&place).await.status, StatusCode::NOT_FOUND);
    let other = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let there = place.replace(&world.organisation.to_string(), &other.to_string());
    assert_eq!(desk.get(&there).await.status, StatusCode::NOT_FOUND);
    let wrong_room = place.replace("/importeren/", "/ontkoppelen/");
    assert_eq!(desk.get(&wrong_room).await.status, StatusCode::NOT_FOUND);
    // Annuleren: nothing was prepared.
    let confirm = confirmation(&first);
    assert_eq!(desk.post(&format!("{confirm}/annuleren"), &[]).await.location(), path);
    assert_eq!(desk.get(&place).await.location(), confirm);
    assert!(prepared(&world, world.organisation).await.is_empty());
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_told_beside_its_field() {
    let world = World::new().await;
    let (mut desk, _) = at_work(&world, Role::Manager).await;
    let path = format!("/beheer/{}/importeren", world.organisation);
    let before = world.digest();
    for (file, told) in [
        (b"".to_vec(), "Kies een bestand"),
        (b"PK\x03\x04\x00\x00\x00\x00".to_vec(), "geen CSV-bestand"),
        (b"naam;leeftijd\nJan;3\n".to_vec(), "geen kolom Achternaam"),
        (b"achternaam;surname\nLinde;Linde\n".to_vec(), "twee kolommen Achternaam"),
        (format!("{HEAD}{}", "x;;;;;;;\n".repeat(5001)).into_bytes(), "5000 rijen"),
        (vec![b'x'; 2 * 1024 * 1024 + 1], "2 MB"),
    ] {
        let answer = desk.upload(&path, &[], &file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(answer.text().contains(told) && answer.text().contains("aria-invalid=\"true\""), "{}", answer.text());
    }
    let huge = desk.upload(&path, &[], &vec![b'x'; 5 * 1024 * 1024]).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    // A form that is not ours, none at all, and nobody logged in.
    let forged = desk.upload_with("AAAA", &path, &[], b"achternaam\nLinde\n").await;
    assert_eq!(forged.status.as_u16(), ProblemCode::ForeignForm.status());
    assert_eq!(desk.post(&path, &[("bestand", "achternaam")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.digest(), before, "nothing was stored");
    let mut nobody = Visitor::new(&world);
    let refused = nobody.upload(&path, &[], b"achternaam\nLinde\n").await;
    assert_eq!(refused.location(), "/inloggen");
}

#[tokio::test]
async fn files_are_for_who_manages_there() {
    let world = World::new().await;
    let base = format!("/beheer/{}", world.organisation);
    let (mut helpdesk, _) = at_work(&world, Role::Helpdesk).await;
    let place = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let stranger = colleague(&world, place, &[Role::Signer, Role::Administrator]).await;
    let mut stranger = Visitor::logged_in(&world, &stranger).await;
    for (visitor, status) in [(&mut helpdesk, StatusCode::FORBIDDEN), (&mut stranger, StatusCode::NOT_FOUND)] {
        for path in ["importeren", "importeren/voorbeeld.csv", "ontkoppelen"] {
            assert_eq!(visitor.get(&format!("{base}/{path}")).await.status, status, "{path}");
        }
        for path in ["importeren", "ontkoppelen"] {
            let fields = [("reden", "Uit dienst")];
            let answer = visitor.upload(&format!("{base}/{path}"), &fields, b"achternaam\nLinde\n").await;
            assert_eq!(answer.status, status, "{path}");
        }
        for path in ["export.csv", "voorbereid/verwijderen"] {
            assert_eq!(visitor.post(&format!("{base}/{path}"), &[]).await.status, status, "{path}");
        }
    }
    let list = helpdesk.get(&base).await.text();
    assert!(!list.contains("importeren") && !list.contains("export.csv") && !list.contains("/ontkoppelen"));
}

#[tokio::test]
async fn the_example_is_a_file_that_we_take() {
    let world = World::new().await;
    let (mut desk, _) = at_work(&world, Role::Manager).await;
    let path = format!("/beheer/{}/importeren", world.organisation);
    for language in ["nl", "en"] {
        desk.language = language;
        let example = desk.get(&format!("{path}/voorbeeld.csv")).await;
        assert_eq!(example.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(example.headers["content-disposition"], "attachment; filename=\"voorbeeld.csv\"");
        let answer = desk.upload(&path, &[], &example.body).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "no mistake, no unknown column: {}", answer.text());
    }
}

#[tokio::test]
async fn a_prepared_colleague_is_registered_with_what_the_file_said() {
    let world = World::new().await;
    let (mut desk, mut phone) = at_work(&world, Role::Manager).await;
    let base = format!("/beheer/{}", world.organisation);
    import(
        &mut desk,
        &mut phone,
        "Linde;van der;Anna;00-00-1990;Utrecht;anna@example.nl;0042;Interne\nBos;;Eva;;;;;\n",
    )
    .await;
    let list = desk.get(&format!("{base}?filter=voorbereid")).await.text();
    let linde = prepared(&world, world.organisation).await.into_iter().find(|one| one.row.name.surname == "Linde");
    let id = linde.unwrap().id.to_string();
    let link = format!("{base}/registreren?voorbereid={id}");
    assert!(list.contains(&link));
    let form = desk.get(&link).await.text();
    for value in ["Anna", "van der", "Linde", "00-00-1990", "Utrecht", "anna@example.nl", "0042", "Interne", &id] {
        assert!(form.contains(&format!("value=\"{value}\"")), "{value}");
    }
    let mut fields = vec![
        ("voorbereid", id.as_str()),
        ("voornamen", "Anna"),
        ("tussenvoegsel", "van der"),
        ("achternaam", "Linde"),
        ("geboortedatum", "00-00-1990"),
        ("geboorteplaats", "Utrecht"),
        ("personeelsnummer", "0042"),
    ];
    fields.extend(DOCUMENT);
    let answer = desk.post(&format!("{base}/registreren"), &fields).await;
    assert!(answer.location().starts_with(&format!("{base}/qr/")), "{}", answer.text());
    let left: Vec<String> =
        prepared(&world, world.organisation).await.into_iter().map(|one| one.row.name.full()).collect();
    assert_eq!(left, ["Eva Bos"], "who is registered is prepared no more");
    assert_eq!(desk.get(&link).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_leaves_is_found_by_number_and_unlinked_after_signing() {
    let world = World::new().await;
    let (mut desk, mut phone) = at_work(&world, Role::Manager).await;
    let base = format!("/beheer/{}", world.organisation);
    let path = format!("{base}/ontkoppelen");
    let boss = colleague(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    let mut people = Vec::new();
    for number in ["A-1", "A-2", "same", "same"] {
        let mut here = membership(&world, Forger::new(&world).await.identity.person).await;
        here.personnel_number = number.into();
        change(&world, here.clone()).await;
        people.push(here);
    }
    let number = super::beheerder::person(&world, people[1].person).await.number;
    let own = super::beheerder::person(&world, phone.identity.person).await.number;
    let administrator = super::beheerder::person(&world, boss.identity.person).await.number;
    let file = format!(
        "persoonsnummer;personeelsnummer;naam\n;a1;x\n{number};;y\n;A-1;weer\n;same;z\n{own};;ik\n{administrator};;baas\n;B-9;weg\n"
    );
    // Without a reason nothing is looked up.
    let missing = desk.upload(&path, &[("reden", " ")], file.as_bytes()).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.text().contains("id=\"ontkoppelen-reden-fout\""));
    let answer = desk.upload(&path, &[("reden", "Afdeling gesloten")], file.as_bytes()).await;
    let html = answer.text();
    assert_eq!(answer.status, StatusCode::OK, "{html}");
    for told in [
        "kunnen worden ontkoppeld",
        "5 fouten",
        "al in rij 2",
        "hoort bij 2 collega",
        "Dit bent u zelf",
        "Alleen een administrator",
        "Niet gevonden",
        "naam",
        &number,
    ] {
        assert!(html.contains(told), "{told}: {html}");
    }
    let place = confirmation(&html);
    assert!(desk.get(&place).await.text().contains("Afdeling gesloten"));
    assert!(matches!(desk.confirm(&mut phone, &place).await, Ok(Proposed::Done(_))));
    let done = desk_after(&mut desk, &place).await;
    assert_eq!(done, place.replace("/bevestigen", &path));
    let page = desk.get(&done).await.text();
    assert!(page.contains("mandaten") && page.contains(&number) && !page.contains("/bevestigen/"), "{page}");
    let mut left = Vec::new();
    for one in &people {
        left.push(membership(&world, one.person).await.status == MembershipStatus::Active);
    }
    assert_eq!(left, [false, false, true, true]);
    let ended = world.events().await.into_iter().filter(|entry| entry.event == Event::MembershipEnded);
    let reasons: Vec<_> = ended.map(|entry| entry.reason).collect();
    assert_eq!(reasons, [Some("Afdeling gesloten".to_owned()), Some("Afdeling gesloten".to_owned())]);
}

/// Two administrators in one file: alone each may go, together nobody would be left who can administer.
#[tokio::test]
async fn a_file_never_takes_the_last_administrator() {
    let world = World::new().await;
    let (mut desk, phone) = at_work(&world, Role::Administrator).await;
    // At work with a UZI-pas; the own Mobile ID works no more, so this administrator does not count.
    let mut session = desk.current().await.session;
    session.with = LoggedInWith::Card(UziNumber::parse("000012345").unwrap());
    session.id = domain::session::SessionId::new(world.app.now(), world.app.entropy());
    let token = protocol::Nonce::from_bytes(world.app.entropy().array());
    session.token_hash = token.hash();
    let mut identity = phone.identity.clone();
    identity.status = IdentityStatus::Revoked;
    let stored: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                tx.insert_session(&session).await?;
                tx.update_identity(&identity).await
            })
        })
        .await;
    stored.unwrap();
    desk.cookies.insert(portal::browser::SESSION_COOKIE.to_owned(), token.reveal());
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let one = colleague(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
        numbers.push(super::beheerder::person(&world, one.identity.person).await.number);
    }
    let path = format!("/beheer/{}/ontkoppelen", world.organisation);
    let file = format!("persoonsnummer\n{}\n", numbers.join("\n"));
    let answer = desk.upload(&path, &[("reden", "Weg")], file.as_bytes()).await;
    let html = answer.text();
    assert!(html.contains("1 collega kan worden ontkoppeld"), "{html}");
    assert!(html.contains("1 fout") && html.contains("geen administrator over"), "{html}");
}
