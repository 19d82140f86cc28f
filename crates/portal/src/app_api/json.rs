//! JSON bodies with a size limit and our own refusals.

use crate::AppError;
use axum::{
    extract::{FromRequest, Request},
    http::header,
};
use protocol::{ProblemCode, limits};
use serde::de::DeserializeOwned;

/// A JSON body of at most [`limits::BODY`] bytes. The content type is required: without it a foreign page could post
/// here without asking first.
pub struct ApiJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = AppError;
    async fn from_request(request: Request, _: &S) -> Result<Self, AppError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.trim().to_ascii_lowercase().starts_with("application/json") {
            return Err(AppError::new(ProblemCode::BadInput).because("content type"));
        }
        let body = axum::body::to_bytes(request.into_body(), limits::BODY).await;
        let body = body.map_err(|_| AppError::new(ProblemCode::TooLarge))?;
        // What was wrong stays here: the text of a parser may repeat its input.
        let value = serde_json::from_slice(&body).map_err(|error| {
            AppError::new(ProblemCode::BadInput).because(format!("line {} column {}", error.line(), error.column()))
        })?;
        Ok(Self(value))
    }
}
