//! Valideren (SYSTEM.md flow 2): terms, UZI-pas, the organisation, signed by the card. The server keeps the wizard; every
//! page looks at it first, so that reload, back and a second tab are harmless.

use super::{
    desktop::NoFields,
    dutch_time,
    launch::{self, Launch},
    register::TermsForm,
    texts,
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    browser::SafeForm,
    config::TERMS_VERSION,
    routes::Routes,
    services::{
        card::{self as cards, CardKind},
        validation::{self, View},
    },
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use domain::{request::Purpose, validation::Step};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

/// The routes of this room.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/valideren", terms)
        .post("/valideren", accept_terms)
        .get("/valideren/pas", card)
        .get("/valideren/wachten", waiting)
        .get("/valideren/organisatie", check)
        .get("/valideren/bevestigen", waiting)
        .post("/valideren/bevestigen", confirm)
        .get("/valideren/klaar", done)
        .post("/valideren/registreren", register)
        .post("/valideren/opnieuw", restart)
        .get("/afronden", finish)
        .post("/afronden", save)
}

/// The page of a step.
fn path_of(step: Step) -> &'static str {
    match step {
        Step::Terms => "/valideren",
        Step::Card => "/valideren/pas",
        Step::Check => "/valideren/organisatie",
        Step::Done => "/valideren/klaar",
    }
}

/// The wizard, when it is at a page's step or past it while nothing is signed; else where to go.
async fn at(visit: &Visit, step: Step) -> Result<Result<View, Response>, AppError> {
    let view = validation::current(&visit.app, &visit.browser).await?;
    let stands = view.validation.step;
    let open = step == stands || (step < stands && stands < Step::Done);
    Ok(if open { Ok(view) } else { Err(ui::see(path_of(stands))) })
}

/// After a step: on to the next page. A step that no longer fits (an old tab) leads to where the wizard stands.
fn onward(outcome: Result<(), AppError>, next: &str) -> Result<Response, AppError> {
    match outcome {
        Ok(()) => Ok(ui::see(next)),
        Err(error)
            if matches!(error.code, ProblemCode::TermsFirst | ProblemCode::CardFirst | ProblemCode::RequestUsed) =>
        {
            Ok(ui::see("/valideren"))
        }
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "validate/terms.html")]
struct TermsPage {
    ui: Ui,
    missing: bool,
    changed: bool,
}

/// What is needed, and the terms; or wherever the wizard stands.
async fn terms(visit: Visit) -> Result<Response, AppError> {
    let view = validation::current(&visit.app, &visit.browser).await?;
    match view.validation.step {
        Step::Terms => ui::page(&TermsPage { ui: visit.ui("/valideren"), missing: false, changed: false }),
        step => Ok(ui::see(path_of(step))),
    }
}

async fn accept_terms(visit: Visit, SafeForm(form): SafeForm<TermsForm>) -> Result<Response, AppError> {
    let (missing, changed) = (form.is_missing(), form.is_changed());
    if missing || changed {
        let page = TermsPage { ui: visit.ui("/valideren"), missing: missing && !changed, changed };
        return ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    onward(validation::accept_terms(&visit.app, &visit.browser).await, path_of(Step::Card))
}

fn reading(visit: &Visit) -> Launch {
    Launch {
        title: fl!(texts::of(visit.caller.lang), "validate-card-title"),
        next: "/valideren/wachten".to_owned(),
        again: "/valideren/pas",
        renew: None,
        cancel: "/inloggen",
        step: None,
        confirming: false,
    }
}

fn confirming(visit: &Visit) -> Launch {
    Launch {
        title: fl!(texts::of(visit.caller.lang), "validate-confirm-title"),
        next: "/valideren/wachten".to_owned(),
        again: "/valideren/organisatie",
        renew: Some("/valideren/bevestigen"),
        cancel: "/valideren/organisatie",
        step: None,
        confirming: true,
    }
}

/// Launches the Desktop App to read the card; *Verversen* is the same page again.
async fn card(visit: Visit) -> Result<Response, AppError> {
    if visit.from_elsewhere {
        return launch::from_elsewhere(&visit, reading(&visit), "/valideren/pas");
    }
    if let Err(elsewhere) = at(&visit, Step::Card).await? {
        return Ok(elsewhere);
    }
    match cards::start(&visit.app, &visit.caller, &visit.browser, CardKind::Validate).await {
        Ok(shown) => launch::shown(&visit, &shown, reading(&visit), "/valideren/pas"),
        Err(error) => onward(Err(error), path_of(Step::Card)),
    }
}

/// Where the open card request stands; the wizard's own page when there is none.
async fn waiting(visit: Visit) -> Result<Response, AppError> {
    let view = validation::current(&visit.app, &visit.browser).await?;
    let Some(request) = &view.card_request else { return Ok(ui::see(path_of(view.validation.step))) };
    let launch = if request.purpose == Purpose::Sign { confirming(&visit) } else { reading(&visit) };
    launch::answered(&visit, request, launch, None)
}

#[derive(Template)]
#[template(path = "validate/check.html")]
struct CheckPage {
    ui: Ui,
    organisation: String,
    ura: String,
    name: String,
    uzi_number: String,
}

/// The organisation as it is registered.
async fn check(visit: Visit) -> Result<Response, AppError> {
    let view = match at(&visit, Step::Check).await? {
        Ok(view) => view,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (Some(card), Some(organisation)) = (&view.validation.card, &view.organisation) else {
        return Ok(ui::see(path_of(Step::Card)));
    };
    ui::page(&CheckPage {
        organisation: organisation.name.clone(),
        ura: organisation.ura.to_string(),
        name: card.name.full(),
        uzi_number: card.uzi_number.to_string(),
        ui: visit.ui("/valideren/organisatie"),
    })
}

/// *Volgende*: the card signs.
async fn confirm(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    match cards::start(&visit.app, &visit.caller, &visit.browser, CardKind::ConfirmValidation).await {
        Ok(shown) => launch::shown(&visit, &shown, confirming(&visit), "/valideren/bevestigen"),
        Err(error) => onward(Err(error), path_of(Step::Check)),
    }
}

#[derive(Template)]
#[template(path = "validate/done.html")]
struct DonePage {
    ui: Ui,
    organisation: String,
    ura: String,
    name: String,
    /// Since when the Mobile ID exists to which the role was added.
    since: Option<String>,
    role_waits: bool,
}

/// To which Mobile ID the role was added, or that it follows.
async fn done(visit: Visit) -> Result<Response, AppError> {
    let view = match at(&visit, Step::Done).await? {
        Ok(view) => view,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (Some(card), Some(organisation)) = (&view.validation.card, &view.organisation) else {
        return Ok(ui::see(path_of(Step::Terms)));
    };
    ui::page(&DonePage {
        organisation: organisation.name.clone(),
        ura: organisation.ura.to_string(),
        name: card.name.full(),
        since: view.identity.as_ref().map(|identity| dutch_time::date(identity.created_at)),
        role_waits: view.validation.role_waits(),
        ui: visit.ui("/valideren/klaar"),
    })
}

/// *Registreren*, with the card that was just read.
async fn register(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    validation::go_on_registering(&visit.app, &visit.caller, &visit.browser).await?;
    Ok(ui::see("/registreren"))
}

/// *Opnieuw beginnen*.
async fn restart(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    validation::restart(&visit.app, &visit.browser).await?;
    Ok(ui::see("/valideren"))
}

#[derive(Template)]
#[template(path = "validate/finish.html")]
struct FinishPage {
    ui: Ui,
    organisation: String,
    ura: String,
    name: String,
    uzi_number: String,
    reopened: bool,
    /// The tick is missing.
    missing: bool,
    /// There is a newer version of the terms than was read.
    changed: bool,
}

/// The organisation that the pass one is logged in with may validate. Where the pass is not known any more, it is read
/// again.
async fn finish_page(visit: &Visit, missing: bool, changed: bool) -> Result<Option<FinishPage>, AppError> {
    let found = validation::finish_page(&visit.app, visit.logged_in()?).await?;
    Ok(found.map(|(card, waiting)| FinishPage {
        organisation: waiting.organisation.name.clone(),
        ura: waiting.organisation.ura.to_string(),
        name: card.name.full(),
        uzi_number: card.uzi_number.to_string(),
        reopened: waiting.reopened,
        missing: missing && !changed,
        changed,
        ui: visit.ui("/afronden"),
    }))
}

/// *Organisatieregistratie afronden* from the overview.
async fn finish(visit: Visit) -> Result<Response, AppError> {
    match finish_page(&visit, false, false).await? {
        Some(page) => ui::page(&page),
        None => Ok(ui::see("/valideren")),
    }
}

/// *Volgende*: the card signs.
async fn save(visit: Visit, SafeForm(form): SafeForm<TermsForm>) -> Result<Response, AppError> {
    let (missing, changed) = (form.is_missing(), form.is_changed());
    if missing || changed {
        return match finish_page(&visit, missing, changed).await? {
            Some(page) => ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page),
            None => Ok(ui::see("/valideren")),
        };
    }
    match validation::finish(&visit.app, &visit.browser, visit.logged_in()?).await {
        Err(error) if error.code == ProblemCode::CardFirst => return Ok(ui::see("/valideren")),
        finished => finished?,
    }
    match cards::start(&visit.app, &visit.caller, &visit.browser, CardKind::ConfirmValidation).await {
        Ok(shown) => {
            let launch = Launch { again: "/afronden", cancel: "/overzicht", ..confirming(&visit) };
            launch::shown(&visit, &shown, launch, "/valideren/bevestigen")
        }
        Err(error) => onward(Err(error), path_of(Step::Check)),
    }
}
