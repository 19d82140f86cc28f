//! Aanvragen beheren: who gets in, applications, and decisions of two operators, over HTTP.

use super::{
    applications::{URA, apply, good, organisation, stored},
    forger::Forger,
    visitor::{Visitor, mailed, mails, make_operator},
    world::{Answer, World},
};
use axum::http::StatusCode;
use domain::{
    application::ApplicationStatus,
    log::{Event, Outcome},
    mail::MailKind,
    organisation::OrganisationStatus,
    person::Role,
};
use storage::StoreError;
use storage_sql::testing::TestDatabase;

const CHECKED: [(&str, &str); 3] = [
    ("hoenaam", "uittreksel KvK 12-11-2026"),
    ("hoeura", "UZI-register"),
    ("hoevertegenwoordiger", "gebeld met de praktijk"),
];

async fn application_path(world: &World, ura: &str) -> String {
    format!("/backoffice/aanvragen/{}", stored(world, ura).await[0].id)
}

pub async fn try_approve(operator: &mut Visitor<'_>, ura: &str, name: &str, as_ura: &str) -> Answer {
    let path = format!("{}/goedkeuren", application_path(operator.world, ura).await);
    let fields: Vec<(&str, &str)> = [("naam", name), ("ura", as_ura)].into_iter().chain(CHECKED).collect();
    operator.post(&path, &fields).await
}

/// Proposes the approval; a second operator must agree.
pub async fn propose_approval(operator: &mut Visitor<'_>, ura: &str) {
    let answer = try_approve(operator, ura, "De Linde", ura).await;
    assert_eq!(answer.location(), "/backoffice/besluiten?gedaan=wacht-op-tweede", "{}", answer.text());
}

pub async fn approve(operator: &mut Visitor<'_>, ura: &str) {
    let answer = try_approve(operator, ura, "Huisartsenpraktijk De Linde", ura).await;
    assert!(answer.location().ends_with("?gedaan=goedgekeurd"), "{} {}", answer.location(), answer.text());
}

/// Where an operator answers what waits for a second one.
pub async fn waiting_decision(operator: &mut Visitor<'_>) -> String {
    let page = operator.get("/backoffice/besluiten").await.text();
    let path = page.split("action=\"").find(|part| part.starts_with("/backoffice/besluiten/"));
    path.expect(&page).split('"').next().unwrap().to_owned()
}

const PAGES: [&str; 10] = [
    "/backoffice",
    "/backoffice?status=alle",
    "/backoffice/besluiten",
    "/backoffice/organisaties?zoek=zorg",
    "/backoffice/personen?zoek=jan",
    "/backoffice/operators",
    "/backoffice/auditors",
    "/backoffice/zorgapplicaties/nieuw",
    "/backoffice/meldingen",
    "/backoffice/mail",
];

#[tokio::test]
async fn the_back_office_is_there_for_operators_only() {
    let world = World::new().await;
    let (mut operator, _) = Visitor::operator(&world).await;
    let colleague = Forger::new(&world).await;
    let mut colleague = Visitor::logged_in(&world, &colleague).await;
    let mut nobody = Visitor::new(&world);
    for path in PAGES {
        for language in ["nl", "en"] {
            operator.language = language;
            let page = operator.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
            assert!(!page.text().contains("No localization"), "{path}: {}", page.text());
            assert_eq!(page.text().matches("<h1").count(), 1, "{path}");
        }
        assert_eq!(colleague.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(nobody.get(path).await.location(), "/inloggen", "{path}");
    }
    let refused = world.events().await;
    let refused = refused.iter().filter(|e| e.event == Event::RequestRefused && e.outcome == Outcome::Refused);
    assert_eq!(refused.count(), PAGES.len());
}

#[tokio::test]
async fn an_application_is_handled_corrected_and_approved() {
    let world = World::new().await;
    apply(&mut Visitor::new(&world), &good(URA)).await;
    let (mut operator, phone) = Visitor::operator(&world).await;
    let queue = operator.get("/backoffice").await.text();
    assert!(queue.contains("De Linde") && queue.contains("minder dan een uur"), "{queue}");
    let path = application_path(&world, URA).await;
    let handled = operator.post(&format!("{path}/behandelen"), &[]).await;
    assert_eq!(handled.location(), format!("{path}?gedaan=in-behandeling"));
    assert_eq!(stored(&world, URA).await[0].handled_by, Some(phone.identity.person));

    // Without saying how it was checked nothing happens, and what was typed stays.
    let missing = operator.post(&format!("{path}/goedkeuren"), &[("naam", "De Linde BV"), ("ura", "1234")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let html = missing.text();
    assert!(html.contains("value=\"De Linde BV\"") && html.contains("id=\"hoeura-fout\""), "{html}");
    assert!(html.contains("Een URA heeft precies 8 cijfers"), "{html}");

    let approved = try_approve(&mut operator, URA, "De Linde BV", "00004321").await;
    assert!(approved.location().ends_with("?gedaan=goedgekeurd"), "{}", approved.text());
    let made = organisation(&world, "00004321").await.unwrap();
    assert_eq!((made.name.as_str(), made.status), ("De Linde BV", OrganisationStatus::Approved));
    let application = stored(&world, "00004321").await.remove(0);
    assert_eq!((application.status, application.organisation), (ApplicationStatus::Approved, Some(made.id)));
    assert_eq!(application.checks.unwrap().ura, "UZI-register");
    assert_eq!(mailed(&world, MailKind::ApplicationApproved).await, 2);
    let events = world.events().await;
    for event in [Event::ApplicationHandled, Event::ApplicationApproved, Event::OrganisationAdded] {
        assert!(events.iter().any(|entry| entry.event == event), "{event:?}");
    }
    let page = operator.get(&path).await.text();
    assert!(page.contains("uittreksel KvK") && !page.contains("/goedkeuren"), "{page}");
}

#[tokio::test]
async fn a_rejection_says_why_and_one_can_apply_again() {
    let world = World::new().await;
    let mut applicant = Visitor::new(&world);
    apply(&mut applicant, &good(URA)).await;
    let (mut operator, _) = Visitor::operator(&world).await;
    let path = format!("{}/afwijzen", application_path(&world, URA).await);
    let without = operator.post(&path, &[("reden", " ")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text().contains("id=\"afwijzen-reden-fout\""), "{}", without.text());
    let rejected = operator.post(&path, &[("reden", "De URA hoort bij een andere praktijk.")]).await;
    assert!(rejected.location().ends_with("?gedaan=afgewezen"), "{}", rejected.text());
    assert_eq!(mailed(&world, MailKind::ApplicationRejected).await, 2);
    assert!(mails(&world).await.iter().any(|mail| mail.text.contains("andere praktijk")));
    let status = applicant.get("/aanvragen/status").await.text();
    assert!(status.contains("Afgewezen") && status.contains("andere praktijk"), "{status}");
    assert_eq!(operator.post(&path, &[("reden", "Nog eens")]).await.status, StatusCode::CONFLICT);
    world.pass(60);
    assert_eq!(apply(&mut applicant, &good(URA)).await.status, StatusCode::SEE_OTHER);
    approve(&mut operator, URA).await;
}

#[tokio::test]
async fn a_second_operator_agrees_or_not() {
    let one = World::new().await;
    let world = one.node_with(|parts| parts.config.second_operator = true).await;
    apply(&mut Visitor::new(&world), &good(URA)).await;
    let (mut first, _) = Visitor::operator(&world).await;
    let (mut second, _) = Visitor::operator(&world).await;
    let proposed = try_approve(&mut first, URA, "De Linde", URA).await;
    assert_eq!(proposed.location(), "/backoffice/besluiten?gedaan=wacht-op-tweede");
    assert_eq!(stored(&world, URA).await[0].status, ApplicationStatus::Submitted);
    let page = second.get("/backoffice/besluiten").await.text();
    assert!(page.contains("Aanvraag goedkeuren van De Linde") && page.contains("uittreksel KvK"), "{page}");
    let path = waiting_decision(&mut second).await;
    assert_eq!(first.post(&path, &[("besluit", "ja")]).await.status, StatusCode::FORBIDDEN);
    assert!(!first.get("/backoffice/besluiten").await.text().contains(&path));
    let agreed = second.post(&path, &[("besluit", "ja")]).await;
    assert_eq!(agreed.location(), "/backoffice/besluiten?gedaan=besloten");
    assert_eq!(stored(&world, URA).await[0].status, ApplicationStatus::Approved);
    let entry = world.events().await.into_iter().find(|entry| entry.event == Event::ApplicationApproved).unwrap();
    assert_eq!(entry.on_behalf_of, second.current().await.session.person, "both are in the log");
    assert_eq!(second.post(&path, &[("besluit", "ja")]).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn who_disagrees_changes_nothing() {
    let one = World::new().await;
    let world = one.node_with(|parts| parts.config.second_operator = true).await;
    apply(&mut Visitor::new(&world), &good(URA)).await;
    let (mut first, _) = Visitor::operator(&world).await;
    let (mut second, _) = Visitor::operator(&world).await;
    try_approve(&mut first, URA, "De Linde", URA).await;
    let path = waiting_decision(&mut second).await;
    second.post(&path, &[("besluit", "nee")]).await;
    assert_eq!(stored(&world, URA).await[0].status, ApplicationStatus::Submitted);
    assert!(organisation(&world, URA).await.is_none());
    assert!(!second.get("/backoffice/besluiten").await.text().contains("De Linde"));
}

/// Approving and rejecting at once: one of them happens.
async fn approve_and_reject_at_once(world: &World) {
    apply(&mut Visitor::new(world), &good(URA)).await;
    let (mut one, _) = Visitor::operator(world).await;
    let (mut two, _) = Visitor::operator(world).await;
    let path = format!("{}/afwijzen", application_path(world, URA).await);
    let (approved, rejected) =
        tokio::join!(try_approve(&mut one, URA, "De Linde", URA), two.post(&path, &[("reden", "Naam klopt niet")]),);
    let done = [&approved, &rejected].iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(done, 1, "{} {}", approved.status, rejected.status);
    let application = stored(world, URA).await.remove(0);
    match application.status {
        ApplicationStatus::Approved => assert!(organisation(world, URA).await.is_some()),
        ApplicationStatus::Rejected => assert!(organisation(world, URA).await.is_none()),
        other => panic!("{other:?}"),
    }
    let kinds = [MailKind::ApplicationApproved, MailKind::ApplicationRejected];
    assert_eq!(mailed(world, kinds[0]).await + mailed(world, kinds[1]).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn approving_and_rejecting_at_once_on_sqlite() {
    for _ in 0..3 {
        approve_and_reject_at_once(&World::new().await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn approving_and_rejecting_at_once_on_postgres() {
    for _ in 0..3 {
        approve_and_reject_at_once(&World::on(TestDatabase::postgres().await).await).await;
    }
}

pub async fn with_role(world: &World, phone: &Forger, role: Role) {
    let person = phone.identity.person;
    let given: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut membership = tx.memberships_of(person).await?.remove(0);
                membership.give(role);
                tx.update_membership(&membership).await
            })
        })
        .await;
    given.unwrap();
}

#[tokio::test]
async fn an_operator_who_is_dismissed_meanwhile_decides_nothing() {
    let one = World::new().await;
    let world = one.node_with(|parts| parts.config.second_operator = true).await;
    apply(&mut Visitor::new(&world), &good(URA)).await;
    let (mut first, phone) = Visitor::operator(&world).await;
    let (mut second, _) = Visitor::operator(&world).await;
    try_approve(&mut first, URA, "De Linde", URA).await;
    let person = phone.identity.person;
    let ended: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut operator = tx.operator(person).await?.unwrap();
                operator.ended_at = Some(operator.since);
                tx.save_operator(&operator).await
            })
        })
        .await;
    ended.unwrap();
    let path = waiting_decision(&mut second).await;
    let refused = second.post(&path, &[("besluit", "ja")]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(stored(&world, URA).await[0].status, ApplicationStatus::Submitted);
    make_operator(&world, person).await;
    assert_eq!(second.post(&path, &[("besluit", "ja")]).await.status, StatusCode::CONFLICT, "the proposal is over");
}
