//! Turns an [`AppError`] into what the reader can use: a page for people, `application/problem+json` for programs.

use crate::{AppError, AppState, browser::Browser, caller::Caller, pages};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use protocol::{Problem, ProblemCode};

/// For routes that people visit, and for addresses that nobody knows.
pub(super) async fn as_page(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let for_program = request.uri().path().starts_with("/api/");
    let browser = Browser::from_headers(request.headers());
    let response = next.run(request).await;
    let error = error_of(&response);
    match (error, caller) {
        (Some(error), Some(caller)) if for_program => {
            note(&app, &caller, &error);
            problem_json(&app, &caller, &error)
        }
        (Some(error), Some(caller)) => {
            note(&app, &caller, &error);
            let page = pages::problem::render(&app, &caller, browser.as_ref(), &error).await;
            keep_cookies(&response, page)
        }
        _ => response,
    }
}

/// For routes that programs call.
pub(super) async fn as_json(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let response = next.run(request).await;
    match (error_of(&response), caller) {
        (Some(error), Some(caller)) => {
            note(&app, &caller, &error);
            problem_json(&app, &caller, &error)
        }
        _ => response,
    }
}

/// Our own error, or what axum answered by itself (wrong method, too large, timed out).
fn error_of(response: &Response) -> Option<AppError> {
    if let Some(error) = response.extensions().get::<AppError>() {
        return Some(error.clone());
    }
    // A response with a content type was made on purpose.
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let code = match response.status() {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ProblemCode::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::TooLarge,
        StatusCode::SERVICE_UNAVAILABLE => ProblemCode::Unavailable,
        status if status.is_client_error() => ProblemCode::BadInput,
        status if status.is_server_error() => ProblemCode::Internal,
        _ => return None,
    };
    plain.then(|| code.into())
}

/// For the operator: the code and the cause. Never what was sent.
fn note(app: &AppState, caller: &Caller, error: &AppError) {
    app.metrics.problems.up();
    let (code, reference, cause) = (error.code.as_str(), &caller.reference, error.cause.as_deref().unwrap_or("-"));
    if error.code.status() >= 500 {
        tracing::error!(code, reference, cause, "problem");
    } else {
        tracing::info!(code, reference, cause, "problem");
    }
}

fn keep_cookies(from: &Response, mut to: Response) -> Response {
    for cookie in from.headers().get_all(header::SET_COOKIE) {
        to.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    to
}

/// `application/problem+json` in the caller's language.
pub fn problem_json(app: &AppState, caller: &Caller, error: &AppError) -> Response {
    let text = pages::problem::text(caller.lang, error.code);
    let problem = Problem {
        kind: format!("{}/foutmeldingen#{}", app.config.public_url, error.code),
        status: error.code.status(),
        code: error.code,
        title: text.title,
        detail: format!("{} {}", text.why, text.next).trim().to_owned(),
        reference: caller.reference.clone(),
        extra: error.extra.clone(),
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(problem)).into_response();
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    set.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(caller.lang.as_str()));
    if let Some(seconds) = error.extra.get("retryAfter").and_then(|v| v.as_i64()) {
        set.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
