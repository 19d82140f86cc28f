//! Keys derived from the server key (32 bytes, outside the database): MACs of codes and nonces, CSRF, and the seal over
//! PIN states.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use domain::Entropy;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The server's derived keys.
pub struct ServerKeys {
    mac: Zeroizing<[u8; 32]>,
    seal: LessSafeKey,
}

/// The server key has the wrong form.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the server key cannot be used")]
pub struct BadServerKey;

impl ServerKeys {
    /// Derives everything from the 32-byte server key.
    pub fn derive(master: &[u8; 32]) -> Result<Self, BadServerKey> {
        let hkdf = Hkdf::<Sha256>::new(None, master);
        let mut mac = Zeroizing::new([0; 32]);
        let mut seal = Zeroizing::new([0; 32]);
        hkdf.expand(b"zorgid server mac v1", mac.as_mut_slice()).map_err(|_| BadServerKey)?;
        hkdf.expand(b"zorgid server seal v1", seal.as_mut_slice()).map_err(|_| BadServerKey)?;
        let seal = UnboundKey::new(&AES_256_GCM, seal.as_slice()).map_err(|_| BadServerKey)?;
        Ok(Self { mac, seal: LessSafeKey::new(seal) })
    }

    /// HMAC-SHA-256 over a label and length-prefixed parts, so that no two uses share bytes.
    pub fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes a key of any length, so this cannot fail.
        let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(self.mac.as_slice()) else { return [0; 32] };
        for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
            hmac.update(&(part.len() as u64).to_be_bytes());
            hmac.update(part);
        }
        hmac.finalize().into_bytes().into()
    }

    /// Encrypts under the server key; `context` must be the same when opening.
    pub fn seal(&self, context: &[u8], plain: &[u8], entropy: &dyn Entropy) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = entropy.array();
        let mut sealed = plain.to_vec();
        self.seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed)
            .ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`ServerKeys::seal`] made.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut plain = Zeroizing::new(sealed.to_vec());
        let length = self.seal.open_in_place(nonce, Aad::from(context), &mut plain).ok()?.len();
        plain.truncate(length);
        Some(plain)
    }
}

/// Constant-time comparison.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Chance for libraries that want a `rand` generator.
pub struct Dice<'a>(pub &'a dyn Entropy);

impl rand::RngCore for Dice<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.array())
    }
    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.array())
    }
    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.fill(dest);
    }
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand::Error> {
        self.0.fill(dest);
        Ok(())
    }
}
impl rand::CryptoRng for Dice<'_> {}

/// OPAQUE's server half.
pub type OpaqueSetup = opaque_ke::ServerSetup<protocol::pin::Suite>;

/// A new server half, to be stored sealed.
pub fn new_opaque_setup(entropy: &dyn Entropy) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(OpaqueSetup::new(&mut Dice(entropy)).serialize().to_vec())
}

/// Reads a stored server half.
pub fn open_opaque_setup(bytes: &[u8]) -> Option<OpaqueSetup> {
    OpaqueSetup::deserialize(bytes).ok()
}
