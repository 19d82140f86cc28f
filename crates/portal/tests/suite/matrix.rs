//! Who may do what: every route × every role, against `matrix/table.txt`, which was written by hand from SYSTEM.md §2.

mod desk;
mod office;
pub mod roles;
pub mod table;
pub mod target;

use super::{
    visitor::Visitor,
    world::{Answer, PORTAL, World, call},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::{log::Outcome, person::Role};
use portal::browser::Browser;
use roles::{Cast, Who};
use std::collections::BTreeSet;
use storage::{LogFilter, StoreError};
use storage_sql::testing::Digest;
use table::{Row, Word, rows};
use target::{Owner, Things, fill, random};

/// The field of a file.
const FILE: &str = "bestand";
const DOCUMENT: &str = "documentsoort=passport&documentnummer=SPECI2014&geldigtot=2099-01-01";
const REASON: &str = "reden=Op+verzoek+van+de+collega";

pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/pki/")
}

/// The fields of a row's form.
pub fn fields(row: &Row, things: &Things) -> Vec<(String, String)> {
    let form = row.form.replace("$document", DOCUMENT).replace("$reason", REASON);
    url::form_urlencoded::parse(fill(&form, things).as_bytes()).into_owned().collect()
}

pub fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Sends a form as its page would: with a file, in parts.
pub async fn submit(visitor: &mut Visitor<'_>, path: &str, fields: &[(String, String)]) -> Answer {
    match fields.iter().position(|(name, _)| name == FILE) {
        Some(place) => {
            let mut fields = borrowed(fields);
            let (_, file) = fields.remove(place);
            visitor.upload(path, &fields, file.as_bytes()).await
        }
        None => visitor.post(path, &borrowed(fields)).await,
    }
}

/// Calls a route as its page would: a form with its hidden field, or an app's JSON.
pub async fn send(row: &Row, visitor: &mut Visitor<'_>, things: &Things) -> Answer {
    let path = fill(row.path, things);
    if row.method == Method::GET {
        return visitor.get(&path).await;
    }
    if is_api(row.path) {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        return call(&visitor.world.portal, request.body(Body::from("{}")).unwrap()).await;
    }
    submit(visitor, &path, &fields(row, things)).await
}

/// What was changed besides the log, and what was logged that is no refusal.
async fn changed(world: &World, before: &Digest) -> Vec<String> {
    let after = world.digest();
    let differs = |table: &&String| before.get(*table) != after.get(*table) && !table.starts_with("log_");
    let mut changed: Vec<String> = after.keys().filter(differs).cloned().collect();
    let rows = |digest: &Digest| digest.get("log_entries").map_or(0, |(rows, _)| *rows);
    let new = u32::try_from(rows(&after) - rows(before)).unwrap();
    if new > 0 {
        let filter = LogFilter { limit: new, ..LogFilter::default() };
        let logged: Result<_, StoreError> =
            world.app.store.read(move |tx| Box::pin(async move { tx.log_entries(&filter).await })).await;
        let done = logged.unwrap().into_iter().map(|placed| placed.entry);
        changed.extend(done.filter(|e| e.outcome != Outcome::Refused).map(|e| format!("logged {}", e.event.as_str())));
    }
    changed
}

/// What somebody is tried with: made in their own browser, where that is what counts.
pub async fn set_up<'a>(world: &'a World, cast: &Cast, row: &Row, who: Who, own: bool) -> (Visitor<'a>, Things) {
    let visitor = cast.visit(world, who).await;
    if !(own && row.is_bound()) {
        return (visitor, row.things(cast, &mut house(world, cast, row).await).await);
    }
    let organisation = if who == Who::Elsewhere { cast.elsewhere } else { world.organisation };
    let mut owner = Owner { visitor, organisation };
    let things = row.things(cast, &mut owner).await;
    (owner.visitor, things)
}

/// Who made what a row is about, when the caller did not.
async fn house<'a>(world: &'a World, cast: &Cast, row: &Row) -> Owner<'a> {
    let phone = if row.path.starts_with("/backoffice") { &cast.second } else { &cast.colleague };
    Owner { visitor: Visitor::logged_in(world, phone).await, organisation: world.organisation }
}

/// Somebody whose things the caller must not see: of another organisation, or of another browser.
async fn stranger<'a>(world: &'a World, cast: &Cast, row: &Row) -> Owner<'a> {
    if row.path.starts_with("/backoffice") {
        return house(world, cast, row).await;
    }
    Owner { visitor: cast.visit(world, Who::Elsewhere).await, organisation: cast.elsewhere }
}

/// An answer without what differs from call to call.
fn comparable(answer: &Answer, things: &Things) -> (StatusCode, String, String) {
    let plain = |text: &str| {
        let mut text = things.iter().fold(text.to_owned(), |text, (name, value)| {
            if value.is_empty() || name.starts_with(['*', 'v']) {
                text
            } else {
                text.replace(value.as_str(), &format!("<{name}>"))
            }
        });
        for (start, end) in [("<span class=\"code\">", "<"), ("\"reference\":\"", "\"")] {
            if let Some((before, rest)) = text.split_once(start) {
                text = format!("{before}{}", rest.split_once(end).map_or("", |(_, after)| after));
            }
        }
        text
    };
    (answer.status, plain(answer.location()), plain(&answer.text()))
}

/// Where two answers begin to differ.
fn difference(one: &(StatusCode, String, String), other: &(StatusCode, String, String)) -> String {
    let texts = [one, other].map(|(status, location, text)| format!("{status} {location} {text}"));
    let same = texts[0].chars().zip(texts[1].chars()).take_while(|(a, b)| a == b).count();
    let from = |text: &String| text.chars().skip(same.saturating_sub(40)).take(120).collect::<String>();
    format!("{:?} and {:?}", from(&texts[0]), from(&texts[1]))
}

/// The result of a login that another browser asks for: it is told that it began elsewhere. (Its id cannot be guessed.)
const SAYS_WHOSE: [&str; 1] = ["/inloggen/verder"];

struct Checked {
    wrong: Vec<String>,
}

impl Checked {
    fn note(&mut self, row: &Row, who: Who, what: impl std::fmt::Display) {
        self.wrong.push(format!("{row} as {who:?}: {what}"));
    }
    /// One cell of the table.
    async fn cell(&mut self, world: &World, cast: &Cast, row: &Row, who: Who, expected: Word) {
        // Another minute: who guesses codes is slowed down per minute. Of applications one address sends ten an hour.
        world.pass(if row.path == "/aanvragen/formulier" { 361 } else { 61 });
        let (mut visitor, things) = set_up(world, cast, row, who, expected.let_in()).await;
        let before = world.digest();
        let answer = send(row, &mut visitor, &things).await;
        let got = Word::of(&answer);
        if got != expected {
            self.note(row, who, format!("{got:?} where {expected:?} is right ({} {})", answer.location(), answer.h1()));
        }
        let changed = changed(world, &before).await;
        let counted = changed.iter().all(|table| table == "counters");
        if expected.refused() && !(changed.is_empty() || counted) {
            self.note(row, who, format!("refused, and yet changed: {changed:?}"));
        }
        let desk = row.path.starts_with("/beheer/") || row.path.starts_with("/backoffice");
        if !expected.refused() && row.method == Method::POST && desk && changed.is_empty() {
            self.note(row, who, "done, and yet nothing changed");
        }
        if expected == Word::Nothing && row.names_something() {
            self.same_as_nothing(row, who, &mut visitor, &answer, &things).await;
        }
    }
    /// What is not the caller's is answered as what does not exist.
    async fn same_as_nothing(
        &mut self,
        row: &Row,
        who: Who,
        visitor: &mut Visitor<'_>,
        answer: &Answer,
        things: &Things,
    ) {
        let nothing = random(visitor.world);
        let missing = send(row, visitor, &nothing).await;
        let (one, other) = (comparable(answer, things), comparable(&missing, &nothing));
        if one != other {
            self.note(row, who, format!("tells what exists: {}", difference(&one, &other)));
        }
    }
    /// The row with somebody else's ids: all of them, and within the caller's own organisation.
    async fn foreign(&mut self, world: &World, cast: &Cast, row: &Row, who: Who) {
        world.pass(61);
        let theirs = row.things(cast, &mut stranger(world, cast, row).await).await;
        let nothing = random(world);
        let mut visitor = cast.visit(world, who).await;
        for inside in [false, true] {
            let within = |things: &Things| -> Things {
                let org = |name: &str| inside && name == "org";
                let own = || world.organisation.to_string();
                things.iter().map(|(name, id)| (*name, if org(name) { own() } else { id.clone() })).collect()
            };
            if inside && !row.path.contains("{org}") {
                continue;
            }
            let (theirs, nothing) = (within(&theirs), within(&nothing));
            let other = ["{request}", "{prepared}", "{number}"].iter().any(|name| row.form.contains(name));
            if inside && row.path.matches('{').count() == 1 && !other {
                continue;
            }
            let before = world.digest();
            let (answer, missing) = (send(row, &mut visitor, &theirs).await, send(row, &mut visitor, &nothing).await);
            let (one, other) = (comparable(&answer, &theirs), comparable(&missing, &nothing));
            if one != other && !SAYS_WHOSE.contains(&row.path) {
                self.note(row, who, format!("tells what others have: {}", difference(&one, &other)));
            }
            let changed = changed(world, &before).await;
            if !changed.iter().all(|table| table == "counters") {
                self.note(row, who, format!("changed another organisation's or browser's: {changed:?}"));
            }
        }
    }
    fn done(self) {
        assert!(self.wrong.is_empty(), "{} wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}

/// The routes are the router's: each has its row, each row its route.
#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let name = |(method, path): &(Method, &'static str)| format!("{method} {path}");
    let routes: BTreeSet<String> = portal::server::portal_routes().iter().map(name).collect();
    let known: Vec<String> = rows().iter().map(|row| name(&row.key())).collect();
    let listed: BTreeSet<String> = known.iter().cloned().collect();
    assert_eq!(listed.len(), known.len(), "a row twice");
    let missing: Vec<_> = routes.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&routes).collect();
    assert!(missing.is_empty() && gone.is_empty(), "without a row: {missing:#?}\nwithout a route: {gone:#?}");
}

/// The table in three parts, which are tried beside each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Beheer,
    BackOffice,
    Rest,
}

impl Part {
    fn rows(self) -> Vec<Row> {
        let part = |row: &Row| match row.path {
            path if path.starts_with("/beheer") => Self::Beheer,
            path if path.starts_with("/backoffice") => Self::BackOffice,
            _ => Self::Rest,
        };
        rows().into_iter().filter(|row| part(row) == self).collect()
    }
    async fn as_written(self, method: Method) {
        let world = World::new().await;
        let cast = Cast::new(&world).await;
        let mut checked = Checked { wrong: Vec::new() };
        for row in self.rows().iter().filter(|row| row.method == method) {
            for (who, expected) in row.cells() {
                checked.cell(&world, &cast, row, who, expected).await;
            }
        }
        checked.done();
    }
    /// Another organisation's id, or another browser's, is like the id of nothing: for everybody who works here.
    async fn of_somebody_else(self) {
        let world = World::new().await;
        let cast = Cast::new(&world).await;
        let mut checked = Checked { wrong: Vec::new() };
        // Blocked, ended and elsewhere are strangers themselves.
        let here = [
            Who::Nobody,
            Who::Signer,
            Who::Helpdesk,
            Who::Manager,
            Who::Administrator,
            Who::Auditor,
            Who::Operator,
            Who::EnvironmentAuditor,
        ];
        for row in self.rows().iter().filter(|row| row.names_something() && !is_api(row.path)) {
            for who in here {
                // Operators see every organisation; only what is another browser's is not theirs.
                if who != Who::Operator || self != Self::BackOffice || row.is_bound() {
                    checked.foreign(&world, &cast, row, who).await;
                }
            }
        }
        checked.done();
    }
}

#[tokio::test]
async fn what_beheer_shows_is_as_written() {
    Part::Beheer.as_written(Method::GET).await;
}

#[tokio::test]
async fn what_beheer_does_is_as_written() {
    Part::Beheer.as_written(Method::POST).await;
}

#[tokio::test]
async fn what_the_back_office_shows_is_as_written() {
    Part::BackOffice.as_written(Method::GET).await;
}

#[tokio::test]
async fn what_the_back_office_does_is_as_written() {
    Part::BackOffice.as_written(Method::POST).await;
}

#[tokio::test]
async fn what_else_is_shown_is_as_written() {
    Part::Rest.as_written(Method::GET).await;
}

#[tokio::test]
async fn what_else_is_done_is_as_written() {
    Part::Rest.as_written(Method::POST).await;
}

#[tokio::test]
async fn another_organisation_does_not_exist() {
    Part::Beheer.of_somebody_else().await;
}

#[tokio::test]
async fn the_back_office_of_others_does_not_exist() {
    Part::BackOffice.of_somebody_else().await;
}

#[tokio::test]
async fn what_another_browser_began_does_not_exist() {
    Part::Rest.of_somebody_else().await;
}

/// Who is blocked or ended everywhere has no session: exactly as somebody who is not logged in.
#[tokio::test]
async fn who_works_nowhere_is_not_logged_in() {
    let world = World::new().await;
    let cast = Cast::new(&world).await;
    let mut checked = Checked { wrong: Vec::new() };
    for who in [Who::Blocked, Who::Ended] {
        cast.shut_out(&world, who).await;
        for row in rows() {
            if row.words[0] == Word::In {
                let mut visitor = cast.visit(&world, who).await;
                let before = world.digest();
                let got = Word::of(&send(&row, &mut visitor, &random(&world)).await);
                if got != Word::In || !changed(&world, &before).await.is_empty() {
                    checked.note(&row, who, format!("{got:?}"));
                }
            }
        }
    }
    checked.done();
}

/// A form of another site, or without its hidden field, does nothing, whoever is logged in.
#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let world = World::new().await;
    let cast = Cast::new(&world).await;
    let mut checked = Checked { wrong: Vec::new() };
    for row in rows().iter().filter(|row| row.method == Method::POST && !is_api(row.path)) {
        for who in [Who::Administrator, Who::Operator] {
            // A form with a file looks at its parts itself; its own tests send it wrong ones.
            if row.form.contains(FILE) {
                continue;
            }
            let visitor = cast.visit(&world, who).await;
            let things = row.things(&cast, &mut house(&world, &cast, row).await).await;
            let cookies: Vec<String> = visitor.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let right: Browser = visitor.browser();
            let right = format!("csrf={}", right.csrf(&world.app));
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields(row, &things)).finish();
            for (origin, csrf) in [("https://evil.example", right.as_str()), (PORTAL, "csrf=AAAA"), (PORTAL, "")] {
                let before = world.digest();
                let request = Request::post(fill(row.path, &things))
                    .header(header::COOKIE, cookies.join("; "))
                    .header(header::ORIGIN, origin)
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(Body::from(format!("{csrf}&{form}")));
                let answer = call(&world.portal, request.unwrap()).await;
                // Who may not see the page is told that first.
                let refused = matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
                if !refused || !changed(&world, &before).await.is_empty() {
                    checked.note(row, who, format!("{origin} {csrf}: {}", answer.status));
                }
            }
        }
    }
    checked.done();
}

/// What each may do with whom: nobody changes their own roles, identifies, re-issues or unblocks themselves; a Manager and a
/// Helpdesk act only on people whose only role is Signer.
const WITH_WHOM: &str = "
#                    with a beheerder   with oneself
#                    hel  man  adm      hel  man  adm
wijzigen             no   no   ok       no   no   ok
rollen               no   no   ok       no   no   no
nieuwe-qr-code       no   no   ok       no   no   no
toegang-blokkeren    no   no   ok       no   no   no
id-blokkeren         no   no   ok       no   no   ok
id-intrekken         no   no   ok       no   no   ok
einddatum            no   no   ok       no   no   no
ontkoppelen          no   no   ok       no   no   no
herbevestigen        no   no   ok       go   go   go
toegang-deblokkeren  no   no   ok       go   go   go
id-deblokkeren       no   no   ok       go   go   go
";

#[tokio::test]
async fn nobody_decides_about_themselves_and_a_manager_only_about_signers() {
    let world = World::new().await;
    let cast = Cast::new(&world).await;
    let mut wrong = Vec::new();
    for line in WITH_WHOM.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        for (place, expected) in words[1..].iter().enumerate() {
            world.pass(61);
            let who = [Who::Helpdesk, Who::Manager, Who::Administrator][place % 3];
            let mut visitor = cast.visit(&world, who).await;
            let membership = if place < 3 {
                let mut member = desk::colleague(&world, &cast, world.organisation, words[0]).await;
                member.give(Role::Manager);
                let stored = member.clone();
                target::write(&world, move |tx| Box::pin(async move { tx.update_membership(&stored).await })).await;
                member
            } else {
                let person = visitor.current().await.session.person.unwrap();
                desk::membership_in(&world, person, world.organisation).await
            };
            let path = format!("/beheer/{}/personen/{}/{}", world.organisation, membership.id, words[0]);
            let form = format!("{DOCUMENT}&gezien=ja&{REASON}&rol=geef-Auditor&einddatum=2099-12-31");
            let form: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
            let seen = Word::of(&visitor.get(&path).await);
            let before = world.digest();
            // Only what is refused is tried for real: what is done to oneself would change the cast.
            let (done, kept) = if *expected == "no" {
                let done = Word::of(&visitor.post(&path, &borrowed(&form)).await);
                (done, changed(&world, &before).await.is_empty())
            } else {
                (Word::No, true)
            };
            let right = match *expected {
                "no" => seen == Word::No && done == Word::No && kept,
                "ok" => seen == Word::Ok,
                // As things stand there is nothing to do: led back to the person.
                _ => seen == Word::Go,
            };
            if !right {
                wrong.push(format!(
                    "{} with {place} as {who:?}: {seen:?} {done:?} {kept}, {expected} is right",
                    words[0]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
