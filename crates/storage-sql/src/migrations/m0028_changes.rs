//! Changes that wait for a confirmation or a second operator, and those that were made.

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
            c.text("change"),
            c.text("reason"),
            c.text("sentence_nl"),
            c.text("sentence_en"),
            c.id("proposed_by"),
            c.id("session"),
            c.id_null("confirmation"),
            c.text("status"),
            c.id_null("second"),
            c.id_null("enrolment"),
            c.text_null("problem"),
            c.number("created_at"),
            c.number("expires_at"),
        ];
        manager.create_table(table("changes", columns)).await?;
        manager.create_index(index_of("changes", &["confirmation"])).await?;
        manager.create_index(index_of("changes", &["status", "expires_at"])).await
    }
}
