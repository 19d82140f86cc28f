//! Department, personnel number and end date of memberships, and since when they are blocked.

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
            c.text("department").default("").take(),
            c.text("personnel_number").default("").take(),
            c.number_null("ends_at"),
            c.number_null("blocked_at"),
            c.key("department_key").default("").take(),
            c.key("personnel_key").default("").take(),
            c.key("search").default("").take(),
        ];
        add_columns(manager, "memberships", columns).await?;
        let ends = Expr::col(Alias::new("ends_at")).is_not_null();
        manager.create_index(index_of("memberships", &["ends_at"]).and_where(ends).take()).await?;
        manager.create_index(index_of("memberships", &["organisation", "id"])).await?;
        // Few people of an organisation are more than Signer, and mails and rules often ask for them.
        let more = Expr::col(Alias::new("roles")).ne("Signer");
        let more = index_of("memberships", &["organisation"]).name("memberships_with_roles").and_where(more).take();
        manager.create_index(more).await
    }
}
