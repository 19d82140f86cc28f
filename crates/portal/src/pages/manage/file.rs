//! What the pages of a file of people share: the form that takes it, the page that tells what it says, and the words for
//! what is not right.

use super::{Desk, Link};
use crate::{
    AppError,
    pages::{
        form::{Field, Kind, Pager},
        texts::Texts,
        ui::{self, Ui},
    },
};
use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    change::{CONFIRM_SECONDS, ChangeId},
    csv_file::{Column, FileProblem, MAX_BYTES, RowProblem, Wrong},
};
use i18n_embed_fl::fl;

/// So many problems are shown; who has more begins with these.
const MOST: usize = 200;

/// The page with the form.
#[derive(Template)]
#[template(path = "manage/file_form.html")]
pub(super) struct FileForm {
    pub ui: Ui,
    pub base: String,
    pub organisation: String,
    /// Where it is sent.
    pub action: String,
    pub title: String,
    pub lead: String,
    pub points: Vec<String>,
    pub columns_text: String,
    /// Headings that are understood, and what stands under them.
    pub columns: Vec<(String, String)>,
    pub example: Option<Link>,
    /// What is not right with the file.
    pub error: Option<String>,
    pub reason: Option<Field>,
}

impl FileForm {
    /// Shows it; with an error it is the answer to what was sent.
    pub fn show(self) -> Result<Response, AppError> {
        match self.wrong() {
            true => ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &self),
            false => ui::page(&self),
        }
    }
    fn wrong(&self) -> bool {
        self.error.is_some() || self.reason.as_ref().is_some_and(|field| field.error.is_some())
    }
}

/// What a file says, before (and after) anything is done with it.
#[derive(Template)]
#[template(path = "manage/file_check.html")]
pub(super) struct FileCheck {
    pub ui: Ui,
    pub base: String,
    pub organisation: String,
    pub title: String,
    pub lead: String,
    /// The proposed change that *Bevestigen* leads to.
    pub id: Option<ChangeId>,
    pub minutes: i64,
    /// Where another file is chosen.
    pub again: String,
    /// Headings that are not used.
    pub unknown: String,
    pub problems: Vec<Problem>,
    /// How many problems there are.
    pub problem_count: usize,
    pub caption: String,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub pager: Option<Pager>,
    /// What to do next, when it is done.
    pub done: Option<String>,
}

/// A line of the table of problems.
pub(super) struct Problem {
    row: usize,
    column: String,
    text: String,
}

impl FileCheck {
    /// An empty page.
    pub fn new(desk: &Desk, path: &str, title: String, lead: String) -> Self {
        Self {
            ui: desk.ui(path),
            base: desk.path(""),
            organisation: desk.organisation.name.clone(),
            title,
            lead,
            id: None,
            minutes: CONFIRM_SECONDS / 60,
            again: String::new(),
            unknown: String::new(),
            problems: Vec::new(),
            problem_count: 0,
            caption: String::new(),
            heads: Vec::new(),
            rows: Vec::new(),
            pager: None,
            done: None,
        }
    }
    /// With what is not right.
    pub fn problems(mut self, unknown: &[String], problems: &[RowProblem]) -> Self {
        let t = self.ui.t.clone();
        self.unknown = unknown.join(", ");
        self.problem_count = problems.len();
        self.problems = (problems.iter().take(MOST))
            .map(|problem| Problem {
                row: problem.row,
                column: problem.column.map(|one| column(&t, one)).unwrap_or_default(),
                text: wrong(&t, problem.wrong),
            })
            .collect();
        self
    }
    /// Whether there are more problems than are shown.
    fn has_more(&self) -> bool {
        self.problem_count > self.problems.len()
    }
    /// The heading of a cell, for when the table becomes cards.
    fn head(&self, place: &usize) -> &str {
        self.heads.get(*place).map_or("", String::as_str)
    }
    /// Shows it; without anything to confirm or done, it is a refusal of what was sent.
    pub fn show(&self) -> Result<Response, AppError> {
        match self.id.is_none() && self.done.is_none() {
            true => ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, self),
            false => ui::page(self),
        }
    }
}

/// A CSV file to keep.
pub(super) fn download(name: &str, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// What a column is called; the same word is understood as its heading.
pub(super) fn column(t: &Texts, column: Column) -> String {
    match column {
        Column::Given => fl!(t, "csv-given"),
        Column::Prefix => fl!(t, "csv-prefix"),
        Column::Surname => fl!(t, "csv-surname"),
        Column::BirthDate => fl!(t, "csv-birth-date"),
        Column::Birthplace => fl!(t, "csv-birthplace"),
        Column::Email => fl!(t, "csv-email"),
        Column::PersonnelNumber => fl!(t, "csv-personnel-number"),
        Column::Department => fl!(t, "csv-department"),
        Column::PersonNumber => fl!(t, "csv-person-number"),
        Column::UziNumber => fl!(t, "csv-uzi-number"),
    }
}

/// What stands under a heading.
pub(super) fn column_help(t: &Texts, column: Column) -> String {
    match column {
        Column::Given => fl!(t, "csv-given-help"),
        Column::Prefix => fl!(t, "csv-prefix-help"),
        Column::Surname => fl!(t, "csv-surname-help"),
        Column::BirthDate => fl!(t, "csv-birth-date-help"),
        Column::Birthplace => fl!(t, "csv-birthplace-help"),
        Column::Email => fl!(t, "csv-email-help"),
        Column::PersonnelNumber => fl!(t, "csv-personnel-number-help"),
        Column::Department => fl!(t, "csv-department-help"),
        Column::PersonNumber => fl!(t, "csv-person-number-help"),
        Column::UziNumber => fl!(t, "csv-uzi-number-help"),
    }
}

/// Why a file cannot be read. `needed`: the message when the columns are not there.
pub(super) fn refused(t: &Texts, problem: FileProblem, needed: String) -> String {
    match problem {
        FileProblem::TooLarge => {
            let megabytes = MAX_BYTES / 1024 / 1024;
            fl!(t, "csv-too-large", most = megabytes)
        }
        FileProblem::TooManyRows(most) => fl!(t, "csv-too-many", most = most),
        FileProblem::Empty => fl!(t, "csv-empty"),
        FileProblem::NotCsv => fl!(t, "csv-not-csv"),
        FileProblem::NoColumn => needed,
        FileProblem::Twice(twice) => fl!(t, "csv-twice", column = column(t, twice)),
    }
}

/// What is not right with a row.
fn wrong(t: &Texts, wrong: Wrong) -> String {
    match wrong {
        Wrong::Missing => fl!(t, "csv-wrong-missing"),
        Wrong::TooLong(most) => fl!(t, "field-too-long", most = most),
        Wrong::Hidden => fl!(t, "field-characters"),
        Wrong::LineBreak => fl!(t, "csv-wrong-line-break"),
        Wrong::NotADate => fl!(t, "csv-wrong-date"),
        Wrong::Future => fl!(t, "birth-date-future"),
        Wrong::NotAnAddress => fl!(t, "field-email-wrong"),
        Wrong::NotDigits(most) => fl!(t, "csv-wrong-digits", most = most),
        Wrong::MoreCells => fl!(t, "csv-wrong-more-cells"),
        Wrong::SameAs(first) => fl!(t, "csv-wrong-same", row = first),
        Wrong::Prepared => fl!(t, "csv-wrong-prepared"),
        Wrong::WorksHere => fl!(t, "csv-wrong-works-here"),
        Wrong::Unknown => fl!(t, "csv-wrong-unknown"),
        Wrong::Several(count) => fl!(t, "csv-wrong-several", count = count),
        Wrong::Oneself => fl!(t, "csv-wrong-oneself"),
        Wrong::LastAdministrator => fl!(t, "csv-wrong-last-administrator"),
        Wrong::HasRole => fl!(t, "csv-wrong-has-role"),
    }
}
