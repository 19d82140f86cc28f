//! Organisations.

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
            c.text("name"),
            c.text("ura").unique_key().take(),
            c.text_null("contact"),
            c.text("status"),
            c.number("created_at"),
        ];
        manager.create_table(table("organisations", columns)).await
    }
}
