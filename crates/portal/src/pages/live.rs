//! What happens to a request, for the page that waits: as server-sent events, or by asking. Neither counts as activity.

use crate::{
    AppError, AppState,
    browser::Browser,
    services::{live, login},
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, HeaderValue},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::request::RequestId;
use futures::StreamExt;
use protocol::{ProblemCode, events::StatusEvent};

pub(super) fn id_of(text: &str) -> Result<RequestId, AppError> {
    RequestId::parse(text).ok_or(ProblemCode::NotFound.into())
}

/// `text/event-stream` of [`StatusEvent`]s.
pub(super) async fn events(
    State(app): State<AppState>,
    browser: Browser,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let stream = live::watch(&app, &browser, id_of(&id)?).await?;
    let events = stream.map(|event| Event::default().json_data(&event));
    let mut response = Sse::new(events).keep_alive(KeepAlive::default()).into_response();
    // Reverse proxies would hold events back until a buffer is full.
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// The same by asking.
pub(super) async fn status(
    State(app): State<AppState>,
    browser: Browser,
    Path(id): Path<String>,
) -> Result<Json<StatusEvent>, AppError> {
    Ok(Json(login::status(&app, &browser, id_of(&id)?).await?))
}
