//! Identities: the certificates that people use.

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
            c.id("person"),
            c.id("installation"),
            c.text("status"),
            c.bytes("certificate"),
            c.bytes("certificate_sha256").unique_key().take(),
            c.bytes("serial").unique_key().take(),
            c.bytes("public_key"),
            c.number("not_before"),
            c.number("not_after"),
            c.number("counter"),
            c.bytes("revocation_code"),
            c.number_null("ended_at"),
            c.number("created_at"),
            c.number_null("last_used_at"),
        ];
        let identities = table("identities", columns)
            .foreign_key(&mut refers("identities", "person", "people"))
            .foreign_key(&mut refers("identities", "installation", "installations"))
            .take();
        manager.create_table(identities).await?;
        manager.create_index(index_of("identities", &["person"])).await?;
        // For the CRL: most identities are active for most of their life.
        manager.create_index(index_of("identities", &["status", "not_after"])).await
    }
}
