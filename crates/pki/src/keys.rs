//! Keys: one trait to sign with, key files sealed by a credential, and verification.

mod sealed;
mod soft;
#[cfg(test)]
mod tests;
mod verify;

pub use sealed::{Credential, seal, unseal};
pub use soft::{CheckpointKey, RsaBits, SoftKey};
pub use verify::{SignatureError, verify_signature};

use thiserror::Error;

/// The signature algorithms that we make and accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// The JOSE name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
    /// Reads the JOSE name; anything else, `none` among it, is unknown.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Es256, Self::Rs256].into_iter().find(|a| a.as_str() == text)
    }
}

/// What can go wrong with a key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The key could not be made or read.
    #[error("the key cannot be used: {0}")]
    Unusable(&'static str),
    /// The sealed file is damaged or not one of ours.
    #[error("the sealed key is damaged: {0}")]
    Damaged(String),
    /// The passphrase or credential does not open the file.
    #[error("the passphrase does not open the sealed key")]
    WrongCredential,
    /// Signing failed (a PKCS#11 token was removed, for example).
    #[error("signing failed: {0}")]
    Signing(String),
}

/// A private key that signs, wherever it lives: a sealed file now, a PKCS#11 token later.
pub trait Signer: Send + Sync {
    /// What it signs with.
    fn algorithm(&self) -> Algorithm;
    /// Its public key: SubjectPublicKeyInfo, DER.
    fn public_key(&self) -> &[u8];
    /// Signs a message (hashed inside): an X.509 signature value, so for ECDSA the DER of `r` and `s`.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}
