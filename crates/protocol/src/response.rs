//! The response: what a phone or card signs, and what the server answers.

use crate::{b64::B64, code::Digits4, link::ServerId};
use domain::{
    Environment,
    identity::IdentityId,
    installation::{InstallationId, UnlockId},
    request::{Decision, Purpose, RequestId},
};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Claims of the response JWS (`typ` [`crate::jws::TYP_RESPONSE`]), signed by the key of the identity or card in `x5c`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseClaims {
    /// Who answers: the identity's id (phone) or the UZI number (card).
    pub iss: String,
    /// The server that asked.
    pub aud: ServerId,
    /// Acceptatie or productie.
    pub env: Environment,
    /// Which request.
    pub request_id: RequestId,
    /// SHA-256 of the exact request JWS.
    pub request_digest: B64,
    /// Repeats the purpose: a signature for one purpose never serves another.
    pub purpose: Purpose,
    /// Accepted or declined.
    pub decision: Decision,
    /// Seconds since 1970 at the phone or computer; informative, the server's clock decides.
    pub iat: i64,
    /// Only from a phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneProof>,
}

/// What a phone adds, so that a copied key or a blocked PIN opens nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneProof {
    /// The identity that answers.
    pub identity: IdentityId,
    /// The installation that holds it.
    pub installation: InstallationId,
    /// Rises with every response of this identity; a repeat means a copy.
    pub counter: u64,
    /// The unlock (PIN) of at most 15 minutes ago.
    pub unlock: UnlockId,
    /// [`phone_mac`] under the key of that unlock.
    pub mac: B64,
}

/// HMAC-SHA-256 under the unlock's MAC key, over the fields that matter, each with its length before it.
pub fn phone_mac(
    mac_key: &[u8; 32],
    request_digest: &[u8],
    decision: Decision,
    identity: IdentityId,
    installation: InstallationId,
    counter: u64,
) -> [u8; 32] {
    mac(
        mac_key,
        "zorgid response",
        &[
            request_digest,
            decision.as_str().as_bytes(),
            identity.as_bytes(),
            installation.as_bytes(),
            &counter.to_be_bytes(),
        ],
    )
}

/// HMAC-SHA-256 over a label and length-prefixed parts, so that no two messages share bytes.
pub(crate) fn mac(key: &[u8; 32], label: &str, parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length; a fixed 32-byte array cannot fail.
    let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
        hmac.update(&(part.len() as u64).to_be_bytes());
        hmac.update(part);
    }
    hmac.finalize().into_bytes().into()
}

/// Body of `POST /api/v1/requests/{id}/response`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Respond {
    /// The response JWS.
    pub response: String,
}

/// Answer to [`Respond`].
#[derive(Clone, Serialize, Deserialize)]
pub struct Responded {
    /// What was recorded.
    pub decision: Decision,
    /// The *koppelcode* to type in the page, when its browser is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairing_code: Option<Digits4>,
    /// For the Desktop App: the address to open in the local browser, `<portal>/desktop/return#<one-time code>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// For the Desktop App: a further request may follow; ask with this token at `/api/v1/launch/next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop_session: Option<crate::nonce::Nonce>,
    /// For a phone whose `x5c` holds a certificate from before its person's name was corrected: the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed: Option<Renewed>,
}

/// A new certificate on the key that the identity has.
#[derive(Clone, Serialize, Deserialize)]
pub struct Renewed {
    /// DER, leaf first, without the root.
    pub chain: Vec<B64>,
    /// The person's full name, as corrected.
    pub name: String,
}

/// Without the return code.
impl std::fmt::Debug for Responded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Responded").field("decision", &self.decision).finish_non_exhaustive()
    }
}

/// Body of `POST /api/v1/requests/{id}/pairing`, sent by the page with its cookie.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairing {
    /// The four digits of the phone.
    pub code: Digits4,
}
