//! A phone of the tests, its network and its servers.

use super::fake::FakeServer;
use crate::{
    Asked, Ports, Wallet, WalletError,
    ports::{Device, DeviceError, HttpAnswer, RustCrypto, Storage, StorageError, Transport, TransportError},
};
use async_trait::async_trait;
use domain::{BirthDate, Clock, Entropy, Environment, Timestamp, identity::IdentityId, request::Purpose};
use hmac::{Hmac, Mac};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use protocol::{app_config::AppConfig, request::RequestClaims};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::{
    cell::{Cell, RefCell},
    pin::pin,
    rc::Rc,
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll, Waker},
};

pub const PIN: &str = "135790";

/// Nothing in the tests ever waits, so one poll is enough.
pub fn now_or_never<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a fake port waited"),
    }
}

pub struct SeededEntropy(Mutex<ChaCha20Rng>);

impl SeededEntropy {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}
impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().expect("not poisoned").fill_bytes(buffer);
    }
}

pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// Device keys; it remembers what it was asked to MAC.
pub struct TestDevice {
    hmac_key: [u8; 32],
    key: SigningKey,
    pub maced: RefCell<Vec<Vec<u8>>>,
}

impl TestDevice {
    pub fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut hmac_key = [0; 32];
        rng.fill_bytes(&mut hmac_key);
        Self { hmac_key, key: SigningKey::random(&mut rng), maced: RefCell::default() }
    }
}

#[async_trait(?Send)]
impl Device for TestDevice {
    async fn hmac(&self, message: &[u8]) -> Result<[u8; 32], DeviceError> {
        self.maced.borrow_mut().push(message.to_vec());
        let mut hmac = Hmac::<sha2::Sha256>::new_from_slice(&self.hmac_key).expect("a key");
        hmac.update(message);
        Ok(hmac.finalize().into_bytes().into())
    }
    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], DeviceError> {
        let signature: Signature = self.key.sign(message);
        Ok(signature.to_bytes().into())
    }
    async fn public_key(&self) -> Result<Vec<u8>, DeviceError> {
        Ok(self.key.verifying_key().to_public_key_der().expect("a key").into_vec())
    }
}

#[derive(Default)]
pub struct TestStorage {
    pub bytes: RefCell<Option<Vec<u8>>>,
    pub full: Cell<bool>,
}

#[async_trait(?Send)]
impl Storage for TestStorage {
    async fn load(&self) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.bytes.borrow().clone())
    }
    async fn save(&self, bytes: &[u8]) -> Result<(), StorageError> {
        if self.full.get() {
            return Err(StorageError("full".into()));
        }
        *self.bytes.borrow_mut() = Some(bytes.to_vec());
        Ok(())
    }
}

pub struct TestNetwork {
    pub servers: RefCell<Vec<FakeServer>>,
    pub offline: Cell<bool>,
    /// The next answer is lost on its way back.
    pub loses: Cell<bool>,
    clock: Rc<TestClock>,
}

#[async_trait(?Send)]
impl Transport for TestNetwork {
    async fn post(&self, url: &str, json: String) -> Result<HttpAnswer, TransportError> {
        if self.offline.get() {
            return Err(TransportError("offline".into()));
        }
        let mut servers = self.servers.borrow_mut();
        let server = servers.iter_mut().find(|s| url.starts_with(&s.known.api_origin));
        let server = server.ok_or_else(|| TransportError("no such host".into()))?;
        let path = url.strip_prefix(&server.known.api_origin).expect("an address of it").to_owned();
        let answer = server.handle(&path, &json, self.clock.now());
        if self.loses.take() {
            return Err(TransportError("reset".into()));
        }
        Ok(match answer {
            Ok(answer) => HttpAnswer { status: 200, body: serde_json::to_vec(&answer).expect("JSON") },
            Err(problem) => HttpAnswer { status: problem.status, body: serde_json::to_vec(&problem).expect("JSON") },
        })
    }
    async fn get(&self, _: &str) -> Result<HttpAnswer, TransportError> {
        let servers = self.servers.borrow().iter().map(|s| s.known.clone()).collect();
        let body = serde_json::to_vec(&AppConfig { servers }).expect("JSON");
        Ok(HttpAnswer { status: 200, body })
    }
}

/// One phone and the servers `acc` (acceptatie), `acc2` (acceptatie) and `prod` (productie).
pub struct World {
    pub device: Rc<TestDevice>,
    pub storage: Rc<TestStorage>,
    pub network: Rc<TestNetwork>,
    pub clock: Rc<TestClock>,
    entropy: Rc<SeededEntropy>,
}

impl World {
    pub fn new() -> Self {
        // 2026-01-01T00:00:00Z
        let clock = Rc::new(TestClock(AtomicI64::new(1_767_225_600_000)));
        let servers = vec![
            FakeServer::new("acc", Environment::Acceptatie, 10),
            FakeServer::new("acc2", Environment::Acceptatie, 20),
            FakeServer::new("prod", Environment::Productie, 30),
        ];
        let network = TestNetwork {
            servers: RefCell::new(servers),
            offline: Cell::new(false),
            loses: Cell::new(false),
            clock: clock.clone(),
        };
        Self {
            device: Rc::new(TestDevice::new(1)),
            storage: Rc::default(),
            network: Rc::new(network),
            clock,
            entropy: Rc::new(SeededEntropy::new(2)),
        }
    }
    pub fn config(&self) -> AppConfig {
        now_or_never(crate::fetch_config(self.network.as_ref(), "https://app.test")).expect("a config")
    }
    pub fn ports(&self) -> Ports {
        Ports {
            device: self.device.clone(),
            storage: self.storage.clone(),
            transport: self.network.clone(),
            ecdsa: Rc::new(RustCrypto),
            entropy: self.entropy.clone(),
            clock: self.clock.clone(),
        }
    }
    /// Starts the app.
    pub fn wallet(&self) -> Wallet {
        now_or_never(Wallet::open(self.ports(), self.config())).expect("a wallet")
    }
    /// Starts the app for the first time and chooses the PIN.
    pub fn fresh(&self) -> Wallet {
        let mut wallet = self.wallet();
        now_or_never(wallet.choose_pin(PIN)).expect("a PIN");
        wallet
    }
    /// A phone with one identity at `acc`.
    pub fn activated(&self) -> (Wallet, IdentityId) {
        let mut wallet = self.fresh();
        let identity = self.activate(&mut wallet, 0);
        (wallet, identity)
    }
    pub fn activate(&self, wallet: &mut Wallet, server: usize) -> IdentityId {
        let asked = self.ask(wallet, server, Purpose::Enrol).expect("a request");
        now_or_never(wallet.activate(&asked, BirthDate::new(1980, 2, 1))).expect("an identity").identity
    }
    pub fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
    pub fn server<T>(&self, index: usize, act: impl FnOnce(&mut FakeServer) -> T) -> T {
        act(&mut self.network.servers.borrow_mut()[index])
    }
    /// A server asks, the phone scans.
    pub fn ask(&self, wallet: &Wallet, server: usize, purpose: Purpose) -> Result<Asked, WalletError> {
        self.ask_spoiled(wallet, server, purpose, |_| {})
    }
    pub fn ask_spoiled(
        &self,
        wallet: &Wallet,
        server: usize,
        purpose: Purpose,
        spoil: impl FnOnce(&mut RequestClaims),
    ) -> Result<Asked, WalletError> {
        let now = self.now();
        let link = self.server(server, |s| {
            s.ask(now, purpose, spoil);
            s.link_as(purpose)
        });
        now_or_never(wallet.inspect(&link))
    }
    /// How often a path was called at the first server.
    pub fn calls(&self, path: &str) -> usize {
        self.server(0, |s| s.calls.iter().filter(|c| c.ends_with(path)).count())
    }
    pub fn stored(&self) -> serde_json::Value {
        serde_json::from_slice(self.storage.bytes.borrow().as_deref().expect("a file")).expect("JSON")
    }
    pub fn store(&self, value: &serde_json::Value) {
        *self.storage.bytes.borrow_mut() = Some(serde_json::to_vec(value).expect("JSON"));
    }
}
