//! The key with which a browser proves that its cookie was not copied.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        for (table, column) in [("browsers", "key_hash"), ("requests", "browser_key")] {
            let mut change = Table::alter();
            change.table(Alias::new(table)).add_column(c.bytes_null(column));
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}
