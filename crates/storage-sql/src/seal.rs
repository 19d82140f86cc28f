//! Sealing: committed, unsealed entries become leaves of the tree, in the transaction of the signed checkpoint.

use crate::{
    connection::{Connection, postgres_error},
    context::Context,
    postgres::Postgres,
    row::corrupt,
    sqlite::{Sqlite, Work},
    value::values,
};
use domain::{
    Timestamp,
    merkle::{Frontier, Hash},
};
use storage::{Sealed, Sealer, StoreError};

type Result<T> = std::result::Result<T, StoreError>;

/// The advisory lock of the one sealer: any number.
const SEALING_LOCK: i64 = 0x5A4F_5247_5345_414C;
/// Most entries in one sealing; the rest follows in the next.
const MOST: i64 = 20_000;

/// Unsealed entries in the order they were written, and the tree they come after.
struct Ready {
    frontier: Frontier,
    entries: Vec<(i64, Hash)>,
    oldest: Option<Timestamp>,
}

/// The next tree with its signed checkpoint.
pub(crate) struct Signed {
    before: u64,
    frontier: Frontier,
    note: String,
    entries: Vec<i64>,
}

async fn frontier(connection: &mut Connection<'_>) -> Result<Frontier> {
    let rows = connection.rows("SELECT size, roots FROM log_tree WHERE id = 1", &[]).await?;
    let Some(mut row) = rows.into_iter().next() else { return Ok(Frontier::default()) };
    let size = row.number()?;
    let roots = row.bytes()?;
    let (roots, []) = roots.as_chunks::<32>() else { return Err(corrupt("the log's frontier")) };
    Frontier::restore(size, roots.to_vec()).ok_or_else(|| corrupt("the log's frontier"))
}

async fn ready(connection: &mut Connection<'_>) -> Result<Ready> {
    let mut ready = Ready { frontier: frontier(connection).await?, entries: Vec::new(), oldest: None };
    let sql = "SELECT seq, at, leaf_hash FROM log_entries WHERE leaf IS NULL ORDER BY seq LIMIT $1";
    for mut row in connection.rows(sql, values![MOST]).await? {
        let seq = row.int()?;
        let at = row.time()?;
        ready.entries.push((seq, row.array()?));
        ready.oldest = Some(ready.oldest.map_or(at, |oldest| oldest.min(at)));
    }
    Ok(ready)
}

/// The first checkpoint is of an empty tree, so that there always is one to compare with.
fn sign(ready: &Ready, sealer: &dyn Sealer) -> Result<Signed> {
    sealer.may_grow(ready.frontier.size(), &ready.frontier.root()).map_err(StoreError::Corrupt)?;
    let mut frontier = ready.frontier.clone();
    ready.entries.iter().for_each(|(_, leaf)| frontier.append(*leaf));
    let note = sealer.sign_checkpoint(frontier.size(), &frontier.root()).map_err(StoreError::Unavailable)?;
    let entries = ready.entries.iter().map(|(seq, _)| *seq).collect();
    Ok(Signed { before: ready.frontier.size(), frontier, note, entries })
}

fn report(ready: &Ready, size: u64, now: Timestamp) -> Sealed {
    let oldest_millis = ready.oldest.map_or(0, |oldest| now.0.saturating_sub(oldest.0).max(0));
    Sealed { entries: ready.entries.len() as u64, size, oldest_millis }
}

/// Gives the leaves and stores the tree, in the open transaction.
pub(crate) async fn apply(connection: &mut Connection<'_>, context: &Context, signed: &Signed) -> Result<()> {
    if frontier(connection).await?.size() != signed.before {
        return Err(StoreError::Unavailable("another process sealed at the same time".to_owned()));
    }
    let changed = match connection {
        Connection::Sqlite(_) => {
            // One writer: entries are numbered in commit order, so the range is exactly what was signed.
            let sql = "UPDATE log_entries SET leaf = ready.leaf FROM (SELECT seq, $1 + row_number() OVER (ORDER BY seq) \
                       - 1 AS leaf FROM log_entries WHERE leaf IS NULL AND seq BETWEEN $2 AND $3) AS ready \
                       WHERE log_entries.seq = ready.seq";
            let first = signed.entries.first().copied().unwrap_or(1);
            let last = signed.entries.last().copied().unwrap_or(0);
            connection.execute(sql, values![signed.before, first, last]).await?
        }
        Connection::Postgres(connection) => {
            let sql = "UPDATE log_entries SET leaf = $1 + ready.place - 1 \
                       FROM unnest($2::bigint[]) WITH ORDINALITY AS ready (seq, place) \
                       WHERE log_entries.seq = ready.seq AND leaf IS NULL";
            let before = i64::try_from(signed.before).map_err(|_| corrupt("the log's size"))?;
            let query = sqlx::query(sql).bind(before).bind(&signed.entries);
            query.execute(&mut **connection).await.map_err(postgres_error)?.rows_affected()
        }
    };
    if changed != signed.entries.len() as u64 {
        return Err(StoreError::Unavailable("another process sealed at the same time".to_owned()));
    }
    let sql = "INSERT INTO log_tree (id, size, roots, note, at) VALUES (1, $1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET \
               size = excluded.size, roots = excluded.roots, note = excluded.note, at = excluded.at";
    let now = context.clock.now();
    let roots = signed.frontier.roots().concat();
    connection.execute(sql, values![signed.frontier.size(), &roots, &signed.note, now]).await?;
    forget(connection, now).await
}

/// What nobody needs any more: used nonces, counters and PIN logins whose time is over.
async fn forget(connection: &mut Connection<'_>, now: Timestamp) -> Result<()> {
    connection.execute("DELETE FROM spent_nonces WHERE expires_at < $1", values![now]).await?;
    connection.execute("DELETE FROM counters WHERE expires_at < $1", values![now]).await?;
    let yesterday = now.plus_seconds(-24 * 60 * 60);
    connection.execute("DELETE FROM unlocks WHERE started_at < $1", values![yesterday]).await.map(|_| ())
}

/// SQLite: reading and signing happen outside the writer, so that no job waits for a signature.
pub(crate) async fn on_sqlite(sqlite: &Sqlite, sealer: &dyn Sealer) -> Result<Sealed> {
    let _alone = sqlite.sealing.lock().await;
    let (ready, has_checkpoint) = sqlite
        .read(|reader| {
            let mut connection = Connection::Sqlite(reader);
            futures::executor::block_on(async {
                let ready = ready(&mut connection).await?;
                Ok((ready, has_checkpoint(&mut connection).await?))
            })
        })
        .await?;
    let now = sqlite.context.clock.now();
    if ready.entries.is_empty() && has_checkpoint {
        return Ok(report(&ready, ready.frontier.size(), now));
    }
    let signed = Box::new(sign(&ready, sealer)?);
    let (size, note) = (signed.frontier.size(), signed.note.clone());
    sqlite.run(Work::Seal(signed)).await?;
    sealer.sealed(&note);
    Ok(report(&ready, size, now))
}

async fn has_checkpoint(connection: &mut Connection<'_>) -> Result<bool> {
    Ok(!connection.rows("SELECT id FROM log_tree WHERE id = 1", &[]).await?.is_empty())
}

/// PostgreSQL: one transaction under an advisory lock; a node that does not get it leaves the work to the one that has.
pub(crate) async fn on_postgres(postgres: &Postgres, sealer: &dyn Sealer) -> Result<Sealed> {
    let mut transaction = postgres.pool.begin().await.map_err(postgres_error)?;
    let lock = sqlx::query_scalar::<_, bool>("SELECT pg_try_advisory_xact_lock($1)").bind(SEALING_LOCK);
    let alone = lock.fetch_one(&mut *transaction).await.map_err(postgres_error)?;
    let mut connection = Connection::Postgres(&mut transaction);
    if !alone {
        let size = frontier(&mut connection).await?.size();
        return Ok(Sealed { size, ..Sealed::default() });
    }
    let ready = ready(&mut connection).await?;
    let now = postgres.context.clock.now();
    if ready.entries.is_empty() && has_checkpoint(&mut connection).await? {
        return Ok(report(&ready, ready.frontier.size(), now));
    }
    let signed = sign(&ready, sealer)?;
    apply(&mut connection, &postgres.context, &signed).await?;
    transaction.commit().await.map_err(postgres_error)?;
    sealer.sealed(&signed.note);
    Ok(report(&ready, signed.frontier.size(), now))
}
