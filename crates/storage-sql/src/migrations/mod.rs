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
mod m0021_people_details;
mod m0022_memberships_details;
mod m0023_organisations_search;
mod m0024_requests_asked_by;
mod m0025_identities_pending;
mod m0026_applications;
mod m0027_operators;
mod m0028_changes;
mod m0029_mails;
mod m0030_notices;
mod m0031_care_applications;
mod m0032_preregistrations;
mod m0033_role_periods;
mod m0034_attribute_periods;
mod m0035_face_to_face;
mod m0036_log_filters;
mod m0037_sessions_by_identity;
mod m0038_directory;
mod m0039_validations;
mod m0041_log_refusals;
mod m0042_time;
mod m0043_one_application;
mod m0044_requests_problem_reference;
mod m0045_card_logins;
mod m0046_reissue;
mod m0052_offices;
mod m0053_reopened_at;

use crate::folded;
use domain::{PersonName, name::fold};
use sea_orm::{QueryResult, Statement, Value};
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
            Box::new(m0021_people_details::Migration),
            Box::new(m0022_memberships_details::Migration),
            Box::new(m0023_organisations_search::Migration),
            Box::new(m0024_requests_asked_by::Migration),
            Box::new(m0025_identities_pending::Migration),
            Box::new(m0026_applications::Migration),
            Box::new(m0027_operators::Migration),
            Box::new(m0028_changes::Migration),
            Box::new(m0029_mails::Migration),
            Box::new(m0030_notices::Migration),
            Box::new(m0031_care_applications::Migration),
            Box::new(m0032_preregistrations::Migration),
            Box::new(m0033_role_periods::Migration),
            Box::new(m0034_attribute_periods::Migration),
            Box::new(m0035_face_to_face::Migration),
            Box::new(m0036_log_filters::Migration),
            Box::new(m0037_sessions_by_identity::Migration),
            Box::new(m0038_directory::Migration),
            Box::new(m0039_validations::Migration),
            Box::new(m0041_log_refusals::Migration),
            Box::new(m0042_time::Migration),
            Box::new(m0043_one_application::Migration),
            Box::new(m0044_requests_problem_reference::Migration),
            Box::new(m0045_card_logins::Migration),
            Box::new(m0046_reissue::Migration),
            Box::new(m0052_offices::Migration),
            Box::new(m0053_reopened_at::Migration),
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
    /// A text that is sorted by: byte by byte on both databases.
    fn key(&self, name: &'static str) -> ColumnDef {
        let mut column = self.text(name);
        if self.postgres { column.extra("COLLATE \"C\"").take() } else { column }
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

/// Adds columns to a table that is there.
async fn add_columns(manager: &SchemaManager<'_>, table: &'static str, columns: Vec<ColumnDef>) -> Result<(), DbErr> {
    for column in columns {
        // SQLite adds one at a time.
        manager.alter_table(Table::alter().table(Alias::new(table)).add_column(column).take()).await?;
    }
    Ok(())
}

async fn select(manager: &SchemaManager<'_>, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    let statement = Statement::from_string(manager.get_database_backend(), sql);
    manager.get_connection().query_all_raw(statement).await
}

async fn execute(manager: &SchemaManager<'_>, sql: &str, values: Vec<Value>) -> Result<(), DbErr> {
    let statement = Statement::from_sql_and_values(manager.get_database_backend(), sql, values);
    manager.get_connection().execute_raw(statement).await.map(|_| ())
}

/// A change of a large table takes longer than anything that the program does otherwise.
async fn no_time_limit(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == sea_orm::DatabaseBackend::Postgres {
        execute(manager, "SET LOCAL statement_timeout = 0", vec![]).await?;
    }
    Ok(())
}

#[cfg(all(test, feature = "testing"))]
mod tests;
