//! Identities that wait for the digits: whether one ever worked, and how an intrekkingscode finds one.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        // Until now there were no pending identities: all were active.
        add_columns(manager, "identities", vec![c.truth("was_active").default(true).take()]).await?;
        manager.create_index(index_of("identities", &["revocation_code"])).await
    }
}
