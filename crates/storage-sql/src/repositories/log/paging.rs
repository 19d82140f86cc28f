//! Reading the log a page at a time, newest first, out of millions of entries: every filter that leaves few entries of
//! many has an index in the order of the pages.

use super::super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::SqlTx,
    value::{Value, values},
};
use domain::{
    Timestamp,
    log::{Event, Outcome},
    person::PersonId,
};
use std::collections::BTreeSet;
use storage::{LogFilter, PlacedEntry};

/// The stored word.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Refused => "refused",
    }
}

/// A statement that grows.
struct Query<'a> {
    values: Vec<Value<'a>>,
    /// The ways to the entries: alternatives that exclude each other, each with an index that gives its entries in order.
    ways: Vec<String>,
    /// What else holds of every entry.
    also: Vec<String>,
    /// Before a column that is only compared: keeps SQLite from going by its index instead.
    only_compared: &'static str,
}

impl<'a> Query<'a> {
    fn value(&mut self, value: impl Into<Value<'a>>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
    /// A condition that is a way when there is none yet.
    fn equal(&mut self, column: &str, value: impl Into<Value<'a>>) {
        let value = self.value(value);
        if self.ways.is_empty() {
            self.ways = vec![format!("{column} = {value}")];
        } else {
            self.also.push(format!("{}{column} = {value}", self.only_compared));
        }
    }
    fn about(&mut self, person: PersonId) {
        let value = self.value(person);
        if self.ways.is_empty() {
            let by_others = format!("actor = {value} AND (person IS NULL OR person <> {value})");
            self.ways = vec![format!("person = {value}"), by_others];
        } else {
            let compared = self.only_compared;
            self.also.push(format!("({compared}person = {value} OR {compared}actor = {value})"));
        }
    }
    /// One of several events: each has its own part of an index.
    fn events(&mut self, events: &'a [Event], by_event: bool) {
        // An event that is asked for twice must not come twice.
        let events: BTreeSet<&str> = events.iter().map(|event| event.as_str()).collect();
        let numbers: Vec<_> = events.into_iter().map(|event| self.value(event)).collect();
        if !by_event {
            let any = numbers.join(", ");
            return self.also.push(format!("{}event IN ({any})", self.only_compared));
        }
        let ways = if self.ways.is_empty() { vec![String::new()] } else { std::mem::take(&mut self.ways) };
        let both = |way: &String, event: &String| {
            if way.is_empty() { format!("event = {event}") } else { format!("{way} AND event = {event}") }
        };
        self.ways = ways.iter().flat_map(|way| numbers.iter().map(move |event| both(way, event))).collect();
    }
    /// Place and moment of the entries of every way, as one table.
    fn parts(&mut self, end: &str) -> String {
        let ways = if self.ways.is_empty() { vec![String::new()] } else { std::mem::take(&mut self.ways) };
        let also = self.also.iter().map(String::as_str);
        let part = |way: &String| {
            let conditions = std::iter::once("content IS NOT NULL").chain([way.as_str()]).chain(also.clone());
            let conditions: Vec<_> = conditions.filter(|condition| !condition.is_empty()).collect();
            format!("SELECT seq, at FROM log_entries WHERE {}{end}", conditions.join(" AND "))
        };
        let parts: Vec<_> = ways.iter().map(|way| format!("SELECT * FROM ({}) AS part", part(way))).collect();
        parts.join(" UNION ALL ")
    }
}

/// Where to go on: older than this entry.
async fn before(tx: &mut SqlTx<'_>, place: u64) -> Result<Option<Timestamp>> {
    let mut rows = tx.rows("SELECT at FROM log_entries WHERE seq = $1", values![place]).await?;
    rows.first_mut().map(Row::time).transpose()
}

/// The statement of a filter, as far as it says which entries.
async fn query<'a>(tx: &mut SqlTx<'_>, filter: &'a LogFilter) -> Result<Query<'a>> {
    let only_compared = if tx.is_postgres() { "" } else { "+" };
    let mut query = Query { values: Vec::new(), ways: Vec::new(), also: Vec::new(), only_compared };
    if let Some(reference) = &filter.reference {
        query.equal("reference", reference);
    }
    let by_event = filter.reference.is_none() && filter.person.is_none();
    if let Some(person) = filter.person {
        query.about(person);
    }
    if let Some(organisation) = filter.organisation {
        query.equal("organisation", organisation);
    }
    if !filter.events.is_empty() {
        query.events(&filter.events, by_event);
    }
    if let Some(wanted) = filter.outcome {
        // As it stands in the indexes of the few refusals.
        query.also.push(format!("outcome = '{}'", outcome(wanted)));
    }
    if let Some(from) = filter.from {
        let from = query.value(from);
        query.also.push(format!("at >= {from}"));
    }
    if let Some(until) = filter.until {
        let until = query.value(until);
        query.also.push(format!("at < {until}"));
    }
    if let Some(place) = filter.before {
        let at = before(tx, place).await?;
        let seq = query.value(place);
        let older = match at {
            Some(at) => {
                let at = query.value(at);
                format!("at <= {at} AND (at < {at} OR seq < {seq})")
            }
            None => format!("seq < {seq}"),
        };
        query.also.push(older);
    }
    Ok(query)
}

pub(super) async fn entries(tx: &mut SqlTx<'_>, filter: &LogFilter) -> Result<Vec<PlacedEntry>> {
    let mut query = query(tx, filter).await?;
    let sql = statement(&mut query, filter.limit);
    let read = |mut row: Row| {
        let place = row.number()?;
        Ok(PlacedEntry { place, entry: row.json()? })
    };
    tx.rows(&sql, &query.values).await?.into_iter().map(read).collect()
}

pub(super) async fn count(tx: &mut SqlTx<'_>, filter: &LogFilter, most: u32) -> Result<u64> {
    let mut query = query(tx, filter).await?;
    let limit = query.value(most);
    let parts = query.parts(&format!(" LIMIT {limit}"));
    let sql = format!("SELECT count(*) FROM (SELECT seq FROM ({parts}) AS every LIMIT {limit}) AS counted");
    tx.rows(&sql, &query.values).await?.first_mut().ok_or_else(|| corrupt("no count"))?.number()
}

fn statement(query: &mut Query<'_>, limit: u32) -> String {
    let (order, limit) = match limit {
        0 => ("seq", String::new()),
        _ => ("at DESC, seq DESC", format!(" LIMIT {}", query.value(limit))),
    };
    let parts = query.parts(&format!(" ORDER BY {order}{limit}"));
    // Many ways give many entries of which few are shown: their content is read last.
    format!(
        "SELECT log_entries.seq, log_entries.content \
         FROM (SELECT seq, at FROM ({parts}) AS every ORDER BY {order}{limit}) AS page \
         JOIN log_entries ON log_entries.seq = page.seq ORDER BY {}",
        order.replace("at", "page.at").replace("seq", "page.seq")
    )
}
