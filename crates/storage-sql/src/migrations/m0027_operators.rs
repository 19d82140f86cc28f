//! Operators.

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
            c.id("person").primary_key().take(),
            c.id_null("invited_by"),
            c.number("since"),
            c.number_null("ended_at"),
        ];
        let operators = table("operators", columns).foreign_key(&mut refers("operators", "person", "people")).take();
        manager.create_table(operators).await
    }
}
