//! What the product needs from a database: one repository trait per aggregate, and the one way to change anything.
//! No SQL here; `storage-sql` implements it on SQLite and PostgreSQL.
//!
//! **Changes.** [`Store::run`] (through [`dyn Store::write`](trait.Store.html)) gives a job a transaction. `Ok` commits, `Err` rolls
//! back. A refusal that must leave a trace (a used try, a log entry) is therefore an `Ok` that holds the refusal. The
//! log entry of a change is appended in the same job ([`Log::append`]). On SQLite one writer runs many jobs in one
//! durable commit, each in its own savepoint, and answers after the commit; on PostgreSQL each job is a transaction
//! and rows that a job loads are locked (`FOR UPDATE`).

pub mod checkpoint;
mod repositories;
pub mod verify;

pub use repositories::*;

use std::{future::Future, pin::Pin};
use thiserror::Error;

/// The topics that changed, from every node.
pub type Notifications = Pin<Box<dyn futures::Stream<Item = String> + Send>>;

/// A boxed future that may borrow the transaction.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The database failed. Nothing was changed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Not reachable, timed out, deadlocked.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// What is stored cannot be read by this version.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    /// A row with this key exists already.
    #[error("exists already: {0}")]
    Duplicate(String),
    /// The job asked to roll back (its own error travels beside this one).
    #[error("rolled back")]
    RolledBack,
}

/// Everything that a job can do, in one transaction.
pub trait Tx:
    Organisations
    + People
    + Applications
    + Operators
    + Changes
    + Outbox
    + Notices
    + CareApplications
    + PreRegistrations
    + Identities
    + Installations
    + Requests
    + Registrations
    + Validations
    + Sessions
    + Browsers
    + Counters
    + Log
    + Send
{
}
impl<T> Tx for T where
    T: Organisations
        + People
        + Applications
        + Operators
        + Changes
        + Outbox
        + Notices
        + CareApplications
        + PreRegistrations
        + Identities
        + Installations
        + Requests
        + Registrations
        + Validations
        + Sessions
        + Browsers
        + Counters
        + Log
        + Send
{
}

/// A job, without its result (see [`dyn Store::write`](trait.Store.html)).
pub type Job = Box<dyn for<'a> FnOnce(&'a mut dyn Tx) -> BoxFuture<'a, Result<(), StoreError>> + Send>;

/// A database.
#[async_trait::async_trait]
pub trait Store: Send + Sync {
    /// Runs a job in a durable transaction; returns after the commit (or the rollback).
    async fn run(&self, job: Job) -> Result<(), StoreError>;
    /// Runs a job on a read-only connection: what it tries to write fails.
    async fn view(&self, job: Job) -> Result<(), StoreError>;
    /// Seals committed, unsealed log entries; see [`Sealing`].
    async fn seal(&self, sealer: &dyn Sealer) -> Result<Sealed, StoreError>;
    /// Wakes live pages of every node: tells that something about `topic` changed.
    async fn notify(&self, topic: &str) -> Result<(), StoreError>;
    /// The topics of [`Store::notify`], from every node (PostgreSQL LISTEN/NOTIFY; in process on SQLite).
    fn notifications(&self) -> Notifications;
}

impl dyn Store + '_ {
    /// Changes something. `Ok` commits; `Err` rolls back and is returned.
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'a> FnOnce(&'a mut dyn Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
    {
        let (outcome, slot) = deliver(job);
        let ran = self.run(outcome).await;
        take(ran, &slot)
    }
    /// Reads something, consistently, without changing anything.
    pub async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'a> FnOnce(&'a mut dyn Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
    {
        let (outcome, slot) = deliver(job);
        let ran = self.view(outcome).await;
        take(ran, &slot)
    }
}

type Slot<T, E> = std::sync::Arc<std::sync::Mutex<Option<Result<T, E>>>>;

fn deliver<T, E, F>(job: F) -> (Job, Slot<T, E>)
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'a> FnOnce(&'a mut dyn Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
{
    let slot: Slot<T, E> = Slot::default();
    let into = slot.clone();
    let job: Job = Box::new(move |tx| {
        Box::pin(async move {
            let result = job(tx).await;
            let answer = if result.is_ok() { Ok(()) } else { Err(StoreError::RolledBack) };
            if let Ok(mut slot) = into.lock() {
                *slot = Some(result);
            }
            answer
        })
    });
    (job, slot)
}

fn take<T, E: From<StoreError>>(ran: Result<(), StoreError>, slot: &Slot<T, E>) -> Result<T, E> {
    let result = slot.lock().ok().and_then(|mut slot| slot.take());
    match (ran, result) {
        (Ok(()), Some(Ok(value))) => Ok(value),
        (Err(StoreError::RolledBack), Some(Err(error))) => Err(error),
        (Err(error), _) => Err(error.into()),
        (Ok(()), _) => Err(StoreError::RolledBack.into()),
    }
}
