//! The HTML twin of `application/problem+json`: what happened, why, what to do now, code and reference.

pub use super::texts::{ProblemText, problem as text};
use super::{
    contact,
    ui::{self, Ui},
};
use crate::{
    AppError, AppState,
    browser::Browser,
    caller::{Caller, Lang},
    services::session,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

/// The small print under a problem (`_problem_code.html`): the code, linked to its line on *Foutmeldingen*, and the
/// reference of the log entry.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub code: ProblemCode,
    pub reference: Option<String>,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    ui: Ui,
    problem: ProblemText,
    mark: Mark,
    extra: Option<String>,
    contacts: Vec<String>,
    back: &'static str,
    back_text: String,
}

/// Whom to ask, for who is logged in in the browser that met a problem. The problem itself matters more: what fails here
/// is left out.
async fn contacts(app: &AppState, caller: &Caller, browser: Option<&Browser>, code: ProblemCode) -> Vec<String> {
    let Some(browser) = browser.filter(|browser| browser.session.is_some() && code != ProblemCode::Unavailable) else {
        return Vec::new();
    };
    match session::current(app, browser).await {
        Ok(Some(current)) => contact::of(app, caller.lang, &current).await.unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The page that tells a person about a problem; *log in first* leads to the login page.
pub async fn render(app: &AppState, caller: &Caller, browser: Option<&Browser>, error: &AppError) -> Response {
    if error.code == ProblemCode::LoginRequired {
        return ui::see("/inloggen");
    }
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let ui = Ui::plain(app, caller.lang, "/");
    let (back, back_text) = way_out(&ui, error.code);
    let page = ProblemPage {
        extra: extra(&ui, error),
        problem: text(caller.lang, error.code),
        mark: Mark { code: error.code, reference: Some(caller.reference.clone()) },
        contacts: contacts(app, caller, browser, error.code).await,
        back,
        back_text,
        ui,
    };
    ui::page_with(status, &page).unwrap_or_else(|_| status.into_response())
}

/// The next sensible step.
fn way_out(ui: &Ui, code: ProblemCode) -> (&'static str, String) {
    match code {
        ProblemCode::TermsFirst
        | ProblemCode::CardFirst
        | ProblemCode::CardOther
        | ProblemCode::PersonTries
        | ProblemCode::PersonAmbiguous
        | ProblemCode::PersonDenied => ("/registreren", fl!(ui.t, "login-register")),
        // These meet who is logged in.
        ProblemCode::Forbidden
        | ProblemCode::NotOneself
        | ProblemCode::LastAdministrator
        | ProblemCode::NotNow
        | ProblemCode::NotAfterActivation
        | ProblemCode::PersonExists
        | ProblemCode::ReasonMissing
        | ProblemCode::RequestCancelled => ("/overzicht", fl!(ui.t, "nav-overview")),
        _ => ("/inloggen", fl!(ui.t, "back-to-login")),
    }
}

fn extra(ui: &Ui, error: &AppError) -> Option<String> {
    let number = |name: &str| error.extra.get(name).and_then(serde_json::Value::as_i64);
    if let Some(left) = number("triesLeft") {
        return Some(fl!(ui.t, "problem-tries", left = left));
    }
    number("retryAfter").map(|seconds| fl!(ui.t, "problem-wait", seconds = seconds))
}

/// The texts of a stored code, when it is one of ours.
pub(super) fn stored(lang: Lang, code: &str) -> Option<ProblemText> {
    let code = ProblemCode::ALL.iter().find(|known| known.as_str() == code)?;
    Some(text(lang, *code))
}
