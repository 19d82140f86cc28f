//! A page of the back office: facts, tables, forms.

use crate::{
    AppError,
    pages::{
        form::{self, Field, Kind, Pager, any_error},
        texts::Texts,
        ui::{self, Ui},
        visit::Visit,
    },
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use domain::change::MAX_REASON;
use i18n_embed_fl::fl;

/// What somebody typed into a form that was not right: the form's path and its fields, with their messages.
pub(super) type Wrong = Option<(&'static str, Vec<Field>)>;

/// A link above the page or in a list of choices.
pub(in crate::pages) struct Link {
    pub href: String,
    pub text: String,
    pub here: bool,
}

/// A cell: text, perhaps a link.
pub(super) struct Cell {
    pub text: String,
    pub href: Option<String>,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, href: None }
    }
}

impl Cell {
    pub fn link(text: String, href: String) -> Self {
        Self { text, href: Some(href) }
    }
}

/// A button in a row: a form of its own.
pub(super) struct Press {
    pub action: String,
    pub name: &'static str,
    pub value: String,
    pub text: String,
    /// What it does to what, for who hears the page.
    pub label: String,
}

/// A row of a table.
pub(super) struct Row {
    pub cells: Vec<Cell>,
    pub buttons: Vec<Press>,
}

impl From<Vec<Cell>> for Row {
    fn from(cells: Vec<Cell>) -> Self {
        Self { cells, buttons: Vec::new() }
    }
}

/// A table.
pub(super) struct Table {
    pub caption: String,
    pub heads: Vec<String>,
    pub rows: Vec<Row>,
    pub empty: String,
    pub pager: Option<Pager>,
}

impl Table {
    /// The heading of a cell, for when the table becomes cards.
    pub fn head(&self, place: &usize) -> &str {
        self.heads.get(*place).map_or("", String::as_str)
    }
    pub fn has_buttons(&self) -> bool {
        self.rows.iter().any(|row| !row.buttons.is_empty())
    }
}

/// A form that folds out.
pub(super) struct Form {
    /// The end of its address, which also names it.
    pub name: &'static str,
    pub title: String,
    pub text: String,
    pub action: String,
    pub hidden: Vec<(&'static str, String)>,
    pub fields: Vec<Field>,
    pub button: String,
    pub open: bool,
    pub wrong: bool,
}

impl Form {
    pub fn new(name: &'static str, title: String, text: String, action: String, fields: Vec<Field>) -> Self {
        let button = title.clone();
        Self { name, title, text, action, hidden: Vec::new(), fields, button, open: false, wrong: false }
    }
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }
    pub fn hidden(mut self, name: &'static str, value: String) -> Self {
        self.hidden.push((name, value));
        self
    }
}

/// The page.
#[derive(Template)]
#[template(path = "backoffice/sheet.html")]
pub(super) struct Sheet {
    pub ui: Ui,
    pub title: String,
    pub lead: String,
    pub nav: Vec<Link>,
    pub flash: Option<String>,
    pub choices: Vec<Link>,
    /// Address and value of the search field.
    pub search: Option<(String, String)>,
    pub facts: Vec<(String, Cell)>,
    pub warning: Option<String>,
    pub tables: Vec<Table>,
    pub forms: Vec<Form>,
    pub links: Vec<Link>,
    pub wrong: bool,
}

impl Sheet {
    /// An empty page at `path`.
    pub fn new(visit: &Visit, path: &str, done: Option<&str>) -> Self {
        let ui = visit.ui(path);
        let flash = form::flash(&ui.t, done);
        Self {
            nav: nav(&ui.t, path),
            flash,
            title: String::new(),
            lead: String::new(),
            choices: Vec::new(),
            search: None,
            facts: Vec::new(),
            warning: None,
            tables: Vec::new(),
            forms: Vec::new(),
            links: Vec::new(),
            wrong: false,
            ui,
        }
    }
    pub fn title(mut self, title: String) -> Self {
        self.title = title;
        self
    }
    pub fn fact(&mut self, label: String, value: impl Into<Cell>) {
        let value = value.into();
        if !value.text.is_empty() {
            self.facts.push((label, value));
        }
    }
    /// Shows it. The form that was not right comes back with its messages.
    pub fn show(mut self, wrong: Wrong) -> Result<Response, AppError> {
        if let Some((name, fields)) = wrong {
            for form in self.forms.iter_mut().filter(|form| form.name == name) {
                // Ids stay unlike those of the other forms.
                form.fields = fields.clone();
                form.open = true;
                form.wrong = any_error(&fields);
            }
            self.wrong = true;
            return ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &self);
        }
        ui::page(&self)
    }
}

/// The menu of the back office.
pub(in crate::pages) fn nav(t: &Texts, path: &str) -> Vec<Link> {
    let links = [
        ("/backoffice", fl!(t, "office-applications")),
        ("/backoffice/besluiten", fl!(t, "office-decisions")),
        ("/backoffice/organisaties", fl!(t, "office-organisations")),
        ("/backoffice/personen", fl!(t, "office-people")),
        ("/backoffice/operators", fl!(t, "office-operators")),
        ("/backoffice/auditors", fl!(t, "office-auditors")),
        ("/backoffice/zorgapplicaties", fl!(t, "office-clients")),
        ("/backoffice/meldingen", fl!(t, "office-notices")),
        ("/backoffice/mail", fl!(t, "office-mail")),
        ("/backoffice/log", fl!(t, "office-log")),
    ];
    let here = |href: &str| match href {
        "/backoffice" => path == href || path.starts_with("/backoffice/aanvragen"),
        _ => path.starts_with(href),
    };
    links.into_iter().map(|(href, text)| Link { href: href.to_owned(), here: here(href), text }).collect()
}

/// The field for a reason.
pub(in crate::pages) fn reason(t: &Texts, form: &str, typed: &str, help: String) -> Field {
    Field::new("reden", fl!(t, "office-reason"), typed)
        .id(format!("{form}-reden"))
        .kind(Kind::Area)
        .most(MAX_REASON)
        .help(help)
}

/// The message for a reason that is missing or too long.
pub(in crate::pages) fn reason_error(t: &Texts, typed: &str) -> Option<String> {
    text_error(t, typed, MAX_REASON)
}

/// The message for a text that is missing, too long, or holds what does not show.
pub(in crate::pages) fn text_error(t: &Texts, typed: &str, most: usize) -> Option<String> {
    let text = form::tidy(typed);
    match () {
        () if text.is_empty() => Some(fl!(t, "field-missing")),
        () if text.chars().count() > most => Some(fl!(t, "field-too-long", most = most)),
        () if !form::fits(&text, most) => Some(fl!(t, "field-characters")),
        () => None,
    }
}

/// A form that asks for a reason only, checked: the reason, or the field with its message.
pub(super) fn read_reason(t: &Texts, form: &'static str, typed: &str, help: String) -> Result<String, Wrong> {
    match reason_error(t, typed) {
        None => Ok(form::tidy(typed)),
        Some(error) => Err(Some((form, vec![reason(t, form, typed, help).error(Some(error))]))),
    }
}
