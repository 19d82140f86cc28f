//! The one HTTP client: HTTPS with the computer's own trust store, plus a CA of the organisation where configured.
//! Plain HTTP only to this computer itself, for development.

use protocol::limits;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{path::Path, sync::Arc, time::Duration};
use thiserror::Error;
use url::{Host, Url};

/// For everything but the long poll.
pub const TIMEOUT: Duration = Duration::from_secs(20);
/// The server holds `launch/next` for 25 seconds.
pub const LONG_TIMEOUT: Duration = Duration::from_secs(40);

/// Why a client or address cannot be used.
#[derive(Debug, Error)]
pub enum HttpError {
    /// Not `https://`, and not this computer.
    #[error("{0} is not an https address")]
    Address(String),
    /// The configured CA file.
    #[error("the CA file cannot be read: {0}")]
    Ca(String),
    /// TLS could not be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// No answer.
    #[error("no connection: {0}")]
    Connection(String),
    /// The answer is larger than any of ours.
    #[error("the answer is too large")]
    TooLarge,
}

/// A status and body, within limits.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// At most [`limits::BODY`] bytes.
    pub body: Vec<u8>,
}

/// Clients for the outside and for this computer itself (which no proxy may serve).
#[derive(Clone, Debug)]
pub struct Http {
    outside: reqwest::Client,
    local: reqwest::Client,
}

impl Http {
    /// `extra_ca`: PEM certificates to trust beside the computer's.
    pub fn new(extra_ca: Option<&Path>) -> Result<Self, HttpError> {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in rustls_native_certs::load_native_certs().certs {
            // One odd certificate in the computer's store must not stop the rest.
            let _ = roots.add(certificate);
        }
        if let Some(path) = extra_ca {
            let pem = CertificateDer::pem_file_iter(path).map_err(|e| HttpError::Ca(e.to_string()))?;
            for certificate in pem {
                let certificate = certificate.map_err(|e| HttpError::Ca(e.to_string()))?;
                roots.add(certificate).map_err(|e| HttpError::Ca(e.to_string()))?;
            }
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| HttpError::Tls(e.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let make = |local: bool| {
            let builder = reqwest::Client::builder()
                .use_preconfigured_tls(tls.clone())
                .redirect(reqwest::redirect::Policy::none())
                .timeout(TIMEOUT)
                .user_agent(concat!("zorgid-desktop/", env!("CARGO_PKG_VERSION")));
            let builder = if local { builder.no_proxy() } else { builder };
            builder.build().map_err(|e| HttpError::Tls(e.to_string()))
        };
        Ok(Self { outside: make(false)?, local: make(true)? })
    }

    fn client(&self, url: &Url) -> &reqwest::Client {
        if is_local(url) { &self.local } else { &self.outside }
    }

    /// Fetches a document.
    pub async fn get(&self, url: &str, language: &str) -> Result<Answer, HttpError> {
        let url = checked(url)?;
        let request = self.client(&url).get(url).header("Accept-Language", language);
        read(request.send().await).await
    }

    /// Sends JSON.
    pub async fn post(&self, url: &str, body: Vec<u8>, language: &str, timeout: Duration) -> Result<Answer, HttpError> {
        let url = checked(url)?;
        let request = self.client(&url).post(url).timeout(timeout).body(body);
        let request = request.header("Content-Type", "application/json").header("Accept-Language", language);
        read(request.send().await).await
    }
}

/// Refuses everything but HTTPS, except to this computer.
pub fn checked(url: &str) -> Result<Url, HttpError> {
    let refuse = || HttpError::Address(url.to_owned());
    let parsed = Url::parse(url).map_err(|_| refuse())?;
    match parsed.scheme() {
        "https" => Ok(parsed),
        "http" if is_local(&parsed) => Ok(parsed),
        _ => Err(refuse()),
    }
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

async fn read(sent: Result<reqwest::Response, reqwest::Error>) -> Result<Answer, HttpError> {
    // The address may hold nothing secret, but keep it out of messages all the same.
    let failed = |error: reqwest::Error| HttpError::Connection(with_sources(&error.without_url()));
    let mut response = sent.map_err(failed)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > limits::BODY {
            return Err(HttpError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, body })
}

fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::checked;

    #[test]
    fn plain_http_only_to_this_computer() {
        for good in ["https://zorg-id.example.nl", "http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in ["http://example.nl", "http://localhost.example.nl", "ftp://localhost", "file:///etc/passwd", ""] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }
}
