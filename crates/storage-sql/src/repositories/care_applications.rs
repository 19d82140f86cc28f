//! Care applications.

use super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::SqlTx,
    value::values,
};
use domain::{
    care_application::{CareApplication, CareApplicationId},
    name::fold,
};
use storage::CareApplications;

fn care_application(row: &mut Row) -> Result<CareApplication> {
    row.json()
}

#[async_trait::async_trait]
impl CareApplications for SqlTx<'_> {
    async fn care_application(&mut self, id: CareApplicationId) -> Result<Option<CareApplication>> {
        self.load_one("SELECT state FROM care_applications WHERE id = $1", values![id], care_application).await
    }
    async fn care_applications(&mut self) -> Result<Vec<CareApplication>> {
        let sql = "SELECT state FROM care_applications ORDER BY name_key, id";
        self.rows(sql, &[]).await?.iter_mut().map(care_application).collect()
    }
    async fn save_care_application(&mut self, changed: &CareApplication) -> Result<()> {
        let state = serde_json::to_string(changed).map_err(|_| corrupt("a care application"))?;
        let sql = "INSERT INTO care_applications (id, name_key, state) VALUES ($1, $2, $3) \
                   ON CONFLICT (id) DO UPDATE SET name_key = excluded.name_key, state = excluded.state";
        let key = fold(&changed.name);
        self.execute(sql, values![changed.id, &key, &state]).await.map(|_| ())
    }
}
