//! The schema, one file per change, oldest first. Moments are milliseconds since 1970, ids UUIDs, hashes bytes.

mod m0001_settings;
mod m0002_organisations;
mod m0003_people;
mod m0004_installations;
mod m0005_identities;
mod m0006_requests;
mod m0007_registrations;
mod m0008_sessions;
mod m0009_counters;
mod m0010_log;
mod m0011_browser_keys;

use sea_orm_migration::prelude::*;

/// All changes.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_settings::Migration),
            Box::new(m0002_organisations::Migration),
            Box::new(m0003_people::Migration),
            Box::new(m0004_installations::Migration),
            Box::new(m0005_identities::Migration),
            Box::new(m0006_requests::Migration),
            Box::new(m0007_registrations::Migration),
            Box::new(m0008_sessions::Migration),
            Box::new(m0009_counters::Migration),
            Box::new(m0010_log::Migration),
            Box::new(m0011_browser_keys::Migration),
        ]
    }
}

/// Column types that both databases have, under our names.
struct Columns {
    postgres: bool,
}

impl Columns {
    fn of(manager: &SchemaManager<'_>) -> Self {
        Self { postgres: manager.get_database_backend() == sea_orm::DatabaseBackend::Postgres }
    }
    fn id(&self, name: &'static str) -> ColumnDef {
        self.id_null(name).not_null().take()
    }
    /// SQLite has no UUID type: 16 bytes.
    fn id_null(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(Alias::new(name));
        if self.postgres { column.uuid().take() } else { column.blob().take() }
    }
    fn text(&self, name: &'static str) -> ColumnDef {
        self.text_null(name).not_null().take()
    }
    fn text_null(&self, name: &'static str) -> ColumnDef {
        ColumnDef::new(Alias::new(name)).text().take()
    }
    fn number(&self, name: &'static str) -> ColumnDef {
        self.number_null(name).not_null().take()
    }
    fn number_null(&self, name: &'static str) -> ColumnDef {
        ColumnDef::new(Alias::new(name)).big_integer().take()
    }
    fn bytes(&self, name: &'static str) -> ColumnDef {
        self.bytes_null(name).not_null().take()
    }
    fn bytes_null(&self, name: &'static str) -> ColumnDef {
        ColumnDef::new(Alias::new(name)).blob().take()
    }
    fn truth(&self, name: &'static str) -> ColumnDef {
        ColumnDef::new(Alias::new(name)).boolean().not_null().take()
    }
}

/// A table.
fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name)).if_not_exists();
    columns.into_iter().for_each(|column| {
        table.col(column);
    });
    table
}

/// A reference to the id of another table.
fn refers(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}"))
        .from(Alias::new(table), Alias::new(column))
        .to(Alias::new(to), Alias::new("id"))
        .take()
}

fn index_of(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_by_{}", columns.join("_"))).table(Alias::new(table)).if_not_exists();
    columns.iter().for_each(|column| {
        index.col(Alias::new(*column));
    });
    index
}
