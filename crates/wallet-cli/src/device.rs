//! The device keys as a file (0600): an HMAC key and the installation's P-256 key, made at first use.
//!
//! On a phone these cannot be taken out; here whoever reads the file has them, and may then try PINs at the server, which
//! counts, and, within 15 minutes of an unlock, answer requests. That is why this program is for *acceptatie*.

use crate::files;
use async_trait::async_trait;
use hmac::{Hmac, Mac};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use protocol::B64;
use rand::RngCore;
use serde::{Deserialize, Serialize};
use std::{io, path::Path};
use wallet::ports::{Device, DeviceError};
use zeroize::Zeroizing;

/// The two keys of this installation.
pub struct FileDevice {
    hmac_key: Zeroizing<[u8; 32]>,
    signing_key: SigningKey,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    hmac: B64,
    signing: B64,
}

impl FileDevice {
    /// Reads the keys, or makes them the first time.
    pub fn open(path: &Path) -> io::Result<Self> {
        match files::read(path)? {
            Some(bytes) => Self::read(&bytes)
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged", path.display()))),
            None => Self::make(path),
        }
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(bytes).ok()?;
        let hmac_key = Zeroizing::new(stored.hmac.as_ref().try_into().ok()?);
        Some(Self { hmac_key, signing_key: SigningKey::from_slice(stored.signing.as_ref()).ok()? })
    }
    fn make(path: &Path) -> io::Result<Self> {
        let mut rng = rand::rngs::OsRng;
        let mut hmac_key = Zeroizing::new([0; 32]);
        rng.fill_bytes(hmac_key.as_mut_slice());
        let device = Self { hmac_key, signing_key: SigningKey::random(&mut rng) };
        let stored = Stored {
            hmac: device.hmac_key.as_slice().into(),
            signing: device.signing_key.to_bytes().as_slice().into(),
        };
        files::replace(path, &serde_json::to_vec(&stored)?)?;
        Ok(device)
    }
}

#[async_trait(?Send)]
impl Device for FileDevice {
    async fn hmac(&self, message: &[u8]) -> Result<[u8; 32], DeviceError> {
        let mut hmac = Hmac::<sha2::Sha256>::new_from_slice(self.hmac_key.as_slice())
            .map_err(|error| DeviceError(error.to_string()))?;
        hmac.update(message);
        Ok(hmac.finalize().into_bytes().into())
    }
    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], DeviceError> {
        let signature: Signature = self.signing_key.sign(message);
        Ok(signature.to_bytes().into())
    }
    async fn public_key(&self) -> Result<Vec<u8>, DeviceError> {
        let key = self.signing_key.verifying_key().to_public_key_der();
        Ok(key.map_err(|error| DeviceError(error.to_string()))?.into_vec())
    }
}
