//! `/openapi.json`.

use super::{health, launch, log, pin, pki, requests, well_known};
use axum::Json;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "ZORG-ID",
        description = "The API of the Mobile App and the Desktop App, and the public addresses of PKI and log. Problems are application/problem+json (RFC 9457) with `code` and `reference`; every code is explained at /foutmeldingen."
    ),
    paths(
        requests::redeem,
        requests::respond,
        requests::pair,
        requests::enrol,
        launch::redeem,
        launch::next,
        pin::nonce,
        pin::register_start,
        pin::register_finish,
        pin::login_start,
        pin::login_finish,
        pki::root,
        pki::issuing,
        pki::crl,
        pki::ocsp_post,
        pki::ocsp_get,
        log::checkpoint,
        log::consistency,
        health::live,
        health::ready,
        health::metrics,
        well_known::app_config,
    )
)]
struct Document;

/// The whole document.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// Serves the document.
pub async fn json() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}
