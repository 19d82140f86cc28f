//! What a SQLite database holds, in one number a table: to see that nothing changed.

use super::TestDatabase;
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

/// How many rows each table has, and a digest of them.
pub type Digest = BTreeMap<String, (u64, u64)>;

impl TestDatabase {
    /// The rows of every table, as digests. Two states are the same when these are. The log only grows: of its entries
    /// there is the number.
    ///
    /// # Panics
    /// When it is not a SQLite file.
    pub fn digest(&self) -> Digest {
        let path = self.url.strip_prefix("sqlite:").expect("a SQLite file");
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the file opens");
        let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let mut statement = connection.prepare(names).expect("the list of tables");
        let tables = statement.query_map([], |row| row.get::<_, String>(0)).expect("the tables");
        tables.map(|table| table.expect("a name")).map(|table| (table.clone(), rows(&connection, &table))).collect()
    }
}

/// The order of the rows does not count.
fn rows(connection: &Connection, table: &str) -> (u64, u64) {
    if table == "log_entries" {
        let count = connection.query_row("SELECT COUNT(*) FROM log_entries", [], |row| row.get::<_, i64>(0));
        return (count.expect("a number").unsigned_abs(), 0);
    }
    let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\"")).expect("a table");
    let width = statement.column_count();
    let mut rows = statement.query([]).expect("its rows");
    let (mut count, mut sum) = (0, 0_u64);
    while let Some(row) = rows.next().expect("a row") {
        let mut hasher = DefaultHasher::new();
        for column in 0..width {
            match row.get_ref(column).expect("a column") {
                ValueRef::Null => 0_u8.hash(&mut hasher),
                ValueRef::Integer(value) => (1_u8, value).hash(&mut hasher),
                ValueRef::Real(value) => (2_u8, value.to_bits()).hash(&mut hasher),
                ValueRef::Text(bytes) => (3_u8, bytes).hash(&mut hasher),
                ValueRef::Blob(bytes) => (4_u8, bytes).hash(&mut hasher),
            }
        }
        count += 1;
        sum = sum.wrapping_add(hasher.finish());
    }
    (count, sum)
}
