//! The page that opens the Desktop App and waits for it: for logging in, for reading the card, for confirming.

use super::{
    dutch_time,
    problem::{self, Mark},
    texts::ProblemText,
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    services::{ShownLaunch, browser_key},
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use domain::request::{Request, RequestStatus};
use i18n_embed_fl::fl;
use protocol::{ProblemCode, browser_key::ProofStep};

/// How one flow uses the page.
pub(super) struct Launch {
    /// Heading while waiting.
    pub title: String,
    /// Shows where the request stands.
    pub next: String,
    /// *Verversen*.
    pub again: &'static str,
    /// *Verversen* of something that is asked by a form: where the form goes.
    pub renew: Option<&'static str>,
    /// *Annuleren*.
    pub cancel: &'static str,
    /// Step of the wizard.
    pub step: Option<u8>,
    /// The wizard's confirmation.
    pub confirming: bool,
}

#[derive(Template)]
#[template(path = "launch.html")]
struct LaunchPage {
    ui: Ui,
    id: String,
    live: bool,
    status: RequestStatus,
    title: String,
    reason: String,
    step: Option<u8>,
    confirming: bool,
    holds_card: bool,
    href: Option<String>,
    auto: bool,
    control_code: String,
    seconds: u32,
    clock: String,
    challenge: String,
    next: String,
    again: &'static str,
    renew: Option<&'static str>,
    cancel: &'static str,
}

impl LaunchPage {
    fn new(ui: Ui, id: String, status: RequestStatus, launch: Launch) -> Self {
        let (title, reason) = match status {
            RequestStatus::Created | RequestStatus::Opened => (launch.title, String::new()),
            RequestStatus::Returning => (fl!(ui.t, "launch-returning-title"), String::new()),
            RequestStatus::Accepted => (fl!(ui.t, "accepted-title"), String::new()),
            RequestStatus::Finished => (fl!(ui.t, "used-title"), String::new()),
            RequestStatus::Declined => (fl!(ui.t, "launch-declined-title"), fl!(ui.t, "launch-declined-text")),
            RequestStatus::Expired => (fl!(ui.t, "launch-expired-title"), fl!(ui.t, "launch-expired-text")),
            RequestStatus::Cancelled | RequestStatus::Pairing => {
                (fl!(ui.t, "launch-cancelled-title"), fl!(ui.t, "launch-cancelled-text"))
            }
        };
        Self {
            ui,
            id,
            live: !status.is_final(),
            status,
            title,
            reason,
            step: launch.step,
            confirming: launch.confirming,
            holds_card: false,
            href: None,
            auto: false,
            control_code: String::new(),
            seconds: 0,
            clock: String::new(),
            challenge: String::new(),
            next: launch.next,
            again: launch.again,
            renew: launch.renew,
            cancel: launch.cancel,
        }
    }
}

/// A launch that was just made.
pub(super) fn shown(visit: &Visit, shown: &ShownLaunch, launch: Launch, path: &str) -> Result<Response, AppError> {
    let page = LaunchPage::new(visit.ui(path), shown.id.to_string(), RequestStatus::Created, launch);
    ui::page(&LaunchPage {
        href: Some(shown.link.reveal()),
        auto: !shown.desktop_holds_card,
        holds_card: shown.desktop_holds_card,
        control_code: shown.control_code.reveal().to_owned(),
        seconds: shown.expires_in,
        challenge: browser_key::challenge(&visit.app, &visit.browser, ProofStep::Ask, shown.id),
        ..page
    })
}

/// Another site led here: nothing is launched until the person asks.
pub(super) fn from_elsewhere(visit: &Visit, launch: Launch, path: &str) -> Result<Response, AppError> {
    let ui = visit.ui(path);
    let (title, reason) = (launch.title.clone(), fl!(ui.t, "launch-cross-site-text"));
    let page = LaunchPage::new(ui, String::new(), RequestStatus::Cancelled, launch);
    ui::page(&LaunchPage { title, reason, ..page })
}

#[derive(Template)]
#[template(path = "card_refused.html")]
struct Refused {
    ui: Ui,
    problem: ProblemText,
    mark: Mark,
    contact: Option<String>,
    again: &'static str,
    /// Somebody who is logged in goes back to the overview.
    logged_in: bool,
}

/// Where a launched request stands; `contact` is shown when the card was refused.
pub(super) fn answered(
    visit: &Visit,
    request: &Request,
    launch: Launch,
    contact: Option<String>,
) -> Result<Response, AppError> {
    let now = visit.app.now();
    let ui = visit.ui(&launch.next);
    if let Some(problem) = request.problem.as_deref().and_then(|code| problem::stored(visit.caller.lang, code)) {
        let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::FORBIDDEN);
        let again = if problem.code == ProblemCode::PersonTries { "/inloggen" } else { launch.again };
        let mark = Mark { code: problem.code, reference: request.problem_reference.clone() };
        let logged_in = launch.cancel == "/overzicht";
        return ui::page_with(status, &Refused { ui, problem, mark, contact, again, logged_in });
    }
    let seconds = request.expires_at.seconds_from(now);
    let page = LaunchPage::new(ui, request.id.to_string(), request.status_at(now), launch);
    ui::page(&LaunchPage {
        control_code: request.control_code.clone().unwrap_or_default(),
        seconds,
        clock: dutch_time::clock(seconds),
        challenge: match request.status_at(now) {
            RequestStatus::Accepted => browser_key::challenge(&visit.app, &visit.browser, ProofStep::Take, request.id),
            _ => String::new(),
        },
        ..page
    })
}
