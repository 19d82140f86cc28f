//! The outbox.

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
            c.id("id").primary_key().take(),
            c.text("kind"),
            c.text("recipient"),
            c.text("language"),
            c.text("subject"),
            c.text("text"),
            c.text("html"),
            c.text("reference"),
            c.id_null("organisation"),
            c.id_null("person"),
            c.id_null("application"),
            c.text("status"),
            c.number("attempts"),
            c.number("next_at"),
            c.text_null("last_error"),
            c.number("created_at"),
            c.number_null("sent_at"),
        ];
        manager.create_table(table("mails", columns)).await?;
        manager.create_index(index_of("mails", &["status", "created_at", "id"])).await?;
        manager.create_index(index_of("mails", &["created_at", "id"])).await
    }
}
