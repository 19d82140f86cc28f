//! The two origins: portal and Mobile App, each with its own routes and headers.

mod headers;
mod problems;

pub use problems::problem_json;

use crate::{AppError, AppState, app_api, assets, browser, caller, pages};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use protocol::{ProblemCode, limits};
use std::time::Duration;
use tower_http::{cors::CorsLayer, timeout::TimeoutLayer};

/// How long a caller may take to send its body and we to answer; longer than `launch/next` is held. What an answer
/// streams afterwards (live pages) is not counted.
const PATIENCE: Duration = Duration::from_secs(40);

fn within(patience: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, patience)
}

/// Every route of the portal's origin.
pub fn portal_routes() -> Vec<(Method, &'static str)> {
    let all = pages::routes().merge(app_api::routes()).merge(app_api::page_routes()).merge(app_api::public_routes());
    all.listed().to_vec()
}

/// The portal's origin: pages, the apps' API for other origins, PKI, log and health.
pub fn portal(app: AppState) -> Router {
    portal_within(app, PATIENCE)
}

/// The same with another patience.
pub fn portal_within(app: AppState, patience: Duration) -> Router {
    let pages = pages::routes()
        .into_router()
        .fallback(missing)
        .layer(within(patience))
        .layer(from_fn_with_state(app.clone(), browser::only_own_origin))
        .layer(from_fn_with_state(app.clone(), browser::with_cookie))
        .layer(from_fn_with_state(app.clone(), problems::as_page));
    let api = api(&app, patience).layer(cors(&app));
    let page_api = app_api::page_routes()
        .into_router()
        .layer(within(patience))
        .layer(from_fn_with_state(app.clone(), problems::as_json));
    let public = app_api::public_routes()
        .into_router()
        .layer(within(patience))
        .layer(from_fn_with_state(app.clone(), problems::as_json));
    let routes = pages.merge(api).merge(page_api).merge(public);
    finish(routes, app, headers::portal)
}

/// The Mobile App's origin: its files and the same API.
pub fn mobile_app(app: AppState) -> Router {
    let files = Router::new()
        .route("/", get(assets::index))
        .route("/{*path}", get(assets::file))
        .fallback(missing)
        .layer(from_fn_with_state(app.clone(), problems::as_json));
    let public = app_api::public_routes()
        .into_router()
        .layer(within(PATIENCE))
        .layer(from_fn_with_state(app.clone(), problems::as_json));
    let routes = files.merge(api(&app, PATIENCE)).merge(public);
    finish(routes, app, headers::mobile_app)
}

async fn missing() -> AppError {
    ProblemCode::NotFound.into()
}

/// The apps' API: one origin, no cookies.
fn api(app: &AppState, patience: Duration) -> Router<AppState> {
    app_api::routes()
        .into_router()
        .layer(from_fn_with_state(app.clone(), only_app_origin))
        .layer(within(patience))
        .layer(from_fn_with_state(app.clone(), problems::as_json))
}

/// A browser tells where a call comes from; the apps' API takes calls of the Mobile App only. Programs send no origin.
async fn only_app_origin(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN);
    let fits = origin.is_none_or(|origin| origin.as_bytes() == app.config.app_origin.as_bytes());
    if !fits && *request.method() != Method::OPTIONS {
        return AppError::new(ProblemCode::ForeignForm).into_response();
    }
    next.run(request).await
}

fn cors(app: &AppState) -> CorsLayer {
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::ACCEPT_LANGUAGE])
        .max_age(Duration::from_secs(600));
    match HeaderValue::from_str(&app.config.app_origin) {
        Ok(origin) => layer.allow_origin(origin),
        Err(_) => layer,
    }
}

type SetHeaders = fn(&AppState, &mut Response);

fn finish(routes: Router<AppState>, app: AppState, set: SetHeaders) -> Router {
    let state = app.clone();
    routes
        .layer(DefaultBodyLimit::max(limits::BODY))
        .layer(axum::middleware::from_fn(move |request: Request, next: Next| {
            let state = state.clone();
            async move {
                state.metrics.http_requests.up();
                let mut response = next.run(request).await;
                if response.status().is_server_error() {
                    state.metrics.http_failures.up();
                }
                set(&state, &mut response);
                response
            }
        }))
        .layer(from_fn_with_state(app.clone(), caller::identify))
        .with_state(app)
}
