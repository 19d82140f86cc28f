//! The log's public face.

use crate::{AppError, AppState, services::log};
use axum::{
    Json,
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use protocol::{B64, ProblemCode};
use serde::Deserialize;
use serde_json::{Value, json};

/// The latest signed checkpoint.
#[utoipa::path(get, path = "/log/checkpoint", tag = "log", responses((status = 200, content_type = "text/plain", description = "C2SP tlog-checkpoint"), (status = 404, description = "Nothing sealed yet")))]
pub(super) async fn checkpoint(State(app): State<AppState>) -> Result<Response, AppError> {
    let note = log::checkpoint(&app).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], note).into_response())
}

#[derive(Deserialize)]
pub(super) struct Range {
    from: u64,
    to: u64,
}

/// Proof that the tree of `from` leaves is a prefix of that of `to`.
#[utoipa::path(get, path = "/log/consistency", tag = "log", params(("from" = u64, Query, description = "older size"), ("to" = u64, Query, description = "newer size")),
    responses((status = 200, body = serde_json::Value, description = "`{proof}`: base64url hashes (RFC 6962 §2.1.2)")))]
pub(super) async fn consistency(
    State(app): State<AppState>,
    range: Result<Query<Range>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, AppError> {
    let Query(range) = range.map_err(|_| AppError::new(ProblemCode::BadInput))?;
    let proof = log::consistency(&app, range.from, range.to).await?;
    let proof: Vec<B64> = proof.iter().map(|hash| B64::from(hash.as_slice())).collect();
    Ok(Json(json!({ "proof": proof })))
}
