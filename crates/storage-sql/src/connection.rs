//! One connection of either database: runs a statement, gives rows.

use crate::{
    row::{Cell, Row, corrupt},
    value::Value,
};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use sqlx::{Arguments, AssertSqlSafe, Column, Row as _, TypeInfo, ValueRef as _};
use storage::{StoreError, Window};

type Result<T> = std::result::Result<T, StoreError>;

/// A borrowed connection.
pub(crate) enum Connection<'c> {
    Sqlite(&'c mut rusqlite::Connection),
    Postgres(&'c mut sqlx::PgConnection),
}

impl Connection<'_> {
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
    /// Runs a statement and says how many rows it changed.
    pub async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        match self {
            Self::Sqlite(connection) => sqlite_execute(connection, sql, values),
            Self::Postgres(connection) => {
                let query = sqlx::query_with(AssertSqlSafe(sql.to_owned()), postgres_arguments(values)?);
                let done = query.execute(&mut **connection).await.map_err(postgres_error)?;
                Ok(done.rows_affected())
            }
        }
    }
    /// Runs a statement and gives its rows.
    pub async fn rows(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(connection) => sqlite_rows(connection, sql, values),
            Self::Postgres(connection) => {
                let query = sqlx::query_with(AssertSqlSafe(sql.to_owned()), postgres_arguments(values)?);
                let rows = query.fetch_all(&mut **connection).await.map_err(postgres_error)?;
                rows.iter().map(postgres_row).collect()
            }
        }
    }
}

impl Connection<'_> {
    /// A part of the rows of a statement, and how many it has in all.
    pub async fn part(&mut self, sql: &str, values: &[Value<'_>], window: Window) -> Result<(Vec<Row>, u64)> {
        if let Self::Sqlite(connection) = self {
            return sqlite_part(connection, sql, values, window);
        }
        let count = format!("SELECT count(*) FROM ({sql}) AS every");
        let total = self.rows(&count, values).await?.first_mut().ok_or_else(|| corrupt("no count"))?.number()?;
        let sql = format!("{sql} LIMIT ${} OFFSET ${}", values.len() + 1, values.len() + 2);
        let values = [values, &[window.limit.into(), window.offset.into()]].concat();
        Ok((self.rows(&sql, &values).await?, total))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(value) => value.map_or(ValueRef::Null, ValueRef::Integer),
            Self::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Self::Text(value) => value.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())),
            Self::Bytes(value) => value.map_or(ValueRef::Null, ValueRef::Blob),
            Self::Id(value) => value.as_ref().map_or(ValueRef::Null, |id| ValueRef::Blob(id.as_bytes())),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// SQLite numbers `$1` in order of appearance, as a name; `?1` is by number.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

pub(crate) fn sqlite_execute(connection: &rusqlite::Connection, sql: &str, values: &[Value<'_>]) -> Result<u64> {
    let mut statement = connection.prepare_cached(&numbered(sql)).map_err(sqlite_error)?;
    let changed = statement.execute(rusqlite::params_from_iter(values)).map_err(sqlite_error)?;
    Ok(changed as u64)
}

pub(crate) fn sqlite_rows(connection: &rusqlite::Connection, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(&numbered(sql)).map_err(sqlite_error)?;
    let width = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(sqlite_error)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(sqlite_error)? {
        all.push(sqlite_row(row, width)?);
    }
    Ok(all)
}

fn sqlite_row(row: &rusqlite::Row<'_>, width: usize) -> Result<Row> {
    let cells = (0..width).map(|column| {
        Ok(match row.get_ref(column).map_err(sqlite_error)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(value) => Cell::Int(value),
            ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
            ValueRef::Real(_) => return Err(corrupt("a fraction in a column")),
        })
    });
    Ok(Row::new(cells.collect::<Result<_>>()?))
}

/// A part of the rows of a statement, and how many it has in all: in one go, where looking for them is what takes time.
fn sqlite_part(
    connection: &rusqlite::Connection,
    sql: &str,
    values: &[Value<'_>],
    window: Window,
) -> Result<(Vec<Row>, u64)> {
    let mut statement = connection.prepare_cached(&numbered(sql)).map_err(sqlite_error)?;
    let width = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(sqlite_error)?;
    let (mut part, mut total) = (Vec::new(), 0);
    let wanted = window.offset..window.offset.saturating_add(u64::from(window.limit));
    while let Some(row) = rows.next().map_err(sqlite_error)? {
        if wanted.contains(&total) {
            part.push(sqlite_row(row, width)?);
        }
        total += 1;
    }
    Ok((part, total))
}

/// SQLite's errors in our words.
pub(crate) fn sqlite_error(error: rusqlite::Error) -> StoreError {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    match &error {
        rusqlite::Error::SqliteFailure(failure, message)
            if [SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE].contains(&failure.extended_code) =>
        {
            StoreError::Duplicate(message.clone().unwrap_or_default())
        }
        _ => StoreError::Unavailable(error.to_string()),
    }
}

fn postgres_arguments(values: &[Value<'_>]) -> Result<sqlx::postgres::PgArguments> {
    let mut arguments = sqlx::postgres::PgArguments::default();
    for value in values {
        let added = match value {
            Value::Int(value) => arguments.add(*value),
            Value::Bool(value) => arguments.add(*value),
            Value::Text(value) => arguments.add(*value),
            Value::Bytes(value) => arguments.add(*value),
            Value::Id(value) => arguments.add(*value),
        };
        added.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    }
    Ok(arguments)
}

fn postgres_row(row: &sqlx::postgres::PgRow) -> Result<Row> {
    let read = |column: usize| -> std::result::Result<Cell, sqlx::Error> {
        if row.try_get_raw(column)?.is_null() {
            return Ok(Cell::Null);
        }
        Ok(match row.column(column).type_info().name() {
            "BOOL" => Cell::Int(i64::from(row.try_get::<bool, _>(column)?)),
            "INT8" => Cell::Int(row.try_get(column)?),
            "INT4" => Cell::Int(i64::from(row.try_get::<i32, _>(column)?)),
            "BYTEA" => Cell::Bytes(row.try_get(column)?),
            "UUID" => Cell::Id(row.try_get(column)?),
            _ => Cell::Text(row.try_get(column)?),
        })
    };
    let cells = (0..row.len()).map(|column| read(column).map_err(|_| corrupt("a column of an unknown type")));
    Ok(Row::new(cells.collect::<Result<_>>()?))
}

/// PostgreSQL's errors in our words; deadlocks and serialization failures are "not available": try again later.
pub(crate) fn postgres_error(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() => {
            StoreError::Duplicate(database.constraint().unwrap_or_default().to_owned())
        }
        _ => StoreError::Unavailable(error.to_string()),
    }
}
