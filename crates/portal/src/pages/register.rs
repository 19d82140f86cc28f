//! Zelf registreren (SYSTEM.md flow 3). The server keeps the wizard; every page looks at it first and leads to the step
//! where it really stands, so that reload, back and a second tab are harmless.

mod activate;
mod start;
mod steps;

pub(super) use activate::{answer_known, done, install, known, later, new_qr, qr, qr_picture, restart, stopped};
pub(super) use start::{page as start, save};
pub(super) use steps::{
    TermsForm, accept_terms, birth_date, card, check, checked, confirm, fill_birth_date, summary, terms, waiting,
};

use super::{ui, visit::Visit};
use crate::{
    AppError,
    services::registration::{self, View},
};
use axum::response::Response;
use domain::registration::Step;
use protocol::ProblemCode;

/// The page of a step.
fn path_of(step: Step) -> &'static str {
    match step {
        Step::Terms => "/registreren",
        Step::Card => "/registreren/pas",
        Step::Check => "/registreren/gegevens",
        Step::BirthDate => "/registreren/geboortedatum",
        Step::Confirm => "/registreren/samenvatting",
        Step::KnownPerson => "/registreren/bekend",
        Step::Scan => "/registreren/qr",
        Step::Done => "/registreren/klaar",
        Step::Stopped => "/registreren/gestopt",
    }
}

/// The wizard, when it is at a page's step (or past it, while data may still change); else where to go.
async fn at(visit: &Visit, step: Step) -> Result<Result<View, Response>, AppError> {
    let view = registration::current(&visit.app, &visit.browser).await?;
    let stands = view.registration.step;
    let open = if step <= Step::Confirm { step <= stands && stands <= Step::Confirm } else { step == stands };
    Ok(if open { Ok(view) } else { Err(ui::see(path_of(stands))) })
}

/// After a step: on to the next page. A step that no longer fits (an old tab) leads to where the wizard stands.
fn onward(outcome: Result<(), AppError>, next: Step) -> Result<Response, AppError> {
    match outcome {
        Ok(()) => Ok(ui::see(path_of(next))),
        Err(error) if is_out_of_step(error.code) => Ok(ui::see("/registreren")),
        Err(error) => Err(error),
    }
}

fn is_out_of_step(code: ProblemCode) -> bool {
    matches!(code, ProblemCode::TermsFirst | ProblemCode::CardFirst | ProblemCode::RequestUsed)
}

/// Whom to ask in the card's organisation.
fn contact(visit: &Visit, view: &View) -> Option<String> {
    let texts = super::texts::of(visit.caller.lang);
    view.organisation.as_ref().map(|organisation| super::contact::line(&texts, organisation))
}
