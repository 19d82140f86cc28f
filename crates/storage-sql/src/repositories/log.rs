//! The log. Entries are appended; only sealing (their place in the tree) and retention ever touch them again.

mod paging;

use super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::SqlTx,
    value::values,
};
use domain::{
    Timestamp,
    log::{Actor, LogEntry, leaf_data, mac},
    merkle::{Hash, leaf_hash},
    organisation::OrganisationId,
    person::PersonId,
};
use storage::{Log, LogFilter, LogRecord, PlacedEntry};

/// What is read of an entry to verify it.
macro_rules! records {
    () => {
        "SELECT leaf, leaf_hash, salt, content, mac, at, organisation, person, actor FROM log_entries "
    };
}

fn record(row: &mut Row) -> Result<LogRecord> {
    let leaf = row.int_opt()?.map(u64::try_from).transpose().map_err(|_| corrupt("a leaf's place"))?;
    let hash: Hash = row.array()?;
    Ok(LogRecord {
        leaf,
        leaf_hash: leaf.map(|_| hash),
        salt: row.array_opt()?,
        content: row.text_opt()?,
        mac: row.bytes()?,
        at: row.time()?,
        organisation: row.id_opt(OrganisationId)?,
        person: row.id_opt(PersonId)?,
        actor: row.id_opt(PersonId)?,
    })
}

#[async_trait::async_trait]
impl Log for SqlTx<'_> {
    async fn append(&mut self, entry: &LogEntry) -> Result<()> {
        let content = serde_json::to_string(entry).map_err(|_| corrupt("a log entry"))?;
        let salt = self.context.entropy.array::<16>();
        let mac = mac(&self.context.node_key, &salt, &content);
        let hash = leaf_hash(&leaf_data(&salt, &content));
        let actor = match entry.actor {
            Actor::Person { person, .. } => Some(person),
            Actor::Card { .. } | Actor::Anonymous | Actor::System => None,
        };
        let sql = "INSERT INTO log_entries (id, at, organisation, person, actor, salt, content, mac, leaf_hash, event, \
                   outcome, reference) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let values = values![
            entry.id,
            entry.at,
            entry.organisation,
            entry.person,
            actor,
            &salt,
            &content,
            &mac,
            &hash,
            entry.event.as_str(),
            paging::outcome(entry.outcome),
            &entry.reference
        ];
        self.execute(sql, values).await.map(|_| ())
    }
    async fn log_entries(&mut self, filter: &LogFilter) -> Result<Vec<PlacedEntry>> {
        paging::entries(self, filter).await
    }
    async fn count_log_entries(&mut self, filter: &LogFilter, most: u32) -> Result<u64> {
        paging::count(self, filter, most).await
    }
    async fn forget_log_content(&mut self, before: Timestamp, limit: u32) -> Result<u64> {
        // What an entry is found by says who did what, as its content does.
        let sql = "UPDATE log_entries SET salt = NULL, content = NULL, organisation = NULL, person = NULL, actor = NULL, \
                   event = NULL, outcome = NULL, reference = NULL WHERE seq IN (SELECT seq FROM log_entries \
                   WHERE at < $1 AND content IS NOT NULL AND leaf IS NOT NULL ORDER BY at, seq LIMIT $2)";
        self.execute(sql, values![before, limit]).await
    }
    async fn checkpoint(&mut self) -> Result<Option<String>> {
        self.rows("SELECT note FROM log_tree WHERE id = 1", &[]).await?.first_mut().map(|row| row.text()).transpose()
    }
    async fn leaf_hashes(&mut self, size: u64) -> Result<Vec<Hash>> {
        // In parts: rows take several times the room of the hashes in them.
        const PART: u64 = 10_000;
        let sql = "SELECT leaf_hash FROM log_entries WHERE leaf >= $1 AND leaf < $2 ORDER BY leaf";
        let mut hashes = Vec::new();
        loop {
            let from = hashes.len() as u64;
            let to = size.min(from + PART);
            for mut row in self.rows(sql, values![from, to]).await? {
                hashes.push(row.array()?);
            }
            let read = hashes.len() as u64;
            if read == size || read < to {
                return Ok(hashes);
            }
        }
    }
    async fn sealed_log_records(&mut self, from: u64, limit: u32) -> Result<Vec<LogRecord>> {
        let sql = concat!(records!(), "WHERE leaf >= $1 ORDER BY leaf LIMIT $2");
        self.rows(sql, values![from, limit]).await?.iter_mut().map(record).collect()
    }
    async fn unsealed_log_records(&mut self, limit: u32) -> Result<Vec<LogRecord>> {
        let sql = concat!(records!(), "WHERE leaf IS NULL ORDER BY seq LIMIT $1");
        self.rows(sql, values![limit]).await?.iter_mut().map(record).collect()
    }
    async fn log_records(&mut self) -> Result<Vec<LogRecord>> {
        let sql = concat!(records!(), "ORDER BY leaf IS NULL, leaf, seq");
        self.rows(sql, &[]).await?.iter_mut().map(record).collect()
    }
}
