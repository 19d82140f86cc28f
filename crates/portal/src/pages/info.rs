//! Pages that inform: help for every role, terms, privacy, accessibility, error messages, which means fits; and the language
//! switch.

pub(super) mod advice;
pub(super) mod article;
pub(super) mod codes;
mod security;
pub(super) mod terms;

use super::{ui, visit::Visit};
use crate::{
    AppError,
    caller::{LANGUAGE_COOKIE, Lang},
    routes::Routes,
};
use axum::{
    extract::Query,
    http::{HeaderValue, header},
    response::Response,
};
use serde::Deserialize;

/// The routes of this room.
pub(super) fn routes() -> Routes {
    let routes = Routes::new()
        .get("/voorwaarden", terms::present)
        .get("/voorwaarden/{versie}", terms::of_version)
        .get("/foutmeldingen", codes::page)
        .get("/welk-middel", advice::page)
        .get("/.well-known/security.txt", security::text);
    article::Article::ALL
        .into_iter()
        .fold(routes, |routes, article| routes.get(article.path(), move |visit: Visit| article::page(visit, article)))
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
