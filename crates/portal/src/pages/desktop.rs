//! The way back from the Desktop App, and the test whether this browser can open it.

use super::{
    live::id_of,
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    browser::SafeForm,
    services::{
        card::{self, CardKind},
        login, validation,
    },
};
use askama::Template;
use axum::{extract::Path, response::Response};
use domain::request::{Purpose, RequestId};
use i18n_embed_fl::fl;
use protocol::{ProblemCode, code::LoginCode};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "desktop_return.html")]
struct ReturnPage {
    ui: Ui,
}

/// The Desktop App opened this tab, with its code in the fragment.
pub(super) async fn arrive(visit: Visit) -> Result<Response, AppError> {
    ui::page(&ReturnPage { ui: visit.ui("/desktop/return") })
}

/// The code, by script or typed; `verder` when it was typed on the page that waits.
#[derive(Deserialize)]
pub(super) struct ReturnForm {
    code: String,
    verder: Option<String>,
}

/// Brings the code.
pub(super) async fn bring(visit: Visit, SafeForm(form): SafeForm<ReturnForm>) -> Result<Response, AppError> {
    let code = LoginCode::parse(&form.code).ok_or(AppError::new(ProblemCode::ReturnUnknown))?;
    let returned = card::bring_return(&visit.app, &visit.caller, &visit.browser, &code).await?;
    Ok(match form.verder {
        Some(next) => ui::see(ui::own_path(Some(&next))),
        None => ui::see(&format!("/desktop/return/{}", returned.id)),
    })
}

#[derive(Template)]
#[template(path = "desktop_returned.html")]
struct ReturnedPage {
    ui: Ui,
    next: String,
}

/// "U kunt dit tabblad sluiten."
pub(super) async fn returned(visit: Visit, Path(id): Path<String>) -> Result<Response, AppError> {
    let request = login::of_browser(&visit.app, &visit.browser, id_of(&id)?).await?;
    let next = match request.purpose {
        Purpose::Login => format!("/inloggen/wachten/{}", request.id),
        Purpose::Sign => format!("/attributen/wachten/{}", request.id),
        _ => {
            let view = validation::current(&visit.app, &visit.browser).await?;
            let validates = [view.validation.card_request, view.validation.read_with].contains(&Some(request.id));
            if validates { "/valideren/wachten" } else { "/registreren/wachten" }.to_owned()
        }
    };
    ui::page(&ReturnedPage { ui: visit.ui(&format!("/desktop/return/{}", request.id)), next })
}

/// What the test page shows.
enum TestState {
    Start,
    Running { id: RequestId, href: String },
    Good,
    Bad,
}

impl TestState {
    fn is_start(&self) -> bool {
        matches!(self, Self::Start)
    }
    fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }
}

#[derive(Template)]
#[template(path = "desktop_test.html")]
struct TestPage {
    ui: Ui,
    state: TestState,
}

/// What the test does.
pub(super) async fn test(visit: Visit) -> Result<Response, AppError> {
    ui::page(&TestPage { ui: visit.ui("/desktop/test"), state: TestState::Start })
}

/// Launches the Desktop App for a login that nobody takes.
pub(super) async fn start_test(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    let shown = card::start(&visit.app, &visit.caller, &visit.browser, CardKind::Login).await?;
    let state = TestState::Running { id: shown.id, href: shown.link.reveal() };
    ui::page(&TestPage { ui: visit.ui("/desktop/test"), state })
}

/// Whether the Desktop App fetched the request.
pub(super) async fn test_result(visit: Visit, Path(id): Path<String>) -> Result<Response, AppError> {
    let request = login::of_browser(&visit.app, &visit.browser, id_of(&id)?).await?;
    let state = if request.opened_at.is_some() { TestState::Good } else { TestState::Bad };
    ui::page(&TestPage { ui: visit.ui("/desktop/test"), state })
}

/// A form of buttons only.
#[derive(Deserialize)]
pub(super) struct NoFields {}
