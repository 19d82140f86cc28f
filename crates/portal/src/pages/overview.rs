//! The overview: who one is, where one works, which sessions are open.

use super::{
    desktop::NoFields,
    dutch_time,
    texts::Texts,
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    browser::{SafeForm, remove_session_cookie},
    caller::Lang,
    services::{overview, session},
};
use askama::Template;
use axum::response::Response;
use domain::{
    identity::IdentityStatus,
    person::{MembershipStatus, Role},
    session::{LoggedInWith, SessionId},
};
use i18n_embed_fl::fl;
use protocol::{ProblemCode, request::BrowserLabel};
use serde::Deserialize;

struct OrganisationRow {
    name: String,
    ura: String,
    roles: String,
    status: String,
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
    organisations: Vec<OrganisationRow>,
    with_card: bool,
    trusted: bool,
    until: String,
    sessions: Vec<SessionRow>,
}

fn role(t: &Texts, role: Role) -> String {
    match role {
        Role::Signer => fl!(t, "role-signer"),
        Role::Helpdesk => fl!(t, "role-helpdesk"),
        Role::Manager => fl!(t, "role-manager"),
        Role::Administrator => fl!(t, "role-administrator"),
        Role::Auditor => fl!(t, "role-auditor"),
    }
}

fn standing(t: &Texts, status: MembershipStatus) -> String {
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

/// The page.
pub(super) async fn page(visit: Visit) -> Result<Response, AppError> {
    let (current, lang) = (visit.logged_in()?, visit.caller.lang);
    let found = overview::load(&visit.app, current).await?;
    let ui = visit.ui("/overzicht");
    let has_identity = found.identities.iter().any(|(_, status)| *status == IdentityStatus::Active);
    let card_only = match &current.session.with {
        LoggedInWith::Card(number) if !has_identity => Some(number.to_string()),
        _ => None,
    };
    let organisations = found.memberships.iter().map(|(membership, organisation)| OrganisationRow {
        name: organisation.name.clone(),
        ura: organisation.ura.to_string(),
        roles: membership.roles.iter().map(|r| role(&ui.t, *r)).collect::<Vec<_>>().join(", "),
        status: standing(&ui.t, membership.status),
    });
    let sessions = found.sessions.iter().map(|session| SessionRow {
        id: session.id,
        browser: browser_label(lang, &session.browser_label),
        since: dutch_time::moment(lang, session.created_at),
        seen: dutch_time::moment(lang, session.seen_at),
        here: session.id == current.session.id,
    });
    ui::page(&OverviewPage {
        name: current.person.as_ref().map(|person| person.name.full()),
        card_only,
        organisations: organisations.collect(),
        with_card: matches!(current.session.with, LoggedInWith::Card(_)),
        trusted: current.session.browser_trusted || current.person.is_none(),
        until: dutch_time::time(current.session.ends_at()),
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
