//! Who works for the environment: operators, and its auditors. The table has a name of its own, so that nothing that asks for
//! operators finds an auditor by mistake; one person may have held both offices, one after the other.

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
            c.id("person"),
            c.text("office"),
            c.id_null("invited_by"),
            c.number("since"),
            c.number_null("ended_at"),
        ];
        let one = Index::create().primary().col(Alias::new("person")).col(Alias::new("office")).take();
        let offices = table("offices", columns)
            .primary_key(&mut one.clone())
            .foreign_key(&mut refers("offices", "person", "people"))
            .take();
        manager.create_table(offices).await?;
        let held = Expr::col(Alias::new("ended_at")).is_null();
        let one = index_of("offices", &["person"]).name("offices_held").unique().and_where(held).take();
        manager.create_index(one).await?;
        let carried = "INSERT INTO offices (person, office, invited_by, since, ended_at) \
                       SELECT person, 'operator', invited_by, since, ended_at FROM operators";
        execute(manager, carried, vec![]).await?;
        manager.drop_table(Table::drop().table(Alias::new("operators")).take()).await
    }
}
