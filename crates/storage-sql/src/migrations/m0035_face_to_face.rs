//! Face-to-face checks of identity documents.

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
            c.id_null("organisation"),
            c.text("document"),
            c.text("number_sealed"),
            c.text("expires_on"),
            c.text("purpose"),
            c.id("checked_by"),
            c.number("at"),
        ];
        let proofings = table("face_to_face_proofings", columns)
            .foreign_key(&mut refers("face_to_face_proofings", "person", "people"))
            .foreign_key(&mut refers("face_to_face_proofings", "organisation", "organisations"))
            .take();
        manager.create_table(proofings).await?;
        manager.create_index(index_of("face_to_face_proofings", &["person"])).await
    }
}
