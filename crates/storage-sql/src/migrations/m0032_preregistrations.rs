//! Pre-registrations: the row of the file as JSON, beside it what it is found by.

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
            c.id("organisation"),
            c.key("name_key"),
            c.key("search"),
            c.text("prepared"),
            c.id("made_by"),
            c.number("created_at"),
        ];
        let prepared = table("preregistrations", columns)
            .foreign_key(&mut refers("preregistrations", "organisation", "organisations"))
            .take();
        manager.create_table(prepared).await?;
        manager.create_index(index_of("preregistrations", &["organisation", "name_key", "id"])).await
    }
}
