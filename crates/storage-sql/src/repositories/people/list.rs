//! The list of an organisation's people, from `directory`.

use super::{super::Result, columns as person_columns, memberships, person};
use crate::{
    directory::{DAY, day},
    row::{Row, corrupt},
    transaction::SqlTx,
    value::{Value, values},
};
use domain::{Timestamp, name::fold, person::MembershipId};
use memberships::columns as membership_columns;
use std::collections::HashMap;
use storage::{MeansState, Page, PeopleFilter, PeopleQuery, PeopleSort, PersonRow};

/// So many rows are read at once.
const SOME: usize = 100;
/// The active ID's certificate ends within so many days.
const SOON_DAYS: i64 = 60;
/// An ID that was not used for more days than these is long unused.
const UNUSED_DAYS: i64 = 90;

/// The conditions of a filter besides the organisation (`$1`) and being here; `$2` is the present moment, `$3` the
/// filter's own day. The pluses are for SQLite: it must not go by the index of a column that is only compared, because
/// thousands of rows here and there take longer than all of them in a row.
fn conditions(filter: PeopleFilter) -> &'static str {
    match filter {
        PeopleFilter::Present | PeopleFilter::Ended => "",
        PeopleFilter::NotActivated => " AND NOT was_active",
        PeopleFilter::QrExpired => " AND NOT was_active AND NOT pending AND asked AND qr_until <= $2",
        PeopleFilter::ExpiresSoon => " AND means = 'active' AND +expires_at > $2 AND +expires_at <= $3",
        PeopleFilter::LongUnused => {
            " AND means = 'active' AND +expires_at > $2 AND +last_used_at < $3 AND issued_at < $3"
        }
        PeopleFilter::Blocked => " AND (status = 'blocked' OR means = 'blocked' AND +expires_at > $2)",
        PeopleFilter::Reconfirm => " AND status = 'reconfirm'",
        PeopleFilter::WithRole => " AND more_roles",
    }
}

/// The day that a filter compares with.
fn filter_day(filter: PeopleFilter, now: Timestamp) -> Option<i64> {
    match filter {
        PeopleFilter::ExpiresSoon => Some(now.0 + SOON_DAYS * DAY),
        PeopleFilter::LongUnused => Some(day(now) - UNUSED_DAYS * DAY),
        _ => None,
    }
}

fn sort_column(sort: PeopleSort) -> &'static str {
    match sort {
        PeopleSort::Name => "name_key",
        PeopleSort::Department => "department_key",
        PeopleSort::PersonnelNumber => "personnel_key",
        PeopleSort::LastUse => "last_used_at",
        PeopleSort::Expiry => "expires_at",
        PeopleSort::Since => "since",
    }
}

/// What the row of `directory` says about somebody's means.
fn means(row: &mut Row, now: Timestamp) -> Result<(MeansState, Option<Timestamp>)> {
    let (kind, expires_at, last_used_at) = (row.text()?, row.time()?, row.time()?);
    let (pending, was_active, asked, qr_until) = (row.bool()?, row.bool()?, row.bool()?, row.time()?);
    let state = match kind.as_str() {
        "active" if expires_at > now => MeansState::Active(expires_at),
        _ if pending => MeansState::Pending,
        "blocked" if expires_at > now => MeansState::Blocked,
        _ if qr_until > now => MeansState::QrWaits(qr_until),
        _ if was_active => MeansState::Over,
        _ if asked => MeansState::QrExpired,
        _ => MeansState::None,
    };
    Ok((state, (last_used_at.0 != 0).then_some(last_used_at)))
}

/// Which memberships, in order, and how many the whole list has.
async fn wanted(tx: &mut SqlTx<'_>, query: &PeopleQuery) -> Result<(Vec<MembershipId>, u64)> {
    let PeopleQuery { organisation, filter, sort, descending, window, now, .. } = *query;
    let text = fold(&query.text);
    let mut values: Vec<Value<'_>> = values![organisation, now].to_vec();
    values.extend(filter_day(filter, now).map(Value::from));
    let mut also = conditions(filter).to_owned();
    if !text.is_empty() {
        values.push(text.as_str().into());
        also = format!("{also} AND {}", tx.holds("search", values.len()));
    }
    let here = if filter == PeopleFilter::Ended { "present_until <= $2" } else { "present_until > $2" };
    let sql = |descending: bool| {
        let way = if descending { " DESC" } else { "" };
        let order = match sort_column(sort) {
            "name_key" => format!("name_key{way}, membership{way}"),
            key => format!("{key}{way}, name_key{way}, membership{way}"),
        };
        format!("SELECT membership FROM directory WHERE organisation = $1 AND +{here}{also} ORDER BY {order}")
    };
    let postgres = tx.is_postgres();
    let plain = |sql: String| if postgres { sql.replace('+', "") } else { sql };
    let ids = |mut rows: Vec<Row>| rows.iter_mut().map(|row| row.id(MembershipId)).collect::<Result<Vec<_>>>();
    if !also.is_empty() {
        let sql = plain(sql(descending));
        let (rows, total) = tx.part(&sql, &values, window).await?;
        return Ok((ids(rows)?, total));
    }
    // Everybody is counted fast, and the second half of the list is read from its end.
    let (forward, backward) = (plain(sql(descending)), plain(sql(!descending)));
    let total = tx.count(&format!("directory WHERE organisation = $1 AND {here}"), &values).await?;
    let from_end = window.offset > total / 2;
    let limit = total.saturating_sub(window.offset).min(u64::from(window.limit));
    let offset = if from_end { total.saturating_sub(window.offset).saturating_sub(limit) } else { window.offset };
    values.extend([Value::from(limit), Value::from(offset)]);
    let sql = format!("{} LIMIT $3 OFFSET $4", if from_end { backward } else { forward });
    let mut ids = ids(tx.rows(&sql, &values).await?)?;
    if from_end {
        ids.reverse();
    }
    Ok((ids, total))
}

pub(super) async fn page(tx: &mut SqlTx<'_>, query: &PeopleQuery) -> Result<Page<PersonRow>> {
    // What this job changed itself shows, too.
    tx.follow().await?;
    let now = query.now;
    let (ids, total) = wanted(tx, query).await?;
    let mut found = HashMap::new();
    for some in ids.chunks(SOME) {
        let numbers = (1..=some.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            concat!(
                "SELECT ",
                person_columns!(),
                ", ",
                membership_columns!(),
                ", d.means, d.expires_at, d.last_used_at, d.pending, d.was_active, d.asked, d.qr_until \
                 FROM directory AS d JOIN memberships ON memberships.id = d.membership \
                 JOIN people ON people.id = d.person WHERE d.membership IN ({})"
            ),
            numbers
        );
        let values: Vec<Value<'_>> = some.iter().map(|id| Value::from(*id)).collect();
        for mut row in tx.rows(&sql, &values).await? {
            let (person, membership) = (person(&mut row)?, memberships::membership(&mut row)?);
            let (means, last_used_at) = means(&mut row, now)?;
            found.insert(membership.id, PersonRow { person, membership, means, last_used_at });
        }
    }
    let rows = ids.iter().map(|id| found.remove(id).ok_or_else(|| corrupt("a row of the list of people")));
    Ok(Page { rows: rows.collect::<Result<_>>()?, total })
}
