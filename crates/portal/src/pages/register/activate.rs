//! After the confirmation: the known-person question, the QR code, waiting for the phone, the end.

use super::{Step, at, contact, onward, path_of};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        desktop::NoFields,
        dutch_time,
        problem::Mark,
        qr as qr_code,
        ui::{self, Ui},
        visit::Visit,
    },
    services::{
        registration::{self, View},
        validation,
    },
};
use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    registration::CardData,
    request::{ENROL_SECONDS, RequestId, RequestStatus},
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "register/known.html")]
struct KnownPage {
    ui: Ui,
}

/// "Wij kennen u mogelijk al."
pub(in crate::pages) async fn known(visit: Visit) -> Result<Response, AppError> {
    match at(&visit, Step::KnownPerson).await? {
        Ok(_) => ui::page(&KnownPage { ui: visit.ui("/registreren/bekend") }),
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// *Ja, dat ben ik* or *Nee*.
#[derive(Deserialize)]
pub(in crate::pages) struct KnownForm {
    antwoord: String,
}

/// The answer; nothing but the two words counts.
pub(in crate::pages) async fn answer_known(
    visit: Visit,
    SafeForm(form): SafeForm<KnownForm>,
) -> Result<Response, AppError> {
    let yes = match form.antwoord.as_str() {
        "ja" => true,
        "nee" => false,
        _ => return Err(ProblemCode::BadInput.into()),
    };
    let next = if yes { Step::Scan } else { Step::Stopped };
    onward(registration::known_person(&visit.app, &visit.caller, &visit.browser, yes).await, next)
}

#[derive(Template)]
#[template(path = "register/qr.html")]
struct QrPage {
    ui: Ui,
    id: RequestId,
    qr: String,
    link: String,
    code: String,
    until: String,
}

#[derive(Template)]
#[template(path = "register/qr_ended.html")]
struct QrEndedPage {
    ui: Ui,
    /// The last day of a QR code that works but is not shown any more.
    hidden: Option<String>,
    /// This browser may make a new one; later only the pass does.
    renewable: bool,
}

/// The last day of a QR code.
fn until(visit: &Visit, view: &View) -> String {
    let seconds = view.enrolment.as_ref().map_or(ENROL_SECONDS, |shown| i64::from(shown.expires_in));
    dutch_time::date(visit.app.now().plus_seconds(seconds))
}

/// The QR code that activates the phone.
pub(in crate::pages) async fn qr(visit: Visit) -> Result<Response, AppError> {
    let view = match at(&visit, Step::Scan).await? {
        Ok(view) => view,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let ui = visit.ui("/registreren/qr");
    let renewable = view.registration.shows_qr(visit.app.now());
    let Some(shown) = &view.enrolment else {
        return match view.enrolment_status {
            Some(RequestStatus::Opened) => Ok(ui::see("/registreren/installeren")),
            _ => ui::page(&QrEndedPage { ui, hidden: None, renewable }),
        };
    };
    if !renewable {
        return ui::page(&QrEndedPage { ui, hidden: Some(until(&visit, &view)), renewable });
    }
    let link = shown.link.reveal();
    ui::page(&QrPage {
        id: shown.id,
        qr: qr_code::svg(&link, &fl!(ui.t, "activate-qr-label"))?,
        link,
        code: shown.code.clone(),
        until: until(&visit, &view),
        ui,
    })
}

/// *Opslaan als afbeelding*.
pub(in crate::pages) async fn qr_picture(visit: Visit) -> Result<Response, AppError> {
    let view = match at(&visit, Step::Scan).await? {
        Ok(view) => view,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let shown = view.enrolment.as_ref().filter(|_| view.registration.shows_qr(visit.app.now()));
    let Some(shown) = shown else { return Ok(ui::see("/registreren/qr")) };
    let name = format!(
        "attachment; filename=\"zorg-id-{}-qr-tot-{}.png\"",
        visit.app.config.environment,
        until(&visit, &view)
    );
    let mut response = qr_code::png(&shown.link.reveal())?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(AppError::internal)?);
    Ok(response)
}

/// *Nieuwe QR-code maken*: the old one stops working.
pub(in crate::pages) async fn new_qr(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    let made = registration::enrolment_qr(&visit.app, &visit.caller, &visit.browser).await;
    onward(made.map(|_| ()), Step::Scan)
}

#[derive(Template)]
#[template(path = "register/later.html")]
struct LaterPage {
    ui: Ui,
    until: String,
}

/// *Later verder*.
pub(in crate::pages) async fn later(visit: Visit) -> Result<Response, AppError> {
    match at(&visit, Step::Scan).await? {
        Ok(view) => ui::page(&LaterPage { until: until(&visit, &view), ui: visit.ui("/registreren/later") }),
        Err(elsewhere) => Ok(elsewhere),
    }
}

#[derive(Template)]
#[template(path = "register/install.html")]
struct InstallPage {
    ui: Ui,
    id: RequestId,
    status: RequestStatus,
    until: String,
}

/// Waits until the phone has the identity.
pub(in crate::pages) async fn install(visit: Visit) -> Result<Response, AppError> {
    let view = match at(&visit, Step::Scan).await? {
        Ok(view) => view,
        Err(elsewhere) => return Ok(elsewhere),
    };
    match (view.registration.enrolment, view.enrolment_status) {
        (Some(id), Some(status @ (RequestStatus::Created | RequestStatus::Opened))) => {
            let ui = visit.ui("/registreren/installeren");
            ui::page(&InstallPage { id, status, until: until(&visit, &view), ui })
        }
        _ => Ok(ui::see(path_of(Step::Scan))),
    }
}

#[derive(Template)]
#[template(path = "register/done.html")]
struct DonePage {
    ui: Ui,
    /// The organisation that was validated in this browser before, and that waited for this Mobile ID.
    validated: Option<String>,
}

/// The identity is on the phone.
pub(in crate::pages) async fn done(visit: Visit) -> Result<Response, AppError> {
    let view = match at(&visit, Step::Done).await? {
        Ok(view) => view,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let validated = validation::current(&visit.app, &visit.browser).await?;
    // Only when it was this pass that validated.
    let number = |card: &Option<CardData>| card.as_ref().map(|card| card.uzi_number.clone());
    let same = number(&view.registration.card) == number(&validated.validation.card);
    let given = same && validated.validation.administrator.is_some();
    let validated = validated.organisation.filter(|_| given).map(|organisation| organisation.name);
    ui::page(&DonePage { ui: visit.ui("/registreren/klaar"), validated })
}

#[derive(Template)]
#[template(path = "register/stopped.html")]
struct StoppedPage {
    ui: Ui,
    denied: bool,
    mark: Mark,
    contact: Option<String>,
}

/// Stopped for good.
pub(in crate::pages) async fn stopped(visit: Visit) -> Result<Response, AppError> {
    let view = match at(&visit, Step::Stopped).await? {
        Ok(view) => view,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let denied = view.registration.known_person.is_some();
    let code = if denied { ProblemCode::PersonDenied } else { ProblemCode::PersonAmbiguous };
    let mark = Mark { code, reference: view.registration.stopped_reference.clone() };
    let contact = contact(&visit, &view);
    ui::page(&StoppedPage { ui: visit.ui("/registreren/gestopt"), denied, mark, contact })
}

/// *Opnieuw beginnen*.
pub(in crate::pages) async fn restart(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    registration::restart(&visit.app, &visit.browser).await?;
    Ok(ui::see("/registreren"))
}
