//! Compact JWS (RFC 7515) with `x5c`: only ES256 and RS256, only the header members below, no `crit`.
//!
//! The cryptography is passed in, so that the server uses its fast library and the app the one that fits a browser.

use crate::{b64::B64, limits};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

/// `typ` of a request that the portal signed.
pub const TYP_REQUEST: &str = "zorgid-request+jws";
/// `typ` of a response that a phone or card signed.
pub const TYP_RESPONSE: &str = "zorgid-response+jws";
/// `typ` of a message that an installation's own key signed (PIN).
pub const TYP_INSTALLATION: &str = "zorgid-installation+jws";

/// The signature algorithms we know (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256; the signature is r‖s, 64 bytes.
    ES256,
    /// RSASSA-PKCS1-v1_5 with SHA-256: what UZI-passen make.
    RS256,
}

/// The protected header. An unknown member refuses the message.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Signature algorithm.
    pub alg: Algorithm,
    /// What the message is; one of the `TYP_*` constants.
    pub typ: String,
    /// Certificate chain, leaf first, standard base64 of DER (RFC 7515 §4.1.6). Empty for installation keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub x5c: Vec<String>,
}

/// Why a JWS was refused before its signature was even looked at.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum JwsError {
    /// Longer than [`limits::JWS`], or more than [`limits::CHAIN_LENGTH`] certificates.
    #[error("the message is too large")]
    TooLarge,
    /// Not three base64url parts with a header we know.
    #[error("the message is not a JWS of the expected form")]
    Malformed,
    /// Another kind of message than expected here.
    #[error("the message is of another type")]
    WrongType,
}

/// A parsed but **not verified** compact JWS.
#[derive(Clone, Debug)]
pub struct Jws {
    /// The protected header.
    pub header: Header,
    /// The decoded certificates of `x5c`, DER, leaf first.
    pub chain: Vec<Vec<u8>>,
    /// The signature.
    pub signature: Vec<u8>,
    payload: Vec<u8>,
    signing_input: String,
}

impl Jws {
    /// Splits and decodes; `typ` says which message is expected.
    pub fn parse(compact: &str, typ: &str) -> Result<Self, JwsError> {
        if compact.len() > limits::JWS {
            return Err(JwsError::TooLarge);
        }
        let (signing_input, signature) = compact.rsplit_once('.').ok_or(JwsError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JwsError::Malformed)?;
        let part = |text: &str| B64::parse(text).map(|b| b.0).ok_or(JwsError::Malformed);
        let header: Header = serde_json::from_slice(&part(header)?).map_err(|_| JwsError::Malformed)?;
        if header.typ != typ {
            return Err(JwsError::WrongType);
        }
        if header.x5c.len() > limits::CHAIN_LENGTH {
            return Err(JwsError::TooLarge);
        }
        let chain: Result<Vec<_>, _> = header.x5c.iter().map(|c| STANDARD.decode(c)).collect();
        Ok(Self {
            chain: chain.map_err(|_| JwsError::Malformed)?,
            header,
            signature: part(signature)?,
            payload: part(payload)?,
            signing_input: signing_input.to_owned(),
        })
    }
    /// The bytes that were signed.
    pub fn signing_input(&self) -> &[u8] {
        self.signing_input.as_bytes()
    }
    /// Decodes the payload. Call only after the signature was verified.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, JwsError> {
        serde_json::from_slice(&self.payload).map_err(|_| JwsError::Malformed)
    }
}

/// A JWS that still needs its signature.
#[derive(Clone, Debug)]
pub struct Unsigned {
    signing_input: String,
}

impl Unsigned {
    /// Encodes header and claims. `chain`: DER certificates, leaf first.
    pub fn new<T: Serialize>(
        alg: Algorithm,
        typ: &str,
        chain: &[impl AsRef<[u8]>],
        claims: &T,
    ) -> Result<Self, serde_json::Error> {
        let x5c = chain.iter().map(|c| STANDARD.encode(c)).collect();
        let header = B64(serde_json::to_vec(&Header { alg, typ: typ.to_owned(), x5c })?);
        Ok(Self { signing_input: format!("{header}.{}", B64(serde_json::to_vec(claims)?)) })
    }
    /// The bytes to sign.
    pub fn signing_input(&self) -> &[u8] {
        self.signing_input.as_bytes()
    }
    /// Adds the signature (ES256: r‖s) and gives the compact form.
    pub fn with_signature(self, signature: &[u8]) -> String {
        format!("{}.{}", self.signing_input, B64::from(signature))
    }
}

/// SHA-256 over the exact compact text of a JWS: how a response names the request it answers.
pub fn digest(compact: &str) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(compact.as_bytes()).into()
}
