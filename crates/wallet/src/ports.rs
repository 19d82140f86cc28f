//! What a host brings: its key store, its storage, its network. Clock and chance are [`domain::Clock`] and
//! [`domain::Entropy`].

use async_trait::async_trait;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey, signature::Signer, signature::Verifier};
use thiserror::Error;

/// The host's key store failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the key store of this device: {0}")]
pub struct DeviceError(pub String);

/// The host's storage failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the storage of this device: {0}")]
pub struct StorageError(pub String);

/// No answer from the server.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("no answer: {0}")]
pub struct TransportError(pub String);

/// The device's own keys, made at first use, which never leave it (WebCrypto: `extractable: false`).
#[async_trait(?Send)]
pub trait Device {
    /// HMAC-SHA-256 under the device key.
    async fn hmac(&self, message: &[u8]) -> Result<[u8; 32], DeviceError>;
    /// ES256 signature (r‖s) over the message by the installation's P-256 key; hashes the message itself.
    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], DeviceError>;
    /// SubjectPublicKeyInfo (DER) of the installation's P-256 key.
    async fn public_key(&self) -> Result<Vec<u8>, DeviceError>;
}

/// Where the wallet's one file lives (IndexedDB, a file). Its bytes are the wallet's business.
#[async_trait(?Send)]
pub trait Storage {
    /// The bytes last saved; `None` before the first time.
    async fn load(&self) -> Result<Option<Vec<u8>>, StorageError>;
    /// Replaces the bytes, durably and all at once: returns only when they would survive a crash.
    async fn save(&self, bytes: &[u8]) -> Result<(), StorageError>;
}

/// ECDSA with P-256 and SHA-256, for the signatures of everyday: [`RustCrypto`] runs everywhere, a native host may bring a
/// faster library.
pub trait Ecdsa {
    /// Signs with a private key (32 bytes): r‖s. `None` when it is no private key.
    fn sign(&self, key: &[u8], message: &[u8]) -> Option<[u8; 64]>;
    /// Whether a signature (r‖s) is right under a public key (uncompressed point, SEC 1).
    fn verify(&self, key: &[u8], message: &[u8], signature: &[u8]) -> bool;
}

/// ECDSA that also runs in a browser.
pub struct RustCrypto;

impl Ecdsa for RustCrypto {
    fn sign(&self, key: &[u8], message: &[u8]) -> Option<[u8; 64]> {
        let signature: Signature = SigningKey::from_slice(key).ok()?.sign(message);
        Some(signature.to_bytes().into())
    }
    fn verify(&self, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        let (key, signature) = (VerifyingKey::from_sec1_bytes(key), Signature::from_slice(signature));
        matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
    }
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// The body, at most [`protocol::limits::BODY`] bytes are looked at.
    pub body: Vec<u8>,
}

/// HTTP to the servers, without cookies.
#[async_trait(?Send)]
pub trait Transport {
    /// `POST` with `Content-Type: application/json`. Any HTTP status is `Ok`.
    async fn post(&self, url: &str, json: String) -> Result<HttpAnswer, TransportError>;
    /// `GET`. Any HTTP status is `Ok`.
    async fn get(&self, url: &str) -> Result<HttpAnswer, TransportError>;
}
