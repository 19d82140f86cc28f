//! SQLite: one writer thread that commits many jobs together, and readers beside it (WAL).

use crate::{
    connection::{Connection, sqlite_error},
    context::Context,
    seal,
    transaction::SqlTx,
};
use futures::executor::block_on;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};
use storage::{Job, StoreError};
use tokio::sync::{Semaphore, mpsc, oneshot};

type Result<T> = std::result::Result<T, StoreError>;

/// Most jobs in one commit.
const BATCH: usize = 256;
/// Jobs that may wait; more wait at the door.
const QUEUE: usize = 4096;
/// Readers at the same time.
const READERS: usize = 4;
/// How long another process may hold the database.
const BUSY: Duration = Duration::from_secs(10);
/// Statements kept prepared per connection.
const PREPARED: usize = 256;

/// What the writer does.
pub(crate) enum Work {
    /// A job of the services.
    Job(Job),
    /// Seals what was read and signed before.
    Seal(Box<seal::Signed>),
}

struct Waiting {
    work: Work,
    answer: oneshot::Sender<Result<()>>,
}

/// The database file with its writer.
pub(crate) struct Sqlite {
    path: PathBuf,
    pub context: Context,
    jobs: Option<mpsc::Sender<Waiting>>,
    writer: Option<JoinHandle<()>>,
    idle_readers: Arc<Mutex<Vec<rusqlite::Connection>>>,
    readers: Arc<Semaphore>,
    /// One sealing at a time in this process; the transaction guards against others.
    pub sealing: tokio::sync::Mutex<()>,
}

/// Opens a connection: WAL, `synchronous=FULL` (an acknowledged commit survives a power cut), foreign keys.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What a job's savepoint may have to undo; on disk it would be a temporary file that is written for every page.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

impl Sqlite {
    /// Starts the writer. The schema must be there.
    pub fn start(path: &Path, context: Context) -> Result<Self> {
        let mut connection = connect(path).map_err(sqlite_error)?;
        let (jobs, mut queue) = mpsc::channel::<Waiting>(QUEUE);
        let writing = context.clone();
        let runtime = tokio::runtime::Handle::try_current().ok();
        let writer = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                let _inside = runtime.as_ref().map(tokio::runtime::Handle::enter);
                let mut batch = Vec::with_capacity(BATCH);
                while queue.blocking_recv_many(&mut batch, BATCH) > 0 {
                    write_batch(&mut connection, &writing, &mut batch);
                }
            })
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            context,
            jobs: Some(jobs),
            writer: Some(writer),
            idle_readers: Arc::default(),
            readers: Arc::new(Semaphore::new(READERS)),
            sealing: tokio::sync::Mutex::default(),
        })
    }

    /// Hands work to the writer; returns after the commit.
    pub async fn run(&self, work: Work) -> Result<()> {
        let gone = || StoreError::Unavailable("the writer has stopped".to_owned());
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(Waiting { work, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Reads one consistent state.
    pub async fn view(&self, job: Job) -> Result<()> {
        let context = self.context.clone();
        self.read(move |reader| attempt(reader, &context, Work::Job(job), false)).await
    }

    /// Reads on a thread that may block, in a transaction.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut rusqlite::Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let unavailable = |error: &dyn std::fmt::Display| StoreError::Unavailable(error.to_string());
        let permit = self.readers.clone().acquire_owned().await.map_err(|error| unavailable(&error))?;
        let (path, idle) = (self.path.clone(), self.idle_readers.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let known = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut reader = match known {
                Some(reader) => reader,
                None => open_reader(&path).map_err(sqlite_error)?,
            };
            let outcome = in_transaction(&mut reader, work);
            if reader.is_autocommit() {
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            }
            outcome
        });
        reading.await.map_err(|error| unavailable(&error))?
    }
}

impl Drop for Sqlite {
    /// Lets the writer finish what it has, so that a store that was dropped has no writer left.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(writer) = self.writer.take().filter(|writer| writer.thread().id() != std::thread::current().id()) {
            let _ = writer.join();
        }
    }
}

fn open_reader(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let reader = connect(path)?;
    reader.pragma_update(None, "query_only", true)?;
    Ok(reader)
}

fn control(connection: &rusqlite::Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(|_| ())
}

fn in_transaction<T>(
    reader: &mut rusqlite::Connection,
    work: impl FnOnce(&mut rusqlite::Connection) -> Result<T>,
) -> Result<T> {
    control(reader, "BEGIN").map_err(sqlite_error)?;
    let outcome = work(reader);
    let ended = control(reader, "ROLLBACK").map_err(sqlite_error);
    outcome.and_then(|found| ended.map(|()| found))
}

/// Works on a connection with an open transaction; a panic is an error like any other.
fn attempt(connection: &mut rusqlite::Connection, context: &Context, work: Work, writes: bool) -> Result<()> {
    let run = AssertUnwindSafe(|| {
        let mut connection = Connection::Sqlite(connection);
        match work {
            Work::Seal(signed) => block_on(seal::apply(&mut connection, context, &signed)),
            Work::Job(job) => {
                let mut tx = SqlTx::new(connection, context, writes);
                block_on(async {
                    let answer = job(&mut tx).await;
                    tx.finish(answer).await
                })
            }
        }
    });
    catch_unwind(run).unwrap_or_else(|_| {
        tracing::error!("a database job panicked");
        Err(StoreError::Unavailable("the job failed".to_owned()))
    })
}

/// One durable commit for all jobs that wait, each in its own savepoint; the answers go out after the commit.
fn write_batch(connection: &mut rusqlite::Connection, context: &Context, batch: &mut Vec<Waiting>) {
    let mut done = Vec::with_capacity(batch.len());
    let committed = write_all(connection, context, batch, &mut done);
    if let Err(error) = &committed {
        tracing::error!(%error, jobs = done.len() + batch.len(), "a commit failed");
        if !connection.is_autocommit() {
            let _ = control(connection, "ROLLBACK");
        }
    }
    let failed = |error: &StoreError| Err(StoreError::Unavailable(error.to_string()));
    for (answer, outcome) in done {
        // Nobody listens any more when the caller went away.
        let _ = answer.send(match &committed {
            Err(error) if outcome.is_ok() => failed(error),
            _ => outcome,
        });
    }
    for waiting in batch.drain(..) {
        let _ = waiting.answer.send(match &committed {
            Err(error) => failed(error),
            Ok(()) => Err(StoreError::Unavailable("the job was not run".to_owned())),
        });
    }
}

type Done = Vec<(oneshot::Sender<Result<()>>, Result<()>)>;

fn write_all(
    connection: &mut rusqlite::Connection,
    context: &Context,
    batch: &mut Vec<Waiting>,
    done: &mut Done,
) -> Result<()> {
    let alone = batch.len() == 1;
    control(connection, "BEGIN IMMEDIATE").map_err(sqlite_error)?;
    for Waiting { work, answer } in batch.drain(..) {
        if alone {
            let outcome = attempt(connection, context, work, true);
            let good = outcome.is_ok();
            done.push((answer, outcome));
            return control(connection, if good { "COMMIT" } else { "ROLLBACK" }).map_err(sqlite_error);
        }
        if let Err(error) = control(connection, "SAVEPOINT job") {
            done.push((answer, Err(StoreError::Unavailable(error.to_string()))));
            return Err(sqlite_error(error));
        }
        let outcome = attempt(connection, context, work, true);
        let good = outcome.is_ok();
        done.push((answer, outcome));
        if connection.is_autocommit() {
            // A full disk and the like make SQLite roll the whole transaction back by itself.
            return Err(StoreError::Unavailable("the database rolled back".to_owned()));
        }
        if !good {
            control(connection, "ROLLBACK TO job").map_err(sqlite_error)?;
        }
        control(connection, "RELEASE job").map_err(sqlite_error)?;
    }
    control(connection, "COMMIT").map_err(sqlite_error)
}
