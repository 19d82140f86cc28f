//! Validations of organisations: their state as JSON, beside it what they are found by.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let columns = vec![
            c.id("id").primary_key().take(),
            c.bytes("browser"),
            c.id_null("card_request"),
            c.bytes_null("desktop_session"),
            c.id_null("organisation"),
            c.text("state"),
            c.number("created_at"),
            c.number("updated_at"),
        ];
        manager.create_table(table("validations", columns)).await?;
        for column in ["browser", "card_request", "desktop_session", "organisation", "updated_at"] {
            manager.create_index(index_of("validations", &[column])).await?;
        }
        Ok(())
    }
}
