//! A phone: a real wallet whose network is the server in process.

use super::world::{PORTAL, World, call};
use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use domain::{Clock, Entropy};
use hmac::{Hmac, Mac};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use std::{cell::RefCell, rc::Rc, sync::Arc};
use storage_sql::testing::{TestClock, TestEntropy};
use wallet::{
    Ports, Wallet, fetch_config,
    ports::{Device, DeviceError, HttpAnswer, RustCrypto, Storage, StorageError, Transport, TransportError},
};

pub const PIN: &str = "482913";

struct Keys(SigningKey);

#[async_trait(?Send)]
impl Device for Keys {
    async fn hmac(&self, message: &[u8]) -> Result<[u8; 32], DeviceError> {
        let mut hmac = Hmac::<sha2::Sha256>::new_from_slice(&[3; 32]).unwrap();
        hmac.update(message);
        Ok(hmac.finalize().into_bytes().into())
    }
    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], DeviceError> {
        let signature: Signature = self.0.sign(message);
        Ok(signature.to_bytes().into())
    }
    async fn public_key(&self) -> Result<Vec<u8>, DeviceError> {
        Ok(self.0.verifying_key().to_public_key_der().unwrap().into_vec())
    }
}

#[derive(Default)]
struct Memory(RefCell<Option<Vec<u8>>>);

#[async_trait(?Send)]
impl Storage for Memory {
    async fn load(&self) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.0.borrow().clone())
    }
    async fn save(&self, bytes: &[u8]) -> Result<(), StorageError> {
        *self.0.borrow_mut() = Some(bytes.to_vec());
        Ok(())
    }
}

/// The portal, and what was posted to it.
struct Network {
    portal: Router,
    posted: Rc<RefCell<Vec<String>>>,
}

#[async_trait(?Send)]
impl Transport for Network {
    async fn post(&self, url: &str, json: String) -> Result<HttpAnswer, TransportError> {
        let path = url.strip_prefix(PORTAL).ok_or_else(|| TransportError("another host".into()))?;
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.posted.borrow_mut().push(json.clone());
        let answer = call(&self.portal, request.body(Body::from(json)).unwrap()).await;
        Ok(HttpAnswer { status: answer.status.as_u16(), body: answer.body })
    }
    async fn get(&self, url: &str) -> Result<HttpAnswer, TransportError> {
        let path = url.strip_prefix(PORTAL).ok_or_else(|| TransportError("another host".into()))?;
        let answer = call(&self.portal, Request::get(path).body(Body::empty()).unwrap()).await;
        Ok(HttpAnswer { status: answer.status.as_u16(), body: answer.body })
    }
}

struct SharedClock(Arc<TestClock>);
impl Clock for SharedClock {
    fn now(&self) -> domain::Timestamp {
        self.0.now()
    }
}

/// A new phone with a chosen PIN.
pub async fn phone(world: &World, seed: u64) -> Wallet {
    overheard_phone(world, seed).await.0
}

/// A new phone with a chosen PIN, and everything that it posts.
pub async fn overheard_phone(world: &World, seed: u64) -> (Wallet, Rc<RefCell<Vec<String>>>) {
    let entropy = Rc::new(TestEntropy::seeded(seed));
    let mut secret = [0; 32];
    entropy.fill(&mut secret);
    secret[0] = 1;
    let posted = Rc::default();
    let network = Rc::new(Network { portal: world.portal.clone(), posted: Rc::clone(&posted) });
    let config = fetch_config(&*network, PORTAL).await.unwrap();
    let ports = Ports {
        device: Rc::new(Keys(SigningKey::from_slice(&secret).unwrap())),
        storage: Rc::new(Memory::default()),
        transport: network,
        ecdsa: Rc::new(RustCrypto),
        entropy,
        clock: Rc::new(SharedClock(world.clock.clone())),
    };
    let mut wallet = Wallet::open(ports, config).await.unwrap();
    wallet.choose_pin(PIN).await.unwrap();
    wallet.unlock(PIN).await.unwrap();
    (wallet, posted)
}
