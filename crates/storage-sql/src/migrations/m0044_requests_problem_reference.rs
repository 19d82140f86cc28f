//! The reference of the log entry about a refusal, for the page that tells of it.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        add_columns(manager, "requests", vec![c.text_null("problem_reference")]).await
    }
}
