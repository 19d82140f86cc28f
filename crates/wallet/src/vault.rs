//! The identities of one server, encrypted with AES-256-GCM under a key that only a PIN login at that server yields.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use domain::{Entropy, Timestamp, identity::IdentityId, installation::InstallationId};
use protocol::{B64, ProblemCode, link::ServerId, request::OrganisationLabel};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// 32 secret bytes that are wiped after use.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// A vault as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sealed {
    nonce: B64,
    ciphertext: B64,
}

/// A vault in the clear.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Vault {
    /// The identities, oldest first.
    pub identities: Vec<Held>,
    /// The key of the enrolment that was begun last, until its certificate is here.
    #[serde(default)]
    pub pending: Option<Pending>,
}

/// A key that was sent to be certified. Kept before it is sent: when the answer is lost, or the app is closed in the
/// meantime, the same key gets the same certificate again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    /// SHA-256 of the request JWS: which enrolment.
    pub request: B64,
    /// P-256 private key, 32 bytes.
    pub key: SecretKeyBytes,
}

/// One identity with its key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Held {
    /// The identity's id at its server.
    pub id: IdentityId,
    /// P-256 private key, 32 bytes.
    pub key: SecretKeyBytes,
    /// DER certificates, leaf first, without the root.
    pub chain: Vec<B64>,
    /// The person's full name.
    pub name: String,
    /// Where it opened something when it was activated.
    pub organisations: Vec<OrganisationLabel>,
    /// The person's own name for it.
    #[serde(default)]
    pub label: Option<String>,
    /// The last response counter that was used.
    pub counter: u64,
    /// The server said that it works no more: replaced, revoked or expired.
    #[serde(default)]
    pub ended: Option<ProblemCode>,
    /// When it was activated, by this device's clock.
    pub activated_at: Timestamp,
}

/// A private key that is wiped when dropped and never printed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SecretKeyBytes(pub B64);

impl Drop for SecretKeyBytes {
    fn drop(&mut self) {
        self.0.0.zeroize();
    }
}
impl std::fmt::Debug for SecretKeyBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKeyBytes(…)")
    }
}

/// What a sealed vault belongs to; another server's or installation's vault does not open.
fn associated_data(server: &ServerId, installation: InstallationId) -> Vec<u8> {
    let mut data = b"zorgid vault v1\0".to_vec();
    data.extend_from_slice(server.as_str().as_bytes());
    data.push(0);
    data.extend_from_slice(installation.as_bytes());
    data
}

/// Encrypts bytes under a key with a fresh nonce.
pub(crate) fn seal_bytes(key: &[u8; 32], aad: &[u8], plain: &[u8], entropy: &dyn Entropy) -> Option<Sealed> {
    let nonce = entropy.array::<12>();
    let payload = Payload { msg: plain, aad };
    let ciphertext = Aes256Gcm::new(key.into()).encrypt(&nonce.into(), payload).ok()?;
    Some(Sealed { nonce: nonce.to_vec().into(), ciphertext: ciphertext.into() })
}

/// Decrypts; `None` when anything was changed.
pub(crate) fn open_bytes(key: &[u8; 32], aad: &[u8], sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
    let nonce: [u8; 12] = sealed.nonce.0.as_slice().try_into().ok()?;
    let payload = Payload { msg: &sealed.ciphertext.0, aad };
    Aes256Gcm::new(key.into()).decrypt(&nonce.into(), payload).ok().map(Zeroizing::new)
}

impl Vault {
    /// Encrypts the vault for its place.
    pub(crate) fn seal(
        &self,
        key: &Key,
        server: &ServerId,
        installation: InstallationId,
        entropy: &dyn Entropy,
    ) -> Option<Sealed> {
        let plain = Zeroizing::new(serde_json::to_vec(self).ok()?);
        seal_bytes(key, &associated_data(server, installation), &plain, entropy)
    }
    /// Decrypts it; `None` when it was changed or belongs elsewhere.
    pub(crate) fn open(key: &Key, server: &ServerId, installation: InstallationId, sealed: &Sealed) -> Option<Self> {
        serde_json::from_slice(&open_bytes(key, &associated_data(server, installation), sealed)?).ok()
    }
}
