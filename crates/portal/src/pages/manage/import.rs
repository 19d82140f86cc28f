//! Importeren: a file of colleagues becomes pre-registrations, and nothing more.
//!
//! What the file says is proposed as a change as soon as it was read, and waits in the database for the signature that a bulk
//! change needs anyway: what is shown is what is signed and executed, nobody can change it in between, no birth date travels
//! through an address or a hidden field, and 5,000 rows are sent once. What is not right with the file is told in the answer
//! to it and kept nowhere: it is about rows that are not used. Nobody who confirms: the change ends by itself.

use super::{
    Desk, Link,
    file::{self, FileCheck, FileForm},
};
use crate::{
    AppError,
    pages::{
        form::{self, Pager, ROWS},
        texts::Texts,
        ui,
        upload::Upload,
        visit::Visit,
    },
    services::{
        changes::{self, Proposed},
        files,
    },
};
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    authorise::Action,
    change::{Change, ChangeId, ChangeStatus, OrganisationChange},
    csv_file::people::{COLUMNS, MAX_ROWS, PeopleFile},
    preregistration::Prepared,
    spreadsheet,
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

fn show_form(desk: &Desk, error: Option<String>) -> Result<Response, AppError> {
    let action = desk.path("/importeren");
    let ui = desk.ui(&action);
    let t = &ui.t;
    let form = FileForm {
        base: desk.path(""),
        organisation: desk.organisation.name.clone(),
        title: fl!(t, "import-title"),
        lead: fl!(t, "import-lead"),
        points: vec![fl!(t, "import-point-nothing"), fl!(t, "import-point-check"), fl!(t, "csv-point-save")],
        columns_text: fl!(t, "import-columns", most = MAX_ROWS),
        columns: COLUMNS.map(|one| (file::column(t, one), file::column_help(t, one))).to_vec(),
        example: Some(Link { href: format!("{action}/voorbeeld.csv"), text: fl!(t, "import-example") }),
        error,
        reason: None,
        action,
        ui,
    };
    form.show()
}

/// The form.
pub(super) async fn page(visit: Visit, Path(org): Path<String>) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    show_form(&desk, None)
}

/// The example: headings in the reader's language, and two people who do not exist.
fn example_text(t: &Texts) -> String {
    let heads = COLUMNS.map(|one| file::column(t, one));
    let anna =
        ["Anna Maria", "van der", "Voorbeeld", "31-01-1980", "Utrecht", "anna@voorbeeld.example", "1001", "Spoedpost"];
    let unknown = ["", "", "Achternaam-Alleen", "00-00-1975", "", "", "1002", ""];
    format!(
        "{}{}{}{}",
        spreadsheet::MARK,
        spreadsheet::line(&heads),
        spreadsheet::line(&anna),
        spreadsheet::line(&unknown)
    )
}

/// The example as a file.
pub(super) async fn example(visit: Visit, Path(org): Path<String>) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    Ok(file::download("voorbeeld.csv", example_text(&desk.ui("/").t)))
}

/// The file: proposed as far as it is right, and told what is not.
pub(super) async fn upload(visit: Visit, Path(org): Path<String>, upload: Upload) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let (app, t) = (&desk.visit.app, desk.ui("/").t);
    let read = match PeopleFile::read(upload.file("bestand"), app.now()) {
        Ok(read) => read,
        Err(problem) => return show_form(&desk, Some(file::refused(&t, problem, fl!(t, "import-no-column")))),
    };
    let read = files::compare(app, desk.organisation.id, read).await?;
    let (unknown, problems) = (read.unknown.clone(), read.problems());
    let rows = read.into_rows();
    if rows.is_empty() {
        let (path, lead) = (desk.path("/importeren"), fl!(t, "import-none-good"));
        let page = FileCheck::new(&desk, &path, fl!(t, "import-check-title"), lead);
        return FileCheck { again: path, ..page.problems(&unknown, &problems) }.show();
    }
    let (organisation, change) = (desk.organisation.id, OrganisationChange::Prepare(rows.clone()));
    let change = Change::Organisation { organisation, change };
    let visit = &desk.visit;
    let proposed = changes::propose(app, &visit.caller, &visit.browser, desk.current()?, change, "").await?;
    let (Proposed::Confirm(id) | Proposed::Done(id) | Proposed::AwaitingSecond(id)) = proposed;
    if problems.is_empty() && unknown.is_empty() {
        return Ok(ui::see(&desk.path(&format!("/importeren/{id}"))));
    }
    checked(&desk, id, &rows, 1).problems(&unknown, &problems).show()
}

/// `?pagina=`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Turning {
    pagina: Option<String>,
}

impl Turning {
    /// The page, from 1.
    pub fn page(&self) -> u64 {
        form::page_number(self.pagina.as_deref())
    }
}

/// The rows that will be prepared.
pub(super) async fn check(
    visit: Visit,
    Path((org, which)): Path<(String, String)>,
    Query(turning): Query<Turning>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let app = &desk.visit.app;
    let id = ChangeId::parse(&which).ok_or(AppError::new(ProblemCode::NotFound))?;
    let pending = changes::of_session(app, desk.current()?, id).await?;
    let rows = match &pending.change {
        Change::Organisation { organisation, change: OrganisationChange::Prepare(rows) }
            if *organisation == desk.organisation.id =>
        {
            rows
        }
        _ => return Err(ProblemCode::NotFound.into()),
    };
    match pending.status_at(app.now()) {
        ChangeStatus::Proposed => checked(&desk, id, rows, turning.page()).show(),
        // That page tells how it ended.
        _ => Ok(ui::see(&format!("/bevestigen/{id}"))),
    }
}

fn checked(desk: &Desk, id: ChangeId, rows: &[Prepared], page: u64) -> FileCheck {
    let path = desk.path(&format!("/importeren/{id}"));
    let t = desk.ui(&path).t;
    let line = |row: &Prepared| {
        vec![
            row.name.full(),
            row.birth_date.map(|date| date.to_dutch()).unwrap_or_default(),
            row.birthplace.clone(),
            row.email.as_ref().map(ToString::to_string).unwrap_or_default(),
            row.personnel_number.clone(),
            row.department.clone(),
        ]
    };
    let skipped = usize::try_from(form::window(page).offset).unwrap_or(usize::MAX);
    let total = rows.len() as u64;
    FileCheck {
        id: Some(id),
        again: desk.path("/importeren"),
        caption: fl!(t, "import-good-rows"),
        heads: vec![
            fl!(t, "people-name"),
            fl!(t, "csv-birth-date"),
            fl!(t, "csv-birthplace"),
            fl!(t, "csv-email"),
            fl!(t, "csv-personnel-number"),
            fl!(t, "csv-department"),
        ],
        rows: rows.iter().skip(skipped).take(ROWS as usize).map(line).collect(),
        pager: Some(Pager::new(&t, &path, &[], page, total)),
        ..FileCheck::new(desk, &path, fl!(t, "import-check-title"), fl!(t, "import-check-lead", count = total))
    }
}
