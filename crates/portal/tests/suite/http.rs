//! The edges: origins, forms, headers, sizes, problems, documents.

use super::world::{APP, PORTAL, World, call};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use protocol::{ProblemCode, app_config::AppConfig};
use serde_json::{Value, json};
use std::time::Duration;

fn form(path: &str) -> axum::http::request::Builder {
    Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn a_form_of_another_page_changes_nothing() {
    let world = World::new().await;
    for origin in [None, Some("https://evil.example"), Some("null"), Some(APP)] {
        let mut request = form("/registreren");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let answer = world.send(request.body(Body::from("csrf=x")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?}");
    }
    // From our own page, but without this browser's token.
    let request = form("/registreren").header(header::ORIGIN, PORTAL).body(Body::from("csrf=x")).unwrap();
    assert_eq!(world.send(request).await.status, StatusCode::FORBIDDEN);
    assert!(world.events().await.is_empty());
}

#[tokio::test]
async fn the_api_answers_the_app_origin_only() {
    let world = World::new().await;
    let ask = |origin: &str| {
        Request::post("/api/v1/requests/redeem")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ORIGIN, origin)
            .body(Body::from(r#"{"code":"00000000"}"#))
            .unwrap()
    };
    let own = world.send(ask(APP)).await;
    assert_eq!(own.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], APP);
    assert!(!own.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    for origin in ["https://evil.example", "null", PORTAL] {
        assert_eq!(world.send(ask(origin)).await.code(), ProblemCode::ForeignForm);
    }
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri("/api/v1/requests/redeem")
        .header(header::ORIGIN, APP)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
        .body(Body::empty())
        .unwrap();
    let answer = world.send(preflight).await;
    assert!(answer.status.is_success());
    assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], APP);
    let plain = Request::post("/api/v1/requests/redeem").header(header::CONTENT_TYPE, "text/plain");
    assert_eq!(world.send(plain.body(Body::from("{}")).unwrap()).await.code(), ProblemCode::BadInput);
}

#[tokio::test]
async fn problems_name_code_and_reference_and_repeat_nothing() {
    let world = World::new().await;
    let answer = world.post("/api/v1/requests/redeem", &json!({ "nonce": "geheim" })).await;
    let problem = answer.problem();
    assert_eq!((problem.status, problem.code, problem.reference.len()), (400, ProblemCode::BadInput, 8));
    assert!(!answer.text().contains("geheim"));
    let large = Request::post("/api/v1/requests/redeem").header(header::CONTENT_TYPE, "application/json");
    let large = world.send(large.body(Body::from(vec![b' '; 70_000])).unwrap()).await;
    assert_eq!(large.code(), ProblemCode::TooLarge);
    let english = Request::post("/api/v1/requests/redeem")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT_LANGUAGE, "en-GB,en;q=0.9,nl;q=0.5");
    let english = world.send(english.body(Body::from("{}")).unwrap()).await;
    assert_eq!(english.headers[header::CONTENT_LANGUAGE], "en");
}

#[tokio::test]
async fn each_origin_has_its_own_policy() {
    let world = World::new().await;
    let portal = world.get("/inloggen").await;
    let policy = portal.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"));
    assert_eq!(portal.headers[header::CACHE_CONTROL], "no-store");
    let cookie = portal.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-zorgid-browser=") && cookie.contains("HttpOnly") && cookie.contains("Secure"));
    let app = call(&world.mobile, Request::get("/").body(Body::empty()).unwrap()).await;
    assert_eq!(app.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(app.headers[header::CACHE_CONTROL], "no-cache");
    assert!(!app.headers.contains_key(header::SET_COOKIE));
    let policy = app.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("'wasm-unsafe-eval'") && policy.contains(PORTAL));
    let known = Request::get("/").header(header::IF_NONE_MATCH, &app.headers[header::ETAG]);
    let again = call(&world.mobile, known.body(Body::empty()).unwrap()).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    for path in ["/../ca/ca.json", "/..%2fca%2fca.json", "/.hidden", "/nothing.js"] {
        let climbing = call(&world.mobile, Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(climbing.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_public_documents_are_there() {
    let world = World::new().await;
    let config: AppConfig = world.get("/.well-known/zorgid-app.json").await.good();
    assert_eq!((config.servers[0].api_origin.as_str(), config.servers[0].app_origin.as_str()), (PORTAL, APP));
    assert_eq!(world.get("/pki/root.cer").await.body, config.servers[0].root.0);
    assert_eq!(world.get("/pki/ca.crl").await.headers[header::CONTENT_TYPE], "application/pkix-crl");
    assert_eq!(world.get("/health/live").await.status, StatusCode::OK);
    assert_eq!(world.get("/health/ready").await.status, StatusCode::OK);
    let metrics = world.get("/metrics").await.text();
    assert!(metrics.contains("# TYPE zorgid_http_requests_total counter\n"), "{metrics}");
    // It goes up and down.
    assert!(metrics.contains("# TYPE zorgid_log_seal_lag_milliseconds gauge\n"), "{metrics}");
    assert_eq!(world.get("/log/consistency?from=1&to=2").await.code(), ProblemCode::BadInput);
    let document: Value = world.get("/openapi.json").await.good();
    let paths = document["paths"].as_object().unwrap();
    for path in [
        "/api/v1/requests/redeem",
        "/api/v1/requests/{id}/response",
        "/api/v1/requests/{id}/pairing",
        "/api/v1/launch/redeem",
        "/api/v1/launch/next",
        "/api/v1/enrol",
        "/api/v1/pin/nonce",
        "/api/v1/pin/register/start",
        "/api/v1/pin/register/finish",
        "/api/v1/pin/login/start",
        "/api/v1/pin/login/finish",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
}

/// A caller that sends its body drop by drop holds nothing for ever.
#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let world = World::new().await;
    let hasty = portal::server::portal_within(world.app.clone(), Duration::from_millis(20));
    for path in ["/registreren", "/pki/ocsp", "/api/v1/requests/redeem"] {
        let never = Body::from_stream(futures::stream::pending::<Result<axum::body::Bytes, std::io::Error>>());
        let kind = if path.starts_with("/api") { "application/json" } else { "application/x-www-form-urlencoded" };
        let request = Request::post(path).header(header::CONTENT_TYPE, kind).header("sec-fetch-site", "same-origin");
        let answer = call(&hasty, request.body(never).unwrap()).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
}
