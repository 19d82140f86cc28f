//! Aanvragen: the public form and the status page, over HTTP.

use super::{
    visitor::{Visitor, mailed, mails},
    world::{Answer, World, add_organisation},
};
use axum::http::StatusCode;
use domain::{
    Ura,
    application::{Application, ApplicationStatus},
    log::Event,
    mail::MailKind,
    organisation::{Organisation, OrganisationStatus},
};
use storage::StoreError;

pub const URA: &str = "00001234";
const DAY: i64 = 24 * 3600;
const FORM: &str = "/aanvragen/formulier";
const STATUS: &str = "/aanvragen/status";

pub fn good(ura: &str) -> Vec<(&'static str, String)> {
    [
        ("organisatie", "Huisartsenpraktijk De Linde"),
        ("ura", ura),
        ("voornamen", "Zoë Anouk"),
        ("tussenvoegsel", "van der"),
        ("achternaam", "Brugge-Çelik"),
        ("uzinummer", "900012345"),
        ("email", "zoe@delinde.example"),
        ("vertegenwoordiger", "P. de Groot"),
        ("vertegenwoordigermail", "groot@delinde.example"),
        ("zorgapplicatie", "Zorgsoft HIS"),
    ]
    .into_iter()
    .map(|(name, value)| (name, value.to_owned()))
    .collect()
}

pub async fn apply(visitor: &mut Visitor<'_>, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visitor.post(FORM, &fields).await
}

/// Applications of a URA, newest first.
pub async fn stored(world: &World, ura: &str) -> Vec<Application> {
    let ura = Ura::parse(ura).unwrap();
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.applications_of(&ura).await })).await;
    found.unwrap()
}

pub async fn organisation(world: &World, ura: &str) -> Option<Organisation> {
    let ura = Ura::parse(ura).unwrap();
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.organisation_by_ura(&ura).await })).await;
    found.unwrap()
}

/// The value of an input, as the page shows it.
fn value(answer: &Answer, name: &str) -> String {
    let html = answer.text();
    let after = html.split(&format!("id=\"{name}\" name=\"{name}\"")).nth(1).unwrap_or_default();
    let after = after.split_once("value=\"").map_or("", |(_, rest)| rest);
    after.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_application_is_copied_by_mail_and_its_status_is_for_who_holds_the_code() {
    let world = World::new().await;
    let mut visitor = Visitor::new(&world);
    assert_eq!(visitor.get("/aanvragen").await.h1(), "Uw organisatie aanmelden");
    assert_eq!(visitor.get(FORM).await.h1(), "Aanvraagformulier");
    let sent = apply(&mut visitor, &good(URA)).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, "/aanvragen/status?gedaan=aangevraagd"));
    let page = visitor.get(sent.location()).await.text();
    assert!(page.contains("Ingediend") && page.contains("De Linde") && page.contains(URA), "{page}");
    assert!(!page.contains("Brugge"), "about people nothing is told: {page}");
    let [application] = stored(&world, URA).await.try_into().unwrap();
    assert_eq!(application.form.applicant.full(), "Zoë Anouk van der Brugge-Çelik");
    let to: Vec<_> = mails(&world).await.iter().map(|mail| (mail.kind, mail.to.to_string())).collect();
    assert!(to.contains(&(MailKind::ApplicationCopy, "zoe@delinde.example".into())), "{to:?}");
    assert!(to.contains(&(MailKind::ApplicationReceived, "groot@delinde.example".into())), "{to:?}");
    let events = world.events().await;
    assert!(events.iter().any(|entry| entry.event == Event::ApplicationSubmitted));

    // Somebody else types the code from the mail; it is nowhere in an address.
    let code = portal::services::applications::link_code(&world.app, application.id).grouped();
    assert!(mails(&world).await.iter().any(|mail| mail.text.contains(&code)));
    let mut other = Visitor::new(&world);
    assert!(!other.get(STATUS).await.text().contains("De Linde"));
    let opened = other.post(STATUS, &[("code", &code.to_lowercase())]).await;
    assert_eq!(opened.location(), STATUS);
    let cookie = opened.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-zorgid-application=") && cookie.contains("HttpOnly"), "{cookie}");
    assert!(other.get(STATUS).await.text().contains("De Linde"));
    other.post("/aanvragen/sluiten", &[]).await;
    assert!(!other.get(STATUS).await.text().contains("De Linde"));
}

#[tokio::test]
async fn guessing_codes_is_limited() {
    let world = World::new().await;
    let mut visitor = Visitor::new(&world);
    for _ in 0..5 {
        let wrong = visitor.post(STATUS, &[("code", "00000-00000-00000-00000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("Wij kennen deze code niet"));
    }
    assert_eq!(visitor.post(STATUS, &[("code", "nonsense")]).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn each_message_is_beside_its_field_and_keeps_what_was_typed() {
    let world = World::new().await;
    let mut visitor = Visitor::new(&world);
    let long = "é".repeat(250);
    for (name, typed) in [
        ("organisatie", ""),
        ("organisatie", "   "),
        ("organisatie", long.as_str()),
        ("organisatie", "Praktijk\u{7}"),
        ("organisatie", "Praktijk \u{202e}nedoog"),
        ("ura", ""),
        ("ura", "1234567"),
        ("ura", "123456789"),
        ("ura", "1234567a"),
        ("ura", "' OR 1=1--"),
        ("uzinummer", "90001234"),
        ("uzinummer", "900012345x"),
        ("uzinummer", "<script>alert(1)</script>"),
        ("achternaam", ""),
        ("voornamen", long.as_str()),
        ("email", "zoe@delinde"),
        ("email", "zoe\r\nBcc: iedereen@example.nl"),
        ("vertegenwoordiger", ""),
        ("vertegenwoordigermail", "geen adres"),
        ("zorgapplicatie", ""),
    ] {
        let mut fields = good(URA);
        fields.iter_mut().filter(|(field, _)| *field == name).for_each(|(_, value)| typed.clone_into(value));
        let answer = apply(&mut visitor, &fields).await;
        let html = answer.text();
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {typed:?}");
        assert_eq!(html.matches("-fout\">").count(), 1, "{name} {typed:?}: one message: {html}");
        assert!(html.contains(&format!("id=\"{name}-fout\"")), "{name} {typed:?}");
        assert!(!html.contains("<script>alert"), "escaped");
        for (other, wanted) in good(URA).iter().filter(|(other, _)| *other != name) {
            assert_eq!(&value(&answer, other), wanted, "{other} was kept");
        }
        if !typed.contains(['<', '\'', '\r', '\u{7}']) {
            assert_eq!(value(&answer, name), typed, "{name} was kept");
        }
    }
    assert!(stored(&world, URA).await.is_empty() && mails(&world).await.is_empty());
}

#[tokio::test]
async fn one_name_emoji_and_markup_are_names_too() {
    let world = World::new().await;
    let mut visitor = Visitor::new(&world);
    let mut fields = good(URA);
    for (name, value) in [("voornamen", ""), ("tussenvoegsel", ""), ("organisatie", "<b>Zorg & 🏥</b>")] {
        fields.iter_mut().filter(|(field, _)| *field == name).for_each(|(_, typed)| value.clone_into(typed));
    }
    assert_eq!(apply(&mut visitor, &fields).await.status, StatusCode::SEE_OTHER);
    let html = visitor.get(STATUS).await.text();
    assert!(!html.contains("<b>Zorg") && html.contains("Zorg &#38; 🏥"), "{html}");
}

#[tokio::test]
async fn duplicates_are_told_in_words() {
    let world = World::new().await;
    let mut visitor = Visitor::new(&world);
    apply(&mut visitor, &good(URA)).await;
    let again = apply(&mut visitor, &good(URA)).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text().contains("Voor deze URA loopt al een aanvraag"), "{}", again.text());
    assert_eq!(value(&again, "vertegenwoordiger"), "P. de Groot");
    add_organisation(&world.app, "Apotheek", "00005678", OrganisationStatus::Validated).await;
    let known = apply(&mut visitor, &good("00005678")).await;
    assert!(known.text().contains("Deze organisatie doet al mee"), "{}", known.text());
    assert_eq!(stored(&world, URA).await.len(), 1);
}

#[tokio::test]
async fn withdrawing_ends_it_and_one_can_apply_again() {
    let world = World::new().await;
    let mut visitor = Visitor::new(&world);
    apply(&mut visitor, &good(URA)).await;
    let withdrawn = visitor.post("/aanvragen/intrekken", &[]).await;
    assert_eq!(withdrawn.location(), "/aanvragen/status?gedaan=aanvraag-ingetrokken");
    assert!(visitor.get(STATUS).await.text().contains("Ingetrokken"));
    assert_eq!(mailed(&world, MailKind::ApplicationWithdrawn).await, 2);
    let twice = visitor.post("/aanvragen/intrekken", &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    // Nobody else withdraws it.
    assert_eq!(Visitor::new(&world).post("/aanvragen/intrekken", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(value(&visitor.get(FORM).await, "achternaam"), "Brugge-Çelik", "filled in from before");
    assert_eq!(apply(&mut visitor, &good(URA)).await.status, StatusCode::SEE_OTHER);
    let statuses: Vec<_> = stored(&world, URA).await.iter().map(|application| application.status).collect();
    assert!(statuses.contains(&ApplicationStatus::Submitted) && statuses.contains(&ApplicationStatus::Withdrawn));
}

#[tokio::test]
async fn applying_too_often_waits_and_keeps_what_was_typed() {
    let world = World::new().await;
    let mut visitor = Visitor::new(&world);
    for _ in 0..5 {
        assert_eq!(apply(&mut visitor, &good(URA)).await.status, StatusCode::SEE_OTHER);
        visitor.post("/aanvragen/intrekken", &[]).await;
    }
    let limited = apply(&mut visitor, &good(URA)).await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(value(&limited, "organisatie"), "Huisartsenpraktijk De Linde");
    // Another URA with the same mail address: nobody is flooded with mail.
    assert_eq!(apply(&mut visitor, &good("00009999")).await.status, StatusCode::TOO_MANY_REQUESTS);
    world.pass(DAY + 1);
    assert_eq!(apply(&mut visitor, &good(URA)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_approved_application_is_reminded_twice_and_expires() {
    let world = World::new().await;
    let mut visitor = Visitor::new(&world);
    apply(&mut visitor, &good(URA)).await;
    let (mut operator, _) = Visitor::operator(&world).await;
    super::backoffice::approve(&mut operator, URA).await;
    assert_eq!(organisation(&world, URA).await.unwrap().status, OrganisationStatus::Approved);
    assert!(visitor.get(STATUS).await.text().contains("Valideer uw organisatie"));
    for (days, reminders, status) in [
        (13, 0, ApplicationStatus::Approved),
        (1, 2, ApplicationStatus::Approved),
        (45, 2, ApplicationStatus::Approved),
        (1, 4, ApplicationStatus::Approved),
        (29, 4, ApplicationStatus::Approved),
        (1, 4, ApplicationStatus::Expired),
    ] {
        world.pass(days * DAY);
        for _ in 0..2 {
            portal::tasks::move_applications(&world.app).await;
        }
        assert_eq!(mailed(&world, MailKind::ApplicationReminder).await, reminders, "after {days} more days");
        assert_eq!(stored(&world, URA).await[0].status, status);
    }
    assert_eq!(mailed(&world, MailKind::ApplicationExpired).await, 2);
    assert_eq!(organisation(&world, URA).await.unwrap().status, OrganisationStatus::Ended);
    assert_eq!(apply(&mut visitor, &good(URA)).await.status, StatusCode::SEE_OTHER);
}
