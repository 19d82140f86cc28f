//! What the passing of time needs to know: which card opened a session, of which end of a certificate a person was told,
//! and what is old enough to be forgotten.

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
        // Of sessions that are open already the card is not known; they end after their longest time, as before.
        let card = vec![
            c.bytes_null("card_certificate"),
            c.bytes_null("card_issuer"),
            c.text_null("card_serial"),
            c.number_null("card_valid_until"),
        ];
        add_columns(manager, "sessions", card).await?;
        let open = || Expr::col(Alias::new("ended_at")).is_null();
        let with_card = || Expr::col(Alias::new("card_serial")).is_not_null();
        let cards = index_of("sessions", &["created_at"]).name("sessions_open_cards").and_where(open()).take();
        manager.create_index(cards.clone().and_where(with_card()).take()).await?;
        // The smallest number of days of which the person was told.
        add_columns(manager, "identities", vec![c.number_null("end_told")]).await?;
        let numbered = Expr::col(Alias::new("number_sealed")).ne("");
        let numbered = index_of("face_to_face_proofings", &["at", "id"]).and_where(numbered).take();
        manager.create_index(numbered).await?;
        manager.create_index(index_of("preregistrations", &["created_at", "id"])).await
    }
}
