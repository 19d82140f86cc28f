//! Pre-registrations.

use super::Result;
use crate::{
    folded,
    row::{Row, corrupt},
    transaction::{List, SqlTx},
    value::{Value, values},
};
use domain::{
    Timestamp,
    name::fold,
    organisation::OrganisationId,
    person::PersonId,
    preregistration::{PreRegistration, PreRegistrationId},
};
use storage::{Page, PreRegistrations, Window};

macro_rules! columns {
    () => {
        "id, organisation, prepared, made_by, created_at"
    };
}

fn preregistration(row: &mut Row) -> Result<PreRegistration> {
    Ok(PreRegistration {
        id: row.id(PreRegistrationId)?,
        organisation: row.id(OrganisationId)?,
        row: row.json()?,
        by: row.id(PersonId)?,
        created_at: row.time()?,
    })
}

#[async_trait::async_trait]
impl PreRegistrations for SqlTx<'_> {
    async fn preregistration(&mut self, id: PreRegistrationId) -> Result<Option<PreRegistration>> {
        let sql = concat!("SELECT ", columns!(), " FROM preregistrations WHERE id = $1");
        self.load_one(sql, values![id], preregistration).await
    }
    async fn preregistrations(
        &mut self,
        organisation: OrganisationId,
        text: &str,
        window: Window,
    ) -> Result<Page<PreRegistration>> {
        let text = fold(text);
        let mut values: Vec<Value<'_>> = vec![organisation.into()];
        let mut from = "preregistrations WHERE organisation = $1".to_owned();
        if !text.is_empty() {
            values.push(text.as_str().into());
            from = format!("{from} AND {}", self.holds("search", 2));
        }
        let list = List { columns: columns!(), from: &from, order: "name_key, id" };
        self.page(list, &values, window, preregistration).await
    }
    async fn insert_preregistrations(&mut self, rows: &[PreRegistration]) -> Result<()> {
        let sql = "INSERT INTO preregistrations (id, organisation, name_key, search, prepared, made_by, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        for new in rows {
            let (key, search) = (folded::name_key(&new.row.name), folded::prepared(&new.row));
            let prepared = serde_json::to_string(&new.row).map_err(|_| corrupt("a pre-registration"))?;
            let values = values![new.id, new.organisation, &key, &search, &prepared, new.by, new.created_at];
            self.insert("this pre-registration", sql, values).await?;
        }
        Ok(())
    }
    async fn forget_preregistrations(&mut self, before: Timestamp, limit: u32) -> Result<u64> {
        let sql = "DELETE FROM preregistrations WHERE id IN (SELECT id FROM preregistrations WHERE created_at < $1 \
                   ORDER BY created_at, id LIMIT $2)";
        self.execute(sql, values![before, limit]).await
    }
    async fn delete_preregistration(&mut self, id: PreRegistrationId) -> Result<bool> {
        Ok(self.execute("DELETE FROM preregistrations WHERE id = $1", values![id]).await? == 1)
    }
}
