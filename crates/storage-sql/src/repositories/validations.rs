//! Validations of organisations.

use super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::SqlTx,
    value::values,
};
use domain::{
    Timestamp,
    organisation::OrganisationId,
    request::RequestId,
    validation::{Validation, ValidationId},
};
use storage::Validations;

fn validation(row: &mut Row) -> Result<Validation> {
    row.json_opt()?.ok_or_else(|| corrupt("a validation"))
}

#[async_trait::async_trait]
impl Validations for SqlTx<'_> {
    async fn validation(&mut self, id: ValidationId) -> Result<Option<Validation>> {
        self.load_one("SELECT state FROM validations WHERE id = $1", values![id], validation).await
    }
    async fn validation_of_browser(&mut self, browser: &[u8; 32]) -> Result<Option<Validation>> {
        let sql = "SELECT state FROM validations WHERE browser = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
        self.load_one(sql, values![browser], validation).await
    }
    async fn validation_by_card_request(&mut self, request: RequestId) -> Result<Option<Validation>> {
        self.load_one("SELECT state FROM validations WHERE card_request = $1", values![request], validation).await
    }
    async fn validation_by_desktop_session(&mut self, hash: &[u8; 32]) -> Result<Option<Validation>> {
        let sql = "SELECT state FROM validations WHERE desktop_session = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
        self.load_one(sql, values![hash], validation).await
    }
    async fn validation_of(&mut self, organisation: OrganisationId) -> Result<Option<Validation>> {
        let sql = "SELECT state FROM validations WHERE organisation = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
        self.load_one(sql, values![organisation], validation).await
    }
    async fn save_validation(&mut self, changed: &Validation) -> Result<()> {
        let state = serde_json::to_string(changed).map_err(|_| corrupt("a validation"))?;
        let sql = "INSERT INTO validations (id, browser, card_request, desktop_session, organisation, state, created_at, \
                   updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET \
                   browser = excluded.browser, card_request = excluded.card_request, \
                   desktop_session = excluded.desktop_session, organisation = excluded.organisation, \
                   state = excluded.state, updated_at = excluded.updated_at";
        let values = values![
            changed.id,
            &changed.browser,
            changed.card_request,
            &changed.desktop_session,
            changed.organisation(),
            &state,
            changed.created_at,
            changed.updated_at
        ];
        self.execute(sql, values).await.map(|_| ())
    }
    async fn forget_validations(&mut self, before: Timestamp) -> Result<u64> {
        let sql = "DELETE FROM validations WHERE organisation IS NULL AND updated_at < $1";
        self.execute(sql, values![before]).await
    }
}
