//! The organisation's own page: its data, who administers it, and whom colleagues ask.

use super::{Desk, list::is_only_administrator, person::Done};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        backoffice::sheet::text_error,
        confirm,
        form::{self, Field, Kind},
        ui::{self, Ui},
        visit::Visit,
    },
    services::people,
};
use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::Response,
};
use domain::{
    authorise::Action,
    change::{Change, OrganisationChange},
};
use i18n_embed_fl::fl;
use serde::Deserialize;

/// The longest contact, in characters.
const MAX_CONTACT: usize = 200;

#[derive(Template)]
#[template(path = "manage/organisation.html")]
struct OrganisationPage {
    ui: Ui,
    base: String,
    name: String,
    ura: String,
    administrators: Vec<String>,
    only_administrator: bool,
    flash: Option<String>,
    field: Field,
}

async fn show(desk: &Desk, typed: &str, check: bool, done: Option<&str>) -> Result<Response, AppError> {
    let ui = desk.ui(&desk.path("/organisatie"));
    let t = ui.t.clone();
    let wrong = match typed.trim() {
        "" => None,
        typed => text_error(&t, typed, MAX_CONTACT),
    };
    let administrators = people::administrators(&desk.visit.app, desk.organisation.id).await?;
    let page = OrganisationPage {
        base: desk.path(""),
        name: desk.organisation.name.clone(),
        ura: desk.organisation.ura.to_string(),
        administrators: administrators.into_iter().map(|person| person.name.full()).collect(),
        only_administrator: is_only_administrator(desk).await?,
        flash: form::flash(&t, done),
        field: Field::new("contact", fl!(t, "organisation-contact"), typed)
            .most(MAX_CONTACT)
            .help(fl!(t, "organisation-contact-help"))
            .optional()
            .error(wrong.filter(|_| check)),
        ui,
    };
    match check {
        true => ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page),
        false => ui::page(&page),
    }
}

/// The page.
pub(super) async fn page(
    visit: Visit,
    Path(org): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let known = desk.organisation.contact.clone().unwrap_or_default();
    show(&desk, &known, false, done.gedaan.as_deref()).await
}

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Contact {
    #[serde(default)]
    contact: String,
}

/// Changes the contact.
pub(super) async fn change(
    visit: Visit,
    Path(org): Path<String>,
    SafeForm(typed): SafeForm<Contact>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let text = form::tidy(&typed.contact);
    if !text.is_empty() && !form::fits(&text, MAX_CONTACT) {
        return show(&desk, &typed.contact, true, None).await;
    }
    let organisation = desk.organisation.id;
    let change = Change::Organisation { organisation, change: OrganisationChange::Contact(text) };
    confirm::propose(&desk.visit, Some(organisation), change, "").await
}
