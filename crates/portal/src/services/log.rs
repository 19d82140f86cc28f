//! The public face of the log: its latest checkpoint and proofs that it only grew.

use crate::{AppError, AppState};
use domain::merkle;
use protocol::ProblemCode;

/// The latest signed checkpoint (C2SP `tlog-checkpoint`).
pub async fn checkpoint(app: &AppState) -> Result<String, AppError> {
    let note = app.read(|tx| Box::pin(async move { Ok::<_, AppError>(tx.checkpoint().await?) })).await?;
    note.ok_or(ProblemCode::NotFound.into())
}

/// Hashes that prove that the tree of `from` leaves is a prefix of that of `to` (RFC 6962 §2.1.2).
pub async fn consistency(app: &AppState, from: u64, to: u64) -> Result<Vec<merkle::Hash>, AppError> {
    let leaves = app.read(|tx| Box::pin(async move { Ok::<_, AppError>(tx.leaf_hashes().await?) })).await?;
    let bad = || AppError::new(ProblemCode::BadInput);
    let (from, to) = (usize::try_from(from).map_err(|_| bad())?, usize::try_from(to).map_err(|_| bad())?);
    let leaves = leaves.get(..to).filter(|leaves| from <= leaves.len()).ok_or_else(bad)?;
    Ok(merkle::consistency_proof(leaves, from))
}
