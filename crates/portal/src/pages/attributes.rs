//! Attributen registreren (SYSTEM.md flow 8): what it does, the UZI-pas, and what counts from now on.

use super::{
    dutch_time,
    launch::{self, Launch},
    live::id_of,
    texts,
    texts::Texts,
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    routes::Routes,
    services::{attributes, login, own},
};
use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    Timestamp,
    organisation::Organisation,
    person::AttributePeriod,
    request::{Purpose, RequestId, RequestStatus},
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

/// The routes of this room.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/attributen", page)
        .get("/attributen/pas", card)
        .get("/attributen/wachten/{id}", waiting)
        .get("/attributen/klaar", done)
}

/// Attributes for people: what, where, from which pass, from when, until when.
pub(super) struct Line {
    pub organisation: String,
    pub uzi_number: String,
    pub role_code: Option<String>,
    pub source: String,
    pub from: String,
    pub until: String,
    /// They count at this moment.
    pub present: bool,
}

impl Line {
    pub fn new(t: &Texts, organisation: &Organisation, period: &AttributePeriod, now: Timestamp) -> Self {
        let read = &period.attributes;
        Self {
            organisation: format!("{} ({})", organisation.name, organisation.ura),
            uzi_number: read.uzi_number.to_string(),
            role_code: Some(read.role_code.to_string()).filter(|_| !read.role_code.is_none()),
            source: fl!(t, "attributes-source", serial = read.certificate_serial.as_str()),
            from: dutch_time::date(period.from),
            until: dutch_time::date(period.until.unwrap_or(read.valid_until)),
            present: counts(period, now),
        }
    }
}

fn counts(period: &AttributePeriod, now: Timestamp) -> bool {
    period.until.is_none() && now < period.attributes.valid_until
}

/// The attributes of who is logged in that count now, newest first.
async fn lines(visit: &Visit, t: &Texts) -> Result<Vec<Line>, AppError> {
    let found = attributes::history(&visit.app, visit.logged_in()?).await?;
    let now = visit.app.now();
    let present = found.iter().filter(|(_, period)| counts(period, now));
    Ok(present.map(|(organisation, period)| Line::new(t, organisation, period, now)).collect())
}

#[derive(Template)]
#[template(path = "attributes/page.html")]
struct StartPage {
    ui: Ui,
    lines: Vec<Line>,
}

/// What it does, and the button.
async fn page(visit: Visit) -> Result<Response, AppError> {
    // Somebody who is not registered has nothing to add them to.
    if own::person(visit.logged_in()?).is_err() {
        return Ok(ui::see("/overzicht"));
    }
    let ui = visit.ui("/attributen");
    ui::page(&StartPage { lines: lines(&visit, &ui.t).await?, ui })
}

fn path_of(id: RequestId) -> String {
    format!("/attributen/wachten/{id}")
}

fn reading(visit: &Visit, next: String) -> Launch {
    Launch {
        title: fl!(texts::of(visit.caller.lang), "attributes-card-title"),
        next,
        again: "/attributen/pas",
        renew: None,
        cancel: "/overzicht",
        step: None,
        confirming: false,
    }
}

/// Launches the Desktop App; *Verversen* is the same page again.
async fn card(visit: Visit) -> Result<Response, AppError> {
    let current = visit.logged_in()?;
    if visit.from_elsewhere {
        return launch::from_elsewhere(&visit, reading(&visit, "/attributen".to_owned()), "/attributen/pas");
    }
    let shown = attributes::start(&visit.app, &visit.caller, &visit.browser, current).await?;
    launch::shown(&visit, &shown, reading(&visit, path_of(shown.id)), "/attributen/pas")
}

/// Where the card request stands.
async fn waiting(visit: Visit, Path(id): Path<String>) -> Result<Response, AppError> {
    let me = own::person(visit.logged_in()?)?;
    let request = login::of_browser(&visit.app, &visit.browser, id_of(&id)?).await?;
    if request.purpose != Purpose::Sign || request.person != Some(me) {
        return Err(ProblemCode::NotFound.into());
    }
    if request.status == RequestStatus::Finished {
        return Ok(ui::see("/attributen/klaar"));
    }
    launch::answered(&visit, &request, reading(&visit, path_of(request.id)), None)
}

#[derive(Template)]
#[template(path = "attributes/done.html")]
struct DonePage {
    ui: Ui,
    lines: Vec<Line>,
}

/// What counts from now on.
async fn done(visit: Visit) -> Result<Response, AppError> {
    let ui = visit.ui("/attributen/klaar");
    let lines = lines(&visit, &ui.t).await?;
    if lines.is_empty() {
        return Ok(ui::see("/attributen"));
    }
    ui::page(&DonePage { lines, ui })
}
