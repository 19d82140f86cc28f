//! Refusals of one kind: few among many entries, and of some kinds none at all.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        no_time_limit(manager).await?;
        for columns in [&["organisation", "event", "at", "seq"][..], &["event", "at", "seq"]] {
            let refused = Expr::col(Alias::new("outcome")).eq("refused");
            let kept = Expr::col(Alias::new("content")).is_not_null();
            let name = format!("log_entries_refused_by_{}", columns.join("_"));
            let index = index_of("log_entries", columns).name(name).and_where(refused).and_where(kept).take();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
