//! One server with everything it needs.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use domain::{
    Environment, Timestamp, Ura,
    identity::CertificateOrderId,
    organisation::{Organisation, OrganisationId, OrganisationStatus},
    request::{Means, Purpose, RequestId, RequestStatus},
};
use pki::{
    ca::{CaService, Record, Register, Renewal},
    keys::Credential,
    mobile::{CertificateStatus, MobileSubject, Revoked, reason_of},
    setup::{self, CaInfo},
    test_register::{ORGANISATION, RevokedPass, TestKeys, TestRegister, URA},
    uzi::{UziConfig, UziValidator},
};
use portal::{
    AppState,
    browser::Browser,
    caller::{Caller, Lang},
    config::Config,
    keys::{self, ServerKeys},
    pki_ports::{PkiCertificates, PkiIssuer},
    state::{Cards, Parts},
};
use protocol::{Nonce, Problem, ProblemCode, link::ServerId};
use serde::{Serialize, de::DeserializeOwned};
use std::{path::PathBuf, sync::Arc};
use storage::Store;
use storage_sql::testing::{TestClock, TestDatabase, TestEntropy};
use tower::ServiceExt;
use x509_cert::ext::pkix::CrlReason;

pub const PORTAL: &str = "http://localhost:8080";
pub const APP: &str = "http://localhost:8081";

pub struct World {
    pub app: AppState,
    pub portal: Router,
    pub mobile: Router,
    pub clock: Arc<TestClock>,
    pub register: TestRegister,
    pub organisation: OrganisationId,
    pub ca_dir: PathBuf,
    _folder: tempfile::TempDir,
    database: TestDatabase,
}

struct StoreRegister(Arc<dyn Store>);

#[async_trait::async_trait]
impl Register for StoreRegister {
    async fn enrolment(&self, id: RequestId, now: Timestamp) -> Result<Option<MobileSubject>, String> {
        let found: Result<_, storage::StoreError> = self
            .0
            .read(move |tx| {
                Box::pin(async move {
                    let Some(request) = tx.request(id).await? else { return Ok(None) };
                    let open = request.purpose == Purpose::Enrol
                        && request.means == Means::Phone
                        && request.status_at(now) == RequestStatus::Opened;
                    let Some(person) = request.person.filter(|_| open) else { return Ok(None) };
                    Ok(tx.person(person).await?.map(|person| MobileSubject::of(&person)))
                })
            })
            .await;
        found.map_err(|error| error.to_string())
    }
    async fn reissue(&self, id: CertificateOrderId, now: Timestamp) -> Result<Option<Renewal>, String> {
        let found: Result<_, storage::StoreError> = self
            .0
            .read(move |tx| {
                Box::pin(async move {
                    let Some(order) = tx.certificate_order(id).await? else { return Ok(None) };
                    let Some(identity) = tx.identity(order.identity).await? else { return Ok(None) };
                    let Some(person) = tx.person(order.person).await? else { return Ok(None) };
                    let open = order.is_open_for(&identity, now);
                    Ok(open.then(|| Renewal {
                        subject: MobileSubject::of(&person),
                        identity: identity.id,
                        public_key: identity.public_key,
                        not_after: identity.not_after,
                    }))
                })
            })
            .await;
        found.map_err(|error| error.to_string())
    }
    async fn revocations(&self, now: Timestamp) -> Result<Vec<Revoked>, String> {
        let all: Result<_, storage::StoreError> =
            self.0.read(move |tx| Box::pin(async move { tx.revocations(now).await })).await;
        let one = |r: storage::Revocation| Some(Revoked { reason: reason_of(r.status)?, serial: r.serial, at: r.at });
        Ok(all.map_err(|error| error.to_string())?.into_iter().filter_map(one).collect())
    }
    async fn status(&self, serial: &[u8]) -> Result<CertificateStatus, String> {
        let serial = serial.to_vec();
        let at: Result<_, storage::StoreError> =
            self.0.read(move |tx| Box::pin(async move { tx.superseded_at(&serial).await })).await;
        Ok(match at.map_err(|error| error.to_string())? {
            None => CertificateStatus::Good,
            Some(at) => CertificateStatus::Revoked { at, reason: CrlReason::Superseded },
        })
    }
}

impl World {
    pub async fn new() -> Self {
        Self::on(TestDatabase::sqlite()).await
    }

    pub async fn on(database: TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ca_dir = folder.path().join("ca");
        let (clock, entropy) = (database.clock.clone(), database.entropy.clone());
        let info = CaInfo { environment: Environment::Acceptatie, public_url: PORTAL.into() };
        let credential = Credential::parse(&"ab".repeat(32)).unwrap();
        setup::init(&ca_dir, &info, &credential, &*clock, &*entropy).unwrap();
        let store: Arc<dyn Store> = Arc::new(database.open().await);
        let (ca, ocsp) = setup::open_issuing(&ca_dir, &credential).unwrap();
        let record = Record::open(&ca_dir.join("record.jsonl")).unwrap();
        let service = CaService::new(ca, ocsp, record, StoreRegister(store.clone()), clock.clone(), entropy.clone());
        let register = TestRegister::new(TestKeys::P256, domain::Clock::now(&*clock), &*entropy).unwrap();
        let app = AppState::new(Parts {
            store,
            clock: clock.clone(),
            entropy: entropy.clone(),
            config: Config {
                environment: Environment::Acceptatie,
                server_id: ServerId::parse("acceptatie").unwrap(),
                public_url: PORTAL.into(),
                app_origin: APP.into(),
                other_environment_url: None,
                operator: "Testbeheer".into(),
                contact: Default::default(),
                product: "ZORG-ID".into(),
                other_servers: Vec::new(),
                mail: Default::default(),
                second_operator: false,
                app_dir: Some(folder.path().join("app")),
                proxies: Default::default(),
                retention: Default::default(),
                times: Default::default(),
            },
            keys: ServerKeys::derive(&[7; 32]).unwrap(),
            signer: Arc::new(setup::open_request_signer(&ca_dir, &credential).unwrap()),
            issuer: Arc::new(PkiIssuer(Arc::new(service))),
            cards: Cards::from_pointee(Box::new(portal::pki_ports::NoTrust)),
            certificates: Arc::new(PkiCertificates::new(
                setup::root(&ca_dir).unwrap(),
                setup::issuing_certificate(&ca_dir).unwrap(),
            )),
            opaque: keys::open_opaque_setup(&keys::new_opaque_setup(&*entropy)).unwrap(),
            metrics: Default::default(),
        });
        std::fs::create_dir_all(folder.path().join("app")).unwrap();
        std::fs::write(folder.path().join("app/index.html"), "<!doctype html><title>app</title>").unwrap();
        let organisation = add_organisation(&app, ORGANISATION, URA, OrganisationStatus::Validated).await;
        let world = Self {
            portal: portal::server::portal(app.clone()),
            mobile: portal::server::mobile_app(app.clone()),
            app,
            clock,
            register,
            organisation,
            ca_dir,
            _folder: folder,
            database,
        };
        world.publish_crls(&[], 48);
        world
    }

    /// Another node on the same database, with the same keys.
    pub async fn second_node(&self) -> Self {
        self.node_with(|_| {}).await
    }

    /// Another node whose chance behaves in its own way.
    pub async fn node_with_entropy(&self, entropy: Arc<dyn domain::Entropy>) -> Self {
        self.node_with(|parts| parts.entropy = entropy).await
    }

    /// Another node, of which something is different.
    pub async fn node_with(&self, change: impl FnOnce(&mut Parts)) -> Self {
        let credential = Credential::parse(&"ab".repeat(32)).unwrap();
        let mut parts = Parts {
            store: Arc::new(self.database.open().await),
            clock: self.clock.clone(),
            entropy: Arc::new(TestEntropy::seeded(4242)),
            config: self.app.config.clone(),
            keys: ServerKeys::derive(&[7; 32]).unwrap(),
            signer: Arc::new(setup::open_request_signer(&self.ca_dir, &credential).unwrap()),
            issuer: self.app.issuer.clone(),
            cards: Cards::new(self.app.cards.load_full()),
            certificates: self.app.certificates.clone(),
            opaque: self.app.opaque.clone(),
            metrics: Default::default(),
        };
        change(&mut parts);
        let app = AppState::new(parts);
        Self {
            portal: portal::server::portal(app.clone()),
            mobile: portal::server::mobile_app(app.clone()),
            app,
            clock: self.clock.clone(),
            register: TestRegister::new(TestKeys::P256, self.app.now(), self.app.entropy()).unwrap(),
            organisation: self.organisation,
            ca_dir: self.ca_dir.clone(),
            _folder: tempfile::tempdir().unwrap(),
            database: TestDatabase::sqlite(),
        }
    }
    /// New revocation lists of the test UZI-register.
    pub fn publish_crls(&self, revoked: &[RevokedPass], hours: u32) {
        let crls = self.register.crls(revoked, self.app.now(), hours).unwrap();
        let crls: Vec<Vec<u8>> = crls.into_iter().map(|(_, der)| der).collect();
        self.trust(&crls);
    }
    pub fn trust(&self, crls: &[Vec<u8>]) {
        let config = UziConfig::of(Environment::Acceptatie);
        let validator = UziValidator::new(config, self.register.trust(), crls).unwrap();
        self.app.cards.store(Arc::new(Box::new(validator)));
    }
    pub fn pass(&self, seconds: i64) {
        self.clock.advance(seconds);
    }
    pub fn browser(&self) -> Browser {
        let nonce = Nonce::from_bytes(self.app.entropy().array());
        Browser { hash: nonce.hash(), session: None, label: "Firefox op Linux".into(), is_new: false }
    }
    /// A call of a program to the portal's API.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(serde_json::to_vec(body).unwrap()));
        self.send(request.unwrap()).await
    }
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }
    pub async fn send(&self, request: Request<Body>) -> Answer {
        call(&self.portal, request).await
    }
    /// What the database holds, to see that nothing changed; only on SQLite.
    pub fn digest(&self) -> storage_sql::testing::Digest {
        self.database.digest()
    }
    /// The log's events, oldest first.
    pub async fn events(&self) -> Vec<domain::log::LogEntry> {
        let all: Result<_, storage::StoreError> = self
            .app
            .store
            .read(|tx| Box::pin(async move { tx.log_entries(&storage::LogFilter::default()).await }))
            .await;
        all.unwrap().into_iter().map(|placed| placed.entry).collect()
    }
}

pub async fn add_organisation(app: &AppState, name: &str, ura: &str, status: OrganisationStatus) -> OrganisationId {
    let organisation = Organisation {
        id: OrganisationId::new(app.now(), app.entropy()),
        name: name.into(),
        ura: Ura::parse(ura).unwrap(),
        contact: None,
        status,
        reopened_for: None,
        created_at: app.now(),
    };
    let id = organisation.id;
    let added: Result<(), storage::StoreError> =
        app.store.write(move |tx| Box::pin(async move { tx.insert_organisation(&organisation).await })).await;
    added.unwrap();
    id
}

pub fn caller() -> Caller {
    Caller { address: Some("192.0.2.1".into()), reference: "TESTTEST".into(), lang: Lang::Nl }
}

pub async fn call(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    /// The body of a good answer.
    #[track_caller]
    pub fn good<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        serde_json::from_slice(&self.body).unwrap()
    }
    /// The problem of a refusal.
    #[track_caller]
    pub fn problem(&self) -> Problem {
        assert!(!self.status.is_success(), "{} {}", self.status, self.text());
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        serde_json::from_slice(&self.body).unwrap()
    }
    #[track_caller]
    pub fn code(&self) -> ProblemCode {
        self.problem().code
    }
}

/// The seeded chance under another name, for tests that need a second source.
pub fn chance(seed: u64) -> TestEntropy {
    TestEntropy::seeded(seed)
}
