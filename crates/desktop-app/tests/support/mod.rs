//! A portal and a card that do as the tests say.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use desktop_app::{
    api::Api,
    browser::{Browser, BrowserError},
    config::Config,
    headless::{self, Orders},
    http::Http,
    runner::Runner,
    system::{SystemClock, SystemEntropy},
    texts::Language,
    worker::Worker,
};
use domain::{
    Clock, Entropy, Environment,
    request::{Decision, Purpose, RequestId},
    uzi::CardType,
};
use pki::{
    keys::{Algorithm, Credential, RsaBits, Signer, verify_signature},
    request_signer::RequestSigner,
    setup::{self, CaInfo},
    test_register::{CardState, TestCard, TestKeys, TestRegister, card_spec},
};
use protocol::{
    B64, Nonce,
    app_config::{AppConfig, KnownServer},
    card::{DesktopNext, DesktopNextAnswer, LaunchRedeem},
    code::Digits4,
    jws::{self, Jws, TYP_REQUEST, TYP_RESPONSE, Unsigned},
    link::ServerId,
    request::{Audience, OrganisationLabel, Redeemed, RequestClaims, Sentence},
    response::{Respond, Responded, ResponseClaims},
};
use smartcard::{Card, CardError, CardInfo, CardSource, Pin, PinState, Signed};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, sync::mpsc::unbounded_channel};

pub const PIN: &str = "123456";

/// A CA and the key that signs requests.
pub struct Issuer {
    pub signer: RequestSigner,
    pub root: Vec<u8>,
}

pub fn issuer() -> Issuer {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca");
    let info = CaInfo { environment: Environment::Acceptatie, public_url: String::from("http://localhost") };
    let credential = || Credential::Raw(zeroize::Zeroizing::new([7; 32]));
    setup::init(&ca, &info, &credential(), &SystemClock, &SystemEntropy).unwrap();
    Issuer { signer: setup::open_request_signer(&ca, &credential()).unwrap(), root: setup::root(&ca).unwrap() }
}

pub fn request(purpose: Purpose) -> RequestClaims {
    RequestClaims {
        iss: ServerId::parse("acceptatie").unwrap(),
        aud: Audience::DesktopApp,
        env: Environment::Acceptatie,
        request_id: RequestId::new(SystemClock.now(), &SystemEntropy),
        purpose,
        requester: String::from("ZORG-ID Portaal"),
        organisation: Some(OrganisationLabel {
            name: String::from("Praktijk De Linde"),
            ura: String::from("00000001"),
        }),
        sentence: Some(Sentence { nl: String::from("Ik registreer mij."), en: String::from("I register.") }),
        browser: None,
        age: 2,
        expires_in: 300,
        iat: SystemClock.now().unix(),
        challenge: Nonce::from_bytes([9; 32]),
        enrolment: None,
        asked_by: None,
        control_code: Digits4::parse("4711"),
    }
}

pub fn sign(issuer: &Issuer, claims: &RequestClaims) -> String {
    let unsigned = Unsigned::new(jws::Algorithm::ES256, TYP_REQUEST, issuer.signer.chain(), claims).unwrap();
    let signature = issuer.signer.sign(unsigned.signing_input()).unwrap();
    unsigned.with_signature(&signature)
}

/// What the portal does and saw.
#[derive(Default)]
pub struct Script {
    /// The request JWS that redeeming gives; `None`: the launch expired.
    pub launch: Option<String>,
    /// What a response gets.
    pub return_url: Option<String>,
    pub desktop_session: Option<Nonce>,
    /// What `launch/next` gives, one after the other.
    pub next: VecDeque<DesktopNextAnswer>,
    /// Seen: verified responses, and whether the session was ended.
    pub responses: Vec<ResponseClaims>,
    pub ended: bool,
}

#[derive(Clone)]
pub struct Portal {
    pub origin: String,
    pub script: Arc<Mutex<Script>>,
    list: Arc<Mutex<AppConfig>>,
}

impl Portal {
    /// Serves on a free port; `root` is what it publishes as its root certificate.
    pub async fn start(root: &[u8], environment: Environment) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let server = KnownServer {
            id: ServerId::parse("acceptatie").unwrap(),
            api_origin: origin.clone(),
            app_origin: origin.clone(),
            environment,
            root: B64::from(root),
            operator: String::from("Test"),
        };
        let list = Arc::new(Mutex::new(AppConfig { servers: vec![server] }));
        let portal = Self { origin, script: Arc::default(), list };
        let router = Router::new()
            .route("/.well-known/zorgid-app.json", get(well_known))
            .route("/api/v1/launch/redeem", post(redeem))
            .route("/api/v1/launch/next", post(next))
            .route("/api/v1/requests/{id}/response", post(respond))
            .with_state(portal.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        portal
    }

    pub fn list_url(&self) -> String {
        format!("{}/.well-known/zorgid-app.json", self.origin)
    }
}

async fn well_known(State(portal): State<Portal>) -> impl IntoResponse {
    Json(portal.list.lock().unwrap().clone())
}

async fn redeem(State(portal): State<Portal>, Json(_): Json<LaunchRedeem>) -> axum::response::Response {
    match portal.script.lock().unwrap().launch.take() {
        Some(request) => Json(Redeemed { request }).into_response(),
        None => {
            let problem = r#"{"type":"http://x/foutmeldingen#launch-expired","status":410,"code":"launch-expired","title":"Te laat","detail":"Kies Verversen.","reference":"ABCD1234"}"#;
            (StatusCode::GONE, [("content-type", "application/problem+json")], problem).into_response()
        }
    }
}

async fn respond(State(portal): State<Portal>, Json(body): Json<Respond>) -> impl IntoResponse {
    let parsed = Jws::parse(&body.response, TYP_RESPONSE).unwrap();
    let algorithm = match parsed.header.alg {
        jws::Algorithm::RS256 => Algorithm::Rs256,
        jws::Algorithm::ES256 => Algorithm::Es256,
    };
    verify_signature(&parsed.chain[0], algorithm, parsed.signing_input(), &parsed.signature).unwrap();
    let claims: ResponseClaims = parsed.claims().unwrap();
    let mut script = portal.script.lock().unwrap();
    let accepted = claims.decision == Decision::Accepted;
    let answer = Responded {
        decision: claims.decision,
        pairing_code: None,
        return_url: script.return_url.take().filter(|_| accepted),
        desktop_session: script.desktop_session.take().filter(|_| accepted),
        renewed: None,
    };
    script.responses.push(claims);
    Json(answer)
}

async fn next(State(portal): State<Portal>, Json(body): Json<DesktopNext>) -> impl IntoResponse {
    if body.end {
        portal.script.lock().unwrap().ended = true;
        return Json(DesktopNextAnswer::Ended);
    }
    let next = portal.script.lock().unwrap().next.pop_front();
    match next {
        Some(answer) => Json(answer),
        // As the real portal: hold the call.
        None => std::future::pending().await,
    }
}

/// A reader with one card in it, or none.
#[derive(Default)]
pub struct Reader {
    pub card: Option<Arc<TestCard>>,
    pub wrong: u8,
    pub looked: bool,
}

pub type SharedReader = Arc<Mutex<Reader>>;

pub fn reader_with_card() -> SharedReader {
    reader_with(TestKeys::P256)
}

/// As a real UZI-pas: RSA-2048.
pub fn reader_with_rsa_card() -> SharedReader {
    reader_with(TestKeys::Rsa(RsaBits::B2048))
}

fn reader_with(keys: TestKeys) -> SharedReader {
    let now = SystemClock.now();
    let register = TestRegister::new(keys, now, &SystemEntropy).unwrap();
    let card = register.issue(card_spec(CardType::Z, CardState::Valid), now, &SystemEntropy).unwrap();
    Arc::new(Mutex::new(Reader { card: Some(Arc::new(card)), ..Reader::default() }))
}

struct TestSource(SharedReader);

impl CardSource for TestSource {
    fn cards(&mut self) -> Result<Vec<Box<dyn Card>>, CardError> {
        let mut reader = self.0.lock().unwrap();
        reader.looked = true;
        let card = reader.card.clone().ok_or(CardError::CardMissing)?;
        let info = CardInfo {
            label: String::from("z"),
            reader: String::from("test"),
            holder: card.spec.common_name(),
            number: card.spec.uzi_number.clone(),
            keypad: false,
            soft: false,
        };
        Ok(vec![Box::new(HeldCard { info, chain: card.chain(), card, reader: Arc::clone(&self.0), open: false })])
    }
}

struct HeldCard {
    info: CardInfo,
    chain: Vec<Vec<u8>>,
    card: Arc<TestCard>,
    reader: SharedReader,
    open: bool,
}

impl Card for HeldCard {
    fn info(&self) -> &CardInfo {
        &self.info
    }
    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }
    fn algorithm(&self) -> jws::Algorithm {
        match self.card.certificates[0].key.algorithm() {
            Algorithm::Rs256 => jws::Algorithm::RS256,
            Algorithm::Es256 => jws::Algorithm::ES256,
        }
    }
    fn pin_state(&mut self) -> Result<PinState, CardError> {
        Ok(PinState::Fresh)
    }
    fn log_in(&mut self, pin: Option<&Pin>) -> Result<(), CardError> {
        self.check_present()?;
        let mut reader = self.reader.lock().unwrap();
        if pin.is_some_and(|pin| pin.is(PIN)) {
            self.open = true;
            return Ok(());
        }
        reader.wrong += 1;
        match 3 - reader.wrong.min(3) {
            0 => Err(CardError::PinLocked),
            left => Err(CardError::PinWrong { tries_left: Some(left) }),
        }
    }
    fn sign(&mut self, message: &[u8]) -> Result<Signed, CardError> {
        self.check_present()?;
        assert!(self.open, "signing needs a login");
        let mut signature = self.card.certificates[0].key.sign(message).unwrap();
        if self.algorithm() == jws::Algorithm::ES256 {
            signature = p256::ecdsa::Signature::from_der(&signature).unwrap().to_vec();
        }
        Ok(Signed { algorithm: self.algorithm(), signature })
    }
    fn check_present(&mut self) -> Result<(), CardError> {
        if self.reader.lock().unwrap().card.is_some() { Ok(()) } else { Err(CardError::CardRemoved) }
    }
}

/// Remembers what was opened.
#[derive(Clone, Default)]
pub struct Opened(pub Arc<Mutex<Vec<String>>>);

impl Browser for Opened {
    fn open(&self, url: &str) -> Result<(), BrowserError> {
        self.0.lock().unwrap().push(url.to_owned());
        Ok(())
    }
}

pub struct Headless {
    pub pin: &'static str,
    pub answer: Decision,
    pub session: bool,
}

impl Default for Headless {
    fn default() -> Self {
        Self { pin: PIN, answer: Decision::Accepted, session: false }
    }
}

pub struct Ran {
    pub code: u8,
    pub lines: Vec<serde_json::Value>,
    pub opened: Vec<String>,
}

/// A runner against this list of servers.
pub fn runner(
    list_url: &str,
    reader: &SharedReader,
    opened: &Opened,
) -> (Runner, tokio::sync::mpsc::UnboundedReceiver<desktop_app::flow::Event>) {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let http = Http::new(None).unwrap();
    let (events, inbox) = unbounded_channel();
    let shared = Arc::clone(reader);
    let source = Box::new(move |_| Box::new(TestSource(Arc::clone(&shared))) as Box<dyn CardSource>);
    let runner = Runner {
        api: Arc::new(Api::new(http.clone(), Language::Dutch, Arc::clone(&entropy))),
        config: Arc::new(Config { servers_from: vec![list_url.to_owned()], ..Config::default() }),
        http,
        token: Nonce::from_bytes([1; 32]),
        worker: Worker::start(source, events.clone(), Arc::clone(&entropy)),
        browser: Arc::new(opened.clone()),
        clock: Arc::new(SystemClock),
        entropy,
        events,
        request_clock: Default::default(),
    };
    (runner, inbox)
}

/// Runs headless against this list of servers.
pub async fn run(list_url: &str, reader: &SharedReader, how: Headless) -> Ran {
    let opened = Opened::default();
    let (runner, inbox) = runner(list_url, reader, &opened);
    let orders = Orders {
        pin: Pin::parse(how.pin),
        answer: how.answer,
        json: true,
        session: how.session,
        language: Language::Dutch,
        card: None,
    };
    let mut out = Vec::new();
    let code = headless::run(runner, inbox, orders, &mut out).await;
    let text = String::from_utf8(out).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let opened = opened.0.lock().unwrap().clone();
    Ran { code, lines, opened }
}
