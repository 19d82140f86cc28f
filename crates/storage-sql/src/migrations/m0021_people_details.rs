//! What the portal keeps about people, and the folded texts that they are sorted and found by.

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
        let columns = vec![
            c.text("birthplace").default("").take(),
            c.text_null("email"),
            c.number_null("email_confirmed_at"),
            c.id_null("merged_into"),
            c.key("name_key").default("").take(),
            c.key("search").default("").take(),
        ];
        add_columns(manager, "people", columns).await?;
        let people = select(manager, "SELECT id, number, given, prefix, surname FROM people").await?;
        for row in people {
            let name = PersonName {
                given: row.try_get("", "given")?,
                prefix: row.try_get("", "prefix")?,
                surname: row.try_get("", "surname")?,
            };
            let search = folded::person(&name, &row.try_get::<String>("", "number")?, None);
            let values =
                vec![row.try_get::<uuid::Uuid>("", "id")?.into(), folded::name_key(&name).into(), search.into()];
            execute(manager, "UPDATE people SET name_key = $2, search = $3 WHERE id = $1", values).await?;
        }
        manager.create_index(index_of("people", &["name_key", "id"])).await
    }
}
