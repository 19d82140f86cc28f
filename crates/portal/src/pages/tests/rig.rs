//! A portal in process: SQLite, a clock that stands still, and a browser with cookies. The pages need no real PKI.

use crate::{
    AppState,
    config::Config,
    keys::{Dice, ServerKeys},
    metrics::Metrics,
    ports::{
        CardProblem, Certificates, CheckCards, CheckedCard, CheckedCsr, IssuedCertificate, Issuer, IssuerError,
        SignRequests,
    },
    server,
    state::Parts,
};
use arc_swap::ArcSwap;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{
    Clock, Entropy, Environment, Timestamp,
    identity::{CertificateOrderId, IdentityId},
    request::RequestId,
};
use opaque_ke::ServerSetup;
use protocol::{ProblemCode, jws::Algorithm, link::ServerId};
use std::{collections::BTreeMap, sync::Arc};
use storage_sql::testing::TestDatabase;
use tower::ServiceExt;

/// Pages never sign, issue or check: whoever asks is refused.
struct Nobody;

impl SignRequests for Nobody {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, String> {
        Err("not in page tests".to_owned())
    }
    fn chain(&self) -> &[Vec<u8>] {
        &[]
    }
}

#[async_trait::async_trait]
impl Issuer for Nobody {
    async fn issue(&self, _: RequestId, _: IdentityId, _: &[u8]) -> Result<IssuedCertificate, IssuerError> {
        Err(IssuerError::Refused("not in page tests".to_owned()))
    }
    async fn reissue(&self, _: CertificateOrderId) -> Result<IssuedCertificate, IssuerError> {
        Err(IssuerError::Refused("not in page tests".to_owned()))
    }
    async fn crl(&self) -> Result<Vec<u8>, IssuerError> {
        Ok(Vec::new())
    }
    async fn ocsp(&self, _: &[u8]) -> Result<Vec<u8>, IssuerError> {
        Ok(Vec::new())
    }
    async fn ping(&self) -> Result<(), IssuerError> {
        Ok(())
    }
}

impl CheckCards for Nobody {
    fn check(&self, _: &[Vec<u8>], _: Timestamp) -> Result<CheckedCard, CardProblem> {
        Err(CardProblem { code: ProblemCode::CardUntrusted, detail: String::new() })
    }
    fn names_serial(&self, _: &str) -> bool {
        false
    }
    fn is_revoked(&self, _: &[u8], _: Option<&[u8]>) -> bool {
        false
    }
}

impl Certificates for Nobody {
    fn csr(&self, _: &[u8]) -> Option<CheckedCsr> {
        None
    }
    fn p256_point(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
    fn verify(&self, _: &[u8], _: Algorithm, _: &[u8], _: &[u8]) -> bool {
        false
    }
    fn is_ours(&self, _: &[u8], _: Timestamp) -> bool {
        false
    }
    fn root(&self) -> &[u8] {
        &[]
    }
    fn issuing(&self) -> &[u8] {
        &[]
    }
}

/// The portal.
pub(super) struct Rig {
    pub database: TestDatabase,
    pub app: AppState,
    router: Router,
}

impl Rig {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }
    /// With other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::sqlite();
        let store = database.open().await;
        let entropy: Arc<dyn Entropy> = database.entropy.clone();
        let clock: Arc<dyn Clock> = database.clock.clone();
        let mut config = Config {
            environment: Environment::Acceptatie,
            server_id: ServerId::parse("acceptatie").unwrap(),
            public_url: "http://localhost:8080".to_owned(),
            app_origin: "http://localhost:8081".to_owned(),
            other_environment_url: Some("https://productie.example/".to_owned()),
            operator: "Operator".to_owned(),
            contact: Default::default(),
            product: "ZORG-ID".to_owned(),
            other_servers: Vec::new(),
            mail: Default::default(),
            second_operator: false,
            app_dir: None,
            proxies: Default::default(),
            retention: Default::default(),
            times: Default::default(),
        };
        change(&mut config);
        let app = AppState::new(Parts {
            store: Arc::new(store),
            opaque: ServerSetup::new(&mut Dice(&*entropy)),
            clock,
            entropy,
            config,
            keys: ServerKeys::derive(&[7; 32]).unwrap(),
            signer: Arc::new(Nobody),
            issuer: Arc::new(Nobody),
            cards: ArcSwap::from_pointee(Box::new(Nobody) as Box<dyn CheckCards>),
            certificates: Arc::new(Nobody),
            metrics: Metrics::default(),
        });
        Self { router: server::portal(app.clone()), app, database }
    }
    pub fn browser(&self) -> Browser<'_> {
        Browser { rig: self, cookies: BTreeMap::new(), language: "nl" }
    }
}

/// A browser without scripts: it keeps cookies and follows no redirect by itself.
pub(super) struct Browser<'a> {
    rig: &'a Rig,
    pub cookies: BTreeMap<String, String>,
    pub language: &'static str,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn html(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
    /// The text of `<h1>`.
    pub fn h1(&self) -> String {
        let html = self.html();
        let after = html.split("<h1").nth(1).and_then(|rest| rest.split_once('>')).map_or("", |(_, rest)| rest);
        after.split("</h1>").next().unwrap_or_default().to_owned()
    }
    /// The value of the first hidden field with this name.
    pub fn field(&self, name: &str) -> String {
        let html = self.html();
        let after = html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_owned()
    }
}

impl Browser<'_> {
    async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.rig.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::USER_AGENT, "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0")
            .header(header::COOKIE, cookies.join("; "))
    }
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path).body(Body::empty()).unwrap();
        self.send(request).await
    }
    pub async fn get_with(&mut self, path: &str, header: &str, value: &str) -> Answer {
        let request = self.request("GET", path).header(header, value).body(Body::empty()).unwrap();
        self.send(request).await
    }
    /// A form of our own page, with what `page` had in its hidden fields.
    pub async fn post(&mut self, path: &str, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let csrf = page.field("csrf");
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &csrf).extend_pairs(fields);
        self.post_raw(path, "http://localhost:8080", form.finish()).await
    }
    pub async fn post_raw(&mut self, path: &str, origin: &str, body: String) -> Answer {
        let request = self
            .request("POST", path)
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }
    /// SHA-256 of this browser's cookie.
    pub fn hash(&self) -> [u8; 32] {
        protocol::Nonce::parse(&self.cookies["__Host-zorgid-browser"]).unwrap().hash()
    }
}
