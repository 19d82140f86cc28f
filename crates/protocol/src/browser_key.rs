//! The key that a browser keeps (WebCrypto ECDSA P-256, not extractable, in IndexedDB): with it the portal's script proves
//! that this is the browser it was, which a copied cookie cannot. `static/portal.js` is the other side.

use crate::{b64::B64, limits};
use domain::request::RequestId;
use sha2::{Digest, Sha256};

/// What a proof is for; a proof for one never serves the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofStep {
    /// The page that asks shows itself, before the answer: a trusted browser needs no koppelcode.
    Ask,
    /// The page takes the result.
    Take,
}

impl ProofStep {
    /// The word in pages and in what is signed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Take => "take",
        }
    }
}

/// A public key with a signature under it, as two form fields bring them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserProof {
    key: [u8; 65],
    signature: [u8; 64],
}

impl BrowserProof {
    /// Reads the two fields: an uncompressed P-256 point and an ES256 signature (r‖s), both unpadded base64url. Whether
    /// the point is on the curve is found out with the signature.
    pub fn parse(key: &str, signature: &str) -> Option<Self> {
        if key.len() != limits::BROWSER_KEY || signature.len() != limits::BROWSER_SIGNATURE {
            return None;
        }
        let key: [u8; 65] = B64::parse(key)?.0.try_into().ok()?;
        let signature = B64::parse(signature)?.0.try_into().ok()?;
        (key[0] == 4).then_some(Self { key, signature })
    }
    /// The uncompressed point.
    pub fn key(&self) -> &[u8; 65] {
        &self.key
    }
    /// r‖s.
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }
    /// SHA-256 of the point: what is stored.
    pub fn key_hash(&self) -> [u8; 32] {
        Sha256::digest(self.key).into()
    }
}

/// What the browser signs: version, the portal's origin, step, request and the server's challenge, one a line.
pub fn signed_text(origin: &str, step: ProofStep, request: RequestId, challenge: &str) -> String {
    format!("zorgid-browser-key-1\n{origin}\n{}\n{request}\n{challenge}", step.as_str())
}
