//! The QR code of an invited operator or auditor: shown once, then the digits from the phone.

use super::{Office, id, operators};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        dutch_time,
        live::id_of,
        qr, texts,
        ui::{self, Ui},
        visit::Visit,
    },
    services::{
        ShownRequest,
        desk::{self, ShownOnce, Standing},
    },
};
use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use domain::{
    change::ChangeId,
    operator::Office as Held,
    request::{RequestId, RequestStatus},
};
use i18n_embed_fl::fl;
use protocol::{ProblemCode, code::Digits4};
use serde::Deserialize;

const OPERATORS: &str = "/backoffice/operators";

fn waiting_path(id: RequestId) -> String {
    format!("{OPERATORS}/wachten/{id}")
}

#[derive(Template)]
#[template(path = "backoffice/qr.html")]
struct QrPage {
    ui: Ui,
    title: String,
    shown: Option<Shown>,
}

struct Shown {
    id: RequestId,
    next: String,
    qr: String,
    link: String,
    code: String,
    seconds: u32,
    clock: String,
}

/// The QR code, this once.
pub(super) async fn page(Office(visit): Office, Path(which): Path<String>) -> Result<Response, AppError> {
    let which = id(ChangeId::parse(&which))?;
    let current = visit.logged_in()?;
    // A link from elsewhere, or a browser that looks ahead, does not use it up.
    let once = match visit.from_elsewhere {
        true => ShownOnce::AlreadyShown,
        false => desk::show_once(&visit.app, &visit.browser, current, None, which).await?,
    };
    let ui = visit.ui(OPERATORS);
    let shown = match once {
        ShownOnce::AlreadyShown => None,
        ShownOnce::Qr(shown) => Some(show(&ui, shown)?),
    };
    ui::page(&QrPage { title: fl!(ui.t, "office-qr-title"), shown, ui })
}

fn show(ui: &Ui, shown: ShownRequest) -> Result<Shown, AppError> {
    let link = shown.link.reveal();
    Ok(Shown {
        id: shown.id,
        next: waiting_path(shown.id),
        qr: qr::svg(&link, &fl!(ui.t, "office-qr-label"))?,
        link,
        code: shown.code,
        seconds: shown.expires_in,
        clock: dutch_time::clock(shown.expires_in),
    })
}

#[derive(Template)]
#[template(path = "backoffice/waiting.html")]
struct WaitingPage {
    ui: Ui,
    title: String,
    id: RequestId,
    next: String,
    status: RequestStatus,
    name: String,
    /// Where the invited one is listed: address and title.
    list: (&'static str, String),
    seconds: u32,
    clock: String,
    error: Option<String>,
}

impl WaitingPage {
    fn new(visit: &Visit, standing: Standing, error: Option<String>) -> Self {
        let (next, held) = (waiting_path(standing.id), standing.office.unwrap_or(Held::Operator));
        let ui = visit.ui(&next);
        let title = match standing.status {
            RequestStatus::Pairing => fl!(ui.t, "office-digits-title"),
            RequestStatus::Finished => fl!(ui.t, "office-activated-title"),
            RequestStatus::Created | RequestStatus::Opened => fl!(ui.t, "office-wait-title"),
            _ => fl!(ui.t, "office-qr-over-title"),
        };
        Self {
            title,
            id: standing.id,
            next,
            status: standing.status,
            list: (operators::path_of(held), operators::title_of(&ui.t, held)),
            name: standing.person.map(|person| person.name.full()).unwrap_or_default(),
            seconds: standing.expires_in,
            clock: dutch_time::clock(standing.expires_in),
            error,
            ui,
        }
    }
}

async fn standing(visit: &Visit, which: RequestId) -> Result<Standing, AppError> {
    desk::standing(&visit.app, &visit.browser, visit.logged_in()?, which).await
}

/// Where it stands.
pub(super) async fn waiting(Office(visit): Office, Path(which): Path<String>) -> Result<Response, AppError> {
    let standing = standing(&visit, id_of(&which)?).await?;
    ui::page(&WaitingPage::new(&visit, standing, None))
}

/// The digits from the phone.
#[derive(Deserialize)]
pub(super) struct Digits {
    verzoek: String,
    #[serde(default)]
    cijfers: String,
}

/// Types them.
pub(super) async fn pair(Office(visit): Office, SafeForm(form): SafeForm<Digits>) -> Result<Response, AppError> {
    let which = id_of(&form.verzoek)?;
    let t = texts::of(visit.caller.lang);
    let outcome = match Digits4::parse(&form.cijfers) {
        Some(digits) => desk::pair(&visit.app, &visit.caller, &visit.browser, visit.logged_in()?, which, &digits).await,
        None => Err(AppError::new(ProblemCode::BadInput)),
    };
    let message = match outcome {
        Ok(()) => return Ok(ui::see(&waiting_path(which))),
        Err(error) => match error.code {
            ProblemCode::BadInput => fl!(t, "pairing-missing"),
            ProblemCode::PairingWrong => {
                let left = error.extra.get("triesLeft").and_then(serde_json::Value::as_i64).unwrap_or(0);
                fl!(t, "pairing-wrong", left = left)
            }
            ProblemCode::PairingOver => return Ok(ui::see(&waiting_path(which))),
            _ => return Err(error),
        },
    };
    let standing = standing(&visit, which).await?;
    let page = WaitingPage::new(&visit, standing, Some(message));
    ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// *Sluiten*: a QR code that was not scanned works no more.
pub(super) async fn close(Office(visit): Office, SafeForm(form): SafeForm<Digits>) -> Result<Response, AppError> {
    let which = id_of(&form.verzoek)?;
    let held = standing(&visit, which).await?.office.unwrap_or(Held::Operator);
    desk::close(&visit.app, &visit.caller, &visit.browser, visit.logged_in()?, which).await?;
    Ok(ui::see(operators::path_of(held)))
}
