//! *Mijn gegevens*: one's own details, e-mail address, IDs, sessions, browsers and log.

use super::{
    attributes::Line as AttributeLine,
    confirm,
    desktop::NoFields,
    dutch_time, form,
    log::words,
    overview,
    texts::Texts,
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    browser::SafeForm,
    caller::Lang,
    routes::Routes,
    services::{attributes, email, overview as loaded, own, session},
};
use askama::Template;
use axum::{
    extract::Query,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    EmailAddress,
    change::{Change, OwnChange},
    identity::{Identity, IdentityStatus},
    log::{LogEntry, Outcome},
    session::SessionId,
};
use i18n_embed_fl::fl;
use protocol::{ProblemCode, request::BrowserLabel};
use serde::Deserialize;

/// The routes of this room.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/mijn-gegevens", page)
        .post("/mijn-gegevens/e-mail", change_email)
        .post("/mijn-gegevens/e-mail/code", confirm_email)
        .post("/mijn-gegevens/sessies", end_session)
        .post("/mijn-gegevens/sessies/andere", end_other_sessions)
        .post("/mijn-gegevens/browsers", forget_browser)
        .post("/mijn-gegevens/downloaden", download)
        .get("/mijn-gegevens/log", log)
}

struct Membership {
    name: String,
    ura: String,
    roles: String,
    status: String,
}

struct Row {
    id: String,
    label: String,
    first: String,
    latest: String,
    /// This session; a browser that is trusted.
    marked: bool,
}

#[derive(Template)]
#[template(path = "own/page.html")]
struct OwnPage {
    ui: Ui,
    flash: Option<String>,
    name: String,
    number: String,
    birth_date: String,
    email: String,
    email_confirmed: bool,
    email_error: Option<String>,
    code_error: Option<String>,
    memberships: Vec<Membership>,
    /// UZI attributes, now and before.
    lines: Vec<AttributeLine>,
    /// Mobile IDs, in words.
    means: Vec<String>,
    sessions: Vec<Row>,
    browsers: Vec<Row>,
}

fn browser_label(lang: Lang, label: &str) -> String {
    match lang {
        Lang::Nl => label.to_owned(),
        Lang::En => BrowserLabel { name: label.to_owned() }.in_english(),
    }
}

fn status(t: &Texts, status: IdentityStatus) -> String {
    match status {
        IdentityStatus::Pending => fl!(t, "identity-pending"),
        IdentityStatus::Active => fl!(t, "identity-active"),
        IdentityStatus::Blocked => fl!(t, "identity-blocked"),
        IdentityStatus::Revoked => fl!(t, "identity-revoked"),
        IdentityStatus::Expired => fl!(t, "identity-expired"),
        IdentityStatus::Replaced => fl!(t, "identity-replaced"),
    }
}

/// `Actief: gemaakt op 22-11-2026, geldig tot 21-11-2029`.
pub(super) fn identity_line(t: &Texts, identity: &Identity, now: IdentityStatus) -> String {
    let (made, until) = (dutch_time::date(identity.created_at), dutch_time::date(identity.not_after));
    fl!(t, "own-id", status = status(t, now), made = made, until = until)
}

async fn own_page(visit: &Visit, done: Option<&str>) -> Result<OwnPage, AppError> {
    let (current, lang) = (visit.logged_in()?, visit.caller.lang);
    let person = current.person.as_ref().ok_or(AppError::new(ProblemCode::NotFound))?;
    let found = loaded::load(&visit.app, current).await?;
    let history = attributes::history(&visit.app, current).await?;
    let ui = visit.ui("/mijn-gegevens");
    let now = visit.app.now();
    let memberships = found.memberships.iter().map(|(membership, organisation)| Membership {
        name: organisation.name.clone(),
        ura: organisation.ura.to_string(),
        roles: membership.roles.iter().map(|role| overview::role(&ui.t, *role)).collect::<Vec<_>>().join(", "),
        status: overview::standing(&ui.t, membership.status),
    });
    let means = found.identities.iter().map(|(identity, now)| identity_line(&ui.t, identity, *now));
    let sessions = found.sessions.iter().map(|session| Row {
        id: session.id.to_string(),
        label: browser_label(lang, &session.browser_label),
        first: dutch_time::moment(lang, session.created_at),
        latest: dutch_time::moment(lang, session.seen_at),
        marked: session.id == current.session.id,
    });
    let browsers = found.browsers.iter().map(|browser| Row {
        id: own::handle(browser),
        label: browser_label(lang, &browser.label),
        first: dutch_time::date(browser.first_at),
        latest: dutch_time::moment(lang, browser.latest_at),
        marked: browser.trusted_at.is_some() && !browser.reported,
    });
    Ok(OwnPage {
        flash: form::flash(&ui.t, done),
        name: person.name.full(),
        number: person.number.clone(),
        birth_date: person.birth_date.to_dutch(),
        email: person.email.as_ref().map(|address| address.as_str().to_owned()).unwrap_or_default(),
        email_confirmed: person.mail_address().is_some(),
        email_error: None,
        code_error: None,
        memberships: memberships.collect(),
        lines: history.iter().map(|(place, period)| AttributeLine::new(&ui.t, place, period, now)).collect(),
        means: means.collect(),
        sessions: sessions.collect(),
        browsers: browsers.collect(),
        ui,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Done {
    gedaan: Option<String>,
}

async fn page(visit: Visit, Query(done): Query<Done>) -> Result<Response, AppError> {
    ui::page(&own_page(&visit, done.gedaan.as_deref()).await?)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EmailForm {
    email: String,
}

/// Another address, or none.
async fn change_email(visit: Visit, SafeForm(form): SafeForm<EmailForm>) -> Result<Response, AppError> {
    visit.logged_in()?;
    let typed = form.email.trim();
    let address = match typed.is_empty() {
        true => None,
        false => match EmailAddress::parse(typed) {
            Some(address) => Some(address),
            None => {
                let mut page = own_page(&visit, None).await?;
                page.email_error = Some(fl!(page.ui.t, "own-email-invalid"));
                page.email = typed.chars().take(254).collect();
                page.email_confirmed = true;
                return ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
            }
        },
    };
    confirm::propose(&visit, None, Change::Own(OwnChange::Email(address)), "").await
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CodeForm {
    code: String,
}

/// The code that was mailed.
async fn confirm_email(visit: Visit, SafeForm(form): SafeForm<CodeForm>) -> Result<Response, AppError> {
    match email::confirm(&visit.app, &visit.caller, visit.logged_in()?, &form.code).await {
        Ok(()) => Ok(ui::see("/mijn-gegevens?gedaan=e-mail-bevestigd")),
        Err(error) if error.code == ProblemCode::CodeWrong => {
            let mut page = own_page(&visit, None).await?;
            page.code_error = Some(fl!(page.ui.t, "own-code-wrong"));
            ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct SessionForm {
    sessie: String,
}

async fn end_session(visit: Visit, SafeForm(form): SafeForm<SessionForm>) -> Result<Response, AppError> {
    let which = SessionId::parse(&form.sessie).ok_or(AppError::new(ProblemCode::NotFound))?;
    session::end(&visit.app, &visit.caller, visit.logged_in()?, which).await?;
    Ok(ui::see("/mijn-gegevens?gedaan=sessie"))
}

async fn end_other_sessions(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    own::end_other_sessions(&visit.app, &visit.caller, visit.logged_in()?).await?;
    Ok(ui::see("/mijn-gegevens?gedaan=sessies"))
}

#[derive(Deserialize)]
struct BrowserForm {
    browser: String,
}

async fn forget_browser(visit: Visit, SafeForm(form): SafeForm<BrowserForm>) -> Result<Response, AppError> {
    own::forget_browser(&visit.app, &visit.caller, visit.logged_in()?, &form.browser).await?;
    Ok(ui::see("/mijn-gegevens?gedaan=browser"))
}

/// Everything about oneself, as a file.
async fn download(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    let value = own::download(&visit.app, &visit.caller, visit.logged_in()?).await?;
    let text = serde_json::to_string_pretty(&value).map_err(AppError::internal)?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let file = HeaderValue::from_static("attachment; filename=\"zorg-id-mijn-gegevens.json\"");
    headers.insert(header::CONTENT_DISPOSITION, file);
    Ok(response)
}

/// Rows of the log on a page.
const ROWS: u32 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Older {
    voor: Option<String>,
}

struct Line {
    at: String,
    what: String,
    from: String,
    reference: String,
}

#[derive(Template)]
#[template(path = "own/log.html")]
struct LogPage {
    ui: Ui,
    lines: Vec<Line>,
    older: Option<String>,
}

async fn log(visit: Visit, Query(older): Query<Older>) -> Result<Response, AppError> {
    // Whatever else stands there means the newest.
    let before = older.voor.and_then(|place| place.parse().ok());
    let (entries, next) = own::log(&visit.app, visit.logged_in()?, before, ROWS).await?;
    let ui = visit.ui("/mijn-gegevens/log");
    let line = |entry: LogEntry| {
        let (what, detail) = (words::event(&ui.t, entry.event), words::detail(&ui.t, &entry));
        let what = if detail.is_empty() { what } else { format!("{what}: {detail}") };
        let refused = entry.outcome == Outcome::Refused;
        Line {
            at: dutch_time::moment(visit.caller.lang, entry.at),
            what: if refused { fl!(ui.t, "history-refused", what = what) } else { what },
            from: entry.from.unwrap_or_default(),
            reference: entry.reference,
        }
    };
    let lines = entries.into_iter().map(line).collect();
    ui::page(&LogPage { lines, older: next.map(|place| format!("/mijn-gegevens/log?voor={place}")), ui })
}
