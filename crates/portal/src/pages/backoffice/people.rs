//! Finding people over all organisations.

use super::{
    Asked, Office,
    sheet::{Cell, Row, Sheet, Table},
};
use crate::{
    AppError,
    pages::{
        dutch_time,
        form::{self, Pager, tidy},
    },
    services::office,
};
use axum::{extract::Query, response::Response};
use i18n_embed_fl::fl;
use storage::Page;

/// The list: only what was looked for, never everybody.
pub(super) async fn list(Office(visit): Office, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    let text = tidy(asked.zoek.as_deref().unwrap_or_default());
    let page = form::page_number(asked.pagina.as_deref());
    let found = match text.is_empty() {
        true => Page { rows: Vec::new(), total: 0 },
        false => office::people(&visit.app, text.clone(), form::window(page)).await?,
    };
    let path = "/backoffice/personen";
    let mut sheet = Sheet::new(&visit, path, asked.gedaan.as_deref());
    let t = sheet.ui.t.clone();
    let rows = found.rows.iter().map(|person| {
        let merged = if person.merged_into.is_some() { fl!(t, "office-merged") } else { String::new() };
        Row::from(vec![
            Cell::link(person.name.full(), format!("/backoffice/personen/{}", person.id)),
            person.number.clone().into(),
            dutch_time::date(person.created_at).into(),
            merged.into(),
        ])
    });
    sheet.lead = fl!(t, "office-people-lead");
    if !text.is_empty() {
        sheet.tables.push(Table {
            caption: fl!(t, "office-people"),
            heads: vec![
                fl!(t, "office-name"),
                fl!(t, "office-number"),
                fl!(t, "office-since"),
                fl!(t, "office-status"),
            ],
            rows: rows.collect(),
            empty: fl!(t, "office-nothing-found"),
            pager: Some(Pager::new(&t, path, &[("zoek", &text)], page, found.total)),
        });
    }
    sheet.search = Some((path.to_owned(), text));
    sheet.title(fl!(t, "office-people")).show(None)
}
