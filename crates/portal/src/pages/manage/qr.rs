//! The QR code of a registration or a new phone: shown once, then the digits from the phone.

use super::Desk;
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        dutch_time,
        live::id_of,
        qr,
        ui::{self, Ui},
        visit::Visit,
    },
    services::{
        ShownRequest,
        desk::{self, ShownOnce, Standing},
        people,
    },
};
use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use domain::{
    authorise::Action,
    change::ChangeId,
    request::{RequestId, RequestStatus},
};
use i18n_embed_fl::fl;
use protocol::{ProblemCode, code::Digits4};
use serde::Deserialize;

fn waiting_path(desk: &Desk, id: RequestId) -> String {
    desk.path(&format!("/wachten/{id}"))
}

#[derive(Template)]
#[template(path = "manage/qr.html")]
struct QrPage {
    ui: Ui,
    title: String,
    base: String,
    shown: Option<Shown>,
}

struct Shown {
    id: RequestId,
    next: String,
    name: String,
    qr: String,
    link: String,
    code: String,
    seconds: u32,
    clock: String,
}

/// The QR code, this once.
pub(super) async fn page(visit: Visit, Path((org, change)): Path<(String, String)>) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let change = ChangeId::parse(&change).ok_or(AppError::new(ProblemCode::NotFound))?;
    let visit = &desk.visit;
    // A link from elsewhere, or a browser that looks ahead, does not use it up.
    let once = match visit.from_elsewhere {
        true => ShownOnce::AlreadyShown,
        false => {
            let here = Some(desk.organisation.id);
            desk::show_once(&visit.app, &visit.browser, desk.current()?, here, change).await?
        }
    };
    let ui = desk.ui(&desk.path(""));
    let (title, shown) = match once {
        ShownOnce::AlreadyShown => (fl!(ui.t, "desk-qr-shown-title"), None),
        ShownOnce::Qr(shown) => {
            let shown = show(&desk, &ui, shown).await?;
            (fl!(ui.t, "desk-qr-title", name = shown.name.as_str()), Some(shown))
        }
    };
    ui::page(&QrPage { title, base: desk.path(""), shown, ui })
}

async fn show(desk: &Desk, ui: &Ui, shown: ShownRequest) -> Result<Shown, AppError> {
    let link = shown.link.reveal();
    let standing = standing(desk, shown.id).await?;
    Ok(Shown {
        id: shown.id,
        next: waiting_path(desk, shown.id),
        name: standing.person.map(|person| person.name.full()).unwrap_or_default(),
        qr: qr::svg(&link, &fl!(ui.t, "desk-qr-label"))?,
        link,
        code: shown.code,
        seconds: shown.expires_in,
        clock: dutch_time::clock(shown.expires_in),
    })
}

#[derive(Template)]
#[template(path = "manage/waiting.html")]
struct WaitingPage {
    ui: Ui,
    title: String,
    base: String,
    id: RequestId,
    next: String,
    status: RequestStatus,
    name: String,
    /// The page of the person.
    person: String,
    seconds: u32,
    clock: String,
    error: Option<String>,
}

async fn waiting_page(desk: &Desk, standing: Standing, error: Option<String>) -> Result<WaitingPage, AppError> {
    let next = waiting_path(desk, standing.id);
    let ui = desk.ui(&next);
    let title = match standing.status {
        RequestStatus::Pairing => fl!(ui.t, "desk-digits-title"),
        RequestStatus::Finished => fl!(ui.t, "desk-activated-title"),
        RequestStatus::Created => fl!(ui.t, "desk-scan-title"),
        RequestStatus::Opened => fl!(ui.t, "desk-opened-title"),
        _ => fl!(ui.t, "desk-over-title"),
    };
    let membership = match &standing.person {
        Some(person) => people::membership_of(&desk.visit.app, desk.organisation.id, person.id).await?,
        None => None,
    };
    Ok(WaitingPage {
        title,
        base: desk.path(""),
        id: standing.id,
        next,
        status: standing.status,
        name: standing.person.map(|person| person.name.full()).unwrap_or_default(),
        person: membership.map_or_else(|| desk.path(""), |membership| desk.person_path(membership.id)),
        seconds: standing.expires_in,
        clock: dutch_time::clock(standing.expires_in),
        error,
        ui,
    })
}

/// Where it stands; of another organisation's there is nothing.
async fn standing(desk: &Desk, id: RequestId) -> Result<Standing, AppError> {
    let visit = &desk.visit;
    let standing = desk::standing(&visit.app, &visit.browser, desk.current()?, id).await?;
    match standing.organisation == Some(desk.organisation.id) {
        true => Ok(standing),
        false => Err(ProblemCode::NotFound.into()),
    }
}

/// The page that waits.
pub(super) async fn waiting(visit: Visit, Path((org, which)): Path<(String, String)>) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let standing = standing(&desk, id_of(&which)?).await?;
    ui::page(&waiting_page(&desk, standing, None).await?)
}

/// The digits from the phone.
#[derive(Deserialize)]
pub(super) struct Digits {
    verzoek: String,
    #[serde(default)]
    cijfers: String,
}

/// Types them.
pub(super) async fn pair(
    visit: Visit,
    Path(org): Path<String>,
    SafeForm(form): SafeForm<Digits>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let which = id_of(&form.verzoek)?;
    standing(&desk, which).await?;
    let visit = &desk.visit;
    let outcome = match Digits4::parse(&form.cijfers) {
        Some(digits) => desk::pair(&visit.app, &visit.caller, &visit.browser, desk.current()?, which, &digits).await,
        None => Err(AppError::new(ProblemCode::BadInput)),
    };
    let t = desk.ui("/").t;
    let message = match outcome {
        Ok(()) => return Ok(ui::see(&waiting_path(&desk, which))),
        Err(error) => match error.code {
            ProblemCode::BadInput => fl!(t, "pairing-missing"),
            ProblemCode::PairingWrong => {
                let left = error.extra.get("triesLeft").and_then(serde_json::Value::as_i64).unwrap_or(0);
                fl!(t, "pairing-wrong", left = left)
            }
            ProblemCode::PairingOver => return Ok(ui::see(&waiting_path(&desk, which))),
            _ => return Err(error),
        },
    };
    let standing = standing(&desk, which).await?;
    let page = waiting_page(&desk, standing, Some(message)).await?;
    ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// *Sluiten*: a QR code that was not scanned works no more.
pub(super) async fn close(
    visit: Visit,
    Path(org): Path<String>,
    SafeForm(form): SafeForm<Digits>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let which = id_of(&form.verzoek)?;
    let standing = standing(&desk, which).await?;
    let visit = &desk.visit;
    desk::close(&visit.app, &visit.caller, &visit.browser, desk.current()?, which).await?;
    let membership = match standing.person {
        Some(person) => people::membership_of(&visit.app, desk.organisation.id, person.id).await?,
        None => None,
    };
    Ok(ui::see(&membership.map_or_else(|| desk.path(""), |membership| desk.person_path(membership.id))))
}
