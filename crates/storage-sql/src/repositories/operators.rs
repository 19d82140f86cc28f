//! Operators.

use super::Result;
use crate::{row::Row, transaction::SqlTx, value::values};
use domain::{operator::Operator, person::PersonId};
use storage::Operators;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT person, invited_by, since, ended_at FROM operators ", $rest)
    };
}

fn operator(row: &mut Row) -> Result<Operator> {
    Ok(Operator {
        person: row.id(PersonId)?,
        invited_by: row.id_opt(PersonId)?,
        since: row.time()?,
        ended_at: row.time_opt()?,
    })
}

#[async_trait::async_trait]
impl Operators for SqlTx<'_> {
    async fn operator(&mut self, person: PersonId) -> Result<Option<Operator>> {
        self.load_one(select!("WHERE person = $1"), values![person], operator).await
    }
    async fn operators(&mut self) -> Result<Vec<Operator>> {
        self.load_all(select!("ORDER BY since, person"), &[], operator).await
    }
    async fn save_operator(&mut self, changed: &Operator) -> Result<()> {
        let sql = "INSERT INTO operators (person, invited_by, since, ended_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (person) DO UPDATE SET invited_by = excluded.invited_by, since = excluded.since, \
                   ended_at = excluded.ended_at";
        let values = values![changed.person, changed.invited_by, changed.since, changed.ended_at];
        self.execute(sql, values).await.map(|_| ())
    }
}
