//! Activating an identity on a phone: PKCS#10 with the one-time nonce of the enrolment QR.

use crate::{
    b64::B64,
    code::{Digits4, ShortCode},
    nonce::Nonce,
    request::OrganisationLabel,
    response::mac,
};
use domain::{
    identity::IdentityId,
    installation::{InstallationId, UnlockId},
};
use serde::{Deserialize, Serialize};

/// Body of `POST /api/v1/enrol`. The certificate's contents come from the registration, only its key from the CSR.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// From the QR code; or `code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
    /// The typed *korte code*; or `nonce`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ShortCode>,
    /// PKCS#10, DER, with the identity's new P-256 key.
    pub csr: B64,
    /// `jjjj-mm-dd`, parts unknown as `00`; only asked in self-registrations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// The installation that will hold the identity.
    pub installation: InstallationId,
    /// The unlock (PIN) of at most 15 minutes ago.
    pub unlock: UnlockId,
    /// [`enrol_mac`] under the key of that unlock.
    pub mac: B64,
}

/// HMAC-SHA-256 that ties the new key to the unlocked installation.
pub fn enrol_mac(mac_key: &[u8; 32], request_digest: &[u8], csr: &[u8], installation: InstallationId) -> [u8; 32] {
    mac(mac_key, "zorgid enrol", &[request_digest, csr, installation.as_bytes()])
}

/// Without the birth date.
impl std::fmt::Debug for Enrol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrol").field("installation", &self.installation).finish_non_exhaustive()
    }
}

/// Answer to [`Enrol`].
#[derive(Clone, Serialize, Deserialize)]
pub struct Enrolled {
    /// DER certificates, leaf first, without the root.
    pub chain: Vec<B64>,
    /// The identity's id.
    pub identity: IdentityId,
    /// The person's full name.
    pub name: String,
    /// Organisations where this identity opens something.
    pub organisations: Vec<OrganisationLabel>,
    /// The *intrekkingscode*, grouped; shown once.
    pub revocation_code: String,
    /// With a QR code that somebody shows face to face: the digits that they type. The identity works from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairing_code: Option<Digits4>,
}

/// Without the intrekkingscode.
impl std::fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolled").field("identity", &self.identity).finish_non_exhaustive()
    }
}
