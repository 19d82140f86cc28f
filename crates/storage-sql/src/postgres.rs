//! PostgreSQL: a pool; every job its own transaction.

use crate::{
    connection::{Connection, postgres_error},
    context::Context,
    transaction::SqlTx,
};
use futures::FutureExt as _;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use std::{panic::AssertUnwindSafe, str::FromStr, time::Duration};
use storage::{Job, StoreError};
use tokio::{sync::broadcast, task::JoinHandle};

type Result<T> = std::result::Result<T, StoreError>;

/// The channel of LISTEN and NOTIFY.
const CHANNEL: &str = "zorgid";
/// Connections of one node.
const CONNECTIONS: u32 = 24;
/// How long a job waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(10);

/// The pool, with the task that listens.
pub(crate) struct Postgres {
    pub pool: PgPool,
    pub context: Context,
    listener: JoinHandle<()>,
}

/// Connects. Locks are not waited for longer than ten seconds, statements half a minute.
pub(crate) async fn connect(url: &str) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url)
        .map_err(postgres_error)?
        .application_name("zorgid")
        .statement_cache_capacity(256)
        .options([("lock_timeout", "10s"), ("statement_timeout", "30s"), ("synchronous_commit", "on")]);
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ACQUIRE).test_before_acquire(false);
    pool.connect_with(options).await.map_err(postgres_error)
}

impl Postgres {
    /// Starts listening. The schema must be there.
    pub async fn start(pool: PgPool, context: Context, topics: broadcast::Sender<String>) -> Result<Self> {
        let mut listener = PgListener::connect_with(&pool).await.map_err(postgres_error)?;
        listener.listen(CHANNEL).await.map_err(postgres_error)?;
        let listener = tokio::spawn(async move {
            // `recv` connects again by itself; it fails for good when the pool is closed.
            loop {
                match listener.recv().await {
                    Ok(notification) => {
                        let _ = topics.send(notification.payload().to_owned());
                    }
                    Err(sqlx::Error::PoolClosed) => return,
                    Err(error) => {
                        tracing::warn!(%error, "listening for notifications failed");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            }
        });
        Ok(Self { pool, context, listener })
    }

    /// Runs a job in a transaction of its own.
    pub async fn run(&self, job: Job) -> Result<()> {
        self.transact(job, "BEGIN", true).await
    }

    /// Reads one consistent state.
    pub async fn view(&self, job: Job) -> Result<()> {
        self.transact(job, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", false).await
    }

    async fn transact(&self, job: Job, begin: &'static str, writes: bool) -> Result<()> {
        let mut transaction = self.pool.begin_with(begin).await.map_err(postgres_error)?;
        let mut tx = SqlTx::new(Connection::Postgres(&mut transaction), &self.context, writes);
        let answer = AssertUnwindSafe(job(&mut tx)).catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!("a database job panicked");
            Err(StoreError::Unavailable("the job failed".to_owned()))
        });
        match tx.outcome(answer) {
            Ok(()) => transaction.commit().await.map_err(postgres_error),
            Err(error) => {
                // When this fails the connection is broken, and with it the transaction.
                let _ = transaction.rollback().await;
                Err(error)
            }
        }
    }

    /// Tells every node.
    pub async fn notify(&self, topic: &str) -> Result<()> {
        let query = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(topic);
        query.execute(&self.pool).await.map(|_| ()).map_err(postgres_error)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.listener.abort();
    }
}
