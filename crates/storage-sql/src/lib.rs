//! The storage traits on SQLite (one durable writer that commits many jobs together) and PostgreSQL.
//!
//! One set of statements serves both: `$1` placeholders, `RETURNING`, `ON CONFLICT`. SeaORM makes the schema; the
//! statements go through `rusqlite` (no thread between the writer and its database) and `sqlx`.

mod connection;
mod context;
mod directory;
mod folded;
mod migrations;
mod open;
mod postgres;
mod repositories;
mod row;
mod schema;
mod seal;
mod sqlite;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod transaction;
mod value;

pub use open::{OpenError, Options, open};
pub use store::SqlStore;
