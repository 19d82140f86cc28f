//! The API of the apps: JSON in, JSON out, no cookies (but for the page's own *koppelcode*), problems as
//! `application/problem+json`.

pub mod health;
mod json;
mod launch;
mod log;
pub mod openapi;
mod pin;
mod pki;
mod requests;
mod well_known;

pub use json::ApiJson;

use crate::AppState;
use axum::{
    Router,
    routing::{get, post},
};

/// `/api/v1` for phones and Desktop Apps.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/requests/redeem", post(requests::redeem))
        .route("/api/v1/requests/{id}/response", post(requests::respond))
        .route("/api/v1/launch/redeem", post(launch::redeem))
        .route("/api/v1/launch/next", post(launch::next))
        .route("/api/v1/enrol", post(requests::enrol))
        .route("/api/v1/pin/nonce", post(pin::nonce))
        .route("/api/v1/pin/register/start", post(pin::register_start))
        .route("/api/v1/pin/register/finish", post(pin::register_finish))
        .route("/api/v1/pin/login/start", post(pin::login_start))
        .route("/api/v1/pin/login/finish", post(pin::login_finish))
}

/// The one API call that a page makes with its cookie.
pub fn page_router() -> Router<AppState> {
    Router::new().route("/api/v1/requests/{id}/pairing", post(requests::pair))
}

/// What anybody may fetch.
pub fn public_router() -> Router<AppState> {
    Router::new()
        .route("/.well-known/zorgid-app.json", get(well_known::app_config))
        .route("/openapi.json", get(openapi::json))
        .route("/pki/root.cer", get(pki::root))
        .route("/pki/ca.cer", get(pki::issuing))
        .route("/pki/ca.crl", get(pki::crl))
        .route("/pki/ocsp", post(pki::ocsp_post))
        .route("/pki/ocsp/{*request}", get(pki::ocsp_get))
        .route("/log/checkpoint", get(log::checkpoint))
        .route("/log/consistency", get(log::consistency))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
}
