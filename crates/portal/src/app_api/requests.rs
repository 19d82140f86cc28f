//! Requests and enrolment.

use super::ApiJson;
use crate::{
    AppError, AppState,
    browser::{Browser, is_own_origin},
    caller::Caller,
    services,
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use domain::request::RequestId;
use protocol::{
    ProblemCode,
    enrol::{Enrol, Enrolled},
    request::{Redeem, Redeemed},
    response::{Pairing, Respond, Responded},
};

fn id_of(text: &str) -> Result<RequestId, AppError> {
    RequestId::parse(text).ok_or(ProblemCode::RequestUnknown.into())
}

/// Exchanges a scanned nonce or a typed code, once, for the signed request object.
#[utoipa::path(post, path = "/api/v1/requests/redeem", tag = "requests",
    request_body(content = serde_json::Value, description = "`nonce` from the QR code, or `code` as typed", example = json!({"nonce": "43 base64url characters"})),
    responses((status = 200, body = serde_json::Value, description = "`{request}`: compact JWS", example = json!({"request": "eyJ…"})),
        (status = "4XX", body = serde_json::Value, content_type = "application/problem+json", description = "request-unknown, request-used, request-expired, request-cancelled, too-many-attempts")))]
pub(super) async fn redeem(
    State(app): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<Redeem>,
) -> Result<Json<Redeemed>, AppError> {
    Ok(Json(services::redeem::redeem(&app, &caller, body.nonce, body.code).await?))
}

/// Records the answer of a phone or a card.
#[utoipa::path(post, path = "/api/v1/requests/{id}/response", tag = "requests", params(("id" = String, Path, description = "request id")),
    request_body(content = serde_json::Value, description = "Compact JWS by the key of the identity or card, with x5c", example = json!({"response": "eyJ…"})),
    responses((status = 200, body = serde_json::Value, description = "`{decision, pairing_code?, return_url?, desktop_session?}`"),
        (status = "4XX", body = serde_json::Value, content_type = "application/problem+json", description = "response-signature, response-mismatch, identity-*, unlock-required, card-*, ura-unknown, crl-*")))]
pub(super) async fn respond(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    ApiJson(body): ApiJson<Respond>,
) -> Result<Json<Responded>, AppError> {
    Ok(Json(services::respond::respond(&app, &caller, id_of(&id)?, &body.response).await?))
}

/// The page gives the *koppelcode*, with its cookie and from its own origin.
#[utoipa::path(post, path = "/api/v1/requests/{id}/pairing", tag = "requests", params(("id" = String, Path, description = "request id")),
    request_body(content = serde_json::Value, example = json!({"code": "1234"})),
    responses((status = 204, description = "Right"),
        (status = "4XX", body = serde_json::Value, content_type = "application/problem+json", description = "pairing-wrong (triesLeft), pairing-over, not-found, foreign-form")))]
pub(super) async fn pair(
    State(app): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    browser: Browser,
    Path(id): Path<String>,
    ApiJson(body): ApiJson<Pairing>,
) -> Result<StatusCode, AppError> {
    if !is_own_origin(&app, &headers) {
        return Err(ProblemCode::ForeignForm.into());
    }
    services::login::pair(&app, &caller, &browser, id_of(&id)?, &body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Activates an identity. The same message with the same key again, within the two minutes after the request was opened,
/// gets the same certificate: for a lost answer.
#[utoipa::path(post, path = "/api/v1/enrol", tag = "enrolment",
    request_body(content = serde_json::Value, example = json!({"nonce": "…", "csr": "base64url PKCS#10", "birth_date": "1980-02-29", "installation": "uuid", "unlock": "uuid", "mac": "base64url"})),
    responses((status = 200, body = serde_json::Value, description = "`{chain, identity, name, organisations, revocation_code}`"),
        (status = "4XX", body = serde_json::Value, content_type = "application/problem+json", description = "csr-invalid, birth-date-wrong (triesLeft), birth-date-tries, unlock-required, request-*")))]
pub(super) async fn enrol(
    State(app): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<Enrol>,
) -> Result<Json<Enrolled>, AppError> {
    Ok(Json(services::enrol::enrol(&app, &caller, body).await?))
}
