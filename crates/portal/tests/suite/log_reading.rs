//! The log as people read it: who may, what it says, of whom it names nothing, and that every look is in it.

use super::{
    beheerder::{count, person},
    forger::Forger,
    login::log_in,
    manage::{at_work, colleague, membership},
    visitor::Visitor,
    world::{Answer, World, add_organisation},
};
use axum::http::StatusCode;
use domain::{
    Timestamp,
    log::{Actor, EntryId, Event, LogEntry, Outcome},
    organisation::{OrganisationId, OrganisationStatus},
    person::{Membership, MembershipId, PersonId, Role, RolePeriod},
};
use std::collections::BTreeSet;
use storage::StoreError;
use storage_sql::testing::START;

pub fn log(organisation: OrganisationId) -> String {
    format!("/beheer/{organisation}/log")
}

pub fn entry(world: &World, event: Event, organisation: OrganisationId) -> LogEntry {
    let (now, app) = (world.app.now(), &world.app);
    LogEntry {
        id: EntryId::new(now, app.entropy()),
        at: now,
        event,
        outcome: Outcome::Success,
        actor: Actor::System,
        on_behalf_of: None,
        organisation: Some(organisation),
        person: None,
        identity: None,
        request: None,
        session: None,
        reason: None,
        detail: None,
        from: Some("192.0.2.77".into()),
        reference: "AB12CD34".into(),
    }
}

pub fn by(person: PersonId) -> Actor {
    Actor::Person { person, identity: None }
}

pub async fn write(world: &World, entries: Vec<LogEntry>) {
    let written: Result<(), StoreError> = (world.app.store)
        .write(move |tx| {
            Box::pin(async move {
                for entry in &entries {
                    tx.append(entry).await?;
                }
                Ok(())
            })
        })
        .await;
    written.unwrap();
}

/// The newest look in the log.
pub async fn last_look(world: &World) -> LogEntry {
    world.events().await.into_iter().rfind(|entry| entry.event == Event::LogRead).expect("a look is logged")
}

/// The rows of the table.
pub fn rows(page: &Answer) -> Vec<String> {
    let html = page.text();
    let body = html.split("<tbody>").nth(1).and_then(|rest| rest.split("</tbody>").next()).unwrap_or_default();
    body.split("<tr>").skip(1).map(str::to_owned).collect()
}

/// The address behind a link's text.
fn link(page: &Answer, text: &str) -> Option<String> {
    let html = page.text();
    let before = html.split(&format!(">{text}</a>")).next().filter(|before| before.len() < html.len())?;
    let href = before.rsplit("href=\"").next()?.split('"').next()?;
    Some(href.replace("&#38;", "&").replace("&amp;", "&"))
}

#[tokio::test]
async fn administrators_and_auditors_read_their_own_log_and_nobody_else() {
    let world = World::new().await;
    for role in [Role::Administrator, Role::Auditor] {
        let (mut reader, _) = at_work(&world, role).await;
        for language in ["nl", "en"] {
            reader.language = language;
            for path in [log(world.organisation), format!("/beheer/{}/rollen", world.organisation)] {
                let page = reader.get(&path).await;
                assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
                assert_eq!(page.text().matches("<h1").count(), 1);
                assert!(!page.text().contains("No localization"), "{}", page.text());
            }
        }
    }
    for role in [Role::Signer, Role::Helpdesk, Role::Manager] {
        let (mut other, _) = at_work(&world, role).await;
        assert_eq!(other.get(&log(world.organisation)).await.status, StatusCode::FORBIDDEN, "{role:?}");
        for path in ["log/export.csv", "log/export.json", "rollen/export.csv"] {
            let path = format!("/beheer/{}/{path}", world.organisation);
            assert_eq!(other.post(&path, &[]).await.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
        assert_eq!(other.get(&format!("/beheer/{}/rollen", world.organisation)).await.status, StatusCode::FORBIDDEN);
        assert_eq!(other.get("/backoffice/log").await.status, StatusCode::NOT_FOUND);
    }
    let place = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let stranger = colleague(&world, place, &[Role::Signer, Role::Administrator]).await;
    let mut stranger = Visitor::logged_in(&world, &stranger).await;
    assert_eq!(stranger.get(&log(world.organisation)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get(&format!("/beheer/{}/rollen", world.organisation)).await.status, StatusCode::NOT_FOUND);
    let export = format!("{}/export.csv", log(world.organisation));
    assert_eq!(stranger.post(&export, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post("/backoffice/log/export.json", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get(&log(place)).await.status, StatusCode::OK);
    assert_eq!(Visitor::new(&world).get(&log(place)).await.location(), "/inloggen");
}

#[tokio::test]
async fn every_look_is_in_the_log() {
    let world = World::new().await;
    let (mut reader, phone) = at_work(&world, Role::Auditor).await;
    let who = Forger::new(&world).await.identity.person;
    let number = person(&world, who).await.number;
    assert!(rows(&reader.get(&log(world.organisation)).await).is_empty(), "the first look does not see itself");
    let first = last_look(&world).await;
    assert_eq!(first.actor, Actor::Person { person: phone.identity.person, identity: Some(phone.identity.id) });
    assert_eq!((first.organisation, first.person), (Some(world.organisation), None));
    assert_eq!(first.detail.as_deref(), Some("log page=1"));
    let query =
        format!("?van=01-11-2026&tot=2026-11-22&soort=lezen&uitkomst=gelukt&persoon={number}&referentie=ab12-cd34");
    reader.get(&format!("{}{query}", log(world.organisation))).await;
    let look = last_look(&world).await;
    let told = "log page=1 kind=lezen from=2026-11-01 until=2026-11-22 outcome=success person reference";
    assert_eq!((look.detail.as_deref(), look.person), (Some(told), Some(who)));
    assert_eq!(count(&world, Event::LogRead).await, 2);
    let seen = reader.get(&log(world.organisation)).await;
    assert_eq!(rows(&seen).len(), 2, "one's own looks are there");
    let text = seen.text();
    assert!(text.contains("Logboek, pagina 1, Lezen en exporteren, van 01-11-2026, tot en met 22-11-2026"), "{text}");
    assert!(text.contains("22-11-2026 09:00:00 uur"), "{text}");
    // A look at what is not there is none.
    reader.get(&format!("{}?van=31-02-2026", log(world.organisation))).await;
    assert_eq!(count(&world, Event::LogRead).await, 3);
    reader.get(&format!("/beheer/{}/rollen?datum=2026-11-20", world.organisation)).await;
    assert_eq!(last_look(&world).await.detail.as_deref(), Some("roles date=2026-11-20 page=1"));
}

#[tokio::test]
async fn filters_narrow_and_pages_follow_each_other() {
    let world = World::new().await;
    let (mut reader, _) = at_work(&world, Role::Administrator).await;
    let who = Forger::new(&world).await.identity.person;
    let number = person(&world, who).await.number;
    let mut all = Vec::new();
    for place in 0..120 {
        let event = if place % 2 == 0 { Event::MembershipBlocked } else { Event::RequestRefused };
        let mut new = entry(&world, event, world.organisation);
        new.at = START.plus_seconds(-place * 3600);
        new.reference = format!("REF{place:05}");
        new.person = (place % 3 == 0).then_some(who);
        if event == Event::RequestRefused {
            new.outcome = Outcome::Refused;
            new.reason = Some("forbidden".into());
        }
        all.push(new);
    }
    write(&world, all.clone()).await;
    let base = log(world.organisation);
    let matching = |filter: &dyn Fn(&LogEntry) -> bool| -> BTreeSet<String> {
        all.iter().filter(|entry| filter(entry)).map(|entry| entry.reference.clone()).collect()
    };
    // 20 and 21 November in the Netherlands, where it is an hour later.
    let midnight = |day: i64| Timestamp(1_795_302_000_000).plus_seconds(-86_400 * (22 - day));
    let in_days = |entry: &LogEntry| entry.at >= midnight(20) && entry.at < midnight(22);
    for (query, wanted) in [
        ("soort=personen".to_owned(), matching(&|entry| entry.event == Event::MembershipBlocked)),
        ("uitkomst=geweigerd".to_owned(), matching(&|entry| entry.outcome == Outcome::Refused)),
        (
            format!("persoon={number}&soort=verzoeken"),
            matching(&|e| e.person == Some(who) && e.event == Event::RequestRefused),
        ),
        ("referentie=REF00007".to_owned(), matching(&|entry| entry.reference == "REF00007")),
        ("van=2026-11-20&tot=21-11-2026".to_owned(), matching(&in_days)),
        ("soort=mail".to_owned(), BTreeSet::new()),
    ] {
        let mut found = Vec::new();
        let mut path = Some(format!("{base}?{query}"));
        let mut number = 0;
        while let Some(at) = path {
            number += 1;
            let page = reader.get(&at).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text());
            let seen = rows(&page);
            assert!(seen.len() <= 50);
            let here = |entry: &&LogEntry| seen.iter().any(|row| row.contains(&entry.reference));
            found.extend(all.iter().filter(here).map(|entry| &entry.reference));
            assert_eq!(link(&page, "Nieuwste").is_some(), number > 1);
            assert!(last_look(&world).await.detail.unwrap().contains(&format!("page={number}")));
            path = link(&page, "Oudere");
            if let Some(next) = &path {
                assert!(next.contains(query.split('&').next().unwrap()), "{next} keeps {query}");
            }
        }
        assert_eq!(found.len(), wanted.len(), "{query}: none twice");
        assert_eq!(found.into_iter().cloned().collect::<BTreeSet<_>>(), wanted, "{query}");
    }
    let refused = reader.get(&format!("{base}?referentie=REF00007")).await.text();
    assert!(refused.contains("<strong>Geweigerd</strong><br>"), "with the reason in words: {refused}");
    let older = link(&reader.get(&base).await, "Oudere").unwrap();
    let second = reader.get(&older).await;
    assert_eq!(link(&second, "Nieuwste").unwrap(), base);
}

#[tokio::test]
async fn what_is_not_right_is_told_beside_its_field_and_kept() {
    let world = World::new().await;
    let (mut reader, _) = at_work(&world, Role::Administrator).await;
    let elsewhere = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let stranger = colleague(&world, elsewhere, &[Role::Signer]).await;
    let stranger = person(&world, stranger.identity.person).await.number;
    let before = count(&world, Event::LogRead).await;
    for (query, field, typed) in [
        ("van=31-02-2026", "van", "31-02-2026"),
        ("tot=gisteren", "tot", "gisteren"),
        ("van=2026-11-22&tot=2026-11-21", "tot", "2026-11-21"),
        ("soort=alles%3C", "soort", ""),
        ("uitkomst=misschien", "uitkomst", ""),
        ("persoon=12", "persoon", "12"),
        ("persoon=%3Cb%3E", "persoon", "&#60;b&#62;"),
        ("referentie=AB12", "referentie", "AB12"),
        ("referentie=%E2%80%AE%F0%9F%98%80", "referentie", "\u{202e}😀"),
    ] {
        let page = reader.get(&format!("{}?{query}&voor=x&pagina=-1", log(world.organisation))).await;
        let html = page.text();
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(html.contains(&format!("id=\"{field}-fout\"")), "{query}: {html}");
        assert!(html.contains(&format!("href=\"#{field}\"")), "{query}: the summary leads there");
        assert!(typed.is_empty() || html.contains(&format!("value=\"{typed}\"")), "{query}: {html}");
        assert!(rows(&page).is_empty());
        let export = format!("{}/export.csv", log(world.organisation));
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let refused = reader.post(&export, &pairs).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    // Somebody who never worked here is as unknown as nobody.
    let unknown = |number: &str| format!("{}?persoon={number}", log(world.organisation));
    let never = Forger::new(&world).await;
    let known = person(&world, never.identity.person).await.number;
    assert_eq!(reader.get(&unknown(&known)).await.status, StatusCode::OK);
    let mut others = Visitor::logged_in(&world, &colleague(&world, elsewhere, &[Role::Auditor]).await).await;
    let page = others.get(&format!("{}?persoon={known}", log(elsewhere))).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(others.get(&format!("{}?persoon={stranger}", log(elsewhere))).await.status, StatusCode::OK);
    for (date, message) in [("31-02-2026", "bestaande datum"), ("2027-01-01", "in de toekomst")] {
        let page = reader.get(&format!("/beheer/{}/rollen?datum={date}", world.organisation)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("id=\"datum-fout\"") && page.text().contains(message), "{}", page.text());
        let file = reader.post(&format!("/beheer/{}/rollen/export.csv", world.organisation), &[("datum", date)]).await;
        assert_eq!(file.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(count(&world, Event::LogRead).await, before + 2);
}

/// Somebody who never had anything to do with the organisation of the test's world.
async fn stranger(world: &World, place: OrganisationId, surname: &str) -> PersonId {
    let (app, now) = (&world.app, world.app.now());
    let number = domain::person::person_number(app.entropy().array());
    let name = domain::PersonName::new("Vreemde", "", surname).unwrap();
    let birth = domain::BirthDate::new(1971, 3, 14).unwrap();
    let who = domain::person::Person::new(PersonId::new(now, app.entropy()), number, name, birth, true, now);
    let id = domain::person::MembershipId::new(now, app.entropy());
    let place = domain::person::Membership::new(id, who.id, place, vec![Role::Signer], None, now);
    let person = who.id;
    let added: Result<(), StoreError> = (app.store)
        .write(move |tx| {
            Box::pin(async move {
                tx.insert_person(&who).await?;
                tx.insert_membership(&place).await
            })
        })
        .await;
    added.unwrap();
    person
}

#[tokio::test]
async fn nobody_of_elsewhere_is_named() {
    let world = World::new().await;
    let (mut reader, phone) = at_work(&world, Role::Administrator).await;
    let place = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let (outsider, operator) =
        (stranger(&world, place, "Buitenstaander").await, stranger(&world, place, "Bediende").await);
    super::visitor::make_operator(&world, operator).await;
    let mut all = Vec::new();
    for who in [outsider, operator] {
        let mut new = entry(&world, Event::PersonChanged, world.organisation);
        (new.actor, new.person, new.on_behalf_of) = (by(who), Some(who), Some(who));
        all.push(new);
        // What happened there is not read here.
        let mut away = entry(&world, Event::PersonChanged, place);
        (away.actor, away.person, away.reference) = (by(who), Some(phone.identity.person), "ELSEWHER".into());
        all.push(away);
    }
    write(&world, all).await;
    let me = person(&world, phone.identity.person).await;
    let numbers = [person(&world, outsider).await.number, person(&world, operator).await.number];
    let base = log(world.organisation);
    let page = reader.get(&base).await.text();
    let filtered = reader.get(&format!("{base}?persoon={}", me.number)).await.text();
    let csv = reader.post(&format!("{base}/export.csv"), &[]).await.text();
    let fhir = reader.post(&format!("{base}/export.json"), &[]).await.text();
    for text in [&page, &filtered, &csv, &fhir] {
        for secret in
            ["Buitenstaander", "Bediende", "Praktijk Oost", "ELSEWHER", "192.0.2.77", &numbers[0], &numbers[1]]
        {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
    assert!(page.contains(">operator<") && page.contains("niet (meer) van uw organisatie"), "{page}");
    // An operator reads all of it.
    let (mut office, _) = Visitor::operator(&world).await;
    let whole = office.get("/backoffice/log").await.text();
    for told in ["Vreemde Buitenstaander", "Vreemde Bediende", "Praktijk Oost", "ELSEWHER", "192.0.2.77"] {
        assert!(whole.contains(told), "{told}: {whole}");
    }
    let one = office.get("/backoffice/log?ura=90066666").await;
    assert_eq!(rows(&one).len(), 2, "{}", one.text());
    let look = last_look(&world).await;
    assert_eq!(look.organisation, Some(place), "who works there sees that an operator looked");
    let by_number = office.get(&format!("/backoffice/log?persoon={}", numbers[0])).await;
    assert_eq!(rows(&by_number).len(), 2);
    for (query, field) in [("ura=1234", "ura"), ("ura=00000009", "ura"), ("persoon=000000000", "persoon")] {
        let wrong = office.get(&format!("/backoffice/log?{query}")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains(&format!("id=\"{field}-fout\"")), "{}", wrong.text());
    }
    let file = office.post("/backoffice/log/export.csv", &[("ura", "90066666")]).await;
    // Heading, the two entries, and the look at them.
    assert_eq!(file.text().lines().count(), 4, "{}", file.text());
    // The address of another organisation in the form changes nothing for an administrator.
    let same = reader.post(&format!("{base}/export.csv"), &[("ura", "90066666")]).await.text();
    assert!(!same.contains("ELSEWHER"), "{same}");
}

#[tokio::test]
async fn the_page_of_a_colleague_leads_to_their_log() {
    let world = World::new().await;
    let who = Forger::new(&world).await.identity.person;
    let number = person(&world, who).await.number;
    let path = format!("/beheer/{}/personen/{}", world.organisation, membership(&world, who).await.id);
    let (mut administrator, _) = at_work(&world, Role::Administrator).await;
    let page = administrator.get(&path).await;
    let link = link(&page, "Logboek over deze persoon").expect("a link");
    assert_eq!(link, format!("{}?persoon={number}", log(world.organisation)));
    assert_eq!(administrator.get(&link).await.status, StatusCode::OK);
    let (mut manager, _) = at_work(&world, Role::Manager).await;
    assert!(!manager.get(&path).await.text().contains("Logboek over deze persoon"));
}

/// The role that comes with a membership, and its history, as registering makes them.
async fn works_at(world: &World, place: &Membership) {
    let period = RolePeriod {
        membership: place.id,
        person: place.person,
        organisation: place.organisation,
        role: Role::Signer,
        from: world.app.now(),
        until: None,
    };
    let stored: Result<(), StoreError> =
        (world.app.store).write(move |tx| Box::pin(async move { tx.insert_role_period(&period).await })).await;
    stored.unwrap();
}

#[tokio::test]
async fn a_login_is_in_the_log_of_the_only_place_of_work() {
    let world = World::new().await;
    let mut phone = Forger::new(&world).await;
    let here = membership(&world, phone.identity.person).await;
    let place = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let there = MembershipId::new(world.app.now(), world.app.entropy());
    let there = Membership::new(there, here.person, place, vec![Role::Signer], None, world.app.now());
    works_at(&world, &here).await;
    for (second, wanted) in [(false, Some(world.organisation)), (true, None)] {
        if second {
            let new = there.clone();
            let stored: Result<(), StoreError> =
                (world.app.store).write(move |tx| Box::pin(async move { tx.insert_membership(&new).await })).await;
            stored.unwrap();
            works_at(&world, &there).await;
        }
        log_in(&world, &world.browser(), None, &mut phone).await;
        let opened = world.events().await.into_iter().rfind(|entry| entry.event == Event::SessionOpened).unwrap();
        assert_eq!(opened.organisation, wanted, "of who works at several, no place of work reads it");
    }
    let (mut reader, _) = at_work(&world, Role::Auditor).await;
    let page = reader.get(&format!("{}?soort=sessies", log(world.organisation))).await;
    assert_eq!(rows(&page).len(), 1, "{}", page.text());
    assert!(page.text().contains("Ingelogd"));
}
