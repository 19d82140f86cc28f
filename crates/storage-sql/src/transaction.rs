//! The transaction that a job gets.

use crate::{
    connection::Connection,
    context::Context,
    row::Row,
    value::{Value, values},
};
use storage::StoreError;

type Result<T> = std::result::Result<T, StoreError>;

/// Implements every repository on one connection, inside a transaction that others begin and end.
pub(crate) struct SqlTx<'c> {
    connection: Connection<'c>,
    pub(crate) context: &'c Context,
    /// Whether loaded rows are locked until the commit (changes on PostgreSQL; SQLite has one writer anyway).
    locks: bool,
    failure: Option<String>,
}

impl<'c> SqlTx<'c> {
    /// Around a connection on which a transaction is open.
    pub fn new(connection: Connection<'c>, context: &'c Context, writes: bool) -> Self {
        let locks = writes && connection.is_postgres();
        Self { connection, context, locks, failure: None }
    }
    /// What a job may answer: one that went on after a failed statement must not commit half of its work. (PostgreSQL
    /// would silently roll back; SQLite would keep the rest.)
    pub fn outcome(self, answer: Result<()>) -> Result<()> {
        match (answer, self.failure) {
            (Ok(()), Some(failure)) => Err(StoreError::Unavailable(failure)),
            (answer, _) => answer,
        }
    }
    fn noted<T>(&mut self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            self.failure.get_or_insert_with(|| error.to_string());
        }
        result
    }
    /// Rows without a lock.
    pub async fn rows(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let rows = self.connection.rows(sql, values).await;
        self.noted(rows)
    }
    /// Rows of an aggregate, locked until the commit. `NO KEY`: others may still refer to the row.
    pub async fn load(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        if !self.locks {
            return self.rows(sql, values).await;
        }
        self.rows(&format!("{sql} FOR NO KEY UPDATE"), values).await
    }
    /// Locks a name until the commit.
    pub async fn lock_name(&mut self, name: &str) -> Result<()> {
        if !self.locks {
            return Ok(());
        }
        self.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", values![name]).await.map(|_| ())
    }
    /// At most one row of an aggregate, locked.
    pub async fn load_one<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&mut Row) -> Result<T>,
    ) -> Result<Option<T>> {
        self.load(sql, values).await?.first_mut().map(read).transpose()
    }
    /// Rows of an aggregate, locked, each read.
    pub async fn load_all<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&mut Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.load(sql, values).await?.iter_mut().map(read).collect()
    }
    /// Runs a statement; how many rows it changed.
    pub async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        let done = self.connection.execute(sql, values).await;
        self.noted(done)
    }
    /// Inserts one row (`… ON CONFLICT DO NOTHING`, which leaves the transaction usable), or says that it is there.
    pub async fn insert(&mut self, what: &str, sql: &str, values: &[Value<'_>]) -> Result<()> {
        match self.execute(sql, values).await? {
            0 => Err(StoreError::Duplicate(what.to_owned())),
            _ => Ok(()),
        }
    }
    /// Changes the one row that must be there.
    pub async fn update(&mut self, what: &str, sql: &str, values: &[Value<'_>]) -> Result<()> {
        let changed = self.execute(sql, values).await?;
        let found = if changed == 1 { Ok(()) } else { Err(StoreError::Corrupt(format!("no {what} to change"))) };
        self.noted(found)
    }
}
