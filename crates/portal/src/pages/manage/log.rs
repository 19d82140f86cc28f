//! The whole log of an organisation, for its administrators and auditors.

use super::Desk;
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        log::{self, Place, Typed},
        ui::NavLink,
        visit::Visit,
    },
    services::log::{export::Format, names::Scope, reading},
};
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::authorise::Action;
use i18n_embed_fl::fl;

async fn place(desk: &Desk) -> Result<Place, AppError> {
    let t = crate::pages::texts::of(desk.visit.caller.lang);
    let mut links = vec![NavLink { href: desk.path("/rollen"), text: fl!(t, "roles-title"), here: false }];
    links.extend(others(desk).await?);
    Ok(Place {
        path: desk.path("/log"),
        scope: Scope::Organisation(desk.organisation.id),
        organisation: desk.organisation.name.clone(),
        file: format!("zorg-id-log-{}", desk.organisation.ura.as_str()),
        links,
    })
}

/// The logs of other organisations that the reader may read.
async fn others(desk: &Desk) -> Result<Vec<NavLink>, AppError> {
    let app = &desk.visit.app;
    let Some(actor) = desk.current()?.actor(app.now()) else { return Ok(Vec::new()) };
    let others: Vec<_> = (actor.memberships.iter().map(|membership| membership.organisation))
        .filter(|id| *id != desk.organisation.id && actor.may(Action::ReadLog(*id)).is_ok())
        .collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let t = crate::pages::texts::of(desk.visit.caller.lang);
    let found = reading::organisations(app, others).await?;
    let link = |other: domain::organisation::Organisation| NavLink {
        href: format!("/beheer/{}/log", other.id),
        text: fl!(t, "log-of", organisation = other.name),
        here: false,
    };
    Ok(found.into_iter().map(link).collect())
}

/// The page.
pub(super) async fn page(
    visit: Visit,
    Path(org): Path<String>,
    Query(typed): Query<Typed>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::ReadLog).await?;
    log::page(&desk.visit, place(&desk).await?, typed).await
}

/// As CSV.
pub(super) async fn csv(
    visit: Visit,
    Path(org): Path<String>,
    SafeForm(typed): SafeForm<Typed>,
) -> Result<Response, AppError> {
    export(visit, &org, typed, Format::Csv).await
}

/// As FHIR AuditEvent.
pub(super) async fn fhir(
    visit: Visit,
    Path(org): Path<String>,
    SafeForm(typed): SafeForm<Typed>,
) -> Result<Response, AppError> {
    export(visit, &org, typed, Format::Fhir).await
}

async fn export(visit: Visit, org: &str, typed: Typed, format: Format) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, org, Action::ReadLog).await?;
    log::export(&desk.visit, place(&desk).await?, typed, format).await
}
