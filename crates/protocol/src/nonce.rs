//! The 256-bit single-use secrets of QR codes, launch links, returns and server nonces.

use crate::b64::B64;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// 256 random bits, written as 43 base64url characters. The server stores [`Nonce::hash`] only.
#[derive(Clone, PartialEq, Eq)]
pub struct Nonce([u8; 32]);

/// SHA-256 of a nonce: what a database may hold.
pub type NonceHash = [u8; 32];

impl Nonce {
    /// Wraps 32 bytes of a cryptographic random generator.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    /// Reads the 43-character text form; `None` when it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 43 {
            return None;
        }
        B64::parse(text)?.0.try_into().ok().map(Self)
    }
    /// The form that is stored.
    pub fn hash(&self) -> NonceHash {
        Sha256::digest(self.0).into()
    }
    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
    /// The text form. Not `Display`, so that no log line prints it by accident.
    pub fn reveal(&self) -> String {
        B64::from(self.0.as_slice()).to_string()
    }
}

impl Drop for Nonce {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Nonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonce(…)")
    }
}
impl serde::Serialize for Nonce {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.reveal())
    }
}
impl<'de> serde::Deserialize<'de> for Nonce {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected 43 base64url characters"))
    }
}
