//! Who had which role on a day, for administrators and auditors. Looking is logged.

use super::Desk;
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        dutch_time,
        form::{self, Field, Kind, Pager},
        log,
        overview::role,
        ui::{self, Ui},
        visit::Visit,
    },
    services::log::{
        reading::{Day, Reader},
        roles,
    },
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Path, Query},
    http::StatusCode,
    response::Response,
};
use domain::{
    authorise::Action,
    person::{Person, RolePeriod},
};
use i18n_embed_fl::fl;
use serde::Deserialize;

/// What the page takes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    datum: String,
    pagina: Option<String>,
}

struct Line {
    name: String,
    number: String,
    role: String,
    since: String,
}

#[derive(Template)]
#[template(path = "manage/roles.html")]
struct RolesPage {
    ui: Ui,
    organisation: String,
    log: String,
    path: String,
    field: Field,
    date: String,
    lines: Option<Vec<Line>>,
    pager: Option<Pager>,
}

fn line(ui: &Ui, (period, person): (RolePeriod, Person)) -> Line {
    Line {
        name: person.name.full(),
        number: person.number,
        role: role(&ui.t, period.role),
        since: dutch_time::date(period.from),
    }
}

fn wrong(desk: &Desk, typed: &str, error: String) -> Result<Response, AppError> {
    let path = desk.path("/rollen");
    let ui = desk.ui(&path);
    let page = RolesPage {
        organisation: desk.organisation.name.clone(),
        log: desk.path("/log"),
        field: log::date_field("datum", fl!(ui.t, "roles-date"), typed, Some(error)),
        date: String::new(),
        lines: None,
        pager: None,
        path,
        ui,
    };
    ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn reader(desk: &Desk) -> Result<Reader, AppError> {
    Reader::of(&desk.visit.app, &desk.visit.caller, desk.current()?)
}

/// The page.
pub(super) async fn page(
    visit: Visit,
    Path(org): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::ReadLog).await?;
    let day: Day = match log::day(&desk.visit, &asked.datum) {
        Ok(day) => day,
        Err(error) => return wrong(&desk, &asked.datum, error),
    };
    let number = form::page_number(asked.pagina.as_deref());
    let found = roles::page(&reader(&desk)?, desk.organisation.id, &day, number, form::window(number)).await?;
    let path = desk.path("/rollen");
    let ui = desk.ui(&path);
    let pager = Pager::new(&ui.t, &path, &[("datum", &day.name)], number, found.total);
    ui::page(&RolesPage {
        organisation: desk.organisation.name.clone(),
        log: desk.path("/log"),
        field: log::date_field("datum", fl!(ui.t, "roles-date"), &day.name, None),
        lines: Some(found.rows.into_iter().map(|row| line(&ui, row)).collect()),
        pager: Some(pager),
        date: day.name,
        path,
        ui,
    })
}

/// As CSV.
pub(super) async fn csv(
    visit: Visit,
    Path(org): Path<String>,
    SafeForm(asked): SafeForm<Asked>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::ReadLog).await?;
    let day = match log::day(&desk.visit, &asked.datum) {
        Ok(day) => day,
        Err(error) => return wrong(&desk, &asked.datum, error),
    };
    let rows = roles::export(&reader(&desk)?, desk.organisation.id, &day).await?;
    let ui = desk.ui(&desk.path("/rollen"));
    let heads = [
        fl!(ui.t, "people-name"),
        fl!(ui.t, "person-number"),
        fl!(ui.t, "overview-role"),
        fl!(ui.t, "people-sort-since"),
        fl!(ui.t, "roles-date"),
    ];
    let lines = rows.into_iter().map(|row| {
        let Line { name, number, role, since } = line(&ui, row);
        vec![name, number, role, since, day.name.clone()]
    });
    let text = log::csv(&heads, lines);
    let name = format!("zorg-id-rollen-{}-{}.csv", desk.organisation.ura.as_str(), day.name);
    Ok(log::download(&name, "text/csv; charset=utf-8", Body::from(text)))
}
