//! The schema's version and environment: made, updated, or refused.

use crate::{
    connection::{postgres_error, sqlite_execute, sqlite_rows},
    migrations::Migrator,
    open::OpenError,
    row::Row,
    value::values,
};
use domain::Environment;
use sea_orm::{ConnectOptions, Database, SqlxPostgresConnector};
use sea_orm_migration::MigratorTrait;
use sqlx::PgPool;
use std::path::Path;
use storage::StoreError;

/// Any number: the advisory lock of those that make the schema.
const MIGRATION_LOCK: i64 = 0x5A4F_5247_4D49_4752;

fn ours() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// Whether something must still be made; refuses what a newer version made.
fn pending(applied: &[String]) -> Result<bool, OpenError> {
    let ours = ours();
    match applied.iter().find(|name| !ours.contains(name)) {
        Some(newer) => Err(OpenError::Newer(newer.clone())),
        None => Ok(ours.len() != applied.len()),
    }
}

/// Whether the SQLite file needs migrations.
pub(crate) fn sqlite_pending(connection: &rusqlite::Connection) -> Result<bool, OpenError> {
    let table = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'";
    if sqlite_rows(connection, table, &[])?.is_empty() {
        return Ok(true);
    }
    let rows = sqlite_rows(connection, "SELECT version FROM seaql_migrations", &[])?;
    let applied = rows.into_iter().map(|mut row| row.text()).collect::<Result<Vec<_>, _>>()?;
    pending(&applied)
}

/// Runs the migrations on a SQLite file.
pub(crate) async fn migrate_sqlite(path: &Path) -> Result<(), OpenError> {
    let failed = |error: sea_orm::DbErr| OpenError::Unavailable(error.to_string());
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options.max_connections(1).sqlx_logging(false);
    let database = Database::connect(options).await.map_err(failed)?;
    Migrator::up(&database, None).await.map_err(failed)?;
    database.close().await.map_err(failed)
}

const REMEMBER: &str = "INSERT INTO settings (name, value) VALUES ('environment', $1) ON CONFLICT DO NOTHING";
const RECALL: &str = "SELECT value FROM settings WHERE name = 'environment'";

fn same(found: &str, wanted: Environment) -> Result<(), OpenError> {
    if found == wanted.as_str() {
        return Ok(());
    }
    Err(OpenError::Environment { found: found.to_owned(), wanted })
}

/// Remembers the environment at the first opening, compares it later.
pub(crate) fn check_sqlite_environment(
    connection: &rusqlite::Connection,
    environment: Environment,
) -> Result<(), OpenError> {
    let recall = |rows: Vec<Row>| rows.into_iter().next().map(|mut row| row.text()).transpose();
    if let Some(found) = recall(sqlite_rows(connection, RECALL, &[])?)? {
        return same(&found, environment);
    }
    sqlite_execute(connection, REMEMBER, values![environment.as_str()])?;
    let found = recall(sqlite_rows(connection, RECALL, &[])?)?.unwrap_or_default();
    same(&found, environment)
}

/// The same for PostgreSQL, under an advisory lock: nodes may start together.
pub(crate) async fn prepare_postgres(pool: &PgPool, environment: Environment) -> Result<(), OpenError> {
    let failed = |error: sqlx::Error| OpenError::from(postgres_error(error));
    let mut holder = pool.acquire().await.map_err(failed)?;
    // The lock belongs to the connection: closing it, on success or failure, lets go.
    sqlx::query("SELECT pg_advisory_lock($1)").bind(MIGRATION_LOCK).execute(&mut *holder).await.map_err(failed)?;
    let prepared = prepare_locked(pool, environment).await;
    holder.close().await.map_err(failed)?;
    prepared
}

async fn prepare_locked(pool: &PgPool, environment: Environment) -> Result<(), OpenError> {
    let failed = |error: sqlx::Error| OpenError::from(postgres_error(error));
    let table = sqlx::query_scalar::<_, bool>("SELECT to_regclass('seaql_migrations') IS NOT NULL");
    let applied = if table.fetch_one(pool).await.map_err(failed)? {
        sqlx::query_scalar::<_, String>("SELECT version FROM seaql_migrations").fetch_all(pool).await.map_err(failed)?
    } else {
        Vec::new()
    };
    if pending(&applied)? {
        let database = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
        Migrator::up(&database, None).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    }
    sqlx::query(REMEMBER).bind(environment.as_str()).execute(pool).await.map_err(failed)?;
    let found = sqlx::query_scalar::<_, String>(RECALL).fetch_one(pool).await.map_err(failed)?;
    same(&found, environment)
}
