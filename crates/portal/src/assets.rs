//! The Mobile App's static files, from a folder. Everything is checked for a newer version (`no-cache` with an ETag), so
//! that an update reaches every phone at its next start.

use crate::{AppError, AppState};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::ProblemCode;
use std::path::PathBuf;

/// `/` of the app's origin.
pub async fn index(State(app): State<AppState>, headers: HeaderMap) -> Result<Response, AppError> {
    serve(&app, "index.html", &headers).await
}

/// Any other file.
pub async fn file(
    State(app): State<AppState>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    serve(&app, &path, &headers).await
}

/// Only plain names: no dots at the start of a part, nothing that climbs.
fn inside(folder: &std::path::Path, path: &str) -> Option<PathBuf> {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    path.split('/').all(plain).then(|| path.split('/').fold(folder.to_path_buf(), |all, part| all.join(part)))
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

async fn serve(app: &AppState, path: &str, headers: &HeaderMap) -> Result<Response, AppError> {
    let missing = || AppError::new(ProblemCode::NotFound);
    let folder = app.config.app_dir.as_deref().ok_or_else(missing)?;
    let file = inside(folder, path).ok_or_else(missing)?;
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let packed = file.with_file_name(format!("{}.br", file.file_name().and_then(|n| n.to_str()).unwrap_or_default()));
    let use_packed = accepts.contains("br") && tokio::fs::try_exists(&packed).await.unwrap_or(false);
    let bytes = tokio::fs::read(if use_packed { &packed } else { &file }).await.map_err(|_| missing())?;
    let tag = format!("\"{}\"", hex::encode(&<sha2::Sha256 as sha2::Digest>::digest(&bytes)[..12]));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes());
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { bytes.into_response() };
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind_of(path)));
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if use_packed {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        set.insert(header::ETAG, tag);
    }
    Ok(response)
}
