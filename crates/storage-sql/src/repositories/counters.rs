//! Counters.

use super::Result;
use crate::{row::corrupt, transaction::SqlTx, value::values};
use domain::Timestamp;
use storage::Counters;

#[async_trait::async_trait]
impl Counters for SqlTx<'_> {
    async fn count(&mut self, bucket: &str, expires_at: Timestamp) -> Result<u32> {
        // A counter whose time is over starts again; otherwise it keeps its own end.
        let sql = "INSERT INTO counters (bucket, count, expires_at) VALUES ($1, 1, $2) ON CONFLICT (bucket) DO UPDATE SET \
                   count = CASE WHEN counters.expires_at <= $3 THEN 1 ELSE counters.count + 1 END, \
                   expires_at = CASE WHEN counters.expires_at <= $3 THEN excluded.expires_at ELSE counters.expires_at END \
                   RETURNING count";
        let now = self.context.clock.now();
        let mut rows = self.rows(sql, values![bucket, expires_at, now]).await?;
        rows.first_mut().ok_or_else(|| corrupt("no count"))?.number()
    }
    async fn counted(&mut self, bucket: &str, now: Timestamp) -> Result<u32> {
        let sql = "SELECT count FROM counters WHERE bucket = $1 AND expires_at > $2";
        Ok(self.rows(sql, values![bucket, now]).await?.first_mut().map(|row| row.number()).transpose()?.unwrap_or(0))
    }
}
