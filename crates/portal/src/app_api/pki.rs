//! Certificates, revocation list and OCSP (RFC 5280, RFC 6960): addresses that certificates name.

use crate::{AppError, AppState, ports::IssuerError};
use axum::{
    body::{Body, to_bytes},
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use protocol::{ProblemCode, limits};

fn file(kind: &'static str, bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
}

fn unreachable(error: IssuerError) -> AppError {
    let code = match error {
        IssuerError::Unreachable(_) => ProblemCode::Unavailable,
        IssuerError::Refused(_) => ProblemCode::BadInput,
    };
    AppError::new(code).because(error)
}

/// The root certificate, DER.
#[utoipa::path(get, path = "/pki/root.cer", tag = "pki", responses((status = 200, content_type = "application/pkix-cert", description = "DER")))]
pub(super) async fn root(State(app): State<AppState>) -> Response {
    file("application/pkix-cert", app.certificates.root().to_vec())
}

/// The issuing CA's certificate, DER.
#[utoipa::path(get, path = "/pki/ca.cer", tag = "pki", responses((status = 200, content_type = "application/pkix-cert", description = "DER")))]
pub(super) async fn issuing(State(app): State<AppState>) -> Response {
    file("application/pkix-cert", app.certificates.issuing().to_vec())
}

/// The revocation list, DER.
#[utoipa::path(get, path = "/pki/ca.crl", tag = "pki", responses((status = 200, content_type = "application/pkix-crl", description = "DER")))]
pub(super) async fn crl(State(app): State<AppState>) -> Result<Response, AppError> {
    Ok(file("application/pkix-crl", app.issuer.crl().await.map_err(unreachable)?))
}

/// An OCSP request in the body.
#[utoipa::path(post, path = "/pki/ocsp", tag = "pki", responses((status = 200, content_type = "application/ocsp-response", description = "DER")))]
pub(super) async fn ocsp_post(State(app): State<AppState>, body: Body) -> Result<Response, AppError> {
    let request = to_bytes(body, limits::OCSP_REQUEST).await.map_err(|_| AppError::new(ProblemCode::TooLarge))?;
    answer(&app, &request).await
}

/// An OCSP request in the address (RFC 6960 appendix A.1).
#[utoipa::path(get, path = "/pki/ocsp/{request}", tag = "pki", params(("request" = String, Path, description = "base64 of the DER request")),
    responses((status = 200, content_type = "application/ocsp-response", description = "DER")))]
pub(super) async fn ocsp_get(State(app): State<AppState>, Path(request): Path<String>) -> Result<Response, AppError> {
    if request.len() > limits::OCSP_REQUEST * 2 {
        return Err(ProblemCode::TooLarge.into());
    }
    let request = STANDARD.decode(request.trim_start_matches('/')).map_err(|_| AppError::new(ProblemCode::BadInput))?;
    answer(&app, &request).await
}

async fn answer(app: &AppState, request: &[u8]) -> Result<Response, AppError> {
    Ok(file("application/ocsp-response", app.issuer.ocsp(request).await.map_err(unreachable)?))
}
