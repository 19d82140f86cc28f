//! Soft cards: folders with `auth.p12` and `info.json`, as `zorgid dev-pki` makes them. Only for acceptatie: the
//! caller asks for them only when the server says so.

use crate::{
    Card, CardError, CardInfo, CardSource, KeyKind, Pin, PinState, Signed,
    module::shown,
    profile::{self, authentication_key},
};
use p12_keystore::KeyStore;
use p256::pkcs8::DecodePrivateKey;
use protocol::jws::Algorithm;
use serde::Deserialize;
use sha2::Sha256;
use signature::{SignatureEncoding, Signer};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use zeroize::Zeroizing;

/// Tries before a soft card locks, as on a UZI-pas.
pub const SOFT_TRIES: u8 = 3;
/// Larger files than this are no test card.
const LARGEST_FILE: u64 = 256 * 1024;

/// The part of `info.json` that is needed here.
#[derive(Deserialize)]
struct Info {
    pin: String,
}

/// Wrong tries per card; lives as long as the source, so that taking a card out does not help.
type Tries = Arc<Mutex<HashMap<PathBuf, u8>>>;

/// The soft cards in one folder.
pub struct SoftSource {
    folder: PathBuf,
    tries: Tries,
    /// Opened files with their time of change: opening costs a key derivation, and readers are looked at twice a second.
    opened: HashMap<PathBuf, (SystemTime, Arc<Opened>)>,
}

impl SoftSource {
    /// `folder` holds one folder per card (or is one itself).
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), tries: Tries::default(), opened: HashMap::new() }
    }
}

impl CardSource for SoftSource {
    fn cards(&mut self) -> Result<Vec<Box<dyn Card>>, CardError> {
        let unreadable =
            |error: std::io::Error| CardError::SoftCards { path: shown(&self.folder), cause: error.to_string() };
        let mut folders = vec![self.folder.clone()];
        for entry in std::fs::read_dir(&self.folder).map_err(unreadable)? {
            folders.push(entry.map_err(unreadable)?.path());
        }
        folders.sort();
        let mut found: Vec<Box<dyn Card>> = Vec::new();
        let mut reason = CardError::CardMissing;
        for folder in folders.into_iter().filter(|f| f.join("auth.p12").is_file()) {
            match self.open(&folder) {
                Ok(card) => found.push(Box::new(SoftCard { card, open: false, tries: Arc::clone(&self.tries) })),
                // An expired, server or otherwise odd test card does not spoil the others.
                Err(error) => reason = error,
            }
        }
        if found.is_empty() { Err(reason) } else { Ok(found) }
    }
}

enum SoftKey {
    Rsa(Box<rsa::pkcs1v15::SigningKey<Sha256>>),
    P256(p256::ecdsa::SigningKey),
}

/// The contents of a card's folder.
struct Opened {
    folder: PathBuf,
    info: CardInfo,
    chain: Vec<Vec<u8>>,
    pin: Zeroizing<String>,
    key: SoftKey,
}

struct SoftCard {
    card: Arc<Opened>,
    open: bool,
    tries: Tries,
}

impl SoftSource {
    fn open(&mut self, folder: &Path) -> Result<Arc<Opened>, CardError> {
        let changed = std::fs::metadata(folder.join("auth.p12"))
            .and_then(|data| data.modified())
            .map_err(|error| CardError::SoftCards { path: shown(folder), cause: error.to_string() })?;
        if let Some((known, card)) = self.opened.get(folder)
            && *known == changed
        {
            return Ok(Arc::clone(card));
        }
        let card = Arc::new(Opened::read(folder)?);
        self.opened.insert(folder.to_owned(), (changed, Arc::clone(&card)));
        Ok(card)
    }
}

impl Opened {
    fn read(folder: &Path) -> Result<Self, CardError> {
        let bad = |cause: String| CardError::SoftCards { path: shown(folder), cause };
        let info: Info = serde_json::from_slice(&read(&folder.join("info.json")).map_err(bad)?)
            .map_err(|error| bad(error.to_string()))?;
        let pin = Zeroizing::new(info.pin);
        let file = Zeroizing::new(read(&folder.join("auth.p12")).map_err(bad)?);
        // The certificate must be seen before the PIN is typed, and it is encrypted too; these are test cards whose
        // PIN lies beside them. What the person types is compared with it in `log_in`.
        let store = KeyStore::from_pkcs12(&file, &pin).map_err(|error| bad(error.to_string()))?;
        let (_, entry) = store.private_key_chain().ok_or_else(|| bad(String::from("no private key in auth.p12")))?;
        let certificates: Vec<Vec<u8>> = entry.chain().iter().map(|c| c.as_der().to_vec()).collect();
        let leaf = certificates.first().ok_or_else(|| bad(String::from("no certificate in auth.p12")))?;
        let kind = authentication_key(leaf).map_err(|error| CardError::NotUsable { cause: error.to_string() })?;
        let key = match kind {
            KeyKind::Rsa => {
                let key = rsa::RsaPrivateKey::from_pkcs8_der(entry.key()).map_err(|e| bad(e.to_string()))?;
                SoftKey::Rsa(Box::new(rsa::pkcs1v15::SigningKey::new(key)))
            }
            KeyKind::P256 => {
                SoftKey::P256(p256::ecdsa::SigningKey::from_pkcs8_der(entry.key()).map_err(|e| bad(e.to_string()))?)
            }
        };
        let (holder, number) = profile::holder(leaf);
        let label = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let info = CardInfo { label, reader: shown(folder), holder, number, keypad: false, soft: true };
        let chain = profile::chain_of(leaf, &certificates);
        Ok(Self { folder: folder.to_owned(), info, chain, pin, key })
    }
}

impl SoftCard {
    fn wrong_tries(&self) -> u8 {
        let tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.get(&self.card.folder).copied().unwrap_or(0)
    }
    fn set_wrong_tries(&self, count: u8) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.insert(self.card.folder.clone(), count);
    }
}

impl Card for SoftCard {
    fn info(&self) -> &CardInfo {
        &self.card.info
    }
    fn chain(&self) -> &[Vec<u8>] {
        &self.card.chain
    }
    fn algorithm(&self) -> Algorithm {
        match self.card.key {
            SoftKey::Rsa(_) => Algorithm::RS256,
            SoftKey::P256(_) => Algorithm::ES256,
        }
    }

    fn pin_state(&mut self) -> Result<PinState, CardError> {
        Ok(match self.wrong_tries() {
            0 => PinState::Fresh,
            wrong if wrong >= SOFT_TRIES => PinState::Locked,
            wrong => PinState::TriesLeft(Some(SOFT_TRIES - wrong)),
        })
    }

    fn log_in(&mut self, pin: Option<&Pin>) -> Result<(), CardError> {
        let pin = pin.ok_or(CardError::PinForm)?;
        self.check_present()?;
        let wrong = self.wrong_tries();
        if wrong >= SOFT_TRIES {
            return Err(CardError::PinLocked);
        }
        if !pin.is(&self.card.pin) {
            self.set_wrong_tries(wrong + 1);
            return Err(match SOFT_TRIES - wrong - 1 {
                0 => CardError::PinLocked,
                left => CardError::PinWrong { tries_left: Some(left) },
            });
        }
        self.set_wrong_tries(0);
        self.open = true;
        Ok(())
    }

    fn sign(&mut self, message: &[u8]) -> Result<Signed, CardError> {
        self.check_present()?;
        if !self.open {
            return Err(CardError::KeyMissing);
        }
        let failed = |error: signature::Error| CardError::Failed { cause: error.to_string() };
        let signature = match &self.card.key {
            SoftKey::Rsa(key) => key.try_sign(message).map_err(failed)?.to_vec(),
            SoftKey::P256(key) => {
                let signature: p256::ecdsa::Signature = key.try_sign(message).map_err(failed)?;
                signature.to_vec()
            }
        };
        Ok(Signed { algorithm: self.algorithm(), signature })
    }

    /// Moving the folder away is taking the card out.
    fn check_present(&mut self) -> Result<(), CardError> {
        if self.card.folder.join("auth.p12").is_file() { Ok(()) } else { Err(CardError::CardRemoved) }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let size = std::fs::metadata(path).map_err(|e| format!("{}: {e}", shown(path)))?.len();
    if size > LARGEST_FILE {
        return Err(format!("{} is too large", shown(path)));
    }
    std::fs::read(path).map_err(|e| format!("{}: {e}", shown(path)))
}
