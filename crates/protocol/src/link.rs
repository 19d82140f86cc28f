//! The two links we hand out: the one in a QR code and the one that opens the Desktop App.

use crate::{limits, nonce::Nonce};
use domain::request::Purpose;
use thiserror::Error;

/// The URL scheme of the Desktop App.
pub const LAUNCH_SCHEME: &str = "zorgid";

/// `<app origin>/#<kind>/<server-id>/<nonce>`: what a QR code holds. The fragment never reaches a server log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrLink {
    /// Origin of the Mobile App, without a slash at the end: `https://app.example.nl`.
    pub app_origin: String,
    /// What the request is for.
    pub kind: Purpose,
    /// Which server; the app knows its servers and refuses others.
    pub server: ServerId,
    /// The single-use secret.
    pub nonce: Nonce,
}

/// Why a link is not one of ours.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LinkError {
    /// Longer than [`limits::LINK`].
    #[error("the link is longer than {} bytes", limits::LINK)]
    TooLong,
    /// Not of the form we make.
    #[error("this is not a ZORG-ID link")]
    NotOurs,
}

impl QrLink {
    /// Reads a scanned or pasted link.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if text.len() > limits::LINK {
            return Err(LinkError::TooLong);
        }
        let (origin, fragment) = text.split_once("/#").ok_or(LinkError::NotOurs)?;
        let parsed = url::Url::parse(origin).map_err(|_| LinkError::NotOurs)?;
        if !matches!(parsed.scheme(), "https" | "http") || parsed.origin().ascii_serialization() != origin {
            return Err(LinkError::NotOurs);
        }
        let mut parts = fragment.split('/');
        let (Some(kind), Some(server), Some(nonce), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(LinkError::NotOurs);
        };
        Ok(Self {
            app_origin: origin.to_owned(),
            kind: Purpose::parse(kind).ok_or(LinkError::NotOurs)?,
            server: ServerId::parse(server).ok_or(LinkError::NotOurs)?,
            nonce: Nonce::parse(nonce).ok_or(LinkError::NotOurs)?,
        })
    }
    /// The text form. Not `Display`, so that no log line prints it by accident.
    pub fn reveal(&self) -> String {
        format!("{}/#{}/{}/{}", self.app_origin, self.kind, self.server, self.nonce.reveal())
    }
}

/// A server's short public name: 1 to 40 characters of `a-z 0-9 -`, for example `acceptatie`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct ServerId(String);

impl ServerId {
    /// Reads a server id; `None` when a character or the length is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        fits.then(|| Self(text.to_owned()))
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl std::fmt::Display for ServerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl<'de> serde::Deserialize<'de> for ServerId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected a server id"))
    }
}

/// `zorgid://launch/<token>`: opens the Desktop App. It carries nothing but a token that works once, for 60 seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchLink {
    /// The single-use token.
    pub token: Nonce,
}

impl LaunchLink {
    /// Reads what the browser handed over.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        if text.len() > limits::LINK {
            return Err(LinkError::TooLong);
        }
        let rest = text.trim().strip_prefix(LAUNCH_SCHEME).and_then(|r| r.strip_prefix("://launch/"));
        let token = rest.map(|r| r.strip_suffix('/').unwrap_or(r)).and_then(Nonce::parse);
        Ok(Self { token: token.ok_or(LinkError::NotOurs)? })
    }
    /// The text form.
    pub fn reveal(&self) -> String {
        format!("{LAUNCH_SCHEME}://launch/{}", self.token.reveal())
    }
}
