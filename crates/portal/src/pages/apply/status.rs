//! Where an application stands, for who holds its code.

use super::held;
use crate::{
    AppError,
    browser::{SafeForm, add_application_cookie, remove_application_cookie},
    pages::{
        desktop::NoFields,
        dutch_time, form,
        texts::Texts,
        ui::{self, Ui},
        visit::Visit,
    },
    services::applications,
};
use askama::Template;
use axum::{
    extract::Query,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::application::{Application, ApplicationStatus};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

/// The application as its holder sees it.
struct Shown {
    name: String,
    ura: String,
    submitted: String,
    status: String,
    explanation: String,
    reason: Option<String>,
    code: String,
    link: String,
    may_withdraw: bool,
    may_apply_again: bool,
    may_validate: bool,
}

#[derive(Template)]
#[template(path = "apply/status.html")]
struct StatusPage {
    ui: Ui,
    flash: Option<String>,
    shown: Option<Shown>,
    error: Option<String>,
}

/// The word for a status.
pub(in crate::pages) fn word(t: &Texts, status: ApplicationStatus) -> String {
    match status {
        ApplicationStatus::Submitted => fl!(t, "application-submitted"),
        ApplicationStatus::Approved => fl!(t, "application-approved"),
        ApplicationStatus::Rejected => fl!(t, "application-rejected"),
        ApplicationStatus::Withdrawn => fl!(t, "application-withdrawn"),
        ApplicationStatus::Expired => fl!(t, "application-expired"),
        ApplicationStatus::Validated => fl!(t, "application-validated"),
    }
}

fn explanation(t: &Texts, application: &Application) -> String {
    match application.status {
        ApplicationStatus::Submitted => fl!(t, "apply-now-submitted"),
        ApplicationStatus::Approved => {
            let until = application.expires_at().map(dutch_time::date).unwrap_or_default();
            fl!(t, "apply-now-approved", until = until)
        }
        ApplicationStatus::Rejected => fl!(t, "apply-now-rejected"),
        ApplicationStatus::Withdrawn => fl!(t, "apply-now-withdrawn"),
        ApplicationStatus::Expired => fl!(t, "apply-now-expired"),
        ApplicationStatus::Validated => fl!(t, "apply-now-validated"),
    }
}

/// `?gedaan=aangevraagd|ingetrokken`.
#[derive(Deserialize)]
pub(super) struct Done {
    gedaan: Option<String>,
}

/// The page: the status, or the question for the code.
pub(super) async fn page(visit: Visit, headers: HeaderMap, Query(done): Query<Done>) -> Result<Response, AppError> {
    let ui = visit.ui("/aanvragen/status");
    let shown = held(&visit, &headers).await?.map(|(application, code)| Shown {
        name: application.form.organisation_name.clone(),
        ura: application.form.ura.to_string(),
        submitted: dutch_time::moment(visit.caller.lang, application.submitted_at),
        status: word(&ui.t, application.status),
        explanation: explanation(&ui.t, &application),
        reason: application.reason.clone(),
        link: format!("{}/aanvragen/status#{}", visit.app.config.public_url, code.grouped()),
        code: code.grouped(),
        may_withdraw: application.status.is_open(),
        may_apply_again: matches!(
            application.status,
            ApplicationStatus::Rejected | ApplicationStatus::Withdrawn | ApplicationStatus::Expired
        ),
        may_validate: application.status == ApplicationStatus::Approved,
    });
    let flash = form::flash(&ui.t, done.gedaan.as_deref());
    ui::page(&StatusPage { flash, shown, error: None, ui })
}

/// The code, by script or typed.
#[derive(Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    code: String,
}

/// Exchanges the code for the cookie.
pub(super) async fn open(visit: Visit, SafeForm(form): SafeForm<CodeForm>) -> Result<Response, AppError> {
    match applications::open(&visit.app, &visit.caller, &form.code).await {
        Ok((_, code)) => {
            let mut response = ui::see("/aanvragen/status");
            add_application_cookie(&mut response, code.reveal());
            Ok(response)
        }
        Err(error) if error.code == ProblemCode::RequestUnknown => {
            let ui = visit.ui("/aanvragen/status");
            let error = Some(fl!(ui.t, "apply-code-wrong"));
            ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &StatusPage { flash: None, shown: None, error, ui })
        }
        Err(error) => Err(error),
    }
}

/// *Aanvraag intrekken*.
pub(super) async fn withdraw(visit: Visit, headers: HeaderMap, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    let (_, code) = held(&visit, &headers).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    applications::withdraw(&visit.app, &visit.caller, &code).await?;
    Ok(ui::see("/aanvragen/status?gedaan=aanvraag-ingetrokken"))
}

/// *Sluiten*: on a shared computer nobody else sees it.
pub(super) async fn close(_: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    let mut response = ui::see("/aanvragen");
    remove_application_cookie(&mut response);
    Ok(response)
}
