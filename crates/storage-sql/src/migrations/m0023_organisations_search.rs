//! The UZI number that a validation was reopened for, and the folded name.

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
        let columns = vec![c.text_null("reopened_for"), c.key("search").default("").take()];
        add_columns(manager, "organisations", columns).await?;
        for row in select(manager, "SELECT id, name FROM organisations").await? {
            let name = fold(&row.try_get::<String>("", "name")?);
            let values = vec![row.try_get::<uuid::Uuid>("", "id")?.into(), name.into()];
            execute(manager, "UPDATE organisations SET search = $2 WHERE id = $1", values).await?;
        }
        manager.create_index(index_of("organisations", &["search", "id"])).await
    }
}
