//! Care applications: the whole one as JSON.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let columns = vec![c.id("id").primary_key().take(), c.key("name_key"), c.text("state")];
        manager.create_table(table("care_applications", columns)).await
    }
}
