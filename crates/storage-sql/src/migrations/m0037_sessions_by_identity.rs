//! Sessions are found by the identity that opened them: when it is blocked they end.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let open = Expr::col(Alias::new("ended_at")).is_null();
        manager.create_index(index_of("sessions", &["identity"]).and_where(open).take()).await
    }
}
