//! The environment's auditor: made by operators, reads the whole log, and nothing else of the back office.

use super::{
    backoffice::waiting_decision,
    beheerder::{Beheerder, count, memberships_of, person},
    forger::Forger,
    log_reading::{by, entry, last_look, log, rows, write},
    mailing::give_address,
    manage::colleague,
    phone::phone,
    visitor::{Visitor, mailed, make_auditor, make_operator},
    world::{World, add_organisation, caller},
};
use axum::http::StatusCode;
use domain::{
    change::{Change, OperatorChange},
    log::{Actor, Event},
    mail::MailKind,
    operator::{Office, Operator},
    organisation::OrganisationStatus,
    person::{MembershipStatus, PersonId, Role},
    request::Decision,
};
use portal::{
    browser::SESSION_COOKIE,
    services::{
        changes::{self, Proposed},
        desk::{self, ShownOnce},
        login,
    },
};
use protocol::ProblemCode;
use storage::StoreError;
use storage_sql::testing::TestDatabase;
use wallet::Wallet;

const AUDITORS: &str = "/backoffice/auditors";
const LOG: &str = "/backoffice/log";
const INVITE: [(&str, &str); 10] = [
    ("voornamen", "Anna"),
    ("tussenvoegsel", ""),
    ("achternaam", "Toezicht"),
    ("geboortedatum", "17-05-1990"),
    ("geboorteplaats", "Assen"),
    ("email", ""),
    ("documentsoort", "identity-card"),
    ("documentnummer", "SPECI2014"),
    ("geldigtot", "2099-01-01"),
    ("reden", "Toezicht op de omgeving"),
];

async fn held(world: &World, office: Office) -> Vec<PersonId> {
    let all: Result<Vec<Operator>, StoreError> =
        world.app.store.read(|tx| Box::pin(async move { tx.operators().await })).await;
    all.unwrap().into_iter().filter(|one| one.holds(office)).map(|one| one.person).collect()
}

/// Appointing or dismissing, signed by the operator.
async fn sign(
    operator: &mut Visitor<'_>,
    phone: &mut Forger,
    path: &str,
    field: (&str, &str),
) -> Result<Proposed, ProblemCode> {
    let asked = operator.post(path, &[field, ("reden", "Toezicht")]).await;
    assert!(asked.location().starts_with("/bevestigen/"), "{path} is always confirmed: {}", asked.text());
    operator.confirm(phone, asked.location()).await
}

/// Logs in with this phone in a browser that nobody knows.
async fn log_in<'a>(world: &'a World, wallet: &mut Wallet) -> Visitor<'a> {
    let mut visitor = Visitor::new(world);
    let (app, browser) = (&world.app, visitor.browser());
    let shown = login::start(app, &browser).await.unwrap();
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    let answered = wallet.answer(&asked, Decision::Accepted, None).await.unwrap();
    login::pair(app, &caller(), &browser, shown.id, &answered.pairing_code.unwrap()).await.unwrap();
    let opened = login::finish(app, &caller(), &browser, shown.id, None).await.unwrap();
    visitor.cookies.insert(SESSION_COOKIE.to_owned(), opened.token.reveal());
    visitor
}

/// From the invitation by two operators to the log that the auditor reads.
#[tokio::test]
async fn two_operators_invite_an_auditor_who_reads_the_log_and_nothing_else() {
    let one = World::new().await;
    let world = one.node_with(|parts| parts.config.second_operator = true).await;
    let ((mut first, mut phone_1), (mut second, mut phone_2)) =
        (Visitor::operator(&world).await, Visitor::operator(&world).await);
    assert!(first.get(AUDITORS).await.text().contains("Er is nog niemand."));
    let asked = first.post(&format!("{AUDITORS}/uitnodigen"), &INVITE).await;
    let proposed = first.confirm(&mut phone_1, asked.location()).await;
    assert!(matches!(proposed, Ok(Proposed::AwaitingSecond(_))), "{proposed:?}");
    assert_eq!(held(&world, Office::Auditor).await, []);

    let told = second.get("/backoffice/besluiten").await.text();
    assert!(told.contains("Anna Toezicht uitnodigen als auditor van de omgeving"), "{told}");
    let path = waiting_decision(&mut second).await;
    assert_eq!(first.post(&path, &[("besluit", "ja")]).await.status, StatusCode::FORBIDDEN);
    let asked = second.post(&path, &[("besluit", "ja")]).await;
    let Ok(Proposed::Done(change)) = second.confirm(&mut phone_2, asked.location()).await else { panic!("not done") };
    let [invited] = held(&world, Office::Auditor).await[..] else { panic!("one auditor") };
    let given = world.events().await.into_iter().find(|entry| entry.event == Event::AuditorGiven).unwrap();
    assert_eq!((given.actor, given.person), (by(phone_1.identity.person), Some(invited)));
    assert_eq!(given.on_behalf_of, Some(phone_2.identity.person), "both are in the log");
    let list = second.get(AUDITORS).await.text();
    assert!(list.contains("Anna Toezicht") && list.contains("nog geen die werkt"), "{list}");
    assert!(!second.get("/backoffice/operators").await.text().contains("Anna Toezicht"));

    // The QR code, the phone, and its digits at the desk.
    let shown = desk::show_once(&world.app, &second.browser(), &second.current().await, None, change).await;
    let Ok(ShownOnce::Qr(shown)) = shown else { panic!("shown before") };
    let mut wallet = phone(&world, 1).await;
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    let digits = wallet.activate(&asked, None).await.unwrap().pairing_code.unwrap();
    let fields = [("verzoek", &*shown.id.to_string()), ("cijfers", digits.reveal())];
    let paired = second.post("/backoffice/operators/cijfers", &fields).await;
    let done = second.get(paired.location()).await.text();
    assert!(done.contains("De Mobile ID werkt") && done.contains(&format!("href=\"{AUDITORS}\">Auditors")), "{done}");

    let mut auditor = log_in(&world, &mut wallet).await;
    let overview = auditor.get("/overzicht").await.text();
    assert!(overview.contains("Naar het hele logboek") && !overview.contains("href=\"/backoffice\""), "{overview}");
    for language in ["nl", "en"] {
        auditor.language = language;
        let page = auditor.get(LOG).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        assert_eq!(page.text().matches("<h1").count(), 1);
        assert!(!page.text().contains("No localization") && !page.text().contains("office-nav"), "{}", page.text());
        assert!(page.text().contains("aria-current=\"page\""), "the menu says where one is: {}", page.text());
    }
    let look = last_look(&world).await;
    assert!(matches!(look.actor, Actor::Person { person, .. } if person == invited), "{look:?}");
    for file in ["csv", "json"] {
        let export = auditor.post(&format!("{LOG}/export.{file}"), &[]).await;
        assert!(export.status == StatusCode::OK && export.text().contains("Toezicht"), "{}", export.text());
    }
    // What else there is of the back office, is refused, and the attempt is in the log.
    let before = count(&world, Event::RequestRefused).await;
    for path in ["/backoffice", AUDITORS, "/backoffice/besluiten", "/backoffice/personen"] {
        assert_eq!(auditor.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(count(&world, Event::RequestRefused).await, before + 4);
}

#[tokio::test]
async fn an_auditor_is_appointed_and_dismissed_and_told_of_it() {
    let world = World::new().await;
    let (mut operator, mut phone) = Visitor::operator(&world).await;
    let colleague = Forger::new(&world).await;
    let who = colleague.identity.person;
    give_address(&world, who, "anna@example.nl").await;
    let mut auditor = Visitor::logged_in(&world, &colleague).await;
    assert_eq!(auditor.get(LOG).await.status, StatusCode::NOT_FOUND);
    let number = person(&world, who).await.number;
    sign(&mut operator, &mut phone, &format!("{AUDITORS}/aanwijzen"), ("nummer", &number)).await.unwrap();
    assert_eq!(auditor.get(LOG).await.status, StatusCode::OK);
    assert!(
        operator.get(&format!("/backoffice/personen/{who}")).await.text().contains("Auditor van de omgeving sinds")
    );
    assert_eq!(mailed(&world, MailKind::AuditorGiven).await, 1);
    let again = sign(&mut operator, &mut phone, &format!("{AUDITORS}/aanwijzen"), ("nummer", &number)).await;
    assert_eq!(again, Err(ProblemCode::NotNow));

    // The form of the one office ends nothing of the other.
    let second = Forger::new(&world).await.identity.person;
    make_operator(&world, second).await;
    let (id, other) = (who.to_string(), second.to_string());
    for (path, wrong) in [(AUDITORS, &other), ("/backoffice/operators", &id)] {
        let ended = sign(&mut operator, &mut phone, &format!("{path}/ontslaan"), ("wie", wrong)).await;
        assert_eq!(ended, Err(ProblemCode::NotNow), "{path}");
    }
    assert_eq!(auditor.get(LOG).await.status, StatusCode::OK);
    sign(&mut operator, &mut phone, &format!("{AUDITORS}/ontslaan"), ("wie", &id)).await.unwrap();
    assert_eq!(auditor.get(LOG).await.status, StatusCode::NOT_FOUND);
    assert_eq!(auditor.post(&format!("{LOG}/export.csv"), &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!auditor.get("/overzicht").await.text().contains("hele logboek"));
    assert_eq!(mailed(&world, MailKind::AuditorTaken).await, 1);
    let events: Vec<Event> = world.events().await.into_iter().map(|entry| entry.event).collect();
    assert!(events.contains(&Event::AuditorGiven) && events.contains(&Event::AuditorTaken));
    // Nobody gives themselves an office.
    let own = person(&world, phone.identity.person).await.number;
    let asked = operator.post(&format!("{AUDITORS}/aanwijzen"), &[("nummer", &own), ("reden", "Ik")]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_auditor_who_works_nowhere_is_logged_out_when_dismissed() {
    let world = World::new().await;
    let (mut operator, mut phone) = Visitor::operator(&world).await;
    let (mut auditor, auditors_phone) = Visitor::auditor(&world).await;
    let who = auditors_phone.identity.person;
    let mut gone = memberships_of(&world, who).await.remove(0);
    gone.status = MembershipStatus::Ended;
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_membership(&gone).await })).await;
    stored.unwrap();
    assert_eq!(auditor.get(LOG).await.status, StatusCode::OK);
    let id = who.to_string();
    sign(&mut operator, &mut phone, &format!("{AUDITORS}/ontslaan"), ("wie", &id)).await.unwrap();
    assert_eq!(auditor.get(LOG).await.location(), "/inloggen");
}

/// An auditor would read about their own work.
#[tokio::test]
async fn nobody_is_operator_and_auditor_at_once() {
    let world = World::new().await;
    let (mut operator, mut phone) = Visitor::operator(&world).await;
    let (other, auditor) = (Forger::new(&world).await.identity.person, Forger::new(&world).await.identity.person);
    make_operator(&world, other).await;
    make_auditor(&world, auditor).await;
    for (path, who) in [(AUDITORS, other), ("/backoffice/operators", auditor)] {
        let number = person(&world, who).await.number;
        let both = sign(&mut operator, &mut phone, &format!("{path}/aanwijzen"), ("nummer", &number)).await;
        assert_eq!(both, Err(ProblemCode::NotNow), "{path}");
    }
    // Nor by way of an invitation: the same name and birth date are the same person.
    let asked = operator.post("/backoffice/operators/uitnodigen", &INVITE).await;
    assert!(matches!(operator.confirm(&mut phone, asked.location()).await, Ok(Proposed::Done(_))));
    let asked = operator.post(&format!("{AUDITORS}/uitnodigen"), &INVITE).await;
    assert_eq!(operator.confirm(&mut phone, asked.location()).await, Err(ProblemCode::NotNow));
    assert_eq!(held(&world, Office::Auditor).await, [auditor]);
    // After the one office somebody may get the other.
    let id = other.to_string();
    sign(&mut operator, &mut phone, "/backoffice/operators/ontslaan", ("wie", &id)).await.unwrap();
    let number = person(&world, other).await.number;
    sign(&mut operator, &mut phone, &format!("{AUDITORS}/aanwijzen"), ("nummer", &number)).await.unwrap();
    assert!(held(&world, Office::Auditor).await.contains(&other));
    assert!(!operator.get("/backoffice/operators").await.text().contains(&number));
}

/// Two operators give one person the two offices at the same moment: one of them is too late.
async fn both_offices_at_once(database: TestDatabase) {
    let one = World::on(database).await;
    let two = one.second_node().await;
    for _ in 0..4 {
        let who = Forger::new(&one).await.identity.person;
        let appoint = async |world: &World, change: OperatorChange| {
            let (operator, mut phone) = Visitor::operator(world).await;
            let (app, browser, current) = (&world.app, operator.browser(), operator.current().await);
            let proposed =
                changes::propose(app, &caller(), &browser, &current, Change::Operator(change), "Nodig").await;
            let Ok(Proposed::Confirm(id)) = proposed else { panic!("{proposed:?}") };
            operator.confirm(&mut phone, &format!("/bevestigen/{id}")).await.map(|_| ())
        };
        let both = tokio::join!(
            appoint(&one, OperatorChange::Appoint(who)),
            appoint(&two, OperatorChange::AppointAuditor(who))
        );
        let codes = [both.0, both.1];
        assert!(codes.contains(&Ok(())) && codes.contains(&Err(ProblemCode::NotNow)), "{codes:?}");
        let offices = [held(&one, Office::Operator).await, held(&one, Office::Auditor).await];
        assert_eq!(offices.iter().filter(|held| held.contains(&who)).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_offices_at_once_on_sqlite() {
    both_offices_at_once(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_offices_at_once_on_postgres() {
    both_offices_at_once(TestDatabase::postgres().await).await;
}

/// A new phone of the auditor reads everybody's log: only operators give it.
#[tokio::test]
async fn an_organisation_makes_no_phone_for_the_auditor() {
    let world = World::new().await;
    let administrator = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    let auditor = Forger::new(&world).await.identity.person;
    make_auditor(&world, auditor).await;
    assert_eq!(administrator.new_qr(&world, auditor).await.unwrap_err(), ProblemCode::Forbidden);
}

/// An organisation reads that its log was looked at, and by whom as far as it may know.
#[tokio::test]
async fn an_organisation_reads_that_the_auditor_looked_but_not_who_it_is() {
    let world = World::new().await;
    let place = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let reader = colleague(&world, place, &[Role::Signer, Role::Administrator]).await;
    let mut reader = Visitor::logged_in(&world, &reader).await;
    let (mut auditor, phone) = Visitor::auditor(&world).await;
    let number = person(&world, phone.identity.person).await.number;
    let mut earlier = entry(&world, Event::LogRead, place);
    earlier.actor = by(phone.identity.person);
    write(&world, vec![earlier]).await;
    assert_eq!(rows(&auditor.get(&format!("{LOG}?ura=90066666")).await).len(), 1);
    assert_eq!(last_look(&world).await.organisation, Some(place));
    // The environment's auditor reads that log here, not among the organisation's own people.
    let base = log(place);
    assert_eq!(auditor.get(&base).await.status, StatusCode::NOT_FOUND);
    let page = reader.get(&base).await.text();
    assert!(page.contains("auditor van de omgeving"), "{page}");
    let csv = reader.post(&format!("{base}/export.csv"), &[]).await.text();
    let fhir = reader.post(&format!("{base}/export.json"), &[]).await.text();
    assert!(csv.contains("auditor van de omgeving") && fhir.contains("EnvironmentAuditor"), "{csv} {fhir}");
    for text in [page, csv, fhir] {
        assert!(!text.contains(&number) && !text.contains("192.0.2.77"), "{text}");
    }
}
