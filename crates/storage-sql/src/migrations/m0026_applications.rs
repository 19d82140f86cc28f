//! Applications: the whole one as JSON, beside it what it is found by.

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
            c.bytes("link_hash").unique_key().take(),
            c.text("ura"),
            c.text("status"),
            c.number("submitted_at"),
            c.number_null("decided_at"),
            c.text("state"),
        ];
        manager.create_table(table("applications", columns)).await?;
        manager.create_index(index_of("applications", &["ura"])).await?;
        manager.create_index(index_of("applications", &["status", "submitted_at", "id"])).await?;
        manager.create_index(index_of("applications", &["submitted_at", "id"])).await
    }
}
