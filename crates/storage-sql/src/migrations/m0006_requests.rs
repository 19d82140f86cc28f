//! Requests: what was put to somebody's means.

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
            c.text("purpose"),
            c.text("means"),
            c.text("status"),
            c.bytes("nonce_hash").unique_key().take(),
            c.bytes_null("code_hash"),
            c.bytes_null("browser"),
            c.text_null("browser_label"),
            c.id_null("organisation"),
            c.id_null("person"),
            c.text_null("sentence_nl"),
            c.text_null("sentence_en"),
            c.text_null("control_code"),
            c.bytes_null("desktop_session"),
            c.bytes_null("digest"),
            c.bytes_null("proof_hash"),
            c.number("tries_left"),
            c.id_null("identity"),
            c.id_null("installation"),
            c.text_null("response"),
            c.text_null("problem"),
            c.number("created_at"),
            c.number("expires_at"),
            c.number_null("opened_at"),
            c.number_null("decided_at"),
        ];
        manager.create_table(table("requests", columns)).await?;
        for column in ["code_hash", "proof_hash", "desktop_session", "person"] {
            let present = Expr::col(Alias::new(column)).is_not_null();
            manager.create_index(index_of("requests", &[column]).and_where(present).take()).await?;
        }
        Ok(())
    }
}
