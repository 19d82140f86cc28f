//! The login with a UZI-pas that opened a session is found by its browser: registering and validating go on with that pass.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = |column: &'static str, word: &'static str| Expr::col(Alias::new(column)).eq(word);
        let mut index = index_of("requests", &["browser"]);
        index.and_where(is("means", "card")).and_where(is("purpose", "login")).and_where(is("status", "finished"));
        manager.create_index(index).await
    }
}
