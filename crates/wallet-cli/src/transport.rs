//! HTTP by `reqwest` with the system's certificate authorities. Plain `http` only to this machine itself.

use async_trait::async_trait;
use reqwest::{Client, RequestBuilder, Url, header, redirect};
use std::time::Duration;
use wallet::ports::{HttpAnswer, Transport, TransportError};

const TIMEOUT: Duration = Duration::from_secs(30);

/// The machine's network.
pub struct HttpTransport {
    /// Through the proxy that the system may prescribe.
    world: Client,
    /// To this machine: never through a proxy.
    local: Client,
}

impl HttpTransport {
    /// Reads the system's certificate authorities (`SSL_CERT_FILE` replaces them).
    pub fn new() -> Result<Self, TransportError> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let builder = || {
            Client::builder()
                .use_preconfigured_tls(tls.clone())
                .redirect(redirect::Policy::none())
                .timeout(TIMEOUT)
                .user_agent(concat!("zorgid-wallet/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self { world: builder().build().map_err(told)?, local: builder().no_proxy().build().map_err(told)? })
    }

    fn client(&self, url: &str) -> Result<(&Client, Url), TransportError> {
        let url = Url::parse(url).map_err(|_| TransportError("not an address".to_owned()))?;
        match (url.scheme(), is_this_machine(&url)) {
            ("http" | "https", true) => Ok((&self.local, url)),
            ("https", false) => Ok((&self.world, url)),
            _ => Err(TransportError("only https, except to this machine itself".to_owned())),
        }
    }

    async fn send(request: RequestBuilder) -> Result<HttpAnswer, TransportError> {
        // This program speaks English, so the server's explanations should too.
        let request = request.header(header::ACCEPT, "application/json").header(header::ACCEPT_LANGUAGE, "en");
        let mut answer = request.send().await.map_err(told)?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(told)? {
            body.extend_from_slice(&chunk);
            if body.len() > protocol::limits::BODY {
                break;
            }
        }
        Ok(HttpAnswer { status, body })
    }
}

fn is_this_machine(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// The innermost cause: "connection refused" rather than "error sending request".
fn told(error: reqwest::Error) -> TransportError {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    TransportError(cause.to_string())
}

#[async_trait(?Send)]
impl Transport for HttpTransport {
    async fn post(&self, url: &str, json: String) -> Result<HttpAnswer, TransportError> {
        let (client, url) = self.client(url)?;
        Self::send(client.post(url).header(header::CONTENT_TYPE, "application/json").body(json)).await
    }
    async fn get(&self, url: &str) -> Result<HttpAnswer, TransportError> {
        let (client, url) = self.client(url)?;
        Self::send(client.get(url)).await
    }
}
