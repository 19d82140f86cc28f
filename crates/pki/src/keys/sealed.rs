//! Secrets at rest: an age file under a passphrase, or under a 32-byte credential of the service manager.
//!
//! `age -d ca/root.key.sealed` opens it without this program.

use super::KeyError;
use age::secrecy::SecretString;
use zeroize::{Zeroize, Zeroizing};

/// What opens the sealed files.
pub enum Credential {
    /// Words of a person: stretched by scrypt.
    Passphrase(Zeroizing<String>),
    /// 32 random bytes: need no stretching.
    Raw(Zeroizing<[u8; 32]>),
}

/// scrypt work factors (log2). 2^16 takes a quarter of a second and 64 MiB; a random key gains nothing by it.
const WORK_PASSPHRASE: u8 = 16;
const WORK_RAW: u8 = 2;
/// The highest work factor that is accepted when reading, so that a planted file cannot stop the process.
const WORK_MAX: u8 = 20;

impl Credential {
    /// 64 hexadecimal digits are a raw key; anything else is a passphrase. White space at the ends is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let mut raw = [0; 32];
        match hex::decode_to_slice(text, &mut raw) {
            Ok(()) => Some(Self::Raw(Zeroizing::new(raw))),
            Err(_) => {
                raw.zeroize();
                Some(Self::Passphrase(Zeroizing::new(text.to_owned())))
            }
        }
    }

    fn secret(&self) -> SecretString {
        match self {
            Self::Passphrase(text) => SecretString::from(text.to_string()),
            Self::Raw(bytes) => SecretString::from(hex::encode(**bytes)),
        }
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Passphrase(_) => "Credential::Passphrase(..)",
            Self::Raw(_) => "Credential::Raw(..)",
        })
    }
}

/// Seals a secret.
pub fn seal(secret: &[u8], credential: &Credential) -> Result<Vec<u8>, KeyError> {
    let mut recipient = age::scrypt::Recipient::new(credential.secret());
    recipient.set_work_factor(match credential {
        Credential::Passphrase(_) => WORK_PASSPHRASE,
        Credential::Raw(_) => WORK_RAW,
    });
    age::encrypt(&recipient, secret).map_err(|error| KeyError::Damaged(error.to_string()))
}

/// Opens a sealed secret.
pub fn unseal(sealed: &[u8], credential: &Credential) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut identity = age::scrypt::Identity::new(credential.secret());
    identity.set_max_work_factor(WORK_MAX);
    age::decrypt(&identity, sealed).map(Zeroizing::new).map_err(|error| match error {
        age::DecryptError::DecryptionFailed
        | age::DecryptError::NoMatchingKeys
        | age::DecryptError::KeyDecryptionFailed => KeyError::WrongCredential,
        other => KeyError::Damaged(other.to_string()),
    })
}
