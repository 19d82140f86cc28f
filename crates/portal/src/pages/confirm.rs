//! Confirming a change with the means that somebody logged in with (SYSTEM.md flow 9): the sentence, the QR code or the
//! Desktop App, and then on to the page that the change belongs to.

mod place;

use super::{
    desktop::NoFields,
    dutch_time,
    problem::{self, Mark},
    qr,
    texts::{self, ProblemText},
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    browser::SafeForm,
    caller::Lang,
    routes::Routes,
    services::{
        changes::{self, Proposed, Shown},
        login,
    },
};
use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    change::{Change, ChangeId, ChangeStatus, PendingChange},
    organisation::OrganisationId,
    request::{RequestId, RequestStatus},
    session::LoggedInWith,
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

/// The routes of this room.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/bevestigen/{change}", page)
        .post("/bevestigen/{change}/verder", onward)
        .post("/bevestigen/{change}/annuleren", withdraw)
}

fn path_of(id: ChangeId) -> String {
    format!("/bevestigen/{id}")
}

fn id_of(text: &str) -> Result<ChangeId, AppError> {
    ChangeId::parse(text).ok_or(ProblemCode::NotFound.into())
}

/// Proposes a change of a page of this organisation (none: the operators' or one's own) and leads on: to where it is done,
/// or to the page that confirms it.
pub(super) async fn propose(
    visit: &Visit,
    organisation: Option<OrganisationId>,
    change: Change,
    reason: &str,
) -> Result<Response, AppError> {
    let current = visit.logged_in()?;
    let made = change.clone();
    Ok(match changes::propose(&visit.app, &visit.caller, &visit.browser, current, change, reason).await? {
        Proposed::Done(id) => ui::see(&place::after(&made, id, organisation)),
        Proposed::Confirm(id) => ui::see(&path_of(id)),
        Proposed::AwaitingSecond(_) => ui::see(place::SECOND),
    })
}

/// What the page shows.
enum Step {
    /// A QR code to scan.
    Scan { qr: String, link: String, code: String },
    /// The Desktop App to open.
    Launch { href: String, control_code: String },
    /// Scanned or opened, not answered yet.
    Answer { control_code: String },
    /// Accepted: the answer is taken.
    Take,
    /// Nothing is asked at this moment: declined, too late, refused.
    Again { title: String, text: String, problem: Option<ProblemText>, mark: Option<Mark> },
    /// The change is over.
    Over { title: String, text: String, mark: Option<Mark> },
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage {
    ui: Ui,
    title: String,
    id: ChangeId,
    sentence: String,
    with_card: bool,
    back: String,
    step: Step,
    /// The request that is waited for, and where it stands.
    request: Option<(RequestId, RequestStatus)>,
    seconds: u32,
    clock: String,
}

/// `?opnieuw`: another QR code or launch.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asking {
    opnieuw: Option<String>,
}

/// The page, wherever the change stands.
pub(super) async fn page(
    visit: Visit,
    Path(which): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, AppError> {
    let current = visit.logged_in()?;
    let pending = changes::of_session(&visit.app, current, id_of(&which)?).await?;
    let organisation = changes::organisation_of(&visit.app, &pending).await?;
    let status = pending.status_at(visit.app.now());
    match status {
        ChangeStatus::Executed => return Ok(ui::see(&place::after(&pending.change, pending.id, organisation))),
        ChangeStatus::AwaitingSecond => return Ok(ui::see(place::SECOND)),
        _ => {}
    }
    let mut page = frame(&visit, &pending, organisation);
    if status != ChangeStatus::Proposed {
        page.step = over(&visit, &pending, status);
        page.title = match &page.step {
            Step::Over { title, .. } => title.clone(),
            _ => page.title,
        };
        return ui::page(&page);
    }
    let request = match pending.confirmation {
        Some(id) => Some(login::of_browser(&visit.app, &visit.browser, id).await?),
        None => None,
    };
    let now = visit.app.now();
    let stands = request.as_ref().map(|request| request.status_at(now));
    let asks = match stands {
        None | Some(RequestStatus::Created) => true,
        Some(_) => asking.opnieuw.is_some(),
    };
    if asks && !visit.from_elsewhere {
        return ask(&visit, page).await;
    }
    if let Some(request) = &request {
        page.request = Some((request.id, request.status_at(now)));
        page.seconds = request.expires_at.seconds_from(now);
        page.clock = dutch_time::clock(page.seconds);
    }
    let t = page.ui.t.clone();
    let again = |title: String, text: String| Step::Again { title, text, problem: None, mark: None };
    page.step = match stands {
        Some(RequestStatus::Opened) => {
            let code = request.and_then(|request| request.control_code).unwrap_or_default();
            Step::Answer { control_code: code }
        }
        Some(RequestStatus::Accepted) => Step::Take,
        Some(RequestStatus::Declined) => {
            let reference = request.as_ref().and_then(|request| request.problem_reference.clone());
            let code = request.and_then(|request| request.problem);
            let other = code.as_deref() == Some(ProblemCode::CardOther.as_str());
            match code.filter(|_| !other).and_then(|code| problem::stored(visit.caller.lang, &code)) {
                Some(problem) => Step::Again {
                    title: problem.title.clone(),
                    text: problem.why.clone(),
                    mark: Some(Mark { code: problem.code, reference }),
                    problem: Some(problem),
                },
                None if other => Step::Again {
                    title: fl!(t, "problem-card-other-title"),
                    text: fl!(t, "confirm-other-card"),
                    problem: None,
                    mark: Some(Mark { code: ProblemCode::CardOther, reference }),
                },
                None => again(fl!(t, "confirm-declined-title"), fl!(t, "confirm-declined-text")),
            }
        }
        Some(RequestStatus::Expired) => again(fl!(t, "confirm-late-title"), fl!(t, "confirm-late-text")),
        _ => again(fl!(t, "confirm-again-title"), fl!(t, "confirm-again-text")),
    };
    if let Step::Again { title, .. } = &page.step {
        page.title = title.clone();
        page.request = None;
    }
    ui::page(&page)
}

fn frame(visit: &Visit, pending: &PendingChange, organisation: Option<OrganisationId>) -> ConfirmPage {
    let ui = visit.ui(&path_of(pending.id));
    let (nl, en) = &pending.sentence;
    let with_card = visit.current.as_ref().is_some_and(|c| matches!(c.session.with, LoggedInWith::Card(_)));
    ConfirmPage {
        title: fl!(ui.t, "confirm-change-title"),
        id: pending.id,
        sentence: if visit.caller.lang == Lang::Nl { nl.clone() } else { en.clone() },
        with_card,
        back: place::before(&pending.change, organisation),
        step: Step::Take,
        request: None,
        seconds: 0,
        clock: String::new(),
        ui,
    }
}

async fn ask(visit: &Visit, mut page: ConfirmPage) -> Result<Response, AppError> {
    let asked = changes::ask(&visit.app, &visit.browser, visit.logged_in()?, page.id).await?;
    let Some(shown) = asked.shown else { return Ok(ui::see(&path_of(page.id))) };
    let (id, seconds) = match &shown {
        Shown::Qr(shown) => (shown.id, shown.expires_in),
        Shown::Launch(shown) => (shown.id, shown.expires_in),
    };
    page.request = Some((id, RequestStatus::Created));
    page.seconds = seconds;
    page.clock = dutch_time::clock(seconds);
    page.step = match shown {
        Shown::Qr(shown) => {
            let link = shown.link.reveal();
            Step::Scan { qr: qr::svg(&link, &fl!(page.ui.t, "confirm-qr-label"))?, link, code: shown.code }
        }
        Shown::Launch(shown) => {
            Step::Launch { href: shown.link.reveal(), control_code: shown.control_code.reveal().to_owned() }
        }
    };
    ui::page(&page)
}

fn over(visit: &Visit, pending: &PendingChange, status: ChangeStatus) -> Step {
    let t = texts::of(visit.caller.lang);
    if let Some(problem) = pending.problem.as_deref().and_then(|code| problem::stored(visit.caller.lang, code)) {
        let mark = Some(Mark { code: problem.code, reference: None });
        return Step::Over { title: problem.title, text: format!("{} {}", problem.why, problem.next), mark };
    }
    match status {
        ChangeStatus::Declined => {
            Step::Over { title: fl!(t, "confirm-withdrawn-title"), text: fl!(t, "confirm-withdrawn-text"), mark: None }
        }
        _ => Step::Over { title: fl!(t, "confirm-over-title"), text: fl!(t, "confirm-over-text"), mark: None },
    }
}

/// Takes the answer: the change is made.
pub(super) async fn onward(
    visit: Visit,
    Path(which): Path<String>,
    _: SafeForm<NoFields>,
) -> Result<Response, AppError> {
    let (current, id) = (visit.logged_in()?, id_of(&which)?);
    let pending = changes::of_session(&visit.app, current, id).await?;
    let organisation = changes::organisation_of(&visit.app, &pending).await?;
    match changes::go_on(&visit.app, &visit.caller, &visit.browser, current, id).await {
        Ok(Proposed::Done(id)) => Ok(ui::see(&place::after(&pending.change, id, organisation))),
        Ok(Proposed::AwaitingSecond(_)) => Ok(ui::see(place::SECOND)),
        Ok(Proposed::Confirm(id)) => Ok(ui::see(&path_of(id))),
        // Pressed twice, too early or too late: the page knows where it stands.
        Err(error) if matches!(error.code, ProblemCode::RequestUsed | ProblemCode::RequestExpired) => {
            Ok(ui::see(&path_of(id)))
        }
        Err(error) => Err(error),
    }
}

/// *Annuleren*: back, and nothing changed.
pub(super) async fn withdraw(
    visit: Visit,
    Path(which): Path<String>,
    _: SafeForm<NoFields>,
) -> Result<Response, AppError> {
    let (current, id) = (visit.logged_in()?, id_of(&which)?);
    let pending = changes::of_session(&visit.app, current, id).await?;
    let organisation = changes::organisation_of(&visit.app, &pending).await?;
    match changes::withdraw(&visit.app, &visit.caller, current, id).await {
        Ok(()) => Ok(ui::see(&place::before(&pending.change, organisation))),
        Err(error) if matches!(error.code, ProblemCode::RequestUsed | ProblemCode::RequestExpired) => {
            Ok(ui::see(&path_of(id)))
        }
        Err(error) => Err(error),
    }
}
