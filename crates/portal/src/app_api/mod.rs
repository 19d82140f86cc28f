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

use crate::routes::Routes;

/// `/api/v1` for phones and Desktop Apps.
pub fn routes() -> Routes {
    Routes::new()
        .post("/api/v1/requests/redeem", requests::redeem)
        .post("/api/v1/requests/{id}/response", requests::respond)
        .post("/api/v1/launch/redeem", launch::redeem)
        .post("/api/v1/launch/next", launch::next)
        .post("/api/v1/enrol", requests::enrol)
        .post("/api/v1/pin/nonce", pin::nonce)
        .post("/api/v1/pin/register/start", pin::register_start)
        .post("/api/v1/pin/register/finish", pin::register_finish)
        .post("/api/v1/pin/login/start", pin::login_start)
        .post("/api/v1/pin/login/finish", pin::login_finish)
}

/// The one API call that a page makes with its cookie.
pub fn page_routes() -> Routes {
    Routes::new().post("/api/v1/requests/{id}/pairing", requests::pair)
}

/// What anybody may fetch.
pub fn public_routes() -> Routes {
    Routes::new()
        .get("/.well-known/zorgid-app.json", well_known::app_config)
        .get("/openapi.json", openapi::json)
        .get("/pki/root.cer", pki::root)
        .get("/pki/ca.cer", pki::issuing)
        .get("/pki/ca.crl", pki::crl)
        .post("/pki/ocsp", pki::ocsp_post)
        .get("/pki/ocsp/{*request}", pki::ocsp_get)
        .get("/log/checkpoint", log::checkpoint)
        .get("/log/consistency", log::consistency)
        .get("/health/live", health::live)
        .get("/health/ready", health::ready)
        .get("/metrics", health::metrics)
}
