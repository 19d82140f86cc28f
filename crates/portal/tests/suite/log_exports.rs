//! The log as a file, and who had which role on a day.

use super::{
    beheerder::count,
    forger::Forger,
    log_reading::{by, entry, last_look, log, rows, write},
    manage::{at_work, membership},
    visitor::Visitor,
    world::{PORTAL, World, caller},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{
    log::{Event, LogEntry},
    person::{Role, RolePeriod},
};
use portal::services::log::{
    export::{self, Begun, Format},
    names::Scope,
    reading::{Reader, Wanted},
};
use std::collections::BTreeSet;
use storage::{LogFilter, StoreError};
use storage_sql::testing::{START, TestDatabase};

#[tokio::test]
async fn exports_hold_everything_once_and_no_formulas() {
    let world = World::new().await;
    let (mut reader, phone) = at_work(&world, Role::Administrator).await;
    let mut all: Vec<LogEntry> = (0..2_500)
        .map(|number| {
            let mut new = entry(&world, Event::MembershipBlocked, world.organisation);
            new.reference = format!("E{number:07}");
            new.at = START.plus_seconds(-(number % 700));
            new.actor = by(phone.identity.person);
            new
        })
        .collect();
    all[7].reason = Some("=HYPERLINK(\"https://evil.example\";\"klik\")".into());
    write(&world, all.clone()).await;
    let base = log(world.organisation);
    let csv = reader.post(&format!("{base}/export.csv"), &[("soort", "personen")]).await;
    assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let disposition = csv.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment; filename=\"zorg-id-log-") && disposition.ends_with("-2026-11-22.csv\"")
    );
    let text = csv.text();
    assert!(text.starts_with("\u{feff}Wanneer;") && text.contains("\"'=HYPERLINK(\"\"https"), "{}", &text[..400]);
    assert_eq!(text.lines().count(), 2_501);
    for new in &all {
        assert_eq!(text.matches(&new.reference).count(), 1, "{}", new.reference);
    }
    let look = last_look(&world).await;
    assert_eq!(look.detail.as_deref(), Some("log-csv entries=2500 kind=personen"));
    assert_eq!(look.organisation, Some(world.organisation));
    let fhir = reader.post(&format!("{base}/export.json"), &[("soort", "personen"), ("tot", "2026-11-22")]).await;
    assert_eq!(fhir.headers[header::CONTENT_TYPE], "application/fhir+json; charset=utf-8");
    let bundle: serde_json::Value = serde_json::from_slice(&fhir.body).unwrap();
    let entries = bundle["entry"].as_array().unwrap();
    let ids: BTreeSet<_> = entries.iter().map(|entry| entry["resource"]["id"].as_str().unwrap()).collect();
    assert_eq!((entries.len(), ids.len(), bundle["resourceType"].as_str()), (2_500, 2_500, Some("Bundle")));
    let recorded: Vec<_> = entries.iter().map(|entry| entry["resource"]["recorded"].as_str().unwrap()).collect();
    assert!(recorded.is_sorted_by(|newer, older| newer >= older), "newest first");
    assert_eq!(last_look(&world).await.detail.as_deref(), Some("log-fhir entries=2500 kind=personen until=2026-11-22"));
    // Nothing fits: an empty file, which is also logged.
    let none = reader.post(&format!("{base}/export.json"), &[("soort", "mail")]).await;
    let none: serde_json::Value = serde_json::from_slice(&none.body).unwrap();
    assert!(none["entry"].is_null());
    assert_eq!(last_look(&world).await.detail.as_deref(), Some("log-fhir entries=0 kind=mail"));
    // Without the hidden field of the form there is no file.
    let page = reader.get(&base).await.text();
    assert!(page.contains(&format!("action=\"{base}/export.csv\"")) && page.contains("name=\"csrf\""));
    let before = count(&world, Event::LogRead).await;
    let cookies: Vec<String> = reader.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::post(format!("{base}/export.csv"))
        .header(header::COOKIE, cookies.join("; "))
        .header(header::ORIGIN, PORTAL)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("soort=personen"));
    assert_eq!(world.send(request.unwrap()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(count(&world, Event::LogRead).await, before);
}

#[tokio::test]
async fn an_export_has_a_limit_and_gives_nothing_beyond_it() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let world = World::on(database).await;
        let (visitor, _) = at_work(&world, Role::Administrator).await;
        let entries = (0..5).map(|_| entry(&world, Event::RoleGiven, world.organisation)).collect();
        write(&world, entries).await;
        let reader = Reader::of(&world.app, &caller(), &visitor.current().await).unwrap();
        let wanted = || Wanted::all(Scope::Organisation(world.organisation));
        let before = count(&world, Event::LogRead).await;
        assert!(matches!(export::begin(&reader, wanted(), Format::Csv, 4).await.unwrap(), Begun::TooMany));
        assert_eq!(count(&world, Event::LogRead).await, before);
        let Begun::Export(mut export) = export::begin(&reader, wanted(), Format::Csv, 5).await.unwrap() else {
            panic!("five fit")
        };
        // What is written meanwhile does not come along.
        write(&world, vec![entry(&world, Event::RoleTaken, world.organisation)]).await;
        let mut found = 0;
        while let Some(part) = export.part().await.unwrap() {
            assert!(part.entries.iter().all(|placed| placed.entry.event == Event::RoleGiven));
            found += part.entries.len();
        }
        assert_eq!(found, 5);
        assert_eq!(count(&world, Event::LogRead).await, before + 1);
    }
}

#[tokio::test]
async fn who_had_which_role_on_a_day() {
    let world = World::new().await;
    let (mut reader, phone) = at_work(&world, Role::Auditor).await;
    let place = membership(&world, phone.identity.person).await;
    let day = 86_400;
    let period = |role, from: i64, until: Option<i64>| RolePeriod {
        membership: place.id,
        person: place.person,
        organisation: place.organisation,
        role,
        from: START.plus_seconds(from * day),
        until: until.map(|until| START.plus_seconds(until * day)),
    };
    let periods =
        [period(Role::Signer, -30, None), period(Role::Manager, -20, Some(-10)), period(Role::Auditor, -5, None)];
    let stored: Result<(), StoreError> = (world.app.store)
        .write(move |tx| {
            Box::pin(async move {
                for period in &periods {
                    tx.insert_role_period(period).await?;
                }
                Ok(())
            })
        })
        .await;
    stored.unwrap();
    let base = format!("/beheer/{}/rollen", world.organisation);
    for (date, wanted) in [
        ("", vec!["Auditor", "Signer"]),
        ("22-11-2026", vec!["Auditor", "Signer"]),
        ("2026-11-12", vec!["Signer"]),
        ("2026-11-11", vec!["Manager", "Signer"]),
        ("2026-11-02", vec!["Manager", "Signer"]),
        ("2026-11-01", vec!["Signer"]),
        ("2026-10-22", vec![]),
    ] {
        // On the day itself that a role began it is there at its end; on the day that it ended it is not.
        let page = reader.get(&format!("{base}?datum={date}")).await;
        assert_eq!(page.status, StatusCode::OK);
        let mut seen: Vec<_> = ["Auditor", "Helpdesk", "Manager", "Signer"]
            .into_iter()
            .filter(|role| rows(&page).iter().any(|row| row.contains(&format!("({role})"))))
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, wanted, "{date}");
        let file = reader.post(&format!("{base}/export.csv"), &[("datum", date)]).await;
        assert_eq!(file.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
        assert_eq!(file.text().lines().count(), 1 + wanted.len(), "{date}: {}", file.text());
        let look = last_look(&world).await.detail.unwrap();
        assert!(
            look.starts_with("roles-csv date=2026-1") && look.ends_with(&format!("entries={}", wanted.len())),
            "{look}"
        );
    }
}

/// SYSTEM.md: no birth date and no document number in the log, whatever was done at the desk.
#[tokio::test]
async fn no_birth_date_or_document_number_is_in_the_log() {
    let world = World::new().await;
    let beheerder = super::beheerder::Beheerder::new(&world).await;
    beheerder.qr(&world, "Berg").await;
    let who = Forger::new(&world).await.identity.person;
    beheerder.new_qr(&world, who).await.unwrap();
    let (mut office, _) = Visitor::operator(&world).await;
    let csv = office.post("/backoffice/log/export.csv", &[]).await.text();
    let fhir = office.post("/backoffice/log/export.json", &[]).await.text();
    let page = office.get("/backoffice/log").await.text();
    let stored: Result<Vec<_>, StoreError> =
        (world.app.store).read(|tx| Box::pin(async move { tx.log_entries(&LogFilter::default()).await })).await;
    let stored = serde_json::to_string(&stored.unwrap().into_iter().map(|one| one.entry).collect::<Vec<_>>()).unwrap();
    assert!(stored.contains("proofing.face-to-face") && csv.contains("Identiteitsbewijs gecontroleerd"), "{csv}");
    for text in [csv, fhir, page, stored] {
        for secret in ["1990-05-17", "17-05-1990", "1980-02-29", "29-02-1980", "SPECI2014", "2031-01-01"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}
