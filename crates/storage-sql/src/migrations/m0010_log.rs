//! The log: entries, and the tree that seals them.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        // An entry's hash is made when it is written; sealing only gives it its place. After retention salt and
        // content are empty and the hash stays.
        let entries = vec![
            c.number("seq").primary_key().auto_increment().take(),
            c.id("id"),
            c.number("at"),
            c.id_null("organisation"),
            c.id_null("person"),
            c.id_null("actor"),
            c.bytes_null("salt"),
            c.text_null("content"),
            c.bytes("mac"),
            c.bytes("leaf_hash"),
            c.number_null("leaf"),
        ];
        manager.create_table(table("log_entries", entries)).await?;
        manager.create_index(index_of("log_entries", &["leaf"]).unique().take()).await?;
        let unsealed = Expr::col(Alias::new("leaf")).is_null();
        let queue = index_of("log_entries", &["seq"]).name("log_entries_unsealed").and_where(unsealed).take();
        manager.create_index(queue).await?;
        for column in ["organisation", "person", "actor"] {
            let present = Expr::col(Alias::new(column)).is_not_null();
            manager.create_index(index_of("log_entries", &[column]).and_where(present).take()).await?;
        }
        let tree = vec![
            c.number("id").primary_key().take(),
            c.number("size"),
            c.bytes("roots"),
            c.text("note"),
            c.number("at"),
        ];
        manager.create_table(table("log_tree", tree)).await
    }
}
