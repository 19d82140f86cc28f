//! Aanvragen (SYSTEM.md flow 1): what is needed, the form, and the status page for who holds the code.
//!
//! The code of the status link is never in an address that a server or a proxy sees: it comes behind the `#` or is typed,
//! goes to the server in a POST, and stays in a cookie that scripts cannot read.

mod form;
mod status;

pub(super) use status::word;

use super::{
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    browser::APPLICATION_COOKIE,
    caller::cookie,
    routes::Routes,
    services::applications::{self, LinkCode},
};
use askama::Template;
use axum::{http::HeaderMap, response::Response};
use domain::application::Application;
use i18n_embed_fl::fl;

/// The routes of this room.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/aanvragen", start)
        .get("/aanvragen/formulier", form::page)
        .post("/aanvragen/formulier", form::submit)
        .get("/aanvragen/status", status::page)
        .post("/aanvragen/status", status::open)
        .post("/aanvragen/intrekken", status::withdraw)
        .post("/aanvragen/sluiten", status::close)
}

#[derive(Template)]
#[template(path = "apply/start.html")]
struct StartPage {
    ui: Ui,
}

/// The four roles, and what each must have ready.
async fn start(visit: Visit) -> Result<Response, AppError> {
    ui::page(&StartPage { ui: visit.ui("/aanvragen") })
}

/// The application whose code this browser holds.
async fn held(visit: &Visit, headers: &HeaderMap) -> Result<Option<(Application, LinkCode)>, AppError> {
    let Some(code) = cookie(headers, APPLICATION_COOKIE).and_then(|text| LinkCode::parse(&text)) else {
        return Ok(None);
    };
    let found = applications::of_code(&visit.app, &code).await?;
    Ok(found.map(|application| (application, code)))
}
