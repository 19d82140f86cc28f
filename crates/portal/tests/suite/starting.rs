//! Start and Afronden: registering and validating with the pass that one is logged in with, without reading it again.

use super::{
    beheerder::count,
    cards::{BIRTH_DATE, confirm, pass, pass_in, use_card},
    forger::Forger,
    phone::phone,
    validating::{self, approved, is_administrator, organisation},
    visitor::Visitor,
    world::{World, add_organisation},
};
use axum::http::StatusCode;
use domain::{
    BirthDate, UziNumber,
    log::Event,
    organisation::{OrganisationStatus, Reopening},
    registration::Step,
    uzi::CardType,
    validation,
};
use pki::test_register::{CardState, TestCard, card_spec};
use portal::services::{card::CardKind, registration, validation as validations};
use protocol::ProblemCode;
use storage::StoreError;

const FORM: [(&str, &str); 2] = [("akkoord", "ja"), ("geboortedatum", BIRTH_DATE)];

async fn step(visitor: &Visitor<'_>) -> Step {
    registration::current(&visitor.world.app, &visitor.browser()).await.unwrap().registration.step
}

async fn logged_in<'a>(world: &'a World, card: &TestCard) -> Visitor<'a> {
    let mut visitor = Visitor::new(world);
    visitor.log_in_with(card).await;
    visitor
}

#[tokio::test]
async fn who_is_logged_in_with_a_pass_registers_with_birth_date_and_signature() {
    let world = World::new().await;
    let z = pass(&world, CardType::Z);
    let mut visitor = logged_in(&world, &z).await;
    let overview = visitor.get("/overzicht").await.text();
    assert!(overview.contains("href=\"/start\"") && overview.contains("U hebt nog geen Mobile ID"), "{overview}");
    let start = visitor.get("/start").await;
    assert_eq!(start.h1(), "Registreren met uw UZI-pas");
    for part in ["Zoë Anouk", "van der", "Brugge-Çelik", "900000001", "Zorggroep Sint Jérôme"] {
        assert!(start.text().contains(part), "{part}: {}", start.text());
    }
    // Read-only: what is on the pass is no field.
    assert!(!start.text().contains("name=\"naam\"") && !start.text().contains("value=\"Zoë"));
    let nothing = visitor.post("/start", &[]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text().contains("id=\"geboortedatum-fout\"") && nothing.text().contains("id=\"akkoord-fout\""));
    let wrong = visitor.post("/start", &[("akkoord", "ja"), ("geboortedatum", "31-02-1980")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("value=\"31-02-1980\"") && !wrong.text().contains("id=\"akkoord-fout\""));
    let old = visitor.post("/start", &[FORM[0], FORM[1], ("versie", "1999-01")]).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY, "other terms than were read");
    assert_eq!(step(&visitor).await, Step::Terms, "nothing began yet");

    let asked = visitor.post("/start", &FORM).await;
    assert_eq!((asked.status, asked.h1().as_str()), (StatusCode::OK, "Bevestig in de Desktop App"));
    assert_eq!(step(&visitor).await, Step::Confirm);
    use_card(&world, &visitor.browser(), &z, CardKind::Confirm).await.unwrap();
    assert_eq!(visitor.get("/registreren/wachten").await.location(), "/registreren/qr");
    // The login and the signature: the card was not read a second time.
    assert_eq!(count(&world, Event::CardUsed).await, 2);
    assert_eq!((count(&world, Event::PersonRegistered).await, count(&world, Event::ProofingCard).await), (1, 1));
    let number = UziNumber::parse("900000001").unwrap();
    let found: Result<_, StoreError> = world
        .app
        .store
        .read(move |tx| {
            Box::pin(async move {
                let person = tx.people_by_uzi_number(&number).await?.remove(0);
                tx.card_proofings_of(person.id).await
            })
        })
        .await;
    let proofing = found.unwrap().remove(0);
    assert_eq!(proofing.terms_version, portal::config::TERMS_VERSION);
    assert!(!proofing.confirmation.is_empty() && !proofing.evidence.is_empty());
    let qr = registration::current(&world.app, &visitor.browser()).await.unwrap().enrolment.unwrap();
    let mut phone = phone(&world, 31).await;
    let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
    phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap();
    assert_eq!(visitor.get("/registreren").await.location(), "/registreren/klaar");
}

#[tokio::test]
async fn the_pass_of_the_session_signs_and_no_other() {
    let world = World::new().await;
    let (z, n) = (pass(&world, CardType::Z), pass(&world, CardType::N));
    let mut visitor = logged_in(&world, &z).await;
    visitor.post("/start", &FORM).await;
    let other = use_card(&world, &visitor.browser(), &n, CardKind::Confirm).await;
    assert_eq!(other.err(), Some(ProblemCode::CardOther));
    // Somebody else logs in with another pass here: Start is theirs.
    visitor.log_in_with(&n).await;
    let start = visitor.get("/start").await.text();
    assert!(start.contains("Jürgen") && !start.contains("Brugge"), "{start}");
    assert_eq!(count(&world, Event::PersonRegistered).await, 0);
}

#[tokio::test]
async fn a_pass_that_was_revoked_since_and_an_organisation_that_takes_nobody_are_told_at_once() {
    let world = World::new().await;
    let revoked = pass_in(&world, card_spec(CardType::Z, CardState::Revoked));
    let mut visitor = logged_in(&world, &revoked).await;
    assert_eq!(visitor.get("/start").await.status, StatusCode::OK);
    world.publish_crls(&revoked.revoked, 48);
    // The session ended with the pass.
    for answer in [visitor.get("/start").await, visitor.post("/start", &FORM).await] {
        assert_eq!(answer.location(), "/inloggen");
    }
    assert_eq!(step(&visitor).await, Step::Terms);

    add_organisation(&world.app, "Praktijk Vroeg", "90055555", OrganisationStatus::Approved).await;
    let early = validating::card(&world, CardType::Z);
    let mut visitor = logged_in(&world, &early).await;
    let refused = visitor.get("/start").await;
    assert!(refused.text().contains(ProblemCode::OrganisationNotValidated.as_str()), "{}", refused.text());
}

#[tokio::test]
async fn without_a_card_session_the_wizard_reads_the_card() {
    let world = World::new().await;
    for path in ["/start", "/afronden"] {
        assert_eq!(Visitor::new(&world).get(path).await.location(), "/inloggen");
    }
    let phone = Forger::new(&world).await;
    let mut visitor = Visitor::logged_in(&world, &phone).await;
    assert_eq!(visitor.get("/start").await.location(), "/registreren");
    assert_eq!(visitor.post("/start", &FORM).await.location(), "/registreren");
    assert_eq!(visitor.get("/afronden").await.location(), "/valideren");
    assert_eq!(visitor.post("/afronden", &[("akkoord", "ja")]).await.location(), "/valideren");
}

#[tokio::test]
async fn who_lost_the_qr_gets_a_new_one_and_another_birth_date_stops() {
    let world = World::new().await;
    let z = pass(&world, CardType::Z);
    confirm(&world, &world.browser(), &z, BIRTH_DATE).await.unwrap();
    let mut visitor = logged_in(&world, &z).await;
    assert!(visitor.current().await.person.is_some());
    visitor.post("/start", &FORM).await;
    use_card(&world, &visitor.browser(), &z, CardKind::Confirm).await.unwrap();
    assert_eq!(step(&visitor).await, Step::Scan);
    assert_eq!(count(&world, Event::PersonRegistered).await, 1);
    world.pass(1);
    visitor.post("/start", &[("akkoord", "ja"), ("geboortedatum", "01-01-1970")]).await;
    use_card(&world, &visitor.browser(), &z, CardKind::Confirm).await.unwrap();
    assert_eq!(step(&visitor).await, Step::Stopped);
}

#[tokio::test]
async fn afronden_validates_with_the_pass_of_the_session() {
    let world = World::new().await;
    let z = validating::card(&world, CardType::Z);
    let id = approved(&world, &z.spec.uzi_number).await;
    let mut visitor = logged_in(&world, &z).await;
    let overview = visitor.get("/overzicht").await.text();
    assert!(overview.contains("href=\"/afronden\"") && overview.contains("is goedgekeurd"), "{overview}");
    let page = visitor.get("/afronden").await;
    assert_eq!(page.h1(), "Organisatieregistratie afronden");
    assert!(page.text().contains("Praktijk Vroeg") && page.text().contains("90055555"));
    let missing = visitor.post("/afronden", &[]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.text().contains("id=\"akkoord-fout\""));
    let asked = visitor.post("/afronden", &[("akkoord", "ja")]).await;
    assert_eq!(asked.h1(), "Validatie ondertekenen");
    // Verversen asks for the same signature again, not for that of another wizard.
    let text = asked.text();
    assert!(text.contains("action=\"/valideren/bevestigen\"") && !text.contains("action=\"/registreren"), "{text}");
    assert_eq!(visitor.post("/valideren/bevestigen", &[]).await.h1(), "Validatie ondertekenen");
    assert_eq!(organisation(&world, id).await.status, OrganisationStatus::Approved);
    use_card(&world, &visitor.browser(), &z, CardKind::ConfirmValidation).await.unwrap();
    assert_eq!(visitor.get("/valideren/wachten").await.location(), "/valideren/klaar");
    assert_eq!(organisation(&world, id).await.status, OrganisationStatus::Validated);
    let view = validations::current(&world.app, &visitor.browser()).await.unwrap();
    assert_eq!(view.validation.step, validation::Step::Done);
    assert!(view.validation.role_waits());
    // On into registering, as after the wizard.
    assert_eq!(visitor.post("/valideren/registreren", &[]).await.location(), "/registreren");
    assert_eq!(count(&world, Event::CardUsed).await, 2);
}

#[tokio::test]
async fn a_reopened_organisation_is_finished_by_the_one_it_was_reopened_for() {
    let world = World::new().await;
    let (z, n) = (pass(&world, CardType::Z), pass(&world, CardType::N));
    validating::register(&world, &z, 32).await;
    let mut reopened = organisation(&world, world.organisation).await;
    let uzi_number = UziNumber::parse(&z.spec.uzi_number).unwrap();
    reopened.reopened_for = Some(Reopening { uzi_number, at: world.app.now() });
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_organisation(&reopened).await })).await;
    stored.unwrap();
    let mut colleague = logged_in(&world, &n).await;
    assert!(!colleague.get("/overzicht").await.text().contains("/afronden"));
    let refused = colleague.get("/afronden").await.text();
    assert!(refused.contains(ProblemCode::ApplicationOther.as_str()), "{refused}");

    let mut visitor = logged_in(&world, &z).await;
    let overview = visitor.get("/overzicht").await.text();
    assert!(overview.contains("href=\"/afronden\"") && overview.contains("voor u heropend"), "{overview}");
    assert!(visitor.get("/afronden").await.text().contains("heeft geen administrator"));
    visitor.post("/afronden", &[("akkoord", "ja")]).await;
    use_card(&world, &visitor.browser(), &z, CardKind::ConfirmValidation).await.unwrap();
    assert!(is_administrator(&world, &z, world.organisation).await);
    assert!(!visitor.get("/overzicht").await.text().contains("/afronden"), "once");
    let over = visitor.get("/afronden").await.text();
    assert!(over.contains(ProblemCode::AlreadyValidated.as_str()), "{over}");
}
