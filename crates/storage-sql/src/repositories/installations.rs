//! Installations, PIN tries, unlocks, used nonces.

use super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::SqlTx,
    value::values,
};
use domain::{
    Timestamp,
    ids::first_at,
    installation::{Installation, InstallationId, Unlock, UnlockId},
    pin::{MAX_TRIES, PinCounter, PinRefusal, TRIES_PER_ROUND, WAITS},
    retention::Disposable,
};
use std::sync::LazyLock;
use storage::Installations;

/// The rules of [`PinCounter::reserve`] as one UPDATE; a test compares them in every state.
static RESERVE: LazyLock<String> = LazyLock::new(|| {
    let wait = |(round, seconds): (usize, &i64)| {
        let tries = usize::from(TRIES_PER_ROUND) * (round + 1);
        format!("WHEN {tries} THEN $2 + {}", seconds * 1000)
    };
    let waits = WAITS.iter().enumerate().map(wait).collect::<Vec<_>>().join(" ");
    format!(
        "UPDATE installations SET pin_tries = pin_tries + 1, pin_wait_until = CASE pin_tries + 1 {waits} ELSE NULL END \
         WHERE id = $1 AND pin_tries < {MAX_TRIES} AND (pin_wait_until IS NULL OR pin_wait_until <= $2) \
         RETURNING pin_tries, pin_wait_until"
    )
});

fn installation(row: &mut Row) -> Result<Installation> {
    Ok(Installation {
        id: row.id(InstallationId)?,
        key: row.bytes()?,
        opaque_record: row.bytes_opt()?,
        register_nonce: row.array_opt()?,
        pin: counter(row)?,
        created_at: row.time()?,
    })
}

fn counter(row: &mut Row) -> Result<PinCounter> {
    Ok(PinCounter { tries: row.number()?, wait_until: row.time_opt()? })
}

fn unlock(row: &mut Row) -> Result<Unlock> {
    Ok(Unlock {
        id: row.id(UnlockId)?,
        installation: row.id(InstallationId)?,
        login_state: row.bytes_opt()?,
        mac_key: row.bytes_opt()?,
        started_at: row.time()?,
        finished_at: row.time_opt()?,
    })
}

#[async_trait::async_trait]
impl Installations for SqlTx<'_> {
    async fn installation(&mut self, id: InstallationId) -> Result<Option<Installation>> {
        let sql = "SELECT id, key, opaque_record, register_nonce, pin_tries, pin_wait_until, created_at \
                   FROM installations WHERE id = $1";
        self.load_one(sql, values![id], installation).await
    }
    async fn insert_installation(&mut self, new: &Installation) -> Result<()> {
        let sql = "INSERT INTO installations (id, key, opaque_record, register_nonce, pin_tries, pin_wait_until, \
                   created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let values = values![
            new.id,
            &new.key,
            &new.opaque_record,
            &new.register_nonce,
            new.pin.tries,
            new.pin.wait_until,
            new.created_at
        ];
        self.insert("this installation", sql, values).await
    }
    async fn set_opaque_record(&mut self, id: InstallationId, nonce: &[u8; 32], record: &[u8]) -> Result<bool> {
        let sql = "UPDATE installations SET opaque_record = $3, register_nonce = NULL \
                   WHERE id = $1 AND register_nonce = $2 AND opaque_record IS NULL";
        Ok(self.execute(sql, values![id, nonce, record]).await? == 1)
    }
    async fn reserve_pin_try(
        &mut self,
        id: InstallationId,
        now: Timestamp,
    ) -> Result<Option<std::result::Result<PinCounter, PinRefusal>>> {
        for _ in 0..2 {
            if let Some(row) = self.rows(&RESERVE, values![id, now]).await?.first_mut() {
                return Ok(Some(Ok(counter(row)?)));
            }
            // Refused, or not there. The row is locked now, so the reason holds, and if somebody gave everything back
            // between the two statements, the next round gets a try.
            let sql = "SELECT pin_tries, pin_wait_until FROM installations WHERE id = $1";
            match self.load_one(sql, values![id], counter).await?.map(|counter| counter.reserve(now)) {
                None => return Ok(None),
                Some(Err(refusal)) => return Ok(Some(Err(refusal))),
                Some(Ok(_)) => {}
            }
        }
        Err(corrupt("the PIN counter's statement and rules differ"))
    }
    async fn clear_pin_tries(&mut self, id: InstallationId) -> Result<()> {
        let sql = "UPDATE installations SET pin_tries = 0, pin_wait_until = NULL WHERE id = $1";
        self.update("installation", sql, values![id]).await
    }
    async fn spend_nonce(&mut self, hash: &[u8; 32], expires_at: Timestamp) -> Result<bool> {
        let sql = "INSERT INTO spent_nonces (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        Ok(self.execute(sql, values![hash, expires_at]).await? == 1)
    }
    async fn unlock(&mut self, id: UnlockId) -> Result<Option<Unlock>> {
        let sql = "SELECT id, installation, login_state, mac_key, started_at, finished_at FROM unlocks WHERE id = $1";
        self.load_one(sql, values![id], unlock).await
    }
    async fn insert_unlock(&mut self, new: &Unlock) -> Result<()> {
        let sql = "INSERT INTO unlocks (id, installation, login_state, mac_key, started_at, finished_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let values = values![new.id, new.installation, &new.login_state, &new.mac_key, new.started_at, new.finished_at];
        self.insert("this unlock", sql, values).await
    }
    async fn update_unlock(&mut self, changed: &Unlock) -> Result<()> {
        let sql = "UPDATE unlocks SET login_state = $2, mac_key = $3, finished_at = $4 WHERE id = $1";
        let values = values![changed.id, &changed.login_state, &changed.mac_key, changed.finished_at];
        self.update("unlock", sql, values).await
    }
    async fn purge_installations(&mut self, may_go: &Disposable, most: u32) -> Result<u64> {
        // `Disposable::installation` as a statement; a test compares them. The record is looked at twice because on
        // PostgreSQL it may be set between finding and deleting.
        let sql = "DELETE FROM installations WHERE opaque_record IS NULL AND id IN (SELECT id FROM installations \
                   WHERE id < $1 AND created_at < $2 AND opaque_record IS NULL ORDER BY id LIMIT $3)";
        self.execute(sql, values![first_at(may_go.installations), may_go.installations, most]).await
    }
}
