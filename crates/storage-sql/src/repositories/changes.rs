//! Changes that wait or were made.

use super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::SqlTx,
    value::values,
};
use domain::{
    Timestamp,
    change::{ChangeId, ChangeStatus, PendingChange},
    person::PersonId,
    request::RequestId,
    session::SessionId,
};
use storage::Changes;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, change, reason, sentence_nl, sentence_en, proposed_by, session, confirmation, status, second, \
             enrolment, problem, created_at, expires_at FROM changes ",
            $rest
        )
    };
}

fn change(row: &mut Row) -> Result<PendingChange> {
    Ok(PendingChange {
        id: row.id(ChangeId)?,
        change: row.json()?,
        reason: row.text()?,
        sentence: (row.text()?, row.text()?),
        by: row.id(PersonId)?,
        session: row.id(SessionId)?,
        confirmation: row.id_opt(RequestId)?,
        status: row.word(ChangeStatus::parse)?,
        second: row.id_opt(PersonId)?,
        enrolment: row.id_opt(RequestId)?,
        problem: row.text_opt()?,
        created_at: row.time()?,
        expires_at: row.time()?,
    })
}

fn json(change: &PendingChange) -> Result<String> {
    serde_json::to_string(&change.change).map_err(|_| corrupt("a change"))
}

#[async_trait::async_trait]
impl Changes for SqlTx<'_> {
    async fn change(&mut self, id: ChangeId) -> Result<Option<PendingChange>> {
        self.load_one(select!("WHERE id = $1"), values![id], change).await
    }
    async fn change_by_confirmation(&mut self, request: RequestId) -> Result<Option<PendingChange>> {
        self.load_one(select!("WHERE confirmation = $1"), values![request], change).await
    }
    async fn changes_awaiting_second(&mut self) -> Result<Vec<PendingChange>> {
        self.load_all(select!("WHERE status = 'awaiting-second' ORDER BY created_at, id"), &[], change).await
    }
    async fn insert_change(&mut self, new: &PendingChange) -> Result<()> {
        let sql = "INSERT INTO changes (id, change, reason, sentence_nl, sentence_en, proposed_by, session, confirmation, \
                   status, second, enrolment, problem, created_at, expires_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING";
        let json = json(new)?;
        let values = values![
            new.id,
            &json,
            &new.reason,
            &new.sentence.0,
            &new.sentence.1,
            new.by,
            new.session,
            new.confirmation,
            new.status.as_str(),
            new.second,
            new.enrolment,
            &new.problem,
            new.created_at,
            new.expires_at
        ];
        self.insert("this change", sql, values).await
    }
    async fn update_change(&mut self, changed: &PendingChange) -> Result<()> {
        // Why, the signed sentence and who proposed it stay as they were.
        let sql = "UPDATE changes SET confirmation = $2, status = $3, second = $4, enrolment = $5, problem = $6, \
                   expires_at = $7, change = $8 WHERE id = $1";
        let json = json(changed)?;
        let values = values![
            changed.id,
            changed.confirmation,
            changed.status.as_str(),
            changed.second,
            changed.enrolment,
            &changed.problem,
            changed.expires_at,
            &json
        ];
        self.update("change", sql, values).await
    }
    async fn forget_changes(&mut self, before: Timestamp, limit: u32) -> Result<u64> {
        let sql = "DELETE FROM changes WHERE id IN (SELECT id FROM changes \
                   WHERE status IN ('proposed', 'awaiting-second', 'declined', 'refused', 'expired') \
                   AND expires_at < $1 ORDER BY expires_at, id LIMIT $2)";
        self.execute(sql, values![before, limit]).await
    }
}
