//! People, their memberships and how they were identified.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let people = vec![
            c.id("id").primary_key().take(),
            c.text("number").unique_key().take(),
            c.text("given"),
            c.text("prefix"),
            c.text("surname"),
            c.text("birth_date"),
            c.truth("birth_date_self_declared"),
            c.number("created_at"),
        ];
        manager.create_table(table("people", people)).await?;
        manager.create_index(index_of("people", &["birth_date"])).await?;
        // The UZI number stands beside the attributes (JSON) to be found by.
        let memberships = vec![
            c.id("id").primary_key().take(),
            c.id("person"),
            c.id("organisation"),
            c.text("roles"),
            c.text("status"),
            c.text_null("attributes"),
            c.text_null("uzi_number"),
            c.number("created_at"),
        ];
        let memberships = table("memberships", memberships)
            .foreign_key(&mut refers("memberships", "person", "people"))
            .foreign_key(&mut refers("memberships", "organisation", "organisations"))
            .take();
        manager.create_table(memberships).await?;
        manager.create_index(index_of("memberships", &["person", "organisation"]).unique().take()).await?;
        manager.create_index(index_of("memberships", &["organisation"])).await?;
        manager.create_index(index_of("memberships", &["uzi_number"])).await?;
        let proofings = vec![
            c.id("id").primary_key().take(),
            c.id("person"),
            c.id("organisation"),
            c.bytes("certificate"),
            c.text("evidence"),
            c.text("confirmation"),
            c.text("terms_version"),
            c.number("at"),
        ];
        let proofings = table("card_proofings", proofings)
            .foreign_key(&mut refers("card_proofings", "person", "people"))
            .foreign_key(&mut refers("card_proofings", "organisation", "organisations"))
            .take();
        manager.create_table(proofings).await?;
        manager.create_index(index_of("card_proofings", &["person"])).await
    }
}
