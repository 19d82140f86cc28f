//! The PIN (OPAQUE).

use super::ApiJson;
use crate::{AppError, AppState, caller::Caller, services::pin};
use axum::{Json, extract::State, http::StatusCode};
use protocol::pin::{
    LoginFinish, LoginFinished, LoginStart, LoginStarted, NonceIssued, NonceRequest, RegisterFinish, RegisterStart,
    RegisterStarted,
};

/// A nonce for one PIN try.
#[utoipa::path(post, path = "/api/v1/pin/nonce", tag = "pin",
    request_body(content = serde_json::Value, example = json!({"installation": "uuid"})),
    responses((status = 200, body = serde_json::Value, description = "`{nonce}`, good for 60 seconds")))]
pub(super) async fn nonce(State(app): State<AppState>, ApiJson(body): ApiJson<NonceRequest>) -> Json<NonceIssued> {
    Json(pin::nonce(&app, &body))
}

/// Sets the PIN of a new installation: first message.
#[utoipa::path(post, path = "/api/v1/pin/register/start", tag = "pin",
    request_body(content = serde_json::Value, example = json!({"installation_key": "base64url SPKI", "message": "base64url, 32 bytes"})),
    responses((status = 200, body = serde_json::Value, description = "`{installation, message, nonce}`")))]
pub(super) async fn register_start(
    State(app): State<AppState>,
    ApiJson(body): ApiJson<RegisterStart>,
) -> Result<Json<RegisterStarted>, AppError> {
    Ok(Json(pin::register_start(&app, body).await?))
}

/// Sets the PIN of a new installation: last message.
#[utoipa::path(post, path = "/api/v1/pin/register/finish", tag = "pin",
    request_body(content = serde_json::Value, example = json!({"jws": "eyJ…"})),
    responses((status = 204, description = "Set"),
        (status = "4XX", body = serde_json::Value, content_type = "application/problem+json", description = "nonce-stale, response-signature, installation-unknown")))]
pub(super) async fn register_finish(
    State(app): State<AppState>,
    ApiJson(body): ApiJson<RegisterFinish>,
) -> Result<StatusCode, AppError> {
    pin::register_finish(&app, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A PIN try; it is taken before anything is evaluated.
#[utoipa::path(post, path = "/api/v1/pin/login/start", tag = "pin",
    request_body(content = serde_json::Value, example = json!({"jws": "eyJ…"})),
    responses((status = 200, body = serde_json::Value, description = "`{unlock, message, if_wrong}`"),
        (status = "4XX", body = serde_json::Value, content_type = "application/problem+json", description = "pin-wait, pin-blocked (pin), nonce-stale, response-signature")))]
pub(super) async fn login_start(
    State(app): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<LoginStart>,
) -> Result<Json<LoginStarted>, AppError> {
    Ok(Json(pin::login_start(&app, &caller, body).await?))
}

/// The PIN was right: the try is given back.
#[utoipa::path(post, path = "/api/v1/pin/login/finish", tag = "pin",
    request_body(content = serde_json::Value, example = json!({"unlock": "uuid", "message": "base64url, 64 bytes"})),
    responses((status = 200, body = serde_json::Value, description = "`{expires_in}`"),
        (status = "4XX", body = serde_json::Value, content_type = "application/problem+json", description = "pin-wrong")))]
pub(super) async fn login_finish(
    State(app): State<AppState>,
    ApiJson(body): ApiJson<LoginFinish>,
) -> Result<Json<LoginFinished>, AppError> {
    Ok(Json(pin::login_finish(&app, body).await?))
}
