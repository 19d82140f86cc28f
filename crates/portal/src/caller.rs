//! Who calls, from where, in which language; and the reference that ties a problem to the log.

use crate::{AppError, AppState};
use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::Response,
};
use protocol::code::Base32Code;
use std::net::SocketAddr;

/// The languages of pages and problems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Nederlands.
    #[default]
    Nl,
    /// English.
    En,
}

impl Lang {
    /// `nl` or `en`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
        }
    }
    /// Reads [`Lang::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "nl" => Some(Self::Nl),
            "en" => Some(Self::En),
            _ => None,
        }
    }
    /// The cookie `zorgid-lang`, else `Accept-Language`, else Dutch.
    pub fn of(headers: &HeaderMap) -> Self {
        if let Some(chosen) = cookie(headers, LANGUAGE_COOKIE).and_then(|text| Self::parse(&text)) {
            return chosen;
        }
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        // The order of a browser's list is its order of preference; weights only repeat it.
        let mut wanted = accepted.split(',').filter_map(|tag| Self::parse(tag.trim().get(..2)?));
        wanted.next().unwrap_or_default()
    }
}

/// The cookie that keeps the chosen language.
pub const LANGUAGE_COOKIE: &str = "zorgid-lang";

/// One HTTP request's caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The network address without port, as the nearest trusted proxy saw it; `None` in process.
    pub address: Option<String>,
    /// Eight characters, in the log and in every problem.
    pub reference: String,
    /// The reader's language.
    pub lang: Lang,
}

/// Puts a [`Caller`] into every request.
pub async fn identify(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let proxies = &app.config.proxies;
    let forwarded = request.headers().get_all(proxies.header.as_str());
    // What is no text is no address: it ends the search as anything unreadable does.
    let forwarded: Vec<&str> = forwarded.iter().map(|value| value.to_str().unwrap_or_default()).collect();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = peer.map(|peer| proxies.caller(peer, forwarded.into_iter()).to_string());
    let lang = Lang::of(request.headers());
    request.extensions_mut().insert(Caller { address, reference: reference(&app), lang });
    next.run(request).await
}

fn reference(app: &AppState) -> String {
    Base32Code::<8>::from_random(&app.entropy().array()).reveal().to_owned()
}

impl Caller {
    /// The server itself, for what it does unasked.
    pub fn system(app: &AppState) -> Self {
        Self { address: None, reference: reference(app), lang: Lang::default() }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| AppError::internal("the caller layer is missing"))
    }
}

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}
