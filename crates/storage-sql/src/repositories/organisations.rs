//! Organisations. They are read without a lock: nothing here changes them, and everybody of an organisation reads its
//! row.

use super::Result;
use crate::{row::Row, transaction::SqlTx, value::values};
use domain::{
    Ura,
    organisation::{Organisation, OrganisationId, OrganisationStatus},
};
use storage::Organisations;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, name, ura, contact, status, created_at FROM organisations ", $rest)
    };
}

fn organisation(row: &mut Row) -> Result<Organisation> {
    Ok(Organisation {
        id: row.id(OrganisationId)?,
        name: row.text()?,
        ura: row.word(Ura::parse)?,
        contact: row.text_opt()?,
        status: row.word(OrganisationStatus::parse)?,
        created_at: row.time()?,
    })
}

#[async_trait::async_trait]
impl Organisations for SqlTx<'_> {
    async fn organisation(&mut self, id: OrganisationId) -> Result<Option<Organisation>> {
        self.rows(select!("WHERE id = $1"), values![id]).await?.first_mut().map(organisation).transpose()
    }
    async fn organisation_by_ura(&mut self, ura: &Ura) -> Result<Option<Organisation>> {
        self.rows(select!("WHERE ura = $1"), values![ura.as_str()]).await?.first_mut().map(organisation).transpose()
    }
    async fn organisations(&mut self) -> Result<Vec<Organisation>> {
        self.rows(select!("ORDER BY name, id"), &[]).await?.iter_mut().map(organisation).collect()
    }
    async fn insert_organisation(&mut self, new: &Organisation) -> Result<()> {
        let sql = "INSERT INTO organisations (id, name, ura, contact, status, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT DO NOTHING";
        let values = values![new.id, &new.name, new.ura.as_str(), &new.contact, new.status.as_str(), new.created_at];
        self.insert("an organisation with this URA", sql, values).await
    }
}
