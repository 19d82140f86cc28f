//! Pages that only inform, and the language switch.

use super::{
    texts::ProblemText,
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    caller::{LANGUAGE_COOKIE, Lang},
    config::TERMS_VERSION,
};
use askama::Template;
use axum::{
    extract::Query,
    http::{HeaderValue, header},
    response::Response,
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "validate.html")]
struct Validate {
    ui: Ui,
}

/// What validating is, and what it needs.
pub(super) async fn validate(visit: Visit) -> Result<Response, AppError> {
    ui::page(&Validate { ui: visit.ui("/valideren") })
}

#[derive(Template)]
#[template(path = "terms.html")]
struct Terms {
    ui: Ui,
}

/// The terms in force.
pub(super) async fn terms(visit: Visit) -> Result<Response, AppError> {
    ui::page(&Terms { ui: visit.ui("/voorwaarden") })
}

#[derive(Template)]
#[template(path = "problems.html")]
struct Problems {
    ui: Ui,
    problems: Vec<ProblemText>,
}

/// Every code with cause and cure.
pub(super) async fn problems(visit: Visit) -> Result<Response, AppError> {
    let lang = visit.caller.lang;
    let problems = ProblemCode::ALL.iter().map(|code| super::problem::text(lang, *code)).collect();
    ui::page(&Problems { ui: visit.ui("/foutmeldingen"), problems })
}

/// `/taal?to=en&terug=/inloggen`.
#[derive(Deserialize)]
pub(super) struct LanguageChoice {
    to: Option<String>,
    terug: Option<String>,
}

/// Keeps the chosen language for a year.
pub(super) async fn language(Query(choice): Query<LanguageChoice>) -> Result<Response, AppError> {
    let mut response = ui::see(ui::own_path(choice.terug.as_deref()));
    if let Some(lang) = choice.to.as_deref().and_then(Lang::parse) {
        let cookie =
            format!("{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax", lang.as_str());
        let value = HeaderValue::from_str(&cookie).map_err(AppError::internal)?;
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}
