//! What pages tell beyond their own subject: notices from the moment that an operator makes them, and the reference of a
//! refusal that happened elsewhere.

use super::{
    beheerder::request,
    cards::{self, BIRTH_DATE, confirm, pass, pass_in},
    visitor::Visitor,
    world::{World, caller},
};
use domain::{
    log::{Event, LogEntry},
    request::Decision,
    uzi::CardType,
};
use pki::test_register::{CardState, card_spec};
use portal::services::{
    card::{self, CardKind},
    notices, registration,
};

const TEXT: &str = "Vanavond onderhoud";

async fn shows(world: &World, path: &str) -> bool {
    Visitor::new(world).get(path).await.text().contains(TEXT)
}

#[tokio::test]
async fn a_notice_is_shown_here_at_once_and_elsewhere_when_it_is_heard() {
    let world = World::new().await;
    let other = world.second_node().await;
    let (mut operator, _) = Visitor::operator(&world).await;
    let path = "/backoffice/meldingen";
    let fields =
        [("soort", "maintenance"), ("nederlands", TEXT), ("engels", "Maintenance tonight"), ("van", ""), ("tot", "")];
    assert!(!shows(&world, "/inloggen").await);
    let made = operator.post(path, &fields).await;
    assert_eq!(made.location(), format!("{path}?gedaan=melding-getoond"), "{}", made.text());
    for page in ["/inloggen", "/hulp", "/bestaat-niet"] {
        assert!(shows(&world, page).await, "{page}");
        assert!(!shows(&other, page).await, "{page}: the other node has not heard of it");
    }
    notices::refresh(&other.app).await.unwrap();
    assert!(shows(&other, "/inloggen").await);
    let page = operator.get(path).await.text();
    let end = page
        .split("action=\"")
        .find(|part| part.contains("/weghalen\""))
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(operator.post(&end, &[]).await.location(), format!("{path}?gedaan=melding-weg"));
    assert!(!shows(&world, "/inloggen").await, "taken away at once");
}

#[tokio::test]
async fn a_notice_of_an_unknown_browser_is_shown_after_the_signature() {
    let world = World::new().await;
    let (mut operator, mut phone) = Visitor::operator(&world).await;
    let id = operator.current().await.session.id;
    let distrusted: Result<(), storage::StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut session = tx.session(id).await?.unwrap();
                session.browser_trusted = false;
                tx.update_session(&session).await
            })
        })
        .await;
    distrusted.unwrap();
    let fields = [("soort", "disturbance"), ("nederlands", TEXT), ("engels", "Down"), ("van", ""), ("tot", "")];
    let asked = operator.post("/backoffice/meldingen", &fields).await;
    assert!(asked.location().starts_with("/bevestigen/"), "{}", asked.location());
    assert!(!shows(&world, "/inloggen").await);
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    assert!(shows(&world, "/inloggen").await);
}

async fn last(world: &World, event: Event) -> LogEntry {
    world.events().await.into_iter().rfind(|entry| entry.event == event).unwrap()
}

/// The small print of a page: code and reference.
fn told(html: &str, code: &str, reference: &str) -> bool {
    html.contains(&format!("href=\"/foutmeldingen#{code}\">{code}</a>"))
        && html.contains(&format!("<span class=\"code\">{reference}</span>"))
}

#[tokio::test]
async fn a_refused_pass_is_told_with_the_reference_of_its_log_entry() {
    let world = World::new().await;
    let revoked = pass_in(&world, card_spec(CardType::Z, CardState::Revoked));
    world.publish_crls(&revoked.revoked, 48);
    for (kind, start, waiting, code) in [
        (CardKind::Register, "/registreren", "/registreren/wachten", "card-revoked"),
        (CardKind::Validate, "/valideren", "/valideren/wachten", "card-revoked"),
    ] {
        let mut visitor = Visitor::new(&world);
        visitor.post(start, &[("akkoord", "ja")]).await;
        let launch = card::start(&world.app, &caller(), &visitor.browser(), kind).await.unwrap();
        let opened = cards::open(&world, &launch).await.unwrap();
        assert!(cards::respond(&world, &revoked, &opened, Decision::Accepted).await.is_err());
        let entry = last(&world, Event::ProofingRefused).await;
        assert_eq!(request(&world, launch.id).await.problem_reference.as_ref(), Some(&entry.reference));
        let page = visitor.get(waiting).await;
        assert_eq!(page.h1(), "Deze UZI-pas kan niet worden gebruikt");
        assert!(told(&page.text(), code, &entry.reference), "{start}: {}", page.text());
    }
}

#[tokio::test]
async fn a_pass_that_may_not_validate_is_told_with_a_reference_too() {
    let world = World::new().await;
    let mut visitor = Visitor::new(&world);
    visitor.post("/valideren", &[("akkoord", "ja")]).await;
    let launch = card::start(&world.app, &caller(), &visitor.browser(), CardKind::Validate).await.unwrap();
    let opened = cards::open(&world, &launch).await.unwrap();
    let z = pass(&world, CardType::Z);
    assert!(cards::respond(&world, &z, &opened, Decision::Accepted).await.is_err(), "validated already");
    let entry = last(&world, Event::OrganisationValidated).await;
    let page = visitor.get("/valideren/wachten").await;
    assert!(told(&page.text(), "already-validated", &entry.reference), "{}", page.text());
}

#[tokio::test]
async fn a_stopped_registration_is_told_with_the_reference_of_its_log_entry() {
    let world = World::new().await;
    confirm(&world, &world.browser(), &pass(&world, CardType::Z), BIRTH_DATE).await.unwrap();
    let mut spec = card_spec(CardType::Z, CardState::Valid);
    spec.uzi_number = "900077772".into();
    let other = pass_in(&world, spec);
    let mut visitor = Visitor::new(&world);
    confirm(&world, &visitor.browser(), &other, BIRTH_DATE).await.unwrap();
    visitor.post("/registreren/bekend", &[("antwoord", "nee")]).await;
    let page = visitor.get("/registreren/gestopt").await;
    assert_eq!(page.h1(), "Uw registratie is gestopt");
    let entry = last(&world, Event::PersonConflict).await;
    assert!(told(&page.text(), "person-denied", &entry.reference), "{}", page.text());
    let view = registration::current(&world.app, &visitor.browser()).await.unwrap();
    assert_eq!(view.registration.stopped_reference, Some(entry.reference));
}
