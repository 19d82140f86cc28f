//! The management history of a colleague: what was done with them here, by whom. Looking at it is logged.

use super::{Desk, membership_id};
use crate::{
    AppError,
    pages::{
        dutch_time,
        log::words,
        ui::{self, Ui},
        visit::Visit,
    },
    services::{
        journal,
        people::{self, Told},
    },
};
use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    authorise::Action,
    log::{Actor, Event, Outcome},
};
use i18n_embed_fl::fl;
use serde::Deserialize;

/// Rows on a page.
const ROWS: u32 = 50;

/// `?voor=`: older ones.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Older {
    voor: Option<u64>,
}

struct Line {
    at: String,
    what: String,
    by: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "manage/history.html")]
struct HistoryPage {
    ui: Ui,
    back: String,
    name: String,
    organisation: String,
    lines: Vec<Line>,
    older: Option<String>,
}

/// The page.
pub(super) async fn page(
    visit: Visit,
    Path((org, who)): Path<(String, String)>,
    Query(older): Query<Older>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let visit = &desk.visit;
    let member = people::member(&visit.app, desk.organisation.id, membership_id(&who)?).await?;
    let reading = journal::entry(&visit.app, &visit.caller, Event::LogRead).detail("management");
    let reading = match desk.me() {
        Some(me) => reading.by(me, desk.current()?.identity_id()),
        None => reading,
    };
    let (told, next) = people::history(&visit.app, reading, &member, older.voor, ROWS).await?;
    let back = desk.person_path(member.membership.id);
    let path = format!("{back}/geschiedenis");
    let ui = desk.ui(&path);
    let line = |told: Told| line(&desk, &ui, told);
    let lines = told.into_iter().map(line).collect();
    ui::page(&HistoryPage {
        name: member.person.name.full(),
        organisation: desk.organisation.name.clone(),
        lines,
        older: next.map(|place| format!("{path}?voor={place}")),
        back,
        ui,
    })
}

fn line(desk: &Desk, ui: &Ui, Told { entry, by }: Told) -> Line {
    let t = &ui.t;
    let mut what = words::event(t, entry.event);
    let detail = words::detail(t, &entry);
    if !detail.is_empty() {
        what = format!("{what}: {detail}");
    }
    if entry.outcome == Outcome::Refused {
        what = fl!(t, "history-refused", what = what);
    }
    let by = match (&entry.actor, by) {
        (_, Some(name)) => name,
        (Actor::Card { uzi_number }, None) => fl!(t, "history-by-card", number = uzi_number.as_str()),
        (Actor::System, None) => fl!(t, "history-by-system"),
        _ => fl!(t, "history-by-unknown"),
    };
    let at = dutch_time::moment(desk.visit.caller.lang, entry.at);
    Line { at, what, by, reason: words::reason(t, desk.visit.caller.lang, &entry) }
}
