//! The log. Entries are appended; only sealing (their place in the tree) and retention ever touch them again.

use super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::SqlTx,
    value::{Value, values},
};
use domain::{
    log::{Actor, LogEntry, leaf_data, mac},
    merkle::{Hash, leaf_hash},
    organisation::OrganisationId,
    person::PersonId,
};
use storage::{Log, LogFilter, LogRecord};

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
        let sql = "INSERT INTO log_entries (id, at, organisation, person, actor, salt, content, mac, leaf_hash) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let values = values![entry.id, entry.at, entry.organisation, entry.person, actor, &salt, &content, &mac, &hash];
        self.execute(sql, values).await.map(|_| ())
    }
    async fn log_entries(&mut self, filter: &LogFilter) -> Result<Vec<LogEntry>> {
        let mut sql = "SELECT content FROM log_entries WHERE content IS NOT NULL".to_owned();
        let mut values: Vec<Value<'_>> = Vec::new();
        if let Some(person) = filter.person {
            values.push(person.into());
            sql.push_str(" AND (person = $1 OR actor = $1)");
        }
        if let Some(organisation) = filter.organisation {
            values.push(organisation.into());
            sql.push_str(&format!(" AND organisation = ${}", values.len()));
        }
        if filter.limit == 0 {
            sql.push_str(" ORDER BY seq");
        } else {
            values.push(filter.limit.into());
            sql.push_str(&format!(" ORDER BY seq DESC LIMIT ${}", values.len()));
        }
        let read = |mut row: Row| row.json_opt()?.ok_or_else(|| corrupt("a log entry"));
        self.rows(&sql, &values).await?.into_iter().map(read).collect()
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
    async fn log_records(&mut self) -> Result<Vec<LogRecord>> {
        let sql = "SELECT leaf, leaf_hash, salt, content, mac, at, organisation, person, actor FROM log_entries \
                   ORDER BY leaf IS NULL, leaf, seq";
        self.rows(sql, &[]).await?.iter_mut().map(record).collect()
    }
}
