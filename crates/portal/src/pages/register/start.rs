//! *Start* on the overview (SYSTEM.md flow 7, seed 2): names as on the UZI-pas that one is logged in with, birth date,
//! *Opslaan*, and the pass signs. Then the wizard goes on as always.

use super::{
    onward,
    steps::{BirthDateForm, Data, TermsForm, confirming, date_message},
};
use crate::{
    AppError,
    browser::SafeForm,
    config::TERMS_VERSION,
    pages::{
        dutch_time,
        launch::{self, Launch},
        texts,
        ui::{self, Ui},
        visit::Visit,
    },
    services::{
        card::{self as cards, CardKind},
        registration,
    },
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use domain::registration::Step;
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "register/start.html")]
struct StartPage {
    ui: Ui,
    card: Data,
    typed: String,
    today: String,
    error: Option<String>,
    /// The tick is missing.
    missing: bool,
    /// There is a newer version of the terms than was read.
    changed: bool,
}

async fn start_page(visit: &Visit, typed: String) -> Result<Option<StartPage>, AppError> {
    let start = registration::start_page(&visit.app, visit.logged_in()?).await?;
    let ui = visit.ui("/start");
    let today = dutch_time::iso_date(visit.app.now());
    Ok(start.map(|start| {
        let card = Data::new(&ui.t, &start.card, Some(&start.organisation), None);
        StartPage { card, typed, today, error: None, missing: false, changed: false, ui }
    }))
}

/// The page. Where the pass is not known any more, it is read again.
pub(in crate::pages) async fn page(visit: Visit) -> Result<Response, AppError> {
    match start_page(&visit, String::new()).await? {
        Some(page) => ui::page(&page),
        None => Ok(ui::see("/registreren")),
    }
}

/// Birth date and tick.
#[derive(Deserialize)]
pub(in crate::pages) struct StartForm {
    #[serde(flatten)]
    terms: TermsForm,
    #[serde(flatten)]
    date: BirthDateForm,
}

/// *Opslaan*: the card signs.
pub(in crate::pages) async fn save(visit: Visit, SafeForm(form): SafeForm<StartForm>) -> Result<Response, AppError> {
    let typed = form.date.typed();
    let error = date_message(&texts::of(visit.caller.lang), &typed, visit.app.now());
    let (missing, changed) = (form.terms.is_missing(), form.terms.is_changed());
    if missing || changed || error.is_some() {
        let Some(page) = start_page(&visit, typed.chars().take(20).collect()).await? else {
            return Ok(ui::see("/registreren"));
        };
        let page = StartPage { error, missing: missing && !changed, changed, ..page };
        return ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    match registration::start(&visit.app, &visit.browser, visit.logged_in()?, &typed).await {
        Err(error) if error.code == ProblemCode::CardFirst => return Ok(ui::see("/registreren")),
        started => started?,
    }
    match cards::start(&visit.app, &visit.caller, &visit.browser, CardKind::Confirm).await {
        Ok(shown) => {
            let launch = Launch { again: "/start", cancel: "/overzicht", step: None, ..confirming(&visit) };
            launch::shown(&visit, &shown, launch, "/registreren/bevestigen")
        }
        Err(error) => onward(Err(error), Step::Confirm),
    }
}
