//! Style sheet, scripts and fonts, embedded in the binary. Their address holds a hash of all of them, so browsers may keep
//! them for ever.

use crate::AppError;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use protocol::ProblemCode;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::{borrow::Cow, sync::LazyLock};

#[derive(RustEmbed)]
#[folder = "static/"]
pub(super) struct Files;

/// The NL Design System components in use, before our own tokens and layout.
const COMPONENTS: [&str; 13] = [
    "nl-button",
    "nl-heading",
    "nl-link",
    "nl-paragraph",
    "nl-skip-link",
    "utrecht-alert",
    "utrecht-checkbox",
    "utrecht-data-list",
    "utrecht-form-field",
    "utrecht-form-field-description",
    "utrecht-form-field-error-message",
    "utrecht-form-label",
    "utrecht-textbox",
];

fn style_sheet() -> String {
    let components = COMPONENTS.iter().map(|name| format!("vendor/nl-design-system/{name}.css"));
    let own = ["tokens.css", "portal.css"].map(str::to_owned);
    let parts = components.chain(own).filter_map(|path| Files::get(&path));
    parts.map(|file| String::from_utf8_lossy(&file.data).into_owned() + "\n").collect()
}

static PREFIX: LazyLock<String> = LazyLock::new(|| {
    let mut paths: Vec<Cow<'_, str>> = Files::iter().collect();
    paths.sort();
    let mut hash = Sha256::new();
    for file in paths.iter().filter_map(|path| Files::get(path)) {
        hash.update(file.metadata.sha256_hash());
    }
    format!("/static/{}", hex::encode(&hash.finalize()[..8]))
});

/// `/static/<hash>`: where pages find the files.
pub(super) fn prefix() -> &'static str {
    &PREFIX
}

/// One file.
pub(super) async fn file(Path((version, path)): Path<(String, String)>) -> Result<Response, AppError> {
    let (bytes, kind) = match path.as_str() {
        "styles.css" => (Cow::Owned(style_sheet().into_bytes()), "text/css; charset=utf-8"),
        _ => {
            let kind = match path.rsplit_once('.').map(|(_, extension)| extension) {
                Some("js") => "text/javascript; charset=utf-8",
                Some("svg") => "image/svg+xml",
                Some("woff2") => "font/woff2",
                _ => return Err(ProblemCode::NotFound.into()),
            };
            (Files::get(&path).ok_or(AppError::new(ProblemCode::NotFound))?.data, kind)
        }
    };
    let mut response = bytes.into_owned().into_response();
    let current = prefix().ends_with(&format!("/{version}"));
    let keep = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    Ok(response)
}
