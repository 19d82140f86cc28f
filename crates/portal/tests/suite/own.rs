//! *Mijn gegevens*: e-mail address, sessions, browsers, log, download.

use super::{
    beheerder::{count, person},
    forger::Forger,
    visitor::{Visitor, mails},
    world::World,
};
use axum::http::{StatusCode, header};
use domain::{browser::Browser, log::Event, mail::MailKind};
use portal::services::own;
use storage::StoreError;

const PAGE: &str = "/mijn-gegevens";

async fn save(world: &World, browser: Browser) {
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.save_browser(&browser).await })).await;
    stored.unwrap();
}

#[tokio::test]
async fn an_address_counts_once_its_code_was_typed() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let id = phone.identity.person;
    let mut owner = Visitor::logged_in(&world, &phone).await;
    let wrong = owner.post("/mijn-gegevens/e-mail", &[("email", "geen adres")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("id=\"email-fout\"") && wrong.text().contains("value=\"geen adres\""));
    let changed = owner.post("/mijn-gegevens/e-mail", &[("email", "jan@example.nl")]).await;
    assert_eq!(changed.location(), "/mijn-gegevens?gedaan=e-mail");
    assert!(person(&world, id).await.mail_address().is_none());
    assert!(owner.get(PAGE).await.text().contains("action=\"/mijn-gegevens/e-mail/code\""));
    let mail = mails(&world).await.into_iter().find(|mail| mail.kind == MailKind::ConfirmAddress).unwrap();
    let no = owner.post("/mijn-gegevens/e-mail/code", &[("code", "AAAA-AAAA")]).await;
    assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(no.text().contains("id=\"code-fout\""));
    let code = mail.text.split_whitespace().find(|word| word.len() == 9 && word.contains('-'));
    let code = code.expect(&mail.text);
    let yes = owner.post("/mijn-gegevens/e-mail/code", &[("code", code)]).await;
    assert_eq!(yes.location(), "/mijn-gegevens?gedaan=e-mail-bevestigd");
    assert_eq!(person(&world, id).await.mail_address().unwrap().as_str(), "jan@example.nl");
}

#[tokio::test]
async fn sessions_end_and_browsers_are_forgotten() {
    let world = World::new().await;
    let (phone, stranger) = (Forger::new(&world).await, Forger::new(&world).await);
    let mut owner = Visitor::logged_in(&world, &phone).await;
    let mut elsewhere = Visitor::logged_in(&world, &phone).await;
    let mut other = Visitor::logged_in(&world, &stranger).await;
    let not_mine = other.current().await.session.id.to_string();
    assert_eq!(owner.post("/mijn-gegevens/sessies", &[("sessie", &not_mine)]).await.status, StatusCode::NOT_FOUND);
    owner.post("/mijn-gegevens/sessies/andere", &[]).await;
    assert_ne!(elsewhere.get(PAGE).await.status, StatusCode::OK);
    assert_eq!((owner.get(PAGE).await.status, other.get(PAGE).await.status), (StatusCode::OK, StatusCode::OK));

    let mut browser = Browser::first_seen(phone.identity.person, [7; 32], "Firefox op Linux".into(), world.app.now());
    browser.desktop_return(Some([8; 32]), world.app.now());
    assert!(browser.is_trusted(Some(&[8; 32])));
    save(&world, browser.clone()).await;
    let handle = own::handle(&browser);
    assert_eq!(other.post("/mijn-gegevens/browsers", &[("browser", &handle)]).await.status, StatusCode::NOT_FOUND);
    let forgotten = owner.post("/mijn-gegevens/browsers", &[("browser", &handle)]).await;
    assert_eq!(forgotten.location(), "/mijn-gegevens?gedaan=browser");
    let person = phone.identity.person;
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.browser(person, &[7; 32]).await })).await;
    assert!(!found.unwrap().unwrap().is_trusted(Some(&[8; 32])));
}

#[tokio::test]
async fn the_download_is_about_oneself_and_logged() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let mut owner = Visitor::logged_in(&world, &phone).await;
    let file = owner.post("/mijn-gegevens/downloaden", &[]).await;
    assert_eq!(file.headers[header::CONTENT_TYPE], "application/json");
    let value: serde_json::Value = serde_json::from_slice(&file.body).unwrap();
    assert_eq!(value["person"]["birthDate"], "1980-02-29");
    assert_eq!(value["identities"].as_array().unwrap().len(), 1);
    assert_eq!(count(&world, Event::PersonDownloaded).await, 1);
    let log = owner.get("/mijn-gegevens/log").await;
    assert_eq!((log.status, log.h1().as_str()), (StatusCode::OK, "Mijn logboek"));
    assert!(log.text().contains("<tbody><tr>"));
    assert_ne!(Visitor::new(&world).post("/mijn-gegevens/downloaden", &[]).await.status, StatusCode::OK);
}
