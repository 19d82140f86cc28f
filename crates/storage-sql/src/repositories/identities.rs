//! Identities.

use super::Result;
use crate::{row::Row, transaction::SqlTx, value::values};
use domain::{
    Timestamp,
    identity::{Identity, IdentityId, IdentityStatus},
    installation::InstallationId,
    person::PersonId,
};
use storage::{Identities, Revocation};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, person, installation, status, certificate, certificate_sha256, serial, public_key, not_before, \
             not_after, counter, revocation_code, ended_at, created_at, last_used_at FROM identities ",
            $rest
        )
    };
}

fn identity(row: &mut Row) -> Result<Identity> {
    Ok(Identity {
        id: row.id(IdentityId)?,
        person: row.id(PersonId)?,
        installation: row.id(InstallationId)?,
        status: row.word(IdentityStatus::parse)?,
        certificate: row.bytes()?,
        certificate_sha256: row.array()?,
        serial: row.bytes()?,
        public_key: row.bytes()?,
        not_before: row.time()?,
        not_after: row.time()?,
        counter: row.number()?,
        revocation_code: row.array()?,
        ended_at: row.time_opt()?,
        created_at: row.time()?,
        last_used_at: row.time_opt()?,
    })
}

#[async_trait::async_trait]
impl Identities for SqlTx<'_> {
    async fn identity(&mut self, id: IdentityId) -> Result<Option<Identity>> {
        self.load_one(select!("WHERE id = $1"), values![id], identity).await
    }
    async fn identity_by_certificate(&mut self, sha256: &[u8; 32]) -> Result<Option<Identity>> {
        self.load_one(select!("WHERE certificate_sha256 = $1"), values![sha256], identity).await
    }
    async fn identity_by_serial(&mut self, serial: &[u8]) -> Result<Option<Identity>> {
        self.load_one(select!("WHERE serial = $1"), values![serial], identity).await
    }
    async fn identities_of(&mut self, person: PersonId) -> Result<Vec<Identity>> {
        self.load_all(select!("WHERE person = $1 ORDER BY created_at, id"), values![person], identity).await
    }
    async fn insert_identity(&mut self, new: &Identity) -> Result<()> {
        let sql = "INSERT INTO identities (id, person, installation, status, certificate, certificate_sha256, serial, \
                   public_key, not_before, not_after, counter, revocation_code, ended_at, created_at, last_used_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING";
        let values = values![
            new.id,
            new.person,
            new.installation,
            new.status.as_str(),
            &new.certificate,
            &new.certificate_sha256,
            &new.serial,
            &new.public_key,
            new.not_before,
            new.not_after,
            new.counter,
            &new.revocation_code,
            new.ended_at,
            new.created_at,
            new.last_used_at
        ];
        self.insert("this identity", sql, values).await
    }
    async fn update_identity(&mut self, changed: &Identity) -> Result<()> {
        let sql = "UPDATE identities SET status = $2, counter = $3, revocation_code = $4, ended_at = $5, \
                   last_used_at = $6 WHERE id = $1";
        let values = values![
            changed.id,
            changed.status.as_str(),
            changed.counter,
            &changed.revocation_code,
            changed.ended_at,
            changed.last_used_at
        ];
        self.update("identity", sql, values).await
    }
    async fn revocations(&mut self, now: Timestamp) -> Result<Vec<Revocation>> {
        let sql = "SELECT serial, status, COALESCE(ended_at, created_at) FROM identities \
                   WHERE status IN ('blocked', 'revoked', 'replaced') AND not_after > $1 ORDER BY serial";
        let read = |mut row: Row| {
            Ok(Revocation { serial: row.bytes()?, status: row.word(IdentityStatus::parse)?, at: row.time()? })
        };
        self.rows(sql, values![now]).await?.into_iter().map(read).collect()
    }
}
