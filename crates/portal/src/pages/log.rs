//! Reading the log: what the page of an organisation and that of the whole environment share.

mod fields;
mod files;
mod lines;
pub(super) mod words;

pub(super) use fields::{Typed, date_field, day, form};
pub(super) use files::{csv, download};

use super::{
    backoffice::sheet,
    form::{Field, Kind},
    ui::{self, NavLink, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    services::log::{
        export::{self, Begun, Format},
        fhir::Observer,
        names::Scope,
        reading::{self, Pages, Reader, Wanted},
    },
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use domain::authorise::Action;
use i18n_embed_fl::fl;

/// Rows on a page.
const ROWS: u32 = 50;

/// Where a log is read.
pub(super) struct Place {
    /// Address of the page.
    pub path: String,
    /// What the reader may see.
    pub scope: Scope,
    /// The organisation's name; empty for the whole log.
    pub organisation: String,
    /// The stem of file names.
    pub file: String,
    /// Other logs that the reader may read, and reports.
    pub links: Vec<NavLink>,
}

#[derive(Template)]
#[template(path = "log/page.html")]
struct LogPage {
    ui: Ui,
    organisation: String,
    /// The back office's menu, for operators.
    office: Vec<sheet::Link>,
    links: Vec<NavLink>,
    path: String,
    fields: Vec<Field>,
    /// What was typed that is not right, or too much to export.
    wrong: bool,
    filtered: bool,
    /// Nothing was read, because a field is not right.
    lines: Option<Vec<lines::Line>>,
    places: bool,
    newest: Option<String>,
    older: Option<String>,
    /// The filter, for the exports.
    hidden: Vec<(&'static str, String)>,
    most: String,
}

/// The page.
pub(super) async fn page(visit: &Visit, place: Place, typed: Typed) -> Result<Response, AppError> {
    let reader = Reader::of(&visit.app, &visit.caller, visit.logged_in()?)?;
    let checked = typed.read(visit, place.scope).await?;
    let wanted = match checked {
        Ok(wanted) => wanted,
        Err(fields) => return show(visit, place, &typed, fields, None),
    };
    let (before, number) = typed.place();
    let read = reading::page(&reader, &wanted, before, number, ROWS).await?;
    let fields = form(visit, place.scope, &typed);
    show(visit, place, &typed, fields, Some(read))
}

fn show(
    visit: &Visit,
    place: Place,
    typed: &Typed,
    fields: Vec<Field>,
    read: Option<Pages>,
) -> Result<Response, AppError> {
    let ui = visit.ui(&place.path);
    let t = ui.t.clone();
    let operates = visit.may(Action::Operate);
    let office = if place.scope == Scope::Everything && operates { sheet::nav(&t, &place.path) } else { Vec::new() };
    let (before, number) = typed.place();
    let older =
        read.as_ref().and_then(|read| read.next).map(|next| typed.address(&place.path, Some((next, number + 1))));
    let wrong = read.is_none();
    let page = LogPage {
        lines: read.map(|read| lines::of(visit, &place.path, read)),
        organisation: place.organisation,
        office,
        links: place.links,
        fields,
        wrong,
        filtered: !typed.is_empty(),
        places: place.scope == Scope::Everything,
        newest: before.map(|_| typed.address(&place.path, None)),
        older,
        hidden: typed.hidden(),
        most: export::MOST.to_string(),
        path: place.path,
        ui,
    };
    if wrong { ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page) } else { ui::page(&page) }
}

/// An export of what the page would show, on all its pages together.
pub(super) async fn export(visit: &Visit, place: Place, typed: Typed, format: Format) -> Result<Response, AppError> {
    let reader = Reader::of(&visit.app, &visit.caller, visit.logged_in()?)?;
    let wanted: Wanted = match typed.read(visit, place.scope).await? {
        Ok(wanted) => wanted,
        Err(fields) => return show(visit, place, &typed, fields, None),
    };
    match export::begin(&reader, wanted, format, export::MOST).await? {
        Begun::Export(export) => {
            let config = &visit.app.config;
            let observer = Observer { url: config.public_url.clone(), product: config.product.clone() };
            Ok(files::log(visit, &place, *export, format, observer))
        }
        Begun::TooMany => {
            let mut fields = form(visit, place.scope, &typed);
            let t = super::texts::of(visit.caller.lang);
            let most = export::MOST.to_string();
            for field in fields.iter_mut().filter(|field| field.name == "van") {
                field.error = Some(fl!(t, "log-export-too-many", most = most.as_str()));
            }
            show(visit, place, &typed, fields, None)
        }
    }
}
