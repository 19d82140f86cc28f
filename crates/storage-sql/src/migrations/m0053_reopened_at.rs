//! Since when the validation of an organisation is open again, so that it can be over. The log says when an operator did it;
//! what the console did, it did when it added the organisation.

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
        no_time_limit(manager).await?;
        add_columns(manager, "organisations", vec![c.number_null("reopened_at")]).await?;
        let since = "UPDATE organisations SET reopened_at = COALESCE((SELECT max(at) FROM log_entries \
                     WHERE log_entries.organisation = organisations.id AND log_entries.event = 'organisation.reopened'), \
                     created_at) WHERE reopened_for IS NOT NULL";
        execute(manager, since, vec![]).await
    }
}
