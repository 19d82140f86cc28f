//! The nightly check of the whole log, a part at a time; operators are mailed when something is wrong.

use crate::{
    AppError, AppState,
    caller::Caller,
    services::mail::{self, Letter},
};
use domain::mail::MailKind;
use std::sync::Arc;
use storage::{
    LogRecord,
    checkpoint::SignedNote,
    verify::{Expected, Verification, Verifier},
};

/// Entries that are in memory at a time.
const PART: u32 = 1_000;
/// Entries that wait for their seal and are looked at: with more, sealing stands still, which one of them tells.
const WAITING: u32 = 10_000;
/// The hour of the day (UTC) from which the check runs.
const NIGHT: u8 = 2;

/// Whether a note is signed by the key of this log.
pub type IsSigned = Arc<dyn Fn(&SignedNote) -> bool + Send + Sync>;
/// Reads the checkpoint that is kept outside the database.
pub type Kept = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// With what the log is compared.
#[derive(Clone)]
pub struct Watch {
    /// The log's origin line.
    pub origin: String,
    /// The log's key.
    pub is_signed: IsSigned,
    /// The latest checkpoint elsewhere.
    pub kept: Kept,
}

/// Checks the log once a night, by whichever node comes first; `None`: not now.
pub async fn nightly(app: &AppState, watch: &Watch) -> Result<Option<Verification>, AppError> {
    let now = app.now().to_utc();
    if now.hour() < NIGHT {
        return Ok(None);
    }
    let (bucket, forgotten) = (format!("log-check:{}", now.date()), app.now().plus_seconds(2 * 24 * 60 * 60));
    let mine = app.write(move |tx| Box::pin(async move { Ok(tx.count(&bucket, forgotten).await? == 1) })).await?;
    if mine { check(app, watch).await.map(Some) } else { Ok(None) }
}

/// Checks the whole log, and tells the operators when something is wrong.
pub async fn check(app: &AppState, watch: &Watch) -> Result<Verification, AppError> {
    let found = verified(app, watch).await?;
    if !found.errors.is_empty() {
        for error in found.errors.iter().take(20) {
            tracing::error!(leaf = error.leaf, detail = error.detail, "the log is not whole");
        }
        let state = app.clone();
        app.write(move |tx| {
            Box::pin(async move {
                let caller = Caller::system(&state);
                mail::to_operators(&state, &caller, tx, Letter::new(MailKind::LogBroken)).await
            })
        })
        .await?;
    }
    Ok(found)
}

async fn verified(app: &AppState, watch: &Watch) -> Result<Verification, AppError> {
    // Before the log is read, so that a server at work does not get ahead of it.
    let kept: Vec<String> = (watch.kept)().into_iter().collect();
    let (note, size, beyond) = app
        .read(|tx| {
            Box::pin(async move {
                let note = tx.checkpoint().await?;
                let size = note.as_deref().and_then(SignedNote::parse).map_or(0, |note| note.checkpoint.size);
                Ok::<_, AppError>((note, size, tx.sealed_log_records(size, 1).await?))
            })
        })
        .await?;
    let expected = Expected {
        origin: &watch.origin,
        checkpoint: note.as_deref(),
        kept: &kept,
        // Which nodes write is known on the console only: `zorgid log verify --node-key`.
        node_keys: &[],
        is_signed: &*watch.is_signed,
        now: app.now(),
    };
    let mut verifier = Verifier::new(&expected);
    let mut from = 0;
    // What is sealed meanwhile belongs to a later checkpoint.
    while from < size {
        let limit = u32::try_from(size - from).unwrap_or(PART).min(PART);
        let part = records(app, from, limit).await?;
        let Some(last) = part.last().and_then(|record| record.leaf) else { break };
        part.iter().filter(|record| record.leaf.is_some_and(|leaf| leaf < size)).for_each(|one| verifier.add(one));
        from = last + 1;
        tokio::task::yield_now().await;
    }
    // Of the moment of the checkpoint: it should cover everything.
    beyond.iter().for_each(|record| verifier.add(record));
    let waiting =
        app.read(|tx| Box::pin(async move { Ok::<_, AppError>(tx.unsealed_log_records(WAITING).await?) })).await?;
    waiting.iter().for_each(|record| verifier.add(record));
    Ok(verifier.finish())
}

async fn records(app: &AppState, from: u64, limit: u32) -> Result<Vec<LogRecord>, AppError> {
    app.read(move |tx| Box::pin(async move { Ok(tx.sealed_log_records(from, limit).await?) })).await
}
