//! Opening a database: find it, bring its schema up to date, refuse what is not ours.

use crate::{
    context::Context,
    postgres::{self, Postgres},
    schema,
    sqlite::{self, Sqlite},
    store::{Database, SqlStore, TOPICS},
};
use domain::{Clock, Entropy, Environment};
use std::{
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};
use storage::StoreError;
use thiserror::Error;
use tokio::sync::broadcast;

/// What to open.
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// The environment this program runs in; the database remembers its own.
    pub environment: Environment,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Key of this node's MACs over log entries.
    pub node_key: [u8; 32],
}

/// Why a database was not opened; each is one clear line.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Not `sqlite:` or `postgres:`.
    #[error("the database URL must begin with sqlite: or postgres:")]
    Url,
    /// Cannot be reached or read.
    #[error("the database cannot be opened: {0}")]
    Unavailable(String),
    /// Made by a newer version.
    #[error("the database was changed by a newer version of this program ({0}); use that version")]
    Newer(String),
    /// Of the other environment.
    #[error("this is the database of the environment {found}, not of {wanted}")]
    Environment {
        /// What the database says.
        found: String,
        /// What the program runs as.
        wanted: Environment,
    },
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Opens a database and makes or updates its schema.
pub async fn open(options: Options) -> Result<SqlStore, OpenError> {
    let Options { url, environment, entropy, clock, node_key } = options;
    let context = Context { clock, entropy, node_key };
    let (topics, _) = broadcast::channel(TOPICS);
    let database = if let Some(path) = sqlite_path(&url) {
        prepare_sqlite(&path, environment).await?;
        Database::Sqlite(Sqlite::start(&path, context)?)
    } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        let pool = postgres::connect(&url).await?;
        schema::prepare_postgres(&pool, environment).await?;
        Database::Postgres(Postgres::start(pool, context, topics.clone()).await?)
    } else {
        return Err(OpenError::Url);
    };
    Ok(SqlStore { database, topics })
}

/// `sqlite:path`, `sqlite://path`, `sqlite:///path`, with or without `?mode=…`.
fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let path = rest.split_once('?').map_or(rest, |(path, _)| path);
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}

async fn prepare_sqlite(path: &Path, environment: Environment) -> Result<(), OpenError> {
    let unavailable = |error: &dyn std::fmt::Display| OpenError::Unavailable(format!("{}: {error}", path.display()));
    // SQLite gives its other files (WAL) the rights of this one: nobody else reads them, whatever the folder allows.
    let mut private = std::fs::OpenOptions::new();
    private.append(true).create(true).mode(0o600).open(path).map_err(|error| unavailable(&error))?;
    let connection = sqlite::connect(path).map_err(|error| unavailable(&error))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push("-migrating");
    let beside = PathBuf::from(beside);
    if schema::sqlite_pending(&connection)? {
        // Two programs may start together on an empty folder: one makes the schema, the other waits and finds it.
        let lock = std::fs::File::create(&beside).map_err(|error| unavailable(&error))?;
        let waiting = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock));
        let lock = waiting.await.map_err(|error| unavailable(&error))?.map_err(|error| unavailable(&error))?;
        if schema::sqlite_pending(&connection)? {
            schema::migrate_sqlite(path).await?;
        }
        drop(lock);
    }
    // Only now that the schema is whole: whoever still gets this lock, or one of a new file, finds nothing to do. (Had a
    // migration failed, a lock on a new file would not exclude those who wait for the old one.)
    let _ = std::fs::remove_file(&beside);
    schema::check_sqlite_environment(&connection, environment)
}
