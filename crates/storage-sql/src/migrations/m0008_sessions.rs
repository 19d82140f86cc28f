//! Portal sessions, and the browsers that people used.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        // Logged in with an identity or, when that is empty, with the card of a UZI number.
        let sessions = vec![
            c.id("id").primary_key().take(),
            c.bytes("token_hash").unique_key().take(),
            c.bytes("browser"),
            c.id_null("person"),
            c.id_null("identity"),
            c.text_null("uzi_number"),
            c.text("browser_label"),
            c.truth("browser_trusted"),
            c.number("created_at"),
            c.number("seen_at"),
            c.number_null("ended_at"),
        ];
        manager.create_table(table("sessions", sessions)).await?;
        for column in ["browser", "person"] {
            let open = Expr::col(Alias::new("ended_at")).is_null();
            manager.create_index(index_of("sessions", &[column]).and_where(open).take()).await?;
        }
        let browsers = vec![
            c.id("person"),
            c.bytes("cookie_hash"),
            c.text("label"),
            c.number("first_at"),
            c.number("latest_at"),
            c.number_null("trusted_at"),
            c.truth("reported"),
        ];
        let key = Index::create().col(Alias::new("person")).col(Alias::new("cookie_hash")).take();
        let browsers = table("browsers", browsers)
            .primary_key(&mut key.clone())
            .foreign_key(&mut refers("browsers", "person", "people"))
            .take();
        manager.create_table(browsers).await
    }
}
