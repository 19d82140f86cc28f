//! Small counters that all nodes share.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let columns = vec![c.text("bucket").primary_key().take(), c.number("count"), c.number("expires_at")];
        manager.create_table(table("counters", columns)).await?;
        manager.create_index(index_of("counters", &["expires_at"])).await
    }
}
