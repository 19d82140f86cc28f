//! Identities.

use super::Result;
use crate::{
    directory::Means,
    row::Row,
    transaction::SqlTx,
    value::{Value, values},
};
use domain::{
    Timestamp,
    identity::{CertificateOrder, CertificateOrderId, Identity, IdentityId, IdentityStatus},
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

fn order(row: &mut Row) -> Result<CertificateOrder> {
    Ok(CertificateOrder {
        id: row.id(CertificateOrderId)?,
        identity: row.id(IdentityId)?,
        person: row.id(PersonId)?,
        created_at: row.time()?,
        done_at: row.time_opt()?,
    })
}

/// Loads identities and remembers what the list of people says about them.
async fn look_all_up(tx: &mut SqlTx<'_>, sql: &str, values: &[Value<'_>]) -> Result<Vec<Identity>> {
    let found = tx.load_all(sql, values, identity).await?;
    tx.seen.extend(found.iter().map(|identity| (identity.id, Means::of(identity))));
    Ok(found)
}

async fn look_up(tx: &mut SqlTx<'_>, sql: &str, values: &[Value<'_>]) -> Result<Option<Identity>> {
    Ok(look_all_up(tx, sql, values).await?.into_iter().next())
}

#[async_trait::async_trait]
impl Identities for SqlTx<'_> {
    async fn identity(&mut self, id: IdentityId) -> Result<Option<Identity>> {
        look_up(self, select!("WHERE id = $1"), values![id]).await
    }
    async fn identity_by_certificate(&mut self, sha256: &[u8; 32]) -> Result<Option<Identity>> {
        if let Some(found) = look_up(self, select!("WHERE certificate_sha256 = $1"), values![sha256]).await? {
            return Ok(Some(found));
        }
        let sql = select!("WHERE id = (SELECT identity FROM former_certificates WHERE certificate_sha256 = $1)");
        look_up(self, sql, values![sha256]).await
    }
    async fn identity_by_serial(&mut self, serial: &[u8]) -> Result<Option<Identity>> {
        look_up(self, select!("WHERE serial = $1"), values![serial]).await
    }
    async fn identities_of(&mut self, person: PersonId) -> Result<Vec<Identity>> {
        look_all_up(self, select!("WHERE person = $1 ORDER BY created_at, id"), values![person]).await
    }
    async fn insert_identity(&mut self, new: &Identity) -> Result<()> {
        let sql = "INSERT INTO identities (id, person, installation, status, certificate, certificate_sha256, serial, \
                   public_key, not_before, not_after, counter, revocation_code, ended_at, created_at, last_used_at, \
                   was_active) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING";
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
            new.last_used_at,
            new.status != IdentityStatus::Pending
        ];
        self.insert("this identity", sql, values).await?;
        self.touch(new.person);
        Ok(())
    }
    async fn update_identity(&mut self, changed: &Identity) -> Result<()> {
        let sql = "UPDATE identities SET status = $2, counter = $3, revocation_code = $4, ended_at = $5, \
                   last_used_at = $6, was_active = (was_active OR $7) WHERE id = $1";
        let values = values![
            changed.id,
            changed.status.as_str(),
            changed.counter,
            &changed.revocation_code,
            changed.ended_at,
            changed.last_used_at,
            changed.status == IdentityStatus::Active
        ];
        self.update("identity", sql, values).await?;
        let means = Means::of(changed);
        if self.seen.insert(changed.id, means) != Some(means) {
            self.touch(changed.person);
        }
        Ok(())
    }
    async fn pending_identities(&mut self, before: Timestamp, limit: u32) -> Result<Vec<Identity>> {
        let sql = select!("WHERE status = 'pending' AND created_at < $1 ORDER BY created_at, id LIMIT $2");
        look_all_up(self, sql, values![before, limit]).await
    }
    async fn identities_ending(&mut self, now: Timestamp, days: u32, limit: u32) -> Result<Vec<Identity>> {
        let sql = select!(
            "WHERE status = 'active' AND not_after > $1 AND not_after <= $2 AND (end_told IS NULL OR end_told > $3) \
             ORDER BY not_after, id LIMIT $4"
        );
        let until = now.plus_seconds(i64::from(days) * 24 * 60 * 60);
        look_all_up(self, sql, values![now, until, days, limit]).await
    }
    async fn told_of_end(&mut self, identity: IdentityId, days: u32) -> Result<()> {
        self.update("identity", "UPDATE identities SET end_told = $2 WHERE id = $1", values![identity, days]).await
    }
    async fn identity_by_revocation_code(&mut self, hash: &[u8; 32]) -> Result<Option<Identity>> {
        look_up(self, select!("WHERE revocation_code = $1 ORDER BY created_at DESC, id LIMIT 1"), values![hash]).await
    }
    async fn insert_certificate_order(&mut self, new: &CertificateOrder) -> Result<()> {
        let sql = "INSERT INTO certificate_orders (id, identity, person, created_at, done_at) \
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        self.insert("this order", sql, values![new.id, new.identity, new.person, new.created_at, new.done_at]).await
    }
    async fn certificate_order(&mut self, id: CertificateOrderId) -> Result<Option<CertificateOrder>> {
        let sql = "SELECT id, identity, person, created_at, done_at FROM certificate_orders WHERE id = $1";
        self.load_one(sql, values![id], order).await
    }
    async fn open_certificate_orders(&mut self, limit: u32) -> Result<Vec<CertificateOrder>> {
        let sql = "SELECT id, identity, person, created_at, done_at FROM certificate_orders WHERE done_at IS NULL \
                   ORDER BY created_at, id LIMIT $1";
        self.rows(sql, values![limit]).await?.iter_mut().map(order).collect()
    }
    async fn close_certificate_order(&mut self, id: CertificateOrderId, now: Timestamp) -> Result<()> {
        let sql = "UPDATE certificate_orders SET done_at = $2 WHERE id = $1";
        self.update("certificate order", sql, values![id, now]).await
    }
    async fn renew_identity(&mut self, renewed: &Identity, now: Timestamp) -> Result<()> {
        let keep = "INSERT INTO former_certificates (certificate_sha256, identity, serial, not_after, superseded_at) \
                    SELECT certificate_sha256, id, serial, not_after, $2 FROM identities WHERE id = $1";
        self.execute(keep, values![renewed.id, now]).await?;
        let sql = "UPDATE identities SET certificate = $2, certificate_sha256 = $3, serial = $4, not_before = $5, \
                   not_after = $6 WHERE id = $1";
        let values = values![
            renewed.id,
            &renewed.certificate,
            &renewed.certificate_sha256,
            &renewed.serial,
            renewed.not_before,
            renewed.not_after
        ];
        self.update("identity", sql, values).await?;
        self.touch(renewed.person);
        Ok(())
    }
    async fn superseded_at(&mut self, serial: &[u8]) -> Result<Option<Timestamp>> {
        let sql = "SELECT superseded_at FROM former_certificates WHERE serial = $1";
        self.rows(sql, values![serial]).await?.first_mut().map(Row::time).transpose()
    }
    async fn revocations(&mut self, now: Timestamp) -> Result<Vec<Revocation>> {
        let sql = "SELECT serial, status, COALESCE(ended_at, created_at) FROM identities \
                   WHERE status IN ('pending', 'blocked', 'revoked', 'replaced') AND not_after > $1 \
                   UNION ALL SELECT serial, 'replaced', superseded_at FROM former_certificates WHERE not_after > $1 \
                   ORDER BY 1";
        let read = |mut row: Row| {
            Ok(Revocation { serial: row.bytes()?, status: row.word(IdentityStatus::parse)?, at: row.time()? })
        };
        self.rows(sql, values![now]).await?.into_iter().map(read).collect()
    }
}
