//! Applications.

use super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::{List, SqlTx},
    value::{Value, values},
};
use domain::{
    Ura,
    application::{Application, ApplicationId, ApplicationStatus},
};
use storage::{Applications, Page, Window};

fn application(row: &mut Row) -> Result<Application> {
    row.json()
}

fn state(application: &Application) -> Result<String> {
    serde_json::to_string(application).map_err(|_| corrupt("an application"))
}

#[async_trait::async_trait]
impl Applications for SqlTx<'_> {
    async fn application(&mut self, id: ApplicationId) -> Result<Option<Application>> {
        self.load_one("SELECT state FROM applications WHERE id = $1", values![id], application).await
    }
    async fn application_by_link(&mut self, hash: &[u8; 32]) -> Result<Option<Application>> {
        self.load_one("SELECT state FROM applications WHERE link_hash = $1", values![hash], application).await
    }
    async fn applications_of(&mut self, ura: &Ura) -> Result<Vec<Application>> {
        let sql = "SELECT state FROM applications WHERE ura = $1 ORDER BY submitted_at DESC, id DESC";
        self.load_all(sql, values![ura.as_str()], application).await
    }
    async fn applications(&mut self, status: Option<ApplicationStatus>, window: Window) -> Result<Page<Application>> {
        let values: Vec<Value<'_>> = status.iter().map(|status| status.as_str().into()).collect();
        let (from, order) = match status {
            Some(_) => ("applications WHERE status = $1", "submitted_at, id"),
            None => ("applications", "submitted_at DESC, id DESC"),
        };
        self.page(List { columns: "state", from, order }, &values, window, application).await
    }
    async fn approved_applications(&mut self) -> Result<Vec<Application>> {
        let sql = "SELECT state FROM applications WHERE status = 'approved' ORDER BY decided_at, id";
        self.load_all(sql, &[], application).await
    }
    async fn insert_application(&mut self, new: &Application) -> Result<()> {
        let sql = "INSERT INTO applications (id, link_hash, ura, status, submitted_at, decided_at, state) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let state = state(new)?;
        let values = values![
            new.id,
            &new.link_hash,
            new.form.ura.as_str(),
            new.status.as_str(),
            new.submitted_at,
            new.decided_at,
            &state
        ];
        self.insert("this application", sql, values).await
    }
    async fn update_application(&mut self, changed: &Application) -> Result<()> {
        let sql = "UPDATE applications SET ura = $2, status = $3, decided_at = $4, state = $5 WHERE id = $1";
        let (ura, state) = (changed.form.ura.as_str(), state(changed)?);
        let values = values![changed.id, ura, changed.status.as_str(), changed.decided_at, &state];
        self.update("application", sql, values).await
    }
}
