//! Inloggen with the phone (SYSTEM.md flow 6), and the first page of Inloggen met UZI-pas (flow 7).

use super::{
    browser_key::ProofFields,
    dutch_time,
    launch::{self, Launch},
    live::id_of,
    qr,
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    browser::{SafeForm, add_session_cookie},
    services::{
        browser_key,
        card::{self, CardKind},
        login,
    },
};
use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::Response,
};
use domain::request::{Means, Purpose, Request, RequestId, RequestStatus};
use i18n_embed_fl::fl;
use protocol::{ProblemCode, browser_key::ProofStep, code::Digits4};
use serde::Deserialize;

/// Why somebody sees the login page again.
enum Notice {
    None,
    LoggedOut,
    SessionOver,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    ui: Ui,
    notice: Notice,
    id: RequestId,
    challenge: String,
    qr: String,
    link: String,
    code: String,
    seconds: u32,
}

/// `?reden=afgelopen|uitgelogd`.
#[derive(Deserialize)]
pub(super) struct Reason {
    reden: Option<String>,
}

/// `/`: who is logged in sees the overview, everyone else the login page.
pub(super) async fn start(visit: Visit) -> Response {
    ui::see(if visit.current.is_some() { "/overzicht" } else { "/inloggen" })
}

/// A QR code at once.
pub(super) async fn page(visit: Visit, Query(reason): Query<Reason>) -> Result<Response, AppError> {
    let shown = login::start(&visit.app, &visit.browser).await?;
    let ui = visit.ui("/inloggen");
    let notice = match reason.reden.as_deref() {
        Some("uitgelogd") if visit.current.is_none() => Notice::LoggedOut,
        Some("afgelopen") if visit.current.is_none() => Notice::SessionOver,
        _ => Notice::None,
    };
    let link = shown.link.reveal();
    ui::page(&LoginPage {
        notice,
        id: shown.id,
        challenge: browser_key::challenge(&visit.app, &visit.browser, ProofStep::Ask, shown.id),
        qr: qr::svg(&link, &fl!(ui.t, "login-qr-label"))?,
        link,
        code: shown.code,
        seconds: shown.expires_in,
        ui,
    })
}

#[derive(Template)]
#[template(path = "login_waiting.html")]
struct WaitingPage {
    ui: Ui,
    title: String,
    id: RequestId,
    status: RequestStatus,
    seconds: u32,
    clock: String,
    challenge: String,
    error: Option<String>,
}

impl WaitingPage {
    fn new(visit: &Visit, request: &Request, error: Option<String>) -> Self {
        let now = visit.app.now();
        let ui = visit.ui(&path_of(request.id));
        let status = request.status_at(now);
        let seconds = request.expires_at.seconds_from(now);
        let title = match status {
            RequestStatus::Created => fl!(ui.t, "wait-created-title"),
            RequestStatus::Opened => fl!(ui.t, "wait-opened-title"),
            RequestStatus::Pairing => fl!(ui.t, "pairing-title"),
            RequestStatus::Accepted => fl!(ui.t, "accepted-title"),
            RequestStatus::Declined => fl!(ui.t, "declined-title"),
            RequestStatus::Expired => fl!(ui.t, "login-expired-heading"),
            RequestStatus::Finished => fl!(ui.t, "used-title"),
            RequestStatus::Cancelled | RequestStatus::Returning => fl!(ui.t, "cancelled-title"),
        };
        let challenge = browser_key::challenge(&visit.app, &visit.browser, ProofStep::Take, request.id);
        Self { title, id: request.id, status, seconds, clock: dutch_time::clock(seconds), challenge, error, ui }
    }
}

fn path_of(id: RequestId) -> String {
    format!("/inloggen/wachten/{id}")
}

/// Where this browser's login stands, and the next thing to do.
pub(super) async fn waiting(visit: Visit, Path(id): Path<String>) -> Result<Response, AppError> {
    let request = login::of_browser(&visit.app, &visit.browser, id_of(&id)?).await?;
    match (request.purpose, request.means) {
        (Purpose::Login, Means::Phone) => ui::page(&WaitingPage::new(&visit, &request, None)),
        (Purpose::Login, Means::Card) => launch::answered(&visit, &request, card_launch(&visit, request.id), None),
        _ => Ok(ui::see("/registreren")),
    }
}

fn card_launch(visit: &Visit, id: RequestId) -> Launch {
    let title = fl!(super::texts::of(visit.caller.lang), "launch-login-title");
    Launch {
        title,
        next: path_of(id),
        again: "/inloggen/uzi",
        renew: None,
        cancel: "/inloggen",
        step: None,
        confirming: false,
    }
}

/// The koppelcode form.
#[derive(Deserialize)]
pub(super) struct Pairing {
    verzoek: String,
    koppelcode: Option<String>,
}

/// The koppelcode of the phone.
pub(super) async fn pairing(visit: Visit, SafeForm(form): SafeForm<Pairing>) -> Result<Response, AppError> {
    let id = id_of(&form.verzoek)?;
    let again = async |error: String| {
        let request = login::of_browser(&visit.app, &visit.browser, id).await?;
        ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &WaitingPage::new(&visit, &request, Some(error)))
    };
    let texts = super::texts::of(visit.caller.lang);
    let Some(code) = form.koppelcode.as_deref().and_then(Digits4::parse) else {
        return again(fl!(texts, "pairing-missing")).await;
    };
    match login::pair(&visit.app, &visit.caller, &visit.browser, id, &code).await {
        Ok(()) => Ok(ui::see(&path_of(id))),
        Err(error) if error.code == ProblemCode::PairingWrong => {
            let left = error.extra.get("triesLeft").and_then(serde_json::Value::as_i64).unwrap_or(0);
            again(fl!(texts, "pairing-wrong", left = left)).await
        }
        Err(error) if matches!(error.code, ProblemCode::PairingOver | ProblemCode::RequestUsed) => {
            Ok(ui::see(&path_of(id)))
        }
        Err(error) => Err(error),
    }
}

/// Which request's result to take.
#[derive(Deserialize)]
pub(super) struct Onward {
    verzoek: String,
    #[serde(flatten)]
    key: ProofFields,
}

/// Takes the result of an accepted request: logged in.
pub(super) async fn onward(visit: Visit, SafeForm(form): SafeForm<Onward>) -> Result<Response, AppError> {
    let id = id_of(&form.verzoek)?;
    match login::finish(&visit.app, &visit.caller, &visit.browser, id, form.key.proof()?.as_ref()).await {
        Ok(opened) => {
            let mut response = ui::see("/overzicht");
            add_session_cookie(&mut response, &opened.token);
            Ok(response)
        }
        // Pressed twice, or too early: the waiting page knows.
        Err(error) if error.code == ProblemCode::RequestUsed => Ok(ui::see(&path_of(id))),
        Err(error) => Err(error),
    }
}

/// Launches the Desktop App to log in.
pub(super) async fn card(visit: Visit) -> Result<Response, AppError> {
    let launch = |id| card_launch(&visit, id);
    if visit.from_elsewhere {
        return launch::from_elsewhere(&visit, launch(RequestId(uuid::Uuid::nil())), "/inloggen/uzi");
    }
    let shown = card::start(&visit.app, &visit.caller, &visit.browser, CardKind::Login).await?;
    launch::shown(&visit, &shown, launch(shown.id), "/inloggen/uzi")
}
