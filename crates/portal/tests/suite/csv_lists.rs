//! The list of people as a file, and the list of those who were prepared.

use super::{
    csv_files::{change, import, prepared},
    forger::Forger,
    manage::{at_work, colleague, membership},
    visitor::{Visitor, mailed, mails},
    world::{World, add_organisation},
};
use axum::http::StatusCode;
use domain::{
    BirthDate, EmailAddress, PersonName,
    log::Event,
    mail::MailKind,
    organisation::OrganisationStatus,
    person::{MembershipStatus, Role},
    preregistration::{PreRegistration, PreRegistrationId, Prepared},
};
use portal::services::changes::Proposed;
use storage::StoreError;

/// An administrator whom mails reach.
async fn administrator(world: &World) {
    let boss = colleague(world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    let mut person = super::beheerder::person(world, boss.identity.person).await;
    person.email = EmailAddress::parse("baas@example.nl");
    person.email_confirmed_at = Some(world.app.now());
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_person(&person).await })).await;
    stored.unwrap();
}

#[tokio::test]
async fn the_list_is_a_file_without_formulas_and_birth_dates() {
    let world = World::new().await;
    let (mut desk, phone) = at_work(&world, Role::Manager).await;
    administrator(&world).await;
    let base = format!("/beheer/{}", world.organisation);
    let mut here = membership(&world, Forger::new(&world).await.identity.person).await;
    here.department = "=HYPERLINK(\"http://evil.example\";\"klik\")".into();
    here.personnel_number = "-1".into();
    change(&world, here).await;
    let mut blocked = membership(&world, Forger::new(&world).await.identity.person).await;
    blocked.status = MembershipStatus::Blocked;
    change(&world, blocked).await;
    assert!(desk.get(&base).await.text().contains("action=\"") && desk.get(&base).await.text().contains("/export.csv"));
    let file = desk.post(&format!("{base}/export.csv"), &[]).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text());
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.headers["cache-control"], "no-store");
    let disposition = file.headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment; filename=\"gebruikers-"), "{disposition}");
    let text = file.text();
    let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    let head = "\u{feff}Voornamen;Tussenvoegsel;Achternaam;Persoonsnummer;Personeelsnummer;Afdeling;Rollen;Toegang;";
    assert!(lines[0].starts_with(head), "{}", lines[0]);
    assert_eq!(lines.len(), 5, "{text}");
    let number = super::beheerder::person(&world, phone.identity.person).await.number;
    assert!(lines.iter().any(|line| line.starts_with(&format!("Jan;van;Test;{number};;;"))), "{text}");
    assert!(text.contains("\"'=HYPERLINK(\"\"http://evil.example\"\";\"\"klik\"\")\"") && text.contains(";'-1;"));
    assert!(!text.contains("29-02-1980") && !text.contains("1980-02-29"), "no birth date");
    let told = world.events().await.into_iter().find(|entry| entry.event == Event::PersonExported).expect("logged");
    assert_eq!((told.detail.as_deref(), told.organisation), (Some("4"), Some(world.organisation)));
    assert_eq!(mailed(&world, MailKind::PeopleExported).await, 1);
    let mail = mails(&world).await.pop().unwrap();
    assert!(mail.to.as_str() == "baas@example.nl" && mail.text.contains("lijst met 4 gebruikers"), "{}", mail.text);
    // The file has what the page shows: filter, search and order.
    let file = desk.post(&format!("{base}/export.csv"), &[("filter", "geblokkeerd")]).await.text();
    assert_eq!(file.lines().count(), 2, "{file}");
    let file = desk.post(&format!("{base}/export.csv"), &[("zoek", &number)]).await.text();
    assert!(file.lines().count() == 2 && file.contains(&number));
    desk.language = "en";
    assert!(desk.post(&format!("{base}/export.csv"), &[]).await.text().starts_with("\u{feff}First names;"));
    assert_eq!(mailed(&world, MailKind::PeopleExported).await, 4, "each time");
}

#[tokio::test]
async fn only_our_own_form_exports() {
    let world = World::new().await;
    let (mut desk, _) = at_work(&world, Role::Manager).await;
    administrator(&world).await;
    let path = format!("/beheer/{}/export.csv", world.organisation);
    assert_eq!(desk.get(&path).await.status, StatusCode::NOT_FOUND, "a link of another site does nothing");
    desk.cookies.remove(portal::browser::SESSION_COOKIE);
    assert_eq!(desk.post(&path, &[]).await.location(), "/inloggen");
    let (mut desk, _) = at_work(&world, Role::Manager).await;
    assert_eq!(desk.post(&path, &[("filter", "voorbereid")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mailed(&world, MailKind::PeopleExported).await, 0);
    assert!(world.events().await.iter().all(|entry| entry.event != Event::PersonExported));
}

#[tokio::test]
async fn what_was_prepared_is_removed_one_some_or_all() {
    let world = World::new().await;
    let (mut desk, mut phone) = at_work(&world, Role::Manager).await;
    let base = format!("/beheer/{}", world.organisation);
    let path = format!("{base}/voorbereid/verwijderen");
    let rows: String = ["Aa", "Bb", "Cc", "Dd", "Ee"].map(|name| format!("{name};;Anna;;;;;\n")).concat();
    import(&mut desk, &mut phone, &rows).await;
    let ids: Vec<String> = prepared(&world, world.organisation).await.iter().map(|one| one.id.to_string()).collect();
    let list = desk.get(&format!("{base}?filter=voorbereid")).await.text();
    assert!(ids.iter().all(|id| list.contains(&format!("name=\"wie\" value=\"{id}\""))), "{list}");
    // Nobody chosen, and somebody who is not there.
    let back = format!("{base}?filter=voorbereid&gedaan=");
    assert_eq!(desk.post(&path, &[]).await.location(), format!("{back}niemand-gekozen"));
    assert_eq!(desk.post(&path, &[("wie", "x")]).await.status, StatusCode::BAD_REQUEST);
    // One: at once, in a browser that is known. Pressed twice: gone is gone.
    let one = [("wie", ids[0].as_str())];
    assert_eq!(desk.post(&path, &one).await.location(), format!("{back}voorbereiding-weg"));
    assert_eq!(desk.post(&path, &one).await.status, StatusCode::NOT_FOUND);
    assert_eq!(prepared(&world, world.organisation).await.len(), 4);
    // Some: signed, with their number in the sentence. Who went meanwhile does not stop the others.
    let some = [("wie", ids[1].as_str()), ("wie", ids[2].as_str()), ("wie", ids[0].as_str())];
    let place = desk.post(&path, &some).await.location().to_owned();
    assert!(desk.get(&place).await.text().contains("3 voorbereide collega"));
    assert_eq!(prepared(&world, world.organisation).await.len(), 4);
    assert!(matches!(desk.confirm(&mut phone, &place).await, Ok(Proposed::Done(_))));
    assert_eq!(prepared(&world, world.organisation).await.len(), 2);
    let last = world.events().await.into_iter().rfind(|entry| entry.event == Event::PersonUnprepared).unwrap();
    assert_eq!(last.detail.as_deref(), Some("2"));
    // All that are found.
    let found = desk.post(&path, &[("alles", "1"), ("zoek", "Dd")]).await;
    assert_eq!(found.location(), format!("{back}voorbereiding-weg"));
    let left: Vec<String> =
        prepared(&world, world.organisation).await.into_iter().map(|one| one.row.name.surname).collect();
    assert_eq!(left, ["Ee"]);
}

#[tokio::test]
async fn what_another_organisation_prepared_is_not_there() {
    let world = World::new().await;
    let (mut desk, _) = at_work(&world, Role::Manager).await;
    let east = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let theirs = PreRegistration {
        id: PreRegistrationId::new(world.app.now(), world.app.entropy()),
        organisation: east,
        row: Prepared {
            name: PersonName::new("Eva", "", "Bos").unwrap(),
            birth_date: BirthDate::new(1990, 1, 1),
            birthplace: String::new(),
            email: None,
            personnel_number: String::new(),
            department: String::new(),
        },
        by: desk.current().await.session.person.unwrap(),
        created_at: world.app.now(),
    };
    let id = theirs.id.to_string();
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.insert_preregistrations(&[theirs]).await })).await;
    stored.unwrap();
    let base = format!("/beheer/{}", world.organisation);
    let answer = desk.post(&format!("{base}/voorbereid/verwijderen"), &[("wie", &id)]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.get(&format!("{base}/registreren?voorbereid={id}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(prepared(&world, east).await.len(), 1);
    assert!(!desk.get(&format!("{base}?filter=voorbereid")).await.text().contains("Eva Bos"));
    // The same person may be prepared here too.
    let stranger = colleague(&world, east, &[Role::Signer, Role::Manager]).await;
    let mut there = Visitor::logged_in(&world, &stranger).await;
    let file = "voornamen;achternaam;geboortedatum\nEva;Bos;01-01-1990\n";
    let here = desk.upload(&format!("{base}/importeren"), &[], file.as_bytes()).await;
    assert_eq!(here.status, StatusCode::SEE_OTHER);
    let again = there.upload(&format!("/beheer/{east}/importeren"), &[], file.as_bytes()).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}
