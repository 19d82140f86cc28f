//! Which card attributes a membership carried when. Those of now count from the beginning of the membership.

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
        let c = Columns::of(manager);
        let columns = vec![c.id("membership"), c.text("attributes"), c.number("begins_at"), c.number_null("ends_at")];
        let periods = table("attribute_periods", columns)
            .foreign_key(&mut refers("attribute_periods", "membership", "memberships"))
            .take();
        manager.create_table(periods).await?;
        let open = Expr::col(Alias::new("ends_at")).is_null();
        let mut one = index_of("attribute_periods", &["membership"]);
        manager.create_index(one.name("attribute_periods_open").unique().and_where(open).take()).await?;
        manager.create_index(index_of("attribute_periods", &["membership", "begins_at"])).await?;
        let sql = "INSERT INTO attribute_periods (membership, attributes, begins_at) \
                   SELECT id, attributes, created_at FROM memberships WHERE attributes IS NOT NULL";
        execute(manager, sql, vec![]).await
    }
}
