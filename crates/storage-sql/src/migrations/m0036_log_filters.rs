//! What log entries are filtered by, and the order in which they are paged: newest first.

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
        let columns = vec![c.text_null("event"), c.text_null("outcome"), c.text_null("reference")];
        add_columns(manager, "log_entries", columns).await?;
        let part = |name: &str| {
            if c.postgres {
                format!("content::json ->> '{name}'")
            } else {
                format!("json_extract(content, '$.{name}')")
            }
        };
        let (event, outcome, reference) = (part("event"), part("outcome"), part("reference"));
        let fill = format!(
            "UPDATE log_entries SET event = {event}, outcome = {outcome}, reference = {reference} WHERE content IS NOT NULL"
        );
        execute(manager, &fill, vec![]).await?;
        for old in ["log_entries_by_organisation", "log_entries_by_person", "log_entries_by_actor"] {
            manager.drop_index(Index::drop().name(old).table(Alias::new("log_entries")).to_owned()).await?;
        }
        // Forgotten entries are in none of them.
        let kept = || Expr::col(Alias::new("content")).is_not_null();
        let paged: [&[&str]; 5] = [&["organisation"], &["person"], &["actor"], &["event"], &["organisation", "event"]];
        for columns in paged.into_iter().chain([&[][..]]) {
            let mut index = index_of("log_entries", &[columns, &["at", "seq"]].concat());
            if let Some(first) = columns.first() {
                index.and_where(Expr::col(Alias::new(*first)).is_not_null());
            }
            manager.create_index(index.and_where(kept()).take()).await?;
        }
        for columns in [&["organisation", "at", "seq"][..], &["at", "seq"]] {
            let refused = Expr::col(Alias::new("outcome")).eq("refused");
            let name = format!("log_entries_refused_by_{}", columns.join("_"));
            let index = index_of("log_entries", columns).name(name).and_where(refused).and_where(kept()).take();
            manager.create_index(index).await?;
        }
        manager.create_index(index_of("log_entries", &["reference"]).and_where(kept()).take()).await
    }
}
