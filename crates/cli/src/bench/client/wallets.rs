//! Wallets whose device is this process: keys and storage in memory, HTTP over a pool of their own.

use crate::{
    bench::{
        BenchError,
        browser::{Http, http},
        people::Enrolee,
    },
    edge::{OsEntropy, SystemClock},
};
use async_trait::async_trait;
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, UnparsedPublicKey},
};
use domain::Entropy;
use http_body_util::{BodyExt, Full};
use hyper::{Request, header};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use std::{cell::RefCell, rc::Rc};
use wallet::{
    Ports, Wallet,
    ports::{Device, DeviceError, Ecdsa, HttpAnswer, Storage, StorageError, Transport, TransportError},
};

const PIN: &str = "135790";

/// A wallet with a PIN and an activated identity, unlocked.
pub async fn enrolled(app: &str, person: &Enrolee) -> Result<Wallet, BenchError> {
    let failed = |what: &'static str| move |error: wallet::WalletError| BenchError::new(what, error);
    let transport = Rc::new(Network { http: http() });
    let config = wallet::fetch_config(&*transport, app).await.map_err(failed("config"))?;
    let ports = Ports {
        device: Rc::new(Memory::new()?),
        storage: Rc::new(File::default()),
        transport,
        ecdsa: Rc::new(AwsLc::default()),
        entropy: Rc::new(OsEntropy),
        clock: Rc::new(SystemClock),
    };
    let mut wallet = Wallet::open(ports, config).await.map_err(failed("wallet"))?;
    wallet.choose_pin(PIN).await.map_err(failed("choosing a PIN"))?;
    wallet.unlock(PIN).await.map_err(failed("unlocking"))?;
    let asked = wallet.inspect(&person.link).await.map_err(failed("scanning the enrolment"))?;
    wallet.activate(&asked, super::super::people::birth_date()).await.map_err(failed("activating"))?;
    Ok(wallet)
}

struct Memory {
    device: hmac::Key,
    installation: SigningKey,
}

impl Memory {
    fn new() -> Result<Self, BenchError> {
        let entropy: &dyn Entropy = &OsEntropy;
        let installation = SigningKey::from_slice(&entropy.array::<32>());
        Ok(Self {
            device: hmac::Key::new(hmac::HMAC_SHA256, &entropy.array::<32>()),
            installation: installation.map_err(|error| BenchError::new("key", error))?,
        })
    }
}

#[async_trait(?Send)]
impl Device for Memory {
    async fn hmac(&self, message: &[u8]) -> Result<[u8; 32], DeviceError> {
        let tag = hmac::sign(&self.device, message);
        tag.as_ref().try_into().map_err(|_| DeviceError("HMAC".into()))
    }
    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], DeviceError> {
        let signature: Signature = self.installation.sign(message);
        Ok(signature.to_bytes().into())
    }
    async fn public_key(&self) -> Result<Vec<u8>, DeviceError> {
        let der = self.installation.verifying_key().to_public_key_der();
        der.map(p256::pkcs8::Document::into_vec).map_err(|error| DeviceError(error.to_string()))
    }
}

/// A phone computes by itself; here its signatures share the cores with the server that is measured, so they are made
/// with the server's library.
#[derive(Default)]
struct AwsLc {
    // The identity's key, as a phone's key store would hold it.
    latest: RefCell<Option<(Vec<u8>, Rc<EcdsaKeyPair>)>>,
}

impl AwsLc {
    fn pair(&self, key: &[u8]) -> Option<Rc<EcdsaKeyPair>> {
        if let Some((_, pair)) = self.latest.borrow().as_ref().filter(|(known, _)| known == key) {
            return Some(pair.clone());
        }
        let secret = SigningKey::from_slice(key).ok()?;
        let point = secret.verifying_key().to_encoded_point(false);
        let rule = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = Rc::new(EcdsaKeyPair::from_private_key_and_public_key(rule, key, point.as_bytes()).ok()?);
        self.latest.replace(Some((key.to_vec(), pair.clone())));
        Some(pair)
    }
}

impl Ecdsa for AwsLc {
    fn sign(&self, key: &[u8], message: &[u8]) -> Option<[u8; 64]> {
        let signature = self.pair(key)?.sign(&SystemRandom::new(), message).ok()?;
        signature.as_ref().try_into().ok()
    }
    fn verify(&self, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature).is_ok()
    }
}

#[derive(Default)]
struct File(RefCell<Option<Vec<u8>>>);

#[async_trait(?Send)]
impl Storage for File {
    async fn load(&self) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.0.borrow().clone())
    }
    async fn save(&self, bytes: &[u8]) -> Result<(), StorageError> {
        self.0.replace(Some(bytes.to_vec()));
        Ok(())
    }
}

struct Network {
    http: Http,
}

impl Network {
    async fn send(&self, request: Request<Full<hyper::body::Bytes>>) -> Result<HttpAnswer, TransportError> {
        let failed = |error: &dyn std::fmt::Display| TransportError(error.to_string());
        let answer = self.http.request(request).await.map_err(|error| failed(&error))?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.map_err(|error| failed(&error))?.to_bytes().to_vec();
        Ok(HttpAnswer { status, body })
    }
}

#[async_trait(?Send)]
impl Transport for Network {
    async fn post(&self, url: &str, json: String) -> Result<HttpAnswer, TransportError> {
        let request = Request::post(url).header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Full::from(json)).map_err(|error| TransportError(error.to_string()))?;
        self.send(request).await
    }
    async fn get(&self, url: &str) -> Result<HttpAnswer, TransportError> {
        let request = Request::get(url).body(Full::default()).map_err(|error| TransportError(error.to_string()))?;
        self.send(request).await
    }
}
