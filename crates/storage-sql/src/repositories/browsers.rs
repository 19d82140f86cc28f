//! Browsers of people.

use super::Result;
use crate::{row::Row, transaction::SqlTx, value::values};
use domain::{browser::Browser, person::PersonId};
use storage::Browsers;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT person, cookie_hash, key_hash, label, first_at, latest_at, trusted_at, reported FROM browsers ",
            $rest
        )
    };
}

fn browser(row: &mut Row) -> Result<Browser> {
    Ok(Browser {
        person: row.id(PersonId)?,
        cookie_hash: row.array()?,
        key_hash: row.array_opt()?,
        label: row.text()?,
        first_at: row.time()?,
        latest_at: row.time()?,
        trusted_at: row.time_opt()?,
        reported: row.bool()?,
    })
}

#[async_trait::async_trait]
impl Browsers for SqlTx<'_> {
    async fn browser(&mut self, person: PersonId, cookie: &[u8; 32]) -> Result<Option<Browser>> {
        let sql = select!("WHERE person = $1 AND cookie_hash = $2");
        self.load_one(sql, values![person, cookie], browser).await
    }
    async fn browsers_of(&mut self, person: PersonId) -> Result<Vec<Browser>> {
        self.load_all(select!("WHERE person = $1 ORDER BY latest_at DESC, cookie_hash"), values![person], browser).await
    }
    async fn save_browser(&mut self, changed: &Browser) -> Result<()> {
        let sql = "INSERT INTO browsers (person, cookie_hash, label, first_at, latest_at, trusted_at, reported, key_hash) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (person, cookie_hash) DO UPDATE SET \
                   label = excluded.label, first_at = excluded.first_at, latest_at = excluded.latest_at, \
                   trusted_at = excluded.trusted_at, reported = excluded.reported, key_hash = excluded.key_hash";
        let values = values![
            changed.person,
            &changed.cookie_hash,
            &changed.label,
            changed.first_at,
            changed.latest_at,
            changed.trusted_at,
            changed.reported,
            &changed.key_hash
        ];
        self.execute(sql, values).await.map(|_| ())
    }
}
