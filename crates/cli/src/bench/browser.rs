//! The part of a browser that a login needs: keep-alive HTTP, two cookies, the key, the QR link and the forms of a page.

use super::{BenchError, server::Server};
use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use domain::request::RequestId;
use http_body_util::{BodyExt, Full};
use hyper::{Request, StatusCode, body::Bytes, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use p256::ecdsa::SigningKey;
use protocol::{
    B64,
    app_config::AppConfig,
    browser_key::{ProofStep, signed_text},
};

/// A client with a pool of connections of its own.
pub type Http = Client<HttpConnector, Full<Bytes>>;

/// A new pool: its first request opens a fresh connection.
pub fn http() -> Http {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

/// The servers that the app origin lists.
pub async fn app_config(server: &Server) -> Result<AppConfig, BenchError> {
    let url = format!("{}/.well-known/zorgid-app.json", server.app);
    let request = Request::get(url).body(Full::default()).map_err(|error| BenchError::new("config", error))?;
    let answer = http().request(request).await.map_err(|error| BenchError::new("config", error))?;
    let body = answer.into_body().collect().await.map_err(|error| BenchError::new("config", error))?;
    serde_json::from_slice(&body.to_bytes()).map_err(|error| BenchError::new("config", error))
}

/// A page as text, with where it came from.
pub struct Page {
    /// HTTP status.
    pub status: StatusCode,
    /// `Location`, when it redirects.
    pub location: Option<String>,
    /// The HTML.
    pub html: String,
}

impl Page {
    /// Value of the first `<input name="…" value="…">` with this name.
    pub fn field(&self, name: &str) -> Result<String, BenchError> {
        let tag = self
            .html
            .split("<input")
            .skip(1)
            .filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
            .find(|tag| tag.contains(&format!("name=\"{name}\"")))
            .ok_or_else(|| BenchError(format!("no field {name} in the page")))?;
        attribute(tag, "value").ok_or_else(|| BenchError(format!("field {name} has no value")))
    }
    /// Value of the first attribute with this name.
    pub fn attribute(&self, name: &str) -> Result<String, BenchError> {
        attribute(&self.html, name).ok_or_else(|| BenchError(format!("no {name} in the page")))
    }
    /// The link of the QR code.
    pub fn qr_link(&self) -> Result<String, BenchError> {
        let at = self.html.find("/#login/").ok_or_else(|| BenchError("no QR link in the page".into()))?;
        let start = self.html[..at].rfind(['"', '>']).map_or(0, |quote| quote + 1);
        let end = self.html[at..].find(['"', '<']).map_or(self.html.len(), |quote| at + quote);
        Ok(self.html[start..end].trim().to_owned())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}

/// The key that the portal's script keeps in a browser, and its signatures.
pub struct BrowserKey {
    pair: EcdsaKeyPair,
}

impl BrowserKey {
    /// From 32 secret bytes.
    pub fn new(secret: &[u8]) -> Result<Self, BenchError> {
        let failed = |error: &dyn std::fmt::Display| BenchError::new("a browser key", error);
        let point = SigningKey::from_slice(secret).map_err(|error| failed(&error))?;
        let point = point.verifying_key().to_encoded_point(false);
        let rule = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(rule, secret, point.as_bytes());
        Ok(Self { pair: pair.map_err(|error| failed(&error))? })
    }
    /// SHA-256 of the public key: what the server stores.
    pub fn hash(&self) -> Result<[u8; 32], BenchError> {
        let hash = digest::digest(&digest::SHA256, self.pair.public_key().as_ref());
        hash.as_ref().try_into().map_err(|_| BenchError("SHA-256".into()))
    }
    /// The fields `sleutel` and `handtekening` for the form of a page.
    pub fn prove(&self, portal: &str, step: ProofStep, page: &Page) -> Result<[String; 2], BenchError> {
        let request = RequestId::parse(&page.attribute("data-request")?);
        let request = request.ok_or_else(|| BenchError("no request in the page".into()))?;
        let text = signed_text(portal, step, request, &page.attribute("data-challenge")?);
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes());
        let signature = signature.map_err(|error| BenchError::new("a browser key", error))?;
        Ok([self.pair.public_key().as_ref(), signature.as_ref()].map(|bytes| B64::from(bytes).to_string()))
    }
}

/// A browser with its cookies.
pub struct Browser {
    http: Http,
    portal: String,
    cookies: Vec<(String, String)>,
}

impl Browser {
    /// A browser that was never used; `known`: value of the browser cookie of an earlier visit.
    pub fn new(http: Http, portal: &str, known: Option<&str>) -> Self {
        let cookies = known.map(|value| ("__Host-zorgid-browser".to_owned(), value.to_owned()));
        Self { http, portal: portal.to_owned(), cookies: cookies.into_iter().collect() }
    }
    /// Whether the browser is logged in.
    pub fn has_session(&self) -> bool {
        self.cookies.iter().any(|(name, value)| name == "__Host-zorgid-session" && !value.is_empty())
    }
    /// Takes the cookie of a session that is open already.
    pub fn log_in(&mut self, token: &str) {
        self.cookies.push(("__Host-zorgid-session".to_owned(), token.to_owned()));
    }
    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Result<Page, BenchError> {
        self.send(Request::get(format!("{}{path}", self.portal)), String::new()).await
    }
    /// Sends a form; redirects are returned, not followed.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Page, BenchError> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(format!("{}{path}", self.portal))
            .header(header::ORIGIN, &self.portal)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, form).await
    }

    async fn send(&mut self, mut request: hyper::http::request::Builder, body: String) -> Result<Page, BenchError> {
        let failed = |error: &dyn std::fmt::Display| BenchError::new("request", error);
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let request = request.body(Full::from(body)).map_err(|error| failed(&error))?;
        let answer = self.http.request(request).await.map_err(|error| failed(&error))?;
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let Some((name, value)) = cookie.to_str().ok().and_then(|c| c.split(';').next()?.split_once('=')) else {
                continue;
            };
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        let status = answer.status();
        let location = answer.headers().get(header::LOCATION).and_then(|l| l.to_str().ok()).map(str::to_owned);
        let body = answer.into_body().collect().await.map_err(|error| failed(&error))?.to_bytes();
        Ok(Page { status, location, html: String::from_utf8_lossy(&body).into_owned() })
    }
}
