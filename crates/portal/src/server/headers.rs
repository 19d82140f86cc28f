//! Security headers per origin (ARCHITECTURE.md §3).

use crate::AppState;
use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

const PORTAL_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn common(app: &AppState, response: &mut Response) {
    put(response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(response, header::X_FRAME_OPTIONS, "DENY");
    put(response, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(response, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if app.config.public_url.starts_with("https://") {
        put(response, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if !response.headers().contains_key(header::CACHE_CONTROL) {
        put(response, header::CACHE_CONTROL, "no-store");
    }
}

/// The portal: no inline script or style, nothing from elsewhere.
pub(super) fn portal(app: &AppState, response: &mut Response) {
    common(app, response);
    put(response, header::CONTENT_SECURITY_POLICY, PORTAL_CSP);
    // `no-referrer` would make browsers send `Origin: null` with our own forms.
    put(response, header::REFERRER_POLICY, "same-origin");
    let none = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
    put(response, HeaderName::from_static("permissions-policy"), none);
}

/// The Mobile App: WebAssembly, its camera, and the servers it knows.
pub(super) fn mobile_app(app: &AppState, response: &mut Response) {
    common(app, response);
    let others = app.config.other_servers.iter().map(|server| server.api_origin.as_str());
    let servers: Vec<&str> = std::iter::once(app.config.public_url.as_str()).chain(others).collect();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; font-src 'self'; \
         connect-src 'self' {}; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        servers.join(" ")
    );
    put(response, header::CONTENT_SECURITY_POLICY, &policy);
    put(response, header::REFERRER_POLICY, "no-referrer");
    let camera = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()";
    put(response, HeaderName::from_static("permissions-policy"), camera);
}
