//! A corrected name gives a new certificate on the same key: orders for the CA, and the certificates that came before.

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
            c.id("identity"),
            c.id("person"),
            c.number("created_at"),
            c.number_null("done_at"),
        ];
        let orders = table("certificate_orders", columns)
            .foreign_key(&mut refers("certificate_orders", "identity", "identities"))
            .foreign_key(&mut refers("certificate_orders", "person", "people"))
            .take();
        manager.create_table(orders).await?;
        let mut open = index_of("certificate_orders", &["created_at", "id"]);
        open.and_where(Expr::col(Alias::new("done_at")).is_null());
        manager.create_index(open).await?;

        let columns = vec![
            c.bytes("certificate_sha256").primary_key().take(),
            c.id("identity"),
            c.bytes("serial").unique_key().take(),
            c.number("not_after"),
            c.number("superseded_at"),
        ];
        let former = table("former_certificates", columns)
            .foreign_key(&mut refers("former_certificates", "identity", "identities"))
            .take();
        manager.create_table(former).await?;
        // For the CRL.
        manager.create_index(index_of("former_certificates", &["not_after"])).await
    }
}
