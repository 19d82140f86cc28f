//! Health and metrics.

use crate::{AppError, AppState};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use protocol::ProblemCode;

/// The process answers.
#[utoipa::path(get, path = "/health/live", tag = "operations", responses((status = 200, content_type = "text/plain", description = "ok")))]
pub async fn live() -> &'static str {
    "ok\n"
}

/// Database and CA answer.
#[utoipa::path(get, path = "/health/ready", tag = "operations", responses((status = 200, content_type = "text/plain", description = "ok"), (status = 503, description = "Not ready")))]
pub async fn ready(State(app): State<AppState>) -> Result<&'static str, AppError> {
    app.read(|tx| Box::pin(async move { Ok::<_, AppError>(tx.checkpoint().await.map(|_| ())?) })).await?;
    app.issuer.ping().await.map_err(|error| AppError::new(ProblemCode::Unavailable).because(error))?;
    Ok("ok\n")
}

/// Counters.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, content_type = "text/plain", description = "Prometheus text format")))]
pub async fn metrics(State(app): State<AppState>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.render()).into_response()
}
