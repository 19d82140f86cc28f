//! A form with a file in it (`multipart/form-data`), from our own page: the hidden field `csrf` fits this browser and session.

use crate::{AppError, AppState, browser::Browser, keys, services::session};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::header,
};
use protocol::{ProblemCode, limits};
use std::{collections::HashMap, convert::Infallible};

/// More parts than these has no form of ours.
const MAX_PARTS: usize = 10;

/// What was sent, by the names of the fields.
pub(super) struct Upload(HashMap<String, Bytes>);

impl Upload {
    /// The bytes of a file; empty when none was chosen.
    pub fn file(&self, name: &str) -> &[u8] {
        self.0.get(name).map(|bytes| &bytes[..]).unwrap_or_default()
    }
    /// What was typed.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(self.file(name)).into_owned()
    }
}

impl FromRequest<AppState> for Upload {
    type Rejection = AppError;
    async fn from_request(request: Request, app: &AppState) -> Result<Self, AppError> {
        let (mut parts, body) = request.into_parts();
        let browser = Browser::from_request_parts(&mut parts, app).await?;
        // Strangers send us no megabytes to look through.
        session::current(app, &browser).await?.ok_or(AppError::new(ProblemCode::LoginRequired))?;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(bad)?;
        let body = axum::body::to_bytes(body, limits::UPLOAD).await;
        let form = parse(body.map_err(|_| AppError::new(ProblemCode::TooLarge))?, boundary).await?;
        let wanted = browser.csrf(app);
        if !keys::same(form.file("csrf"), wanted.as_bytes()) {
            return Err(ProblemCode::ForeignForm.into());
        }
        Ok(form)
    }
}

fn bad(error: multer::Error) -> AppError {
    AppError::new(ProblemCode::BadInput).because(error)
}

/// The first part of each name counts.
async fn parse(body: Bytes, boundary: String) -> Result<Upload, AppError> {
    let stream = futures::stream::once(async move { Ok::<_, Infallible>(body) });
    let mut form = multer::Multipart::new(stream, boundary);
    let mut fields = HashMap::new();
    for _ in 0..=MAX_PARTS {
        let Some(field) = form.next_field().await.map_err(bad)? else { return Ok(Upload(fields)) };
        let name = field.name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(bad)?;
        if let Some(name) = name {
            fields.entry(name).or_insert(bytes);
        }
    }
    Err(ProblemCode::BadInput.into())
}
