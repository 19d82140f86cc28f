//! Moments as people in the Netherlands read them: `22-11-2026`, `14:30 uur`.

use crate::caller::Lang;
use domain::Timestamp;
use time::{Date, Month, OffsetDateTime, UtcOffset};

/// Central European (Summer) Time: from the last Sunday of March to the last Sunday of October, 01:00 UTC.
fn local(at: Timestamp) -> OffsetDateTime {
    let utc = at.to_utc();
    let summer = match (switch(utc.year(), Month::March), switch(utc.year(), Month::October)) {
        (Some(from), Some(to)) => from <= utc && utc < to,
        _ => false,
    };
    let offset = UtcOffset::from_hms(if summer { 2 } else { 1 }, 0, 0).unwrap_or(UtcOffset::UTC);
    utc.to_offset(offset)
}

fn switch(year: i32, month: Month) -> Option<OffsetDateTime> {
    let last = Date::from_calendar_date(year, month, 31).ok()?;
    let back = i64::from(last.weekday().number_days_from_sunday());
    Some((last - time::Duration::days(back)).with_hms(1, 0, 0).ok()?.assume_utc())
}

/// `22-11-2026`.
pub(super) fn date(at: Timestamp) -> String {
    let at = local(at);
    format!("{:02}-{:02}-{:04}", at.day(), u8::from(at.month()), at.year())
}

/// `2026-11-22`, for `<input type="date">`.
pub(super) fn iso_date(at: Timestamp) -> String {
    let at = local(at);
    format!("{:04}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
}

/// `14:30`.
pub(super) fn time(at: Timestamp) -> String {
    let at = local(at);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `22-11-2026, 14:30 uur`.
pub(super) fn moment(lang: Lang, at: Timestamp) -> String {
    let hour = if lang == Lang::Nl { " uur" } else { "" };
    format!("{}, {}{hour}", date(at), time(at))
}

/// `4:05` for 245 seconds.
pub(super) fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
