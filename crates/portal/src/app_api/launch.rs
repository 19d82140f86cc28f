//! The Desktop App's calls.

use super::ApiJson;
use crate::{AppError, AppState, caller::Caller, services::card};
use axum::{Json, extract::State};
use protocol::{
    card::{DesktopNext, DesktopNextAnswer, LaunchRedeem},
    request::Redeemed,
};

/// Exchanges a launch token, once and within 60 seconds, for the signed request object.
#[utoipa::path(post, path = "/api/v1/launch/redeem", tag = "desktop",
    request_body(content = serde_json::Value, example = json!({"token": "43 base64url characters"})),
    responses((status = 200, body = serde_json::Value, description = "`{request}`: compact JWS"),
        (status = "4XX", body = serde_json::Value, content_type = "application/problem+json", description = "launch-expired, launch-unknown")))]
pub(super) async fn redeem(
    State(app): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<LaunchRedeem>,
) -> Result<Json<Redeemed>, AppError> {
    Ok(Json(card::redeem_launch(&app, &caller, &body.token).await?))
}

/// The wizard's next request for a Desktop App that still holds the card; held for at most 25 seconds.
#[utoipa::path(post, path = "/api/v1/launch/next", tag = "desktop",
    request_body(content = serde_json::Value, example = json!({"session": "43 base64url characters", "end": false})),
    responses((status = 200, body = serde_json::Value, description = "`{state: waiting | request | ended, request?}`")))]
pub(super) async fn next(
    State(app): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<DesktopNext>,
) -> Result<Json<DesktopNextAnswer>, AppError> {
    Ok(Json(card::next(&app, &caller, &body.session, body.end).await?))
}
