//! Who had which role when. Roles that people have now count from the beginning of their membership.

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
        let columns = vec![
            c.id("membership"),
            c.id("person"),
            c.id("organisation"),
            c.text("role"),
            c.number("begins_at"),
            c.number_null("ends_at"),
        ];
        let periods =
            table("role_periods", columns).foreign_key(&mut refers("role_periods", "membership", "memberships")).take();
        manager.create_table(periods).await?;
        let open = Expr::col(Alias::new("ends_at")).is_null();
        let mut one = index_of("role_periods", &["membership", "role"]);
        manager.create_index(one.name("role_periods_open").unique().and_where(open).take()).await?;
        manager.create_index(index_of("role_periods", &["membership"])).await?;
        manager.create_index(index_of("role_periods", &["organisation", "begins_at"])).await?;
        let held = "SELECT id, person, organisation, roles, created_at FROM memberships WHERE status <> 'ended'";
        for row in select(manager, held).await? {
            let id = |name| row.try_get::<uuid::Uuid>("", name);
            let since: i64 = row.try_get("", "created_at")?;
            for role in row.try_get::<String>("", "roles")?.split(' ').filter(|role| !role.is_empty()) {
                let sql = "INSERT INTO role_periods (membership, person, organisation, role, begins_at) \
                           VALUES ($1, $2, $3, $4, $5)";
                let values =
                    vec![id("id")?.into(), id("person")?.into(), id("organisation")?.into(), role.into(), since.into()];
                execute(manager, sql, values).await?;
            }
        }
        Ok(())
    }
}
