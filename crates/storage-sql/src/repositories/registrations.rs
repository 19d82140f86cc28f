//! Registration wizards.

use super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::SqlTx,
    value::values,
};
use domain::{
    Timestamp,
    ids::first_at,
    registration::{Registration, RegistrationId},
    request::RequestId,
};
use storage::Registrations;
use uuid::Uuid;

fn registration(row: &mut Row) -> Result<Registration> {
    row.json_opt()?.ok_or_else(|| corrupt("a registration"))
}

#[async_trait::async_trait]
impl Registrations for SqlTx<'_> {
    async fn registration(&mut self, id: RegistrationId) -> Result<Option<Registration>> {
        self.load_one("SELECT state FROM registrations WHERE id = $1", values![id], registration).await
    }
    async fn registration_of_browser(&mut self, browser: &[u8; 32]) -> Result<Option<Registration>> {
        let sql = "SELECT state FROM registrations WHERE browser = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
        self.load_one(sql, values![browser], registration).await
    }
    async fn registration_by_card_request(&mut self, request: RequestId) -> Result<Option<Registration>> {
        self.load_one("SELECT state FROM registrations WHERE card_request = $1", values![request], registration).await
    }
    async fn registration_by_enrolment(&mut self, request: RequestId) -> Result<Option<Registration>> {
        self.load_one("SELECT state FROM registrations WHERE enrolment = $1", values![request], registration).await
    }
    async fn registration_by_desktop_session(&mut self, hash: &[u8; 32]) -> Result<Option<Registration>> {
        let sql =
            "SELECT state FROM registrations WHERE desktop_session = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
        self.load_one(sql, values![hash], registration).await
    }
    async fn save_registration(&mut self, changed: &Registration) -> Result<()> {
        let state = serde_json::to_string(changed).map_err(|_| corrupt("a registration"))?;
        let sql = "INSERT INTO registrations (id, browser, card_request, enrolment, desktop_session, state, created_at, \
                   updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET \
                   browser = excluded.browser, card_request = excluded.card_request, enrolment = excluded.enrolment, \
                   desktop_session = excluded.desktop_session, state = excluded.state, updated_at = excluded.updated_at";
        let values = values![
            changed.id,
            &changed.browser,
            changed.card_request,
            changed.enrolment,
            &changed.desktop_session,
            &state,
            changed.created_at,
            changed.updated_at
        ];
        self.execute(sql, values).await.map(|_| ())
    }
    async fn idle_registrations(
        &mut self,
        before: Timestamp,
        after: Option<RegistrationId>,
        most: u32,
    ) -> Result<Vec<Registration>> {
        // Ids rise with time, and the last step comes after the first.
        let sql = "SELECT state FROM registrations WHERE id > $1 AND id < $2 AND updated_at < $3 ORDER BY id LIMIT $4";
        let after = after.map_or(Uuid::nil(), |id| id.0);
        let mut rows = self.rows(sql, values![after, first_at(before), before, most]).await?;
        rows.iter_mut().map(registration).collect()
    }
    async fn delete_registration(&mut self, id: RegistrationId, updated_at: Timestamp) -> Result<bool> {
        let sql = "DELETE FROM registrations WHERE id = $1 AND updated_at = $2";
        Ok(self.execute(sql, values![id, updated_at]).await? == 1)
    }
}
