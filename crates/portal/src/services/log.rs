//! The public face of the log: its latest checkpoint and proofs that it only grew. Reading and exporting it are rooms of
//! their own.

pub mod export;
pub mod fhir;
pub mod names;
pub mod reading;
pub mod roles;
pub mod watch;

use crate::{AppError, AppState};
use domain::merkle;
use protocol::ProblemCode;
use storage::checkpoint::SignedNote;
use tokio::sync::Semaphore;

/// The latest signed checkpoint (C2SP `tlog-checkpoint`).
pub async fn checkpoint(app: &AppState) -> Result<String, AppError> {
    let note = app.read(|tx| Box::pin(async move { Ok::<_, AppError>(tx.checkpoint().await?) })).await?;
    note.ok_or(ProblemCode::NotFound.into())
}

/// One proof at a time: each reads every leaf of the log.
static PROVING: Semaphore = Semaphore::const_new(1);

/// Hashes that prove that the tree of `from` leaves is a prefix of that of `to` (RFC 6962 §2.1.2).
pub async fn consistency(app: &AppState, from: u64, to: u64) -> Result<Vec<merkle::Hash>, AppError> {
    let bad = || AppError::new(ProblemCode::BadInput);
    let (old, new) = (usize::try_from(from).map_err(|_| bad())?, usize::try_from(to).map_err(|_| bad())?);
    // Anybody may ask: what cannot be answered costs nothing.
    let nothing = |error: AppError| if error.code == ProblemCode::NotFound { bad() } else { error };
    let note = checkpoint(app).await.map_err(nothing)?;
    if from > to || SignedNote::parse(&note).is_none_or(|note| to > note.checkpoint.size) {
        return Err(bad());
    }
    let busy = |_| AppError::new(ProblemCode::TooManyAttempts).with("retryAfter", 1);
    let _alone = PROVING.try_acquire().map_err(busy)?;
    let leaves = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.leaf_hashes(to).await?) })).await?;
    let leaves = if leaves.len() == new { leaves } else { return Err(bad()) };
    let proof = tokio::task::spawn_blocking(move || merkle::consistency_proof(&leaves, old)).await;
    proof.map_err(AppError::internal)
}
