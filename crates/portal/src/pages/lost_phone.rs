//! *Telefoon kwijt*, for everybody: the intrekkingscode blocks the ID. The answer is the same for every input.

use super::{
    contact, form,
    ui::{self, Ui},
    visit::Visit,
};
use crate::{AppError, browser::SafeForm, routes::Routes, services::lost_phone};
use askama::Template;
use axum::{extract::Query, response::Response};
use i18n_embed_fl::fl;
use serde::Deserialize;

/// The routes of this room.
pub(super) fn routes() -> Routes {
    Routes::new().get("/telefoon-kwijt", page).post("/telefoon-kwijt", block)
}

#[derive(Template)]
#[template(path = "lost_phone.html")]
struct LostPhonePage {
    ui: Ui,
    flash: Option<String>,
    contacts: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Done {
    gedaan: Option<String>,
}

async fn page(visit: Visit, Query(done): Query<Done>) -> Result<Response, AppError> {
    let contacts = contact::of_visit(&visit).await?;
    let ui = visit.ui("/telefoon-kwijt");
    ui::page(&LostPhonePage { flash: form::flash(&ui.t, done.gedaan.as_deref()), contacts, ui })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CodeForm {
    code: String,
}

async fn block(visit: Visit, SafeForm(form): SafeForm<CodeForm>) -> Result<Response, AppError> {
    lost_phone::block(&visit.app, &visit.caller, &form.code).await?;
    Ok(ui::see("/telefoon-kwijt?gedaan=intrekkingscode"))
}
