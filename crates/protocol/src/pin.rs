//! The PIN: OPAQUE (RFC 9807) messages and the one cipher suite. The server counts guesses and never learns the PIN.
//!
//! OPAQUE password = HMAC-SHA-256(device key, server id ‖ 0x00 ‖ PIN); vault key = HKDF(export key);
//! MAC key of an unlock = HKDF(session key).

use crate::{b64::B64, link::ServerId, nonce::Nonce};
use domain::{
    Timestamp,
    installation::{InstallationId, UnlockId},
};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// ristretto255, TripleDH, SHA-512, Argon2id: what `opaque-ke` calls a cipher suite.
#[derive(Clone, Copy, Debug)]
pub struct Suite;

impl opaque_ke::CipherSuite for Suite {
    type OprfCs = opaque_ke::Ristretto255;
    type KeyExchange = opaque_ke::TripleDh<opaque_ke::Ristretto255, sha2::Sha512>;
    type Ksf = argon2::Argon2<'static>;
}

/// Derives 32 bytes from an OPAQUE output (`session_key` or `export_key`) for one named use.
pub fn derive(opaque_output: &[u8], label: &'static str) -> [u8; 32] {
    let mut key = [0; 32];
    // 32 bytes is far below HKDF's limit of 255 blocks, so expanding cannot fail.
    let _ = Hkdf::<Sha256>::new(None, opaque_output).expand(label.as_bytes(), &mut key);
    key
}

/// Label of the key that encrypts the vault on the phone (from the export key).
pub const VAULT_KEY: &str = "zorgid vault key v1";
/// Label of the key under which responses and enrolments carry a MAC (from the session key).
pub const MAC_KEY: &str = "zorgid unlock mac v1";

/// Body of `POST /api/v1/pin/register/start`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterStart {
    /// SubjectPublicKeyInfo (DER) of the installation's own P-256 key.
    pub installation_key: B64,
    /// OPAQUE registration request, 32 bytes.
    pub message: B64,
}

/// Answer to [`RegisterStart`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RegisterStarted {
    /// The new installation's id; also OPAQUE's credential identifier (16 bytes).
    pub installation: InstallationId,
    /// OPAQUE registration response, 64 bytes.
    pub message: B64,
    /// To be signed by the installation's key in [`RegisterFinish`].
    pub nonce: Nonce,
}

/// Body of `POST /api/v1/pin/register/finish`: a JWS by the installation's key over [`RegisterFinishClaims`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterFinish {
    /// Compact JWS, `typ` [`crate::jws::TYP_INSTALLATION`], ES256, no `x5c`.
    pub jws: String,
}

/// What [`RegisterFinish`] signs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterFinishClaims {
    /// Always `register`.
    pub action: InstallationAction,
    /// The installation.
    pub installation: InstallationId,
    /// The server.
    pub aud: ServerId,
    /// The server's nonce.
    pub nonce: Nonce,
    /// OPAQUE registration upload, 192 bytes.
    pub message: B64,
}

/// Which step an installation signs for; a signature for one never serves another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstallationAction {
    /// Setting the PIN.
    Register,
    /// Trying the PIN.
    Login,
}

/// Body of `POST /api/v1/pin/nonce`; the answer is [`NonceIssued`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NonceRequest {
    /// The installation that wants to try its PIN.
    pub installation: InstallationId,
}

/// A server nonce, good for one signed message within 60 seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NonceIssued {
    /// The nonce.
    pub nonce: PinNonce,
}

/// A server nonce that proves itself: base64url text, opaque to the phone, at most 200 characters.
pub type PinNonce = String;

/// Body of `POST /api/v1/pin/login/start`: a JWS by the installation's key over [`LoginStartClaims`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginStart {
    /// Compact JWS, `typ` [`crate::jws::TYP_INSTALLATION`], ES256, no `x5c`.
    pub jws: String,
}

/// What [`LoginStart`] signs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginStartClaims {
    /// Always `login`.
    pub action: InstallationAction,
    /// The installation.
    pub installation: InstallationId,
    /// The server.
    pub aud: ServerId,
    /// The server's nonce.
    pub nonce: PinNonce,
    /// OPAQUE credential request, 96 bytes.
    pub message: B64,
}

/// Answer to [`LoginStart`]: the try is reserved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoginStarted {
    /// Becomes the unlock's id when the login finishes.
    pub unlock: UnlockId,
    /// OPAQUE credential response, 320 bytes.
    pub message: B64,
    /// What is left if this try turns out wrong.
    pub if_wrong: PinStanding,
}

/// What a person is told after a wrong PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum PinStanding {
    /// Wrong; so many tries left in this round.
    Wrong {
        /// 1 to 3.
        tries_left: u8,
    },
    /// Wait until this moment, then four more tries.
    Wait {
        /// Server time.
        until: Timestamp,
        /// Seconds from now, for phones whose clock is off.
        seconds: u32,
    },
    /// Blocked for good.
    Blocked,
}

/// Body of `POST /api/v1/pin/login/finish`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginFinish {
    /// From [`LoginStarted`].
    pub unlock: UnlockId,
    /// OPAQUE credential finalization, 64 bytes.
    pub message: B64,
}

/// Answer to [`LoginFinish`]: the try was given back and the counter cleared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoginFinished {
    /// Seconds that responses may refer to this unlock.
    pub expires_in: u32,
}
