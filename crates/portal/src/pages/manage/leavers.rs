//! Ontkoppelen met een bestand: the colleagues whom a file names by number. As with [`super::import`] what the file says is
//! proposed at once and waits for its signature. Afterwards the page names everybody whose mandates must go elsewhere too.

use super::{
    Desk,
    file::{self, FileCheck, FileForm},
};
use crate::{
    AppError,
    pages::{
        backoffice::sheet::{reason, reason_error},
        form::{self, Pager, ROWS},
        ui,
        upload::Upload,
        visit::Visit,
    },
    services::{
        changes::{self, Proposed},
        files::{self, Found},
    },
};
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    authorise::Action,
    change::{Change, ChangeId, ChangeStatus, OrganisationChange},
    csv_file::leavers::{COLUMNS, LeaversFile, MAX_ROWS},
    person::MembershipId,
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

fn show_form(desk: &Desk, error: Option<String>, typed: &str, check: bool) -> Result<Response, AppError> {
    let action = desk.path("/ontkoppelen");
    let ui = desk.ui(&action);
    let t = &ui.t;
    let wrong = reason_error(t, typed).filter(|_| check);
    let form = FileForm {
        base: desk.path(""),
        organisation: desk.organisation.name.clone(),
        title: fl!(t, "leavers-title"),
        lead: fl!(t, "leavers-lead"),
        points: vec![fl!(t, "leavers-point-check"), fl!(t, "leavers-point-id"), fl!(t, "csv-point-save")],
        columns_text: fl!(t, "leavers-columns", most = MAX_ROWS),
        columns: COLUMNS.map(|one| (file::column(t, one), file::column_help(t, one))).to_vec(),
        example: None,
        error,
        reason: Some(reason(t, "ontkoppelen", typed, fl!(t, "deed-reason-help")).error(wrong)),
        action,
        ui,
    };
    form.show()
}

/// The form.
pub(super) async fn page(visit: Visit, Path(org): Path<String>) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    show_form(&desk, None, "", false)
}

/// The file: proposed as far as it is right, and told what is not.
pub(super) async fn upload(visit: Visit, Path(org): Path<String>, upload: Upload) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let (app, t) = (&desk.visit.app, desk.ui("/").t);
    let typed = upload.text("reden");
    let read = match LeaversFile::read(upload.file("bestand")) {
        Ok(read) if reason_error(&t, &typed).is_none() => read,
        Ok(_) => return show_form(&desk, Some(fl!(t, "csv-choose-again")), &typed, true),
        Err(problem) => {
            let error = file::refused(&t, problem, fl!(t, "leavers-no-column"));
            return show_form(&desk, Some(error), &typed, true);
        }
    };
    let unknown = read.unknown.clone();
    let leaving = files::find(app, desk.current()?, desk.organisation.id, read).await?;
    if leaving.found.is_empty() {
        let (path, lead) = (desk.path("/ontkoppelen"), fl!(t, "leavers-none-good"));
        let page = FileCheck::new(&desk, &path, fl!(t, "leavers-check-title"), lead);
        return FileCheck { again: path, ..page.problems(&unknown, &leaving.problems) }.show();
    }
    let ids: Vec<MembershipId> = leaving.found.iter().map(|one| one.membership.id).collect();
    let (organisation, total) = (desk.organisation.id, ids.len() as u64);
    let change = Change::Organisation { organisation, change: OrganisationChange::UnlinkMany(ids) };
    let visit = &desk.visit;
    let proposed = changes::propose(app, &visit.caller, &visit.browser, desk.current()?, change, &typed).await?;
    let (Proposed::Confirm(id) | Proposed::Done(id) | Proposed::AwaitingSecond(id)) = proposed;
    if leaving.problems.is_empty() && unknown.is_empty() {
        return Ok(ui::see(&desk.path(&format!("/ontkoppelen/{id}"))));
    }
    let shown = leaving.found.iter().take(ROWS as usize);
    checked(&desk, id, shown, total, 1).problems(&unknown, &leaving.problems).show()
}

/// Who will be unlinked, or was.
pub(super) async fn check(
    visit: Visit,
    Path((org, which)): Path<(String, String)>,
    Query(turning): Query<super::import::Turning>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let app = &desk.visit.app;
    let id = ChangeId::parse(&which).ok_or(AppError::new(ProblemCode::NotFound))?;
    let pending = changes::of_session(app, desk.current()?, id).await?;
    let ids = match &pending.change {
        Change::Organisation { organisation, change: OrganisationChange::UnlinkMany(ids) }
            if *organisation == desk.organisation.id =>
        {
            ids
        }
        _ => return Err(ProblemCode::NotFound.into()),
    };
    let status = pending.status_at(app.now());
    if !matches!(status, ChangeStatus::Proposed | ChangeStatus::Executed) {
        // That page tells how it ended.
        return Ok(ui::see(&format!("/bevestigen/{id}")));
    }
    let page = turning.page();
    let skipped = usize::try_from(form::window(page).offset).unwrap_or(usize::MAX);
    let shown: Vec<MembershipId> = ids.iter().skip(skipped).take(ROWS as usize).copied().collect();
    let found = files::named(app, desk.organisation.id, shown).await?;
    let total = ids.len() as u64;
    let page = checked(&desk, id, found.iter(), total, page);
    match status {
        ChangeStatus::Executed => {
            let t = &page.ui.t;
            FileCheck {
                id: None,
                title: fl!(t, "leavers-done-title"),
                lead: fl!(t, "leavers-done-lead", count = total),
                caption: fl!(t, "leavers-done-caption"),
                done: Some(fl!(t, "leavers-done-mandates")),
                ..page
            }
            .show()
        }
        _ => page.show(),
    }
}

fn checked<'a>(desk: &Desk, id: ChangeId, shown: impl Iterator<Item = &'a Found>, total: u64, page: u64) -> FileCheck {
    let path = desk.path(&format!("/ontkoppelen/{id}"));
    let t = desk.ui(&path).t;
    let line = |one: &Found| {
        let membership = &one.membership;
        vec![
            one.name.clone(),
            one.number.clone(),
            membership.personnel_number.clone(),
            membership.department.clone(),
            super::words::roles(&t, membership),
        ]
    };
    FileCheck {
        id: Some(id),
        again: desk.path("/ontkoppelen"),
        caption: fl!(t, "leavers-good-rows"),
        heads: vec![
            fl!(t, "people-name"),
            fl!(t, "person-number"),
            fl!(t, "person-personnel-number"),
            fl!(t, "person-department"),
            fl!(t, "person-roles"),
        ],
        rows: shown.map(line).collect(),
        pager: Some(Pager::new(&t, &path, &[], page, total)),
        ..FileCheck::new(desk, &path, fl!(t, "leavers-check-title"), fl!(t, "leavers-check-lead", count = total))
    }
}
