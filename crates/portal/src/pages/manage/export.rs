//! The list of people as a file, with the search, filter and order of the page. No birth date, no birthplace, no document, no
//! e-mail address: the file leaves us. Asked for by a form, not a link: it is logged and mailed, and another site's page must
//! not be able to bring that about.

use super::{Desk, file, list::Asked, words};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{dutch_time, overview, texts::Texts, visit::Visit},
    services::files,
};
use axum::{extract::Path, response::Response};
use domain::{Timestamp, authorise::Action, spreadsheet};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use storage::{MeansState, PersonRow};

fn heads(t: &Texts) -> [String; 11] {
    [
        fl!(t, "csv-given"),
        fl!(t, "csv-prefix"),
        fl!(t, "csv-surname"),
        fl!(t, "csv-person-number"),
        fl!(t, "csv-personnel-number"),
        fl!(t, "csv-department"),
        fl!(t, "person-roles"),
        fl!(t, "person-access"),
        fl!(t, "person-id"),
        fl!(t, "people-last-used"),
        fl!(t, "export-valid-until"),
    ]
}

/// The state of somebody's ID, without the date that has a column of its own.
fn means(t: &Texts, means: MeansState) -> (String, Option<Timestamp>) {
    match means {
        MeansState::Active(until) => (fl!(t, "identity-active"), Some(until)),
        MeansState::QrWaits(_) => (fl!(t, "export-qr-waits"), None),
        other => (words::means(t, other), None),
    }
}

fn line(t: &Texts, row: &PersonRow, now: Timestamp) -> String {
    let (name, membership) = (&row.person.name, &row.membership);
    let (means, until) = means(t, row.means);
    let day = |at: Option<Timestamp>| at.map(dutch_time::date).unwrap_or_default();
    spreadsheet::line(&[
        name.given.as_str(),
        &name.prefix,
        &name.surname,
        &row.person.number,
        &membership.personnel_number,
        &membership.department,
        &words::roles(t, membership),
        &overview::standing(t, membership.status_at(now)),
        &means,
        &day(row.last_used_at),
        &day(until),
    ])
}

/// The file.
pub(super) async fn people(
    visit: Visit,
    Path(org): Path<String>,
    SafeForm(asked): SafeForm<Asked>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    if asked.is_prepared() {
        // They are nobody's colleague yet, and came from a file.
        return Err(ProblemCode::NotFound.into());
    }
    let (visit, now) = (&desk.visit, desk.visit.app.now());
    let t = desk.ui("/").t;
    let head = format!("{}{}", spreadsheet::MARK, spreadsheet::line(&heads(&t)));
    let query = asked.query(desk.organisation.id, now);
    let one = move |row: &PersonRow| line(&t, row, now);
    let text = files::export(&visit.app, &visit.caller, desk.current()?, query, head, one).await?;
    let name = format!("gebruikers-{}-{}.csv", desk.organisation.ura, dutch_time::iso_date(now));
    Ok(file::download(&name, text))
}
