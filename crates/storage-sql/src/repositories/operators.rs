//! Who works for the environment.

use super::Result;
use crate::{row::Row, transaction::SqlTx, value::values};
use domain::{
    operator::{Office, Operator},
    person::PersonId,
};
use storage::Operators;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT person, office, invited_by, since, ended_at FROM offices ", $rest)
    };
}

fn operator(row: &mut Row) -> Result<Operator> {
    Ok(Operator {
        person: row.id(PersonId)?,
        office: row.word(Office::parse)?,
        invited_by: row.id_opt(PersonId)?,
        since: row.time()?,
        ended_at: row.time_opt()?,
    })
}

#[async_trait::async_trait]
impl Operators for SqlTx<'_> {
    async fn operator(&mut self, person: PersonId) -> Result<Option<Operator>> {
        // Two rows at most; the one that is held, else the one that ended last.
        let all = self.load_all(select!("WHERE person = $1 ORDER BY since"), values![person], operator).await?;
        let last = |one: &Operator| (one.holds_office(), one.ended_at);
        Ok(all.into_iter().max_by_key(last))
    }
    async fn operators(&mut self) -> Result<Vec<Operator>> {
        self.load_all(select!("ORDER BY since, person, office"), &[], operator).await
    }
    async fn save_operator(&mut self, changed: &Operator) -> Result<()> {
        let sql = "INSERT INTO offices (person, office, invited_by, since, ended_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (person, office) DO UPDATE SET invited_by = excluded.invited_by, since = excluded.since, \
                   ended_at = excluded.ended_at";
        let office = changed.office.as_str();
        let values = values![changed.person, office, changed.invited_by, changed.since, changed.ended_at];
        self.execute(sql, values).await.map(|_| ())
    }
}
