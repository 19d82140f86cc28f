//! Notices on every page.

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
            c.text("kind"),
            c.text("nl"),
            c.text("en"),
            c.number("begins_at"),
            c.number_null("ends_at"),
            c.id("made_by"),
        ];
        manager.create_table(table("notices", columns)).await
    }
}
