//! Valideren: the straight way, with and without a Mobile ID, and who is refused.

use super::{
    beheerder::{count, memberships_of},
    cards::{self, BIRTH_DATE, confirm, pass, pass_in, use_card},
    phone::phone,
    visitor::{Visitor, mailed},
    world::{World, add_organisation, caller},
};
use axum::http::StatusCode;
use domain::{
    BirthDate, EmailAddress, Language, PersonName, Ura, UziNumber,
    application::{Application, ApplicationForm, ApplicationId, ApplicationStatus, VALIDATE_WITHIN_DAYS},
    log::{Event, Outcome},
    mail::MailKind,
    organisation::{Organisation, OrganisationId, OrganisationStatus, Reopening},
    person::{Person, Role},
    registration::Step as RegistrationStep,
    request::Decision,
    uzi::CardType,
    validation::Step,
};
use pki::test_register::{CardState, TestCard, card_spec};
use portal::services::{
    card::{self, CardKind},
    registration, validation,
};
use protocol::{ProblemCode, card::DesktopNextAnswer};
use storage::StoreError;

const URA: &str = "90055555";

/// A pass of the new organisation.
pub fn card(world: &World, card_type: CardType) -> TestCard {
    let mut spec = card_spec(card_type, CardState::Valid);
    spec.ura = URA.into();
    pass_in(world, spec)
}

/// An approved application that names this UZI number.
pub async fn approved(world: &World, number: &str) -> OrganisationId {
    let organisation = add_organisation(&world.app, "Praktijk Vroeg", URA, OrganisationStatus::Approved).await;
    let address = |text: &str| EmailAddress::parse(text).unwrap();
    let application = Application {
        id: ApplicationId::new(world.app.now(), world.app.entropy()),
        form: ApplicationForm {
            organisation_name: "Praktijk Vroeg".into(),
            ura: Ura::parse(URA).unwrap(),
            applicant: PersonName::new("Zoë", "", "Test").unwrap(),
            uzi_number: UziNumber::parse(number).unwrap(),
            email: address("zoe@vroeg.example"),
            representative_name: "P. de Groot".into(),
            representative_email: address("groot@vroeg.example"),
            care_application: "HIS".into(),
        },
        language: Language::Nl,
        link_hash: [9; 32],
        status: ApplicationStatus::Approved,
        handled_by: None,
        checks: None,
        reason: None,
        decided_by: None,
        decided_at: Some(world.app.now()),
        organisation: Some(organisation),
        reminders: 0,
        submitted_at: world.app.now(),
    };
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.insert_application(&application).await })).await;
    stored.unwrap();
    organisation
}

pub async fn organisation(world: &World, id: OrganisationId) -> Organisation {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.organisation(id).await })).await;
    found.unwrap().unwrap()
}

async fn status(world: &World) -> ApplicationStatus {
    let found: Result<_, StoreError> =
        world.app.store.read(|tx| Box::pin(async move { tx.applications_of(&Ura::parse(URA).unwrap()).await })).await;
    found.unwrap()[0].status
}

async fn holder(world: &World, card: &TestCard) -> Person {
    let number = UziNumber::parse(&card.spec.uzi_number).unwrap();
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.people_by_uzi_number(&number).await })).await;
    found.unwrap().remove(0)
}

pub async fn is_administrator(world: &World, card: &TestCard, organisation: OrganisationId) -> bool {
    let person = holder(world, card).await;
    let memberships = memberships_of(world, person.id).await;
    memberships.iter().any(|one| one.organisation == organisation && one.has(Role::Administrator))
}

/// Terms and the card.
async fn read(world: &World, browser: &portal::browser::Browser, card: &TestCard) -> Result<(), ProblemCode> {
    validation::accept_terms(&world.app, browser).await.map_err(|error| error.code)?;
    use_card(world, browser, card, CardKind::Validate).await.map(|_| ())
}

/// Registers with the card and activates a phone.
pub async fn register(world: &World, card: &TestCard, seed: u64) {
    let browser = world.browser();
    confirm(world, &browser, card, BIRTH_DATE).await.unwrap();
    activate(world, &browser, seed).await;
}

async fn activate(world: &World, browser: &portal::browser::Browser, seed: u64) {
    let qr = registration::current(&world.app, browser).await.unwrap().enrolment.unwrap();
    let mut phone = phone(world, seed).await;
    let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
    phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap();
}

#[tokio::test]
async fn the_applicant_with_a_mobile_id_becomes_administrator_at_once() {
    let world = World::new().await;
    let z = card(&world, CardType::Z);
    let id = approved(&world, &z.spec.uzi_number).await;
    // The applicant of an approved organisation may register too; nobody else.
    register(&world, &z, 21).await;
    let n = cards::read_card(&world, &world.browser(), &card(&world, CardType::N)).await;
    assert_eq!(n.err(), Some(ProblemCode::OrganisationNotValidated));
    let browser = world.browser();
    read(&world, &browser, &z).await.unwrap();
    let view = validation::current(&world.app, &browser).await.unwrap();
    assert_eq!((view.validation.step, view.organisation.unwrap().name.as_str()), (Step::Check, "Praktijk Vroeg"));
    assert!(!is_administrator(&world, &z, id).await);
    use_card(&world, &browser, &z, CardKind::ConfirmValidation).await.unwrap();
    let view = validation::current(&world.app, &browser).await.unwrap();
    assert_eq!((view.validation.step, view.identity.is_some()), (Step::Done, true));
    assert!(is_administrator(&world, &z, id).await);
    assert_eq!(organisation(&world, id).await.status, OrganisationStatus::Validated);
    assert_eq!(status(&world).await, ApplicationStatus::Validated);
    assert_eq!(mailed(&world, MailKind::ApplicationValidated).await, 2);
    assert_eq!((count(&world, Event::OrganisationValidated).await, count(&world, Event::RoleGiven).await), (1, 1));
    // Once: also with the same card.
    let again = read(&world, &world.browser(), &z).await;
    assert_eq!(again.err(), Some(ProblemCode::AlreadyValidated));
}

#[tokio::test]
async fn without_a_mobile_id_the_role_follows_on_activation() {
    let world = World::new().await;
    let z = card(&world, CardType::Z);
    let id = approved(&world, &z.spec.uzi_number).await;
    let browser = world.browser();
    validation::accept_terms(&world.app, &browser).await.unwrap();
    let responded = use_card(&world, &browser, &z, CardKind::Validate).await.unwrap();
    let session = responded.desktop_session.expect("a desktop session");
    // The PIN of the card is asked once: the Desktop App that read it gets the sentence by itself.
    let launch = card::start(&world.app, &caller(), &browser, CardKind::ConfirmValidation).await.unwrap();
    assert!(launch.desktop_holds_card);
    let next = card::next(&world.app, &caller(), &session, false).await.unwrap();
    let DesktopNextAnswer::Request { request } = next else { panic!("{next:?}") };
    let opened = cards::opened(request);
    let sentence = &opened.claims.sentence.as_ref().unwrap().nl;
    assert!(sentence.contains("valideer Praktijk Vroeg (URA 90055555)"), "{sentence}");
    cards::respond(&world, &z, &opened, Decision::Accepted).await.unwrap();
    let view = validation::current(&world.app, &browser).await.unwrap();
    assert!(view.validation.role_waits() && view.identity.is_none());
    assert_eq!(organisation(&world, id).await.status, OrganisationStatus::Validated);
    // On into registering with the same card, without reading it again.
    validation::go_on_registering(&world.app, &caller(), &browser).await.unwrap();
    let wizard = registration::current(&world.app, &browser).await.unwrap().registration;
    assert_eq!((wizard.step, wizard.desktop_is_alive(world.app.now())), (RegistrationStep::Check, true));
    registration::checked(&world.app, &browser).await.unwrap();
    registration::birth_date(&world.app, &browser, BIRTH_DATE).await.unwrap();
    use_card(&world, &browser, &z, CardKind::Confirm).await.unwrap();
    assert!(!is_administrator(&world, &z, id).await);
    activate(&world, &browser, 22).await;
    assert!(is_administrator(&world, &z, id).await);
    assert!(!validation::current(&world.app, &browser).await.unwrap().validation.role_waits());
    // A colleague who registers later becomes no administrator.
    let n = card(&world, CardType::N);
    let mut spec = n.spec.clone();
    spec.uzi_number = "900077779".into();
    let other = pass_in(&world, spec);
    register(&world, &other, 23).await;
    assert!(!is_administrator(&world, &other, id).await);
}

#[tokio::test]
async fn other_cards_are_refused_logged_and_leave_the_application_open() {
    let world = World::new().await;
    let z = card(&world, CardType::Z);
    let browser = world.browser();
    let early = card::start(&world.app, &caller(), &browser, CardKind::Validate).await.unwrap_err();
    assert_eq!(early.code, ProblemCode::TermsFirst);
    assert_eq!(read(&world, &browser, &z).await.err(), Some(ProblemCode::ApplicationMissing), "no such organisation");
    let id = approved(&world, "900099999").await;
    assert_eq!(read(&world, &browser, &z).await.err(), Some(ProblemCode::ApplicationOther), "another UZI number");
    let m = card(&world, CardType::M);
    assert_eq!(read(&world, &browser, &m).await.err(), Some(ProblemCode::CardType));
    let elsewhere = pass(&world, CardType::Z);
    assert_eq!(read(&world, &browser, &elsewhere).await.err(), Some(ProblemCode::AlreadyValidated), "another URA");
    assert_eq!(organisation(&world, id).await.status, OrganisationStatus::Approved);
    assert_eq!(status(&world).await, ApplicationStatus::Approved);
    let refused = world.events().await.into_iter().filter(|entry| entry.outcome == Outcome::Refused).count();
    assert_eq!(refused, 4);
}

#[tokio::test]
async fn the_signature_is_of_the_card_that_was_read_and_of_what_was_shown() {
    let world = World::new().await;
    let z = card(&world, CardType::Z);
    let id = approved(&world, &z.spec.uzi_number).await;
    let (browser, n) = (world.browser(), card(&world, CardType::N));
    read(&world, &browser, &z).await.unwrap();
    let other = use_card(&world, &browser, &n, CardKind::ConfirmValidation).await;
    assert_eq!(other.err(), Some(ProblemCode::CardOther));
    // An operator corrects the name while the sentence with the old one is on the screen.
    let launch = card::start(&world.app, &caller(), &browser, CardKind::ConfirmValidation).await.unwrap();
    let opened = cards::open(&world, &launch).await.unwrap();
    let mut renamed = organisation(&world, id).await;
    renamed.name = "Praktijk Laat".into();
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_organisation(&renamed).await })).await;
    stored.unwrap();
    let stale = cards::respond(&world, &z, &opened, Decision::Accepted).await;
    assert_eq!(stale.err(), Some(ProblemCode::RequestCancelled));
    assert_eq!(organisation(&world, id).await.status, OrganisationStatus::Approved);
    use_card(&world, &browser, &z, CardKind::ConfirmValidation).await.unwrap();
    assert_eq!(organisation(&world, id).await.status, OrganisationStatus::Validated);
}

#[tokio::test]
async fn of_two_browsers_that_confirm_one_validates() {
    let world = World::new().await;
    let z = card(&world, CardType::Z);
    let id = approved(&world, &z.spec.uzi_number).await;
    let (first, second) = (world.browser(), world.browser());
    read(&world, &first, &z).await.unwrap();
    read(&world, &second, &z).await.unwrap();
    let both = tokio::join!(
        use_card(&world, &first, &z, CardKind::ConfirmValidation),
        use_card(&world, &second, &z, CardKind::ConfirmValidation)
    );
    let codes = [both.0.err(), both.1.err()];
    assert!(codes.contains(&None) && codes.contains(&Some(ProblemCode::AlreadyValidated)), "{codes:?}");
    assert_eq!(organisation(&world, id).await.status, OrganisationStatus::Validated);
    let validated = world
        .events()
        .await
        .into_iter()
        .filter(|entry| entry.event == Event::OrganisationValidated && entry.outcome == Outcome::Success);
    assert_eq!(validated.count(), 1);
}

#[tokio::test]
async fn a_reopened_validation_is_for_one_uzi_number_and_once() {
    let world = World::new().await;
    let z = pass(&world, CardType::Z);
    let mut reopened = organisation(&world, world.organisation).await;
    let uzi_number = UziNumber::parse(&z.spec.uzi_number).unwrap();
    reopened.reopened_for = Some(Reopening { uzi_number, at: world.app.now() });
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_organisation(&reopened).await })).await;
    stored.unwrap();
    register(&world, &z, 24).await;
    let n = pass(&world, CardType::N);
    assert_eq!(read(&world, &world.browser(), &n).await.err(), Some(ProblemCode::ApplicationOther));
    let browser = world.browser();
    read(&world, &browser, &z).await.unwrap();
    use_card(&world, &browser, &z, CardKind::ConfirmValidation).await.unwrap();
    assert!(is_administrator(&world, &z, world.organisation).await);
    assert_eq!(read(&world, &world.browser(), &z).await.err(), Some(ProblemCode::AlreadyValidated));
}

/// Ninety days, as an approved application: also for who read the pass in time and signs too late.
#[tokio::test]
async fn a_reopened_validation_is_over_after_ninety_days() {
    let world = World::new().await;
    let z = pass(&world, CardType::Z);
    register(&world, &z, 25).await;
    let uzi_number = UziNumber::parse(&z.spec.uzi_number).unwrap();
    let reopened = Reopening { uzi_number: uzi_number.clone(), at: world.app.now() };
    let mut place = organisation(&world, world.organisation).await;
    place.reopened_for = Some(reopened.clone());
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_organisation(&place).await })).await;
    stored.unwrap();
    world.pass(VALIDATE_WITHIN_DAYS * 24 * 3600 - 60);
    world.publish_crls(&[], 48);
    let offered = async || validation::waiting_for(&world.app, &uzi_number).await.unwrap().is_some();
    assert!(offered().await);
    let browser = world.browser();
    read(&world, &browser, &z).await.unwrap();
    world.pass(60);
    assert_eq!(world.app.now(), reopened.ends_at());
    let late = use_card(&world, &browser, &z, CardKind::ConfirmValidation).await;
    assert_eq!(late.err(), Some(ProblemCode::AlreadyValidated));
    assert_eq!(read(&world, &world.browser(), &z).await.err(), Some(ProblemCode::AlreadyValidated));
    assert!(!offered().await && !is_administrator(&world, &z, world.organisation).await);
}

#[tokio::test]
async fn who_logs_in_with_the_pass_of_the_application_is_led_to_finishing_it() {
    let world = World::new().await;
    let z = card(&world, CardType::Z);
    approved(&world, &z.spec.uzi_number).await;
    for (number, shown) in [("900099999", false), (z.spec.uzi_number.as_str(), true)] {
        let mut visitor = Visitor::new(&world);
        visitor.with_card(number).await;
        let overview = visitor.get("/overzicht").await.text();
        assert_eq!(overview.contains("Organisatieregistratie afronden"), shown, "{overview}");
        assert_eq!(overview.contains("Praktijk Vroeg"), shown);
    }
}

#[tokio::test]
async fn the_pages_lead_to_where_it_stands() {
    let world = World::new().await;
    let z = card(&world, CardType::Z);
    approved(&world, &z.spec.uzi_number).await;
    let mut visitor = Visitor::new(&world);
    assert_eq!(visitor.get("/valideren").await.h1(), "Valideren");
    assert_eq!(visitor.get("/valideren/organisatie").await.location(), "/valideren");
    let missing = visitor.post("/valideren", &[]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(visitor.post("/valideren", &[("akkoord", "ja")]).await.location(), "/valideren/pas");
    assert_eq!(visitor.get("/valideren/pas").await.h1(), "UZI-pas lezen");
    let browser = visitor.browser();
    let launch = card::start(&world.app, &caller(), &browser, CardKind::Validate).await.unwrap();
    let opened = cards::open(&world, &launch).await.unwrap();
    let responded = cards::respond(&world, &z, &opened, Decision::Accepted).await.unwrap();
    let code = cards::return_code(&responded).reveal().to_owned();
    let returned = visitor.post("/desktop/return", &[("code", &code)]).await;
    let tab = visitor.get(returned.location()).await.text();
    assert!(tab.contains("/valideren/wachten"), "{tab}");
    assert_eq!(visitor.get("/valideren/wachten").await.location(), "/valideren/organisatie");
    let check = visitor.get("/valideren/organisatie").await.text();
    assert!(check.contains("Praktijk Vroeg") && check.contains(URA), "{check}");
    let asked = visitor.post("/valideren/bevestigen", &[]).await;
    assert_eq!(asked.h1(), "Validatie ondertekenen");
    use_card(&world, &browser, &z, CardKind::ConfirmValidation).await.unwrap();
    for path in ["/valideren", "/valideren/wachten", "/valideren/organisatie"] {
        assert_eq!(visitor.get(path).await.location(), "/valideren/klaar", "{path}");
    }
    let done = visitor.get("/valideren/klaar").await.text();
    assert!(done.contains("Praktijk Vroeg") && done.contains("doet nu mee"), "{done}");
    assert_eq!(visitor.post("/valideren/registreren", &[]).await.location(), "/registreren");
    assert_eq!(visitor.get("/registreren").await.location(), "/registreren/gegevens");
    world.pass(1);
    assert_eq!(visitor.post("/valideren/opnieuw", &[]).await.location(), "/valideren");
    assert_eq!(visitor.get("/valideren").await.h1(), "Valideren");
}
