//! Koppelen: a colleague who has an ID from elsewhere scans a `link` QR code; who that is is compared with the WID.

use super::{Desk, deed::Typed};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        confirm,
        desktop::NoFields,
        dutch_time,
        form::{Field, Kind},
        live::id_of,
        qr,
        ui::{self, Ui},
        visit::Visit,
    },
    services::{desk, login},
};
use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use domain::{
    authorise::Action,
    change::{Change, OrganisationChange},
    person::Person,
    request::{Purpose, Request, RequestId, RequestStatus},
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

const FORM: &str = "koppelen";

#[derive(Template)]
#[template(path = "manage/link_start.html")]
struct StartPage {
    ui: Ui,
    base: String,
    organisation: String,
}

/// What koppelen is, and the button that shows the QR code.
pub(super) async fn page(visit: Visit, Path(org): Path<String>) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let ui = desk.ui(&desk.path("/koppelen"));
    ui::page(&StartPage { base: desk.path(""), organisation: desk.organisation.name.clone(), ui })
}

#[derive(Template)]
#[template(path = "manage/link_qr.html")]
struct QrPage {
    ui: Ui,
    base: String,
    id: RequestId,
    next: String,
    qr: String,
    link: String,
    code: String,
    seconds: u32,
    clock: String,
}

/// The QR code.
pub(super) async fn show(visit: Visit, Path(org): Path<String>, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let visit = &desk.visit;
    let id = desk.organisation.id;
    let shown = desk::link_start(&visit.app, &visit.caller, &visit.browser, desk.current()?, id).await?;
    let link = shown.link.reveal();
    let ui = desk.ui(&desk.path("/koppelen"));
    ui::page(&QrPage {
        base: desk.path(""),
        id: shown.id,
        next: desk.path(&format!("/koppelen/{}", shown.id)),
        qr: qr::svg(&link, &fl!(ui.t, "link-qr-label"))?,
        link,
        code: shown.code,
        seconds: shown.expires_in,
        clock: dutch_time::clock(shown.expires_in),
        ui,
    })
}

#[derive(Template)]
#[template(path = "manage/link_compare.html")]
struct ComparePage {
    ui: Ui,
    title: String,
    base: String,
    id: RequestId,
    next: String,
    status: RequestStatus,
    seconds: u32,
    clock: String,
    organisation: String,
    /// Who accepted.
    found: Option<(String, String, String)>,
    fields: Vec<Field>,
    statement: Option<String>,
    seen: bool,
    wrong: bool,
}

async fn asked(desk: &Desk, which: &str) -> Result<(Request, Option<Person>), AppError> {
    let visit = &desk.visit;
    let request = login::of_browser(&visit.app, &visit.browser, id_of(which)?).await?;
    if request.purpose != Purpose::Link || request.organisation != Some(desk.organisation.id) {
        return Err(ProblemCode::NotFound.into());
    }
    let found = desk::link_found(&visit.app, &visit.browser, desk.current()?, request.id).await?;
    Ok((request, found))
}

fn compare(
    desk: &Desk,
    request: &Request,
    found: Option<Person>,
    typed: &Typed,
    check: bool,
) -> Result<Response, AppError> {
    let next = desk.path(&format!("/koppelen/{}", request.id));
    let ui = desk.ui(&next);
    let t = ui.t.clone();
    let now = desk.visit.app.now();
    let status = request.status_at(now);
    let title = match status {
        RequestStatus::Created => fl!(t, "link-scan-title"),
        RequestStatus::Opened => fl!(t, "desk-opened-title"),
        RequestStatus::Accepted => fl!(t, "link-compare-title"),
        RequestStatus::Finished => fl!(t, "link-done-title"),
        RequestStatus::Declined => fl!(t, "link-declined-title"),
        _ => fl!(t, "desk-over-title"),
    };
    let seconds = request.expires_at.seconds_from(now);
    let page = ComparePage {
        title,
        base: desk.path(""),
        id: request.id,
        next,
        status,
        seconds,
        clock: dutch_time::clock(seconds),
        organisation: desk.organisation.name.clone(),
        fields: typed.document.fields(&t, &desk.visit.app, FORM, check),
        statement: (check && !typed.seen()).then(|| fl!(t, "statement-missing")),
        seen: typed.seen(),
        wrong: check,
        found: found.map(|person| (person.name.full(), person.birth_date.to_dutch(), person.number)),
        ui,
    };
    match check {
        true => ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page),
        false => ui::page(&page),
    }
}

/// Where it stands; accepted: who it is, to compare.
pub(super) async fn waiting(visit: Visit, Path((org, which)): Path<(String, String)>) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let (request, found) = asked(&desk, &which).await?;
    compare(&desk, &request, found, &Typed::default(), false)
}

/// It is them: proposes the link.
pub(super) async fn link(
    visit: Visit,
    Path((org, which)): Path<(String, String)>,
    SafeForm(typed): SafeForm<Typed>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let (request, found) = asked(&desk, &which).await?;
    if found.is_none() {
        // Pressed twice or too late: the page tells.
        return Ok(ui::see(&desk.path(&format!("/koppelen/{}", request.id))));
    }
    let Some(document) = typed.document.read(&desk.visit.app).filter(|_| typed.seen()) else {
        return compare(&desk, &request, found, &typed, true);
    };
    let organisation = desk.organisation.id;
    let change = OrganisationChange::Link { request: request.id, document };
    confirm::propose(&desk.visit, Some(organisation), Change::Organisation { organisation, change }, "").await
}
