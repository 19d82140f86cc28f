//! The whole log, for operators and the environment's auditors.

use super::Reading;
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        log::{self, Place, Typed},
        visit::Visit,
    },
    services::log::{export::Format, names::Scope},
};
use axum::{extract::Query, response::Response};

fn place(visit: &Visit) -> Place {
    Place {
        path: "/backoffice/log".to_owned(),
        scope: Scope::Everything,
        organisation: String::new(),
        file: format!("zorg-id-log-{}", visit.app.config.environment),
        links: Vec::new(),
    }
}

/// The page.
pub(super) async fn page(Reading(visit): Reading, Query(typed): Query<Typed>) -> Result<Response, AppError> {
    log::page(&visit, place(&visit), typed).await
}

/// As CSV.
pub(super) async fn csv(Reading(visit): Reading, SafeForm(typed): SafeForm<Typed>) -> Result<Response, AppError> {
    log::export(&visit, place(&visit), typed, Format::Csv).await
}

/// As FHIR AuditEvent.
pub(super) async fn fhir(Reading(visit): Reading, SafeForm(typed): SafeForm<Typed>) -> Result<Response, AppError> {
    log::export(&visit, place(&visit), typed, Format::Fhir).await
}
