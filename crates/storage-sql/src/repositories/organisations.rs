//! Organisations. They are read without a lock, because everybody of an organisation reads its row; who changes one reads
//! it with a lock.

use super::Result;
use crate::{
    row::Row,
    transaction::{List, SqlTx},
    value::values,
};
use domain::{
    Timestamp, Ura, UziNumber,
    name::fold,
    organisation::{Organisation, OrganisationId, OrganisationStatus, Reopening},
};
use storage::{Organisations, Page, Window};

macro_rules! columns {
    () => {
        "id, name, ura, contact, status, reopened_for, reopened_at, created_at"
    };
}
macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM organisations ", $rest)
    };
}

fn organisation(row: &mut Row) -> Result<Organisation> {
    Ok(Organisation {
        id: row.id(OrganisationId)?,
        name: row.text()?,
        ura: row.word(Ura::parse)?,
        contact: row.text_opt()?,
        status: row.word(OrganisationStatus::parse)?,
        reopened_for: match (row.word_opt(UziNumber::parse)?, row.time_opt()?) {
            (Some(uzi_number), Some(at)) => Some(Reopening { uzi_number, at }),
            _ => None,
        },
        created_at: row.time()?,
    })
}

#[async_trait::async_trait]
impl Organisations for SqlTx<'_> {
    async fn organisation(&mut self, id: OrganisationId) -> Result<Option<Organisation>> {
        self.rows(select!("WHERE id = $1"), values![id]).await?.first_mut().map(organisation).transpose()
    }
    async fn organisation_to_change(&mut self, id: OrganisationId) -> Result<Option<Organisation>> {
        self.load_one(select!("WHERE id = $1"), values![id], organisation).await
    }
    async fn organisation_by_ura(&mut self, ura: &Ura) -> Result<Option<Organisation>> {
        self.rows(select!("WHERE ura = $1"), values![ura.as_str()]).await?.first_mut().map(organisation).transpose()
    }
    async fn organisation_reopened_for(&mut self, number: &UziNumber, now: Timestamp) -> Result<Option<Organisation>> {
        let sql =
            select!("WHERE reopened_for = $1 AND reopened_at > $2 AND status = 'validated' ORDER BY name, id LIMIT 1");
        self.rows(sql, values![number.as_str(), Reopening::open_since(now)])
            .await?
            .first_mut()
            .map(organisation)
            .transpose()
    }
    async fn organisations(&mut self) -> Result<Vec<Organisation>> {
        self.rows(select!("ORDER BY name, id"), &[]).await?.iter_mut().map(organisation).collect()
    }
    async fn insert_organisation(&mut self, new: &Organisation) -> Result<()> {
        let sql = "INSERT INTO organisations (id, name, ura, contact, status, reopened_for, reopened_at, created_at, \
                   search) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
        let search = fold(&new.name);
        let values = values![
            new.id,
            &new.name,
            new.ura.as_str(),
            &new.contact,
            new.status.as_str(),
            new.reopened_for.as_ref().map(|reopened| reopened.uzi_number.as_str()),
            new.reopened_for.as_ref().map(|reopened| reopened.at),
            new.created_at,
            &search
        ];
        self.insert("an organisation with this URA", sql, values).await
    }
    async fn update_organisation(&mut self, changed: &Organisation) -> Result<()> {
        let sql = "UPDATE organisations SET name = $2, ura = $3, contact = $4, status = $5, reopened_for = $6, \
                   reopened_at = $7, search = $8 WHERE id = $1";
        let search = fold(&changed.name);
        let values = values![
            changed.id,
            &changed.name,
            changed.ura.as_str(),
            &changed.contact,
            changed.status.as_str(),
            changed.reopened_for.as_ref().map(|reopened| reopened.uzi_number.as_str()),
            changed.reopened_for.as_ref().map(|reopened| reopened.at),
            &search
        ];
        self.update("organisation", sql, values).await
    }
    async fn search_organisations(&mut self, text: &str, window: Window) -> Result<Page<Organisation>> {
        let text = fold(text);
        let from = format!("organisations WHERE {} OR substr(ura, 1, length($1)) = $1", self.holds("search", 1));
        let list = if text.is_empty() { "organisations" } else { from.as_str() };
        let values = [text.as_str().into()];
        let values = if text.is_empty() { &[][..] } else { &values };
        let list = List { columns: columns!(), from: list, order: "search, id" };
        self.page(list, values, window, organisation).await
    }
}
