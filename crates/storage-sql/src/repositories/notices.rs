//! Notices.

use super::Result;
use crate::{row::Row, transaction::SqlTx, value::values};
use domain::{
    Timestamp,
    notice::{Notice, NoticeId, NoticeKind},
    person::PersonId,
};
use storage::Notices;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, kind, nl, en, begins_at, ends_at, made_by FROM notices ", $rest)
    };
}

fn notice(row: &mut Row) -> Result<Notice> {
    Ok(Notice {
        id: row.id(NoticeId)?,
        kind: row.word(NoticeKind::parse)?,
        nl: row.text()?,
        en: row.text()?,
        from: row.time()?,
        until: row.time_opt()?,
        by: row.id(PersonId)?,
    })
}

#[async_trait::async_trait]
impl Notices for SqlTx<'_> {
    async fn notices(&mut self, now: Timestamp) -> Result<Vec<Notice>> {
        // Every page shows them: no locks.
        let sql = select!("WHERE ends_at IS NULL OR ends_at > $1 ORDER BY begins_at, id");
        self.rows(sql, values![now]).await?.iter_mut().map(notice).collect()
    }
    async fn notice(&mut self, id: NoticeId) -> Result<Option<Notice>> {
        self.load_one(select!("WHERE id = $1"), values![id], notice).await
    }
    async fn save_notice(&mut self, changed: &Notice) -> Result<()> {
        let sql = "INSERT INTO notices (id, kind, nl, en, begins_at, ends_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7) \
                   ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, nl = excluded.nl, en = excluded.en, \
                   begins_at = excluded.begins_at, ends_at = excluded.ends_at, made_by = excluded.made_by";
        let values = values![
            changed.id,
            changed.kind.as_str(),
            &changed.nl,
            &changed.en,
            changed.from,
            changed.until,
            changed.by
        ];
        self.execute(sql, values).await.map(|_| ())
    }
}
