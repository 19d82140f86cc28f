//! The HTML twin of `application/problem+json`: what happened, why, what to do now, code and reference.

pub use super::texts::{ProblemText, problem as text};
use super::ui::{self, Ui};
use crate::{
    AppError, AppState,
    caller::{Caller, Lang},
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    ui: Ui,
    problem: ProblemText,
    reference: String,
    extra: Option<String>,
    back: &'static str,
    back_text: String,
}

/// The page that tells a person about a problem; *log in first* leads to the login page.
pub fn render(app: &AppState, caller: &Caller, error: &AppError) -> Response {
    if error.code == ProblemCode::LoginRequired {
        return ui::see("/inloggen");
    }
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let ui = Ui::plain(app, caller.lang, "/");
    let (back, back_text) = way_out(&ui, error.code);
    let page = ProblemPage {
        extra: extra(&ui, error),
        problem: text(caller.lang, error.code),
        reference: caller.reference.clone(),
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
