//! The transaction that a job gets.

use crate::{
    connection::Connection,
    context::Context,
    directory,
    row::{Row, corrupt},
    value::{Value, values},
};
use domain::{identity::IdentityId, person::PersonId};
use std::collections::{BTreeSet, HashMap};
use storage::{Page, StoreError, Window};

type Result<T> = std::result::Result<T, StoreError>;

/// Implements every repository on one connection, inside a transaction that others begin and end.
pub(crate) struct SqlTx<'c> {
    connection: Connection<'c>,
    pub(crate) context: &'c Context,
    /// Whether loaded rows are locked until the commit (changes on PostgreSQL; SQLite has one writer anyway).
    locks: bool,
    failure: Option<String>,
    /// Whose rows in the list of people must follow before the commit.
    touched: BTreeSet<PersonId>,
    /// What the list of people would say about identities that were loaded (and so are locked).
    pub(crate) seen: HashMap<IdentityId, directory::Means>,
}

/// A list that is given a page at a time: `SELECT columns FROM from ORDER BY order`.
pub(crate) struct List<'a> {
    pub columns: &'a str,
    /// Table and conditions.
    pub from: &'a str,
    pub order: &'a str,
}

impl<'c> SqlTx<'c> {
    /// Around a connection on which a transaction is open.
    pub fn new(connection: Connection<'c>, context: &'c Context, writes: bool) -> Self {
        let locks = writes && connection.is_postgres();
        Self { connection, context, locks, failure: None, touched: BTreeSet::new(), seen: HashMap::new() }
    }
    /// Whether it runs on PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.connection.is_postgres()
    }
    /// Something changed that the list of people shows.
    pub fn touch(&mut self, person: PersonId) {
        self.touched.insert(person);
    }
    /// Somebody is gone.
    pub fn untouch(&mut self, person: PersonId) {
        self.touched.remove(&person);
    }
    /// The end of a job: the list of people follows what it changed.
    pub async fn finish(mut self, answer: Result<()>) -> Result<()> {
        let followed = if answer.is_ok() && self.failure.is_none() { self.follow().await } else { Ok(()) };
        self.outcome(answer.and(followed))
    }
    /// Brings the list of people up to date.
    pub async fn follow(&mut self) -> Result<()> {
        let people = std::mem::take(&mut self.touched);
        let connection = &mut self.connection;
        let followed = directory::refresh(connection, people).await;
        self.noted(followed)
    }
    /// What a job may answer: one that went on after a failed statement must not commit half of its work. (PostgreSQL
    /// would silently roll back; SQLite would keep the rest.)
    fn outcome(self, answer: Result<()>) -> Result<()> {
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
    /// Rows of an aggregate, locked, without those that somebody else has locked.
    pub async fn load_free<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&mut Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let locked = if self.locks { format!("{sql} FOR NO KEY UPDATE SKIP LOCKED") } else { sql.to_owned() };
        self.rows(&locked, values).await?.iter_mut().map(read).collect()
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
    /// A part of a list and the length of the whole, without locks.
    pub async fn page<T>(
        &mut self,
        list: List<'_>,
        values: &[Value<'_>],
        window: Window,
        read: impl FnMut(&mut Row) -> Result<T>,
    ) -> Result<Page<T>> {
        let List { columns, from, order } = list;
        let total = self.count(from, values).await?;
        if window.offset >= total {
            return Ok(Page { rows: Vec::new(), total });
        }
        let (limit, offset) = (values.len() + 1, values.len() + 2);
        let sql = format!("SELECT {columns} FROM {from} ORDER BY {order} LIMIT ${limit} OFFSET ${offset}");
        let values = [values, &[window.limit.into(), window.offset.into()]].concat();
        let rows = self.rows(&sql, &values).await?.iter_mut().map(read).collect::<Result<_>>()?;
        Ok(Page { rows, total })
    }
    /// A part of the rows of a statement and the number of all, without locks; for a statement that looks through many.
    pub async fn part(&mut self, sql: &str, values: &[Value<'_>], window: Window) -> Result<(Vec<Row>, u64)> {
        let part = self.connection.part(sql, values, window).await;
        self.noted(part)
    }
    /// How many rows: `SELECT count(*) FROM from`.
    pub async fn count(&mut self, from: &str, values: &[Value<'_>]) -> Result<u64> {
        let mut rows = self.rows(&format!("SELECT count(*) FROM {from}"), values).await?;
        rows.first_mut().ok_or_else(|| corrupt("no count"))?.number()
    }
    /// The condition that the text of a column holds the value of this number.
    pub fn holds(&self, column: &str, value: usize) -> String {
        let function = if self.is_postgres() { "strpos" } else { "instr" };
        format!("{function}({column}, ${value}) > 0")
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
