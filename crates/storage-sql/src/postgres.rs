//! PostgreSQL: every job a transaction of its own, on a connection that keeps its prepared statements.
//!
//! Jobs are not grouped into one commit as on SQLite: PostgreSQL groups the commits of parallel connections itself, one
//! connection would run all jobs one network round trip after the other, and the locks of a job would be held until its
//! neighbours are done, in an order that nobody chose. What counts here is the number of round trips.

use crate::{
    connection::{Connection, postgres_error},
    context::Context,
    transaction::SqlTx,
};
use futures::FutureExt as _;
use sqlx::{
    Connection as _, Executor as _, PgConnection,
    postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions},
};
use std::{
    panic::AssertUnwindSafe,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use storage::{Job, StoreError};
use tokio::{
    sync::{Semaphore, broadcast, mpsc},
    task::JoinHandle,
};

type Result<T> = std::result::Result<T, StoreError>;

/// The channel of LISTEN and NOTIFY.
const CHANNEL: &str = "zorgid";
/// Jobs of one node at the same time, each on its own connection.
const CONNECTIONS: usize = 24;
/// Connections for everything but jobs: listening, notifying, sealing, the schema.
const BESIDE: u32 = 4;
/// How long a job waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(10);
/// Topics in one NOTIFY, and topics that may wait for it.
const TOPICS: usize = 256;
const TOPICS_WAITING: usize = 4096;

/// The connections, with the tasks that listen and notify.
pub(crate) struct Postgres {
    pub pool: PgPool,
    pub context: Context,
    options: Arc<PgConnectOptions>,
    // A pool of our own: sqlx asks the server whether a connection still works each time that it is given back.
    idle: Mutex<Vec<PgConnection>>,
    places: Semaphore,
    told: mpsc::Sender<String>,
    tasks: [JoinHandle<()>; 2],
}

/// Connects. Locks are not waited for longer than ten seconds, statements half a minute.
pub(crate) async fn connect(url: &str) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url)
        .map_err(postgres_error)?
        .application_name("zorgid")
        .statement_cache_capacity(256)
        .options([("lock_timeout", "10s"), ("statement_timeout", "30s"), ("synchronous_commit", "on")]);
    let pool = PgPoolOptions::new().max_connections(BESIDE).acquire_timeout(ACQUIRE).test_before_acquire(false);
    pool.connect_with(options).await.map_err(postgres_error)
}

impl Postgres {
    /// Starts listening. The schema must be there.
    pub async fn start(pool: PgPool, context: Context, topics: broadcast::Sender<String>) -> Result<Self> {
        let mut listener = PgListener::connect_with(&pool).await.map_err(postgres_error)?;
        listener.listen(CHANNEL).await.map_err(postgres_error)?;
        let (told, telling) = mpsc::channel(TOPICS_WAITING);
        Ok(Self {
            options: pool.connect_options(),
            idle: Mutex::default(),
            places: Semaphore::new(CONNECTIONS),
            told,
            tasks: [tokio::spawn(listen(listener, topics)), tokio::spawn(tell(pool.clone(), telling))],
            pool,
            context,
        })
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
        let unavailable = |error: &dyn std::fmt::Display| StoreError::Unavailable(error.to_string());
        let place = tokio::time::timeout(ACQUIRE, self.places.acquire()).await;
        let _place = place.map_err(|error| unavailable(&error))?.map_err(|error| unavailable(&error))?;
        let mut connection = self.begin(begin).await.map_err(postgres_error)?;
        let mut tx = SqlTx::new(Connection::Postgres(&mut connection), &self.context, writes);
        let answer = AssertUnwindSafe(job(&mut tx)).catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!("a database job panicked");
            Err(StoreError::Unavailable("the job failed".to_owned()))
        });
        let outcome = tx.finish(answer).await;
        let ended = connection.execute(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" }).await;
        // A connection whose transaction did not end, or whose job went away in the middle, is not used again: closing it
        // rolls back.
        if ended.is_ok() {
            self.idle().push(connection);
        }
        outcome.and_then(|()| ended.map(|_| ()).map_err(postgres_error))
    }

    /// A connection on which a transaction is open. One that lay idle may have died meanwhile; a new one says why.
    async fn begin(&self, begin: &'static str) -> sqlx::Result<PgConnection> {
        loop {
            let Some(mut connection) = self.idle().pop() else { break };
            if connection.execute(begin).await.is_ok() {
                return Ok(connection);
            }
        }
        let mut connection = PgConnection::connect_with(&self.options).await?;
        connection.execute(begin).await?;
        Ok(connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<PgConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells every node, soon: what is told at the same time goes in one statement.
    pub fn notify(&self, topic: &str) -> Result<()> {
        self.told.try_send(topic.to_owned()).map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

async fn listen(mut listener: PgListener, topics: broadcast::Sender<String>) {
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
}

async fn tell(pool: PgPool, mut telling: mpsc::Receiver<String>) {
    let mut topics = Vec::with_capacity(TOPICS);
    while telling.recv_many(&mut topics, TOPICS).await > 0 {
        let query = sqlx::query("SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS told (topic)");
        if let Err(error) = query.bind(CHANNEL).bind(&topics).execute(&pool).await {
            tracing::warn!(%error, "could not notify");
        }
        topics.clear();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
