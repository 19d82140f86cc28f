//! Moments as people in the Netherlands read them: `22-11-2026`, `14:30 uur`.

use crate::{caller::Lang, services::log::reading::Day};
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

/// `2026-11-22`, for `<input type="date">` and mails.
pub(crate) fn iso_date(at: Timestamp) -> String {
    let at = local(at);
    format!("{:04}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
}

/// Reads what `<input type="datetime-local">` sends, as a moment in the Netherlands. In the hour that is there twice the
/// first one is meant; the hour that is skipped counts as winter time.
pub(super) fn parse_moment(typed: &str) -> Option<Timestamp> {
    let typed = typed.trim().get(..16).filter(|_| typed.trim().len() <= 19)?;
    let (day, clock) = typed.split_once(['T', ' '])?;
    let date = parse_date(day)?;
    let (hour, minute) = clock.split_once(':')?;
    let naive = date.with_hms(hour.parse().ok()?, minute.parse().ok()?, 0).ok()?;
    let with = |hours: i64| Timestamp::from(naive.assume_utc() - time::Duration::hours(hours));
    let same = |at: &Timestamp| {
        let at = local(*at);
        (at.date(), at.time()) == (naive.date(), naive.time())
    };
    Some([with(2), with(1)].into_iter().find(same).unwrap_or(with(1)))
}

/// Reads a day: `jjjj-mm-dd` or `dd-mm-jjjj`.
pub(super) fn parse_date(typed: &str) -> Option<Date> {
    let parts: Vec<&str> = typed.trim().split('-').collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, b, a) };
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let year = year.parse::<i32>().ok().filter(|year| (1900..=9999).contains(year))?;
    Date::from_calendar_date(year, month, day.parse().ok()?).ok()
}

/// A day, from midnight to midnight in the Netherlands, where no clock is changed at that hour.
pub(super) fn day(date: Date) -> Day {
    let midnight = |date: Date| {
        let naive = date.midnight();
        let with = |hours: i64| Timestamp::from(naive.assume_utc() - time::Duration::hours(hours));
        [with(2), with(1)].into_iter().find(|at| local(*at).date() == date).unwrap_or(with(1))
    };
    let begins = midnight(date);
    Day { name: iso_of(date), begins, ends: date.next_day().map_or(Timestamp(i64::MAX), midnight) }
}

/// `2026-11-22`.
pub(super) fn iso_of(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// The present day in the Netherlands.
pub(super) fn today(now: Timestamp) -> Date {
    local(now).date()
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

/// `22-11-2026 14:30:05 uur`.
pub(super) fn exact(lang: Lang, at: Timestamp) -> String {
    let hour = if lang == Lang::Nl { " uur" } else { "" };
    format!("{} {}:{:02}{hour}", date(at), time(at), local(at).second())
}

/// `4:05` for 245 seconds.
pub(super) fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
