//! Who had which role in an organisation on a day. Looking is logged.

use super::reading::{Day, Reader};
use crate::AppError;
use domain::{
    Timestamp,
    organisation::OrganisationId,
    person::{Person, RolePeriod},
};
use storage::{Page, Window};

/// Rows of the report in one part of the file.
const PART: u32 = 1_000;

/// The moment that is told of a day: its last one, or now when it is not over.
pub fn moment(day: &Day, now: Timestamp) -> Timestamp {
    Timestamp(day.ends.0.saturating_sub(1)).min(now)
}

/// A page of the report.
pub async fn page(
    reader: &Reader,
    organisation: OrganisationId,
    day: &Day,
    number: u64,
    window: Window,
) -> Result<Page<(RolePeriod, Person)>, AppError> {
    let note = reader.entry().within(organisation).detail(format!("roles date={} page={number}", day.name));
    let at = moment(day, reader.app().now());
    reader
        .app()
        .write(move |tx| {
            Box::pin(async move {
                let found = tx.roles_at(organisation, at, window).await?;
                note.write(tx).await?;
                Ok(found)
            })
        })
        .await
}

/// The whole report.
pub async fn export(
    reader: &Reader,
    organisation: OrganisationId,
    day: &Day,
) -> Result<Vec<(RolePeriod, Person)>, AppError> {
    let (entry, name) = (reader.entry().within(organisation), day.name.clone());
    let at = moment(day, reader.app().now());
    reader
        .app()
        .write(move |tx| {
            Box::pin(async move {
                let mut rows = Vec::new();
                loop {
                    let window = Window { offset: rows.len() as u64, limit: PART };
                    let page = tx.roles_at(organisation, at, window).await?;
                    let last = page.rows.len() < PART as usize;
                    rows.extend(page.rows);
                    if last {
                        break;
                    }
                }
                entry.detail(format!("roles-csv date={name} entries={}", rows.len())).write(tx).await?;
                Ok(rows)
            })
        })
        .await
}
