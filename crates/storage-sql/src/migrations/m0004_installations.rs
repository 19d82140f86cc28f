//! Installations of the Mobile App, their PIN logins, and nonces that were used.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let installations = vec![
            c.id("id").primary_key().take(),
            c.bytes("key"),
            c.bytes_null("opaque_record"),
            c.bytes_null("register_nonce"),
            c.number("pin_tries"),
            c.number_null("pin_wait_until"),
            c.number("created_at"),
        ];
        manager.create_table(table("installations", installations)).await?;
        let unlocks = vec![
            c.id("id").primary_key().take(),
            c.id("installation"),
            c.bytes_null("login_state"),
            c.bytes_null("mac_key"),
            c.number("started_at"),
            c.number_null("finished_at"),
        ];
        let unlocks =
            table("unlocks", unlocks).foreign_key(&mut refers("unlocks", "installation", "installations")).take();
        manager.create_table(unlocks).await?;
        manager.create_index(index_of("unlocks", &["started_at"])).await?;
        let nonces = vec![c.bytes("hash").primary_key().take(), c.number("expires_at")];
        manager.create_table(table("spent_nonces", nonces)).await?;
        manager.create_index(index_of("spent_nonces", &["expires_at"])).await
    }
}
