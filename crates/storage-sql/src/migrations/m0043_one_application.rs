//! One open application per URA, kept by the database. Where there are more, the approved one stays, else the first; the
//! others are withdrawn, as their applicants would have to do.

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
        let open = "SELECT id, ura, state FROM applications WHERE status IN ('submitted', 'approved') \
                    ORDER BY ura, status, submitted_at, id";
        let mut before = None;
        for row in select(manager, open).await? {
            let ura: String = row.try_get("", "ura")?;
            if before.as_ref() != Some(&ura) {
                before = Some(ura);
                continue;
            }
            let state: String = row.try_get("", "state")?;
            let unreadable = |error: serde_json::Error| DbErr::Migration(format!("an application: {error}"));
            let mut state: serde_json::Value = serde_json::from_str(&state).map_err(unreadable)?;
            state["status"] = "withdrawn".into();
            let sql = "UPDATE applications SET status = 'withdrawn', state = $2 WHERE id = $1";
            let values = vec![row.try_get::<uuid::Uuid>("", "id")?.into(), state.to_string().into()];
            execute(manager, sql, values).await?;
        }
        let open = Expr::col(Alias::new("status")).is_in(["submitted", "approved"]);
        let mut one = index_of("applications", &["ura"]);
        manager.create_index(one.name("applications_open").unique().and_where(open).take()).await
    }
}
