//! The overview: who one is, where one works, what comes next, which sessions are open.

mod first_steps;

use super::{
    desktop::NoFields,
    dutch_time, own,
    texts::Texts,
    ui::{self, NavLink, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    browser::{SafeForm, remove_session_cookie},
    caller::Lang,
    services::{
        overview::{self, Arranged, Overview},
        session::{self, Current},
        validation::{self, Waiting},
    },
};
use askama::Template;
use axum::response::Response;
use domain::{
    authorise::{Action, Actor},
    identity::IdentityStatus,
    organisation::Organisation,
    person::{Membership, MembershipStatus, Role},
    session::{LoggedInWith, SessionId},
};
use first_steps::FirstStep;
use i18n_embed_fl::fl;
use protocol::{ProblemCode, request::BrowserLabel};
use serde::Deserialize;

/// An organisation, what one is there, and where one goes from here.
struct Place {
    name: String,
    facts: Vec<(String, String)>,
    links: Vec<NavLink>,
}

struct SessionRow {
    id: SessionId,
    browser: String,
    since: String,
    seen: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    ui: Ui,
    name: Option<String>,
    /// The UZI number of somebody who has no Mobile ID yet.
    card_only: Option<String>,
    /// What this UZI-pas may validate, in words.
    to_validate: Option<String>,
    /// Where nobody else could administer.
    only_administrator: Vec<String>,
    first_steps: Vec<FirstStep>,
    places: Vec<Place>,
    /// One's Mobile IDs that are not over, in words.
    means: Vec<String>,
    operator: bool,
    auditor: bool,
    with_card: bool,
    trusted: bool,
    until: String,
    sessions: Vec<SessionRow>,
}

pub(super) fn role(t: &Texts, role: Role) -> String {
    match role {
        Role::Signer => fl!(t, "role-signer"),
        Role::Helpdesk => fl!(t, "role-helpdesk"),
        Role::Manager => fl!(t, "role-manager"),
        Role::Administrator => fl!(t, "role-administrator"),
        Role::Auditor => fl!(t, "role-auditor"),
    }
}

pub(super) fn standing(t: &Texts, status: MembershipStatus) -> String {
    match status {
        MembershipStatus::Active => fl!(t, "membership-active"),
        MembershipStatus::Blocked => fl!(t, "membership-blocked"),
        MembershipStatus::Reconfirm => fl!(t, "membership-reconfirm"),
        MembershipStatus::Ended => fl!(t, "membership-ended"),
    }
}

/// The stored label is Dutch.
fn browser_label(lang: Lang, label: &str) -> String {
    match lang {
        Lang::Nl => label.to_owned(),
        Lang::En => BrowserLabel { name: label.to_owned() }.in_english(),
    }
}

fn waiting_text(t: &Texts, waiting: &Waiting) -> String {
    let (name, ura) = (waiting.organisation.name.as_str(), waiting.organisation.ura.as_str());
    match waiting.reopened {
        true => fl!(t, "overview-finish-reopened", organisation = name, ura = ura),
        false => fl!(t, "overview-finish-text", organisation = name, ura = ura),
    }
}

fn place(t: &Texts, actor: &Actor<'_>, membership: &Membership, organisation: &Organisation) -> Place {
    let base = format!("/beheer/{}", organisation.id);
    let status = membership.status_at(actor.now);
    let roles = membership.roles.iter().map(|one| role(t, *one)).collect::<Vec<_>>().join(", ");
    let mut facts = vec![
        (fl!(t, "data-ura"), organisation.ura.to_string()),
        (fl!(t, "overview-role"), roles),
        (fl!(t, "overview-status"), standing(t, status)),
    ];
    if let Some(read) = membership.attributes_at(actor.now) {
        let until = dutch_time::date(read.valid_until);
        let text = match read.role_code.is_none() {
            true => fl!(t, "overview-attributes", number = read.uzi_number.as_str(), date = until),
            false => {
                let code = read.role_code.to_string();
                fl!(t, "overview-attributes-code", number = read.uzi_number.as_str(), code = code, date = until)
            }
        };
        facts.push((fl!(t, "overview-uzi"), text));
    }
    let id = organisation.id;
    let offered = [
        (Action::SeePeople(id), String::new(), fl!(t, "nav-people")),
        (Action::Manage(id), "/registreren".to_owned(), fl!(t, "people-register")),
        (Action::Manage(id), "/organisatie".to_owned(), fl!(t, "data-organisation")),
        (Action::ReadLog(id), "/log".to_owned(), fl!(t, "nav-log")),
    ];
    let links = offered.into_iter().filter(|(action, ..)| actor.may(*action).is_ok()).map(|(_, rest, text)| NavLink {
        href: format!("{base}{rest}"),
        text,
        here: false,
    });
    Place { name: organisation.name.clone(), facts, links: links.collect() }
}

/// The IDs that are not over.
fn means(t: &Texts, found: &Overview) -> Vec<String> {
    let open = |status: IdentityStatus| {
        matches!(status, IdentityStatus::Pending | IdentityStatus::Active | IdentityStatus::Blocked)
    };
    let mine = found.identities.iter().filter(|(_, status)| open(*status));
    mine.map(|(identity, status)| own::identity_line(t, identity, *status)).collect()
}

/// Where who is logged in is the only one who can administer.
fn only_administrator(found: &Overview, arranged: &[Arranged]) -> Vec<String> {
    let alone = arranged.iter().filter(|one| one.administers && !one.second_administrator);
    let of = |one: &Arranged| found.memberships.iter().find(|(m, _)| m.organisation == one.organisation);
    alone.filter_map(of).map(|(_, organisation)| organisation.name.clone()).collect()
}

/// The organisation that the UZI-pas of this session may validate.
async fn to_validate(visit: &Visit, current: &Current) -> Result<Option<Waiting>, AppError> {
    match &current.session.with {
        LoggedInWith::Card(number) => validation::waiting_for(&visit.app, number).await,
        LoggedInWith::Phone(_) => Ok(None),
    }
}

/// The page.
pub(super) async fn page(visit: Visit) -> Result<Response, AppError> {
    let (current, lang) = (visit.logged_in()?, visit.caller.lang);
    let found = overview::load(&visit.app, current).await?;
    let arranged = overview::arranged(&visit.app, current).await?;
    let to_validate = to_validate(&visit, current).await?;
    let ui = visit.ui("/overzicht");
    let has_identity = found.identities.iter().any(|(_, status)| *status == IdentityStatus::Active);
    let card_only = match &current.session.with {
        LoggedInWith::Card(number) if !has_identity => Some(number.to_string()),
        _ => None,
    };
    let actor = current.actor(visit.app.now());
    let places = |actor: &Actor<'_>| {
        let all = found.memberships.iter();
        all.map(|(membership, organisation)| place(&ui.t, actor, membership, organisation)).collect()
    };
    let sessions = found.sessions.iter().map(|session| SessionRow {
        id: session.id,
        browser: browser_label(lang, &session.browser_label),
        since: dutch_time::moment(lang, session.created_at),
        seen: dutch_time::moment(lang, session.seen_at),
        here: session.id == current.session.id,
    });
    ui::page(&OverviewPage {
        name: current.person.as_ref().map(|person| person.name.full()),
        to_validate: to_validate.map(|waiting| waiting_text(&ui.t, &waiting)),
        only_administrator: only_administrator(&found, &arranged),
        first_steps: if card_only.is_none() { first_steps::of(&ui.t, current, &found, &arranged) } else { Vec::new() },
        places: actor.as_ref().map(places).unwrap_or_default(),
        means: means(&ui.t, &found),
        operator: visit.may(Action::Operate),
        auditor: visit.may(Action::ReadEverything) && !visit.may(Action::Operate),
        card_only,
        with_card: matches!(current.session.with, LoggedInWith::Card(_)),
        trusted: current.session.browser_trusted || current.person.is_none(),
        until: dutch_time::time(current.session.ends_at(&visit.app.config.times)),
        sessions: sessions.collect(),
        ui,
    })
}

/// Which session to end.
#[derive(Deserialize)]
pub(super) struct EndSession {
    sessie: String,
}

/// Ends another session of the same person.
pub(super) async fn end_session(visit: Visit, SafeForm(form): SafeForm<EndSession>) -> Result<Response, AppError> {
    let which = SessionId::parse(&form.sessie).ok_or(AppError::new(ProblemCode::NotFound))?;
    session::end(&visit.app, &visit.caller, visit.logged_in()?, which).await?;
    Ok(ui::see("/overzicht"))
}

/// *Uitloggen*.
pub(super) async fn log_out(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    if let Some(current) = &visit.current {
        session::end(&visit.app, &visit.caller, current, current.session.id).await?;
    }
    let mut response = ui::see("/inloggen?reden=uitgelogd");
    remove_session_cookie(&mut response);
    Ok(response)
}

/// Where to go after *Verlengen*.
#[derive(Deserialize)]
pub(super) struct Extend {
    terug: Option<String>,
}

/// *Verlengen*: the visit itself is the activity.
pub(super) async fn extend(visit: Visit, SafeForm(form): SafeForm<Extend>) -> Result<Response, AppError> {
    visit.logged_in()?;
    Ok(ui::see(ui::own_path(form.terug.as_deref())))
}
