//! Aanvragen beheren: the operators' back office, whose log the environment's auditors read too. Every page is a *sheet*:
//! facts, tables and forms in one template, so that all of them look and work the same.

mod applications;
mod auditors;
mod care_applications;
mod decisions;
pub(super) mod document;
mod log;
mod mails;
mod notices;
mod operators;
mod organisations;
mod people;
mod person;
mod qr;
pub(super) mod sheet;

use super::{ui, visit::Visit};
use crate::{
    AppError, AppState,
    routes::Routes,
    services::changes::{self, Proposed},
};
use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use domain::{
    authorise::Action,
    change::{Change, OperatorChange},
};
use protocol::ProblemCode;
use serde::Deserialize;

/// The routes of this room.
pub(super) fn routes() -> Routes {
    let routes = Routes::new()
        .get("/backoffice", applications::queue)
        .get("/backoffice/aanvragen/{id}", applications::page)
        .post("/backoffice/aanvragen/{id}/behandelen", applications::handle)
        .post("/backoffice/aanvragen/{id}/goedkeuren", applications::approve)
        .post("/backoffice/aanvragen/{id}/afwijzen", applications::reject)
        .get("/backoffice/besluiten", decisions::page)
        .post("/backoffice/besluiten/{id}", decisions::decide)
        .get("/backoffice/organisaties", organisations::list)
        .get("/backoffice/organisaties/{id}", organisations::page)
        .post("/backoffice/organisaties/{id}/naam", organisations::rename)
        .post("/backoffice/organisaties/{id}/beeindigen", organisations::end)
        .post("/backoffice/organisaties/{id}/heropenen", organisations::reopen)
        .post("/backoffice/organisaties/{id}/rol", organisations::take_role)
        .get("/backoffice/personen", people::list)
        .get("/backoffice/personen/{id}", person::page)
        .post("/backoffice/personen/{id}/corrigeren", person::correct)
        .post("/backoffice/personen/{id}/samenvoegen", person::merge)
        .post("/backoffice/personen/{id}/splitsen", person::unmerge)
        .post("/backoffice/personen/{id}/blokkeren", person::block)
        .post("/backoffice/personen/{id}/deblokkeren", person::unblock)
        .post("/backoffice/personen/{id}/intrekken", person::revoke);
    routes
        .get("/backoffice/operators", operators::page)
        .post("/backoffice/operators/uitnodigen", operators::invite)
        .post("/backoffice/operators/aanwijzen", operators::appoint)
        .post("/backoffice/operators/ontslaan", operators::dismiss)
        .get("/backoffice/operators/qr/{id}", qr::page)
        .get("/backoffice/operators/wachten/{id}", qr::waiting)
        .post("/backoffice/operators/cijfers", qr::pair)
        .post("/backoffice/operators/sluiten", qr::close)
        .get("/backoffice/auditors", auditors::page)
        .post("/backoffice/auditors/uitnodigen", auditors::invite)
        .post("/backoffice/auditors/aanwijzen", auditors::appoint)
        .post("/backoffice/auditors/ontslaan", auditors::dismiss)
        .get("/backoffice/zorgapplicaties", care_applications::list)
        .get("/backoffice/zorgapplicaties/nieuw", care_applications::new)
        .get("/backoffice/zorgapplicaties/{id}", care_applications::page)
        .post("/backoffice/zorgapplicaties/{id}", care_applications::save)
        .post("/backoffice/zorgapplicaties/{id}/beeindigen", care_applications::end)
        .get("/backoffice/meldingen", notices::page)
        .post("/backoffice/meldingen", notices::show)
        .post("/backoffice/meldingen/{id}/weghalen", notices::end)
        .get("/backoffice/mail", mails::list)
        .get("/backoffice/mail/{id}", mails::page)
        .post("/backoffice/mail/{id}/opnieuw", mails::again)
        .get("/backoffice/log", log::page)
        .post("/backoffice/log/export.csv", log::csv)
        .post("/backoffice/log/export.json", log::fhir)
}

/// A visit by an operator; for who does not work for the environment the page does not exist, and the attempt is logged.
struct Office(Visit);

impl FromRequestParts<AppState> for Office {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, AppError> {
        visit_to(parts, app, Action::Operate).await.map(Self)
    }
}

/// A visit by an operator or an auditor of the environment: to the log.
struct Reading(Visit);

impl FromRequestParts<AppState> for Reading {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, AppError> {
        visit_to(parts, app, Action::ReadEverything).await.map(Self)
    }
}

async fn visit_to(parts: &mut Parts, app: &AppState, action: Action) -> Result<Visit, AppError> {
    let visit = Visit::from_request_parts(parts, app).await?;
    changes::require(app, &visit.caller, visit.logged_in()?, action).await?;
    Ok(visit)
}

/// What the lists take in their address.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    status: Option<String>,
    zoek: Option<String>,
    pagina: Option<String>,
    gedaan: Option<String>,
}

/// A form with only a reason.
#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reden: String,
}

/// Proposes a change and leads on: to where it is done, to the page that confirms it, or to the decisions that wait for a
/// second operator.
async fn propose(
    visit: &Visit,
    change: OperatorChange,
    reason: &str,
    back: &str,
    done: &str,
) -> Result<Response, AppError> {
    let current = visit.logged_in()?;
    let change = Change::Operator(change);
    let proposed = changes::propose(&visit.app, &visit.caller, &visit.browser, current, change, reason).await?;
    Ok(ui::see(&match proposed {
        Proposed::Done(_) => format!("{back}?gedaan={done}"),
        Proposed::Confirm(id) => format!("/bevestigen/{id}"),
        Proposed::AwaitingSecond(_) => "/backoffice/besluiten?gedaan=wacht-op-tweede".to_owned(),
    }))
}

/// An id in a path.
fn id<T>(parsed: Option<T>) -> Result<T, AppError> {
    parsed.ok_or(AppError::new(ProblemCode::NotFound))
}
