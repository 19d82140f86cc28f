//! The outbox.

use super::Result;
use crate::{
    row::Row,
    transaction::{List, SqlTx},
    value::{Value, values},
};
use domain::{
    EmailAddress, Language, Timestamp,
    application::ApplicationId,
    mail::{Mail, MailId, MailKind, MailStatus},
    organisation::OrganisationId,
    person::PersonId,
};
use storage::{MailCounts, Outbox, Page, Window};

macro_rules! columns {
    () => {
        "id, kind, recipient, language, subject, text, html, reference, organisation, person, application, status, \
         attempts, next_at, last_error, created_at, sent_at"
    };
}

fn mail(row: &mut Row) -> Result<Mail> {
    Ok(Mail {
        id: row.id(MailId)?,
        kind: row.word(MailKind::parse)?,
        to: row.word(EmailAddress::parse)?,
        language: row.word(Language::parse)?,
        subject: row.text()?,
        text: row.text()?,
        html: row.text()?,
        reference: row.text()?,
        organisation: row.id_opt(OrganisationId)?,
        person: row.id_opt(PersonId)?,
        application: row.id_opt(ApplicationId)?,
        status: row.word(MailStatus::parse)?,
        attempts: row.number()?,
        next_at: row.time()?,
        last_error: row.text_opt()?,
        created_at: row.time()?,
        sent_at: row.time_opt()?,
    })
}

#[async_trait::async_trait]
impl Outbox for SqlTx<'_> {
    async fn mail(&mut self, id: MailId) -> Result<Option<Mail>> {
        self.load_one(concat!("SELECT ", columns!(), " FROM mails WHERE id = $1"), values![id], mail).await
    }
    async fn insert_mail(&mut self, new: &Mail) -> Result<()> {
        let sql = concat!(
            "INSERT INTO mails (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING"
        );
        let values = values![
            new.id,
            new.kind.as_str(),
            new.to.as_str(),
            new.language.as_str(),
            &new.subject,
            &new.text,
            &new.html,
            &new.reference,
            new.organisation,
            new.person,
            new.application,
            new.status.as_str(),
            new.attempts,
            new.next_at,
            &new.last_error,
            new.created_at,
            new.sent_at
        ];
        self.insert("this mail", sql, values).await
    }
    async fn update_mail(&mut self, changed: &Mail) -> Result<()> {
        let sql =
            "UPDATE mails SET status = $2, attempts = $3, next_at = $4, last_error = $5, sent_at = $6 WHERE id = $1";
        let values = values![
            changed.id,
            changed.status.as_str(),
            changed.attempts,
            changed.next_at,
            &changed.last_error,
            changed.sent_at
        ];
        self.update("mail", sql, values).await
    }
    async fn mails_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Mail>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM mails WHERE status = 'queued' AND next_at <= $1 ORDER BY created_at, id LIMIT $2"
        );
        self.load_free(sql, values![now, limit], mail).await
    }
    async fn mails(&mut self, status: Option<MailStatus>, window: Window) -> Result<Page<Mail>> {
        let values: Vec<Value<'_>> = status.iter().map(|status| status.as_str().into()).collect();
        let from = if status.is_some() { "mails WHERE status = $1" } else { "mails" };
        let list = List { columns: columns!(), from, order: "created_at DESC, id DESC" };
        self.page(list, &values, window, mail).await
    }
    async fn mail_counts(&mut self) -> Result<MailCounts> {
        let mut counts = MailCounts::default();
        for mut row in self.rows("SELECT status, count(*) FROM mails GROUP BY status", &[]).await? {
            let count = match row.word(MailStatus::parse)? {
                MailStatus::Queued => &mut counts.queued,
                MailStatus::Sent => &mut counts.sent,
                MailStatus::Failed => &mut counts.failed,
            };
            *count = row.number()?;
        }
        Ok(counts)
    }
    async fn forget_mails(&mut self, before: Timestamp, limit: u32) -> Result<u64> {
        // One that was given up was last tried some hours before `next_at`, at most. Nothing is sent before it is written, so
        // that the index of `created_at` serves.
        let sql = "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE status IN ('sent', 'failed') \
                   AND created_at < $1 AND COALESCE(sent_at, next_at) < $1 ORDER BY created_at, id LIMIT $2)";
        self.execute(sql, values![before, limit]).await
    }
}
