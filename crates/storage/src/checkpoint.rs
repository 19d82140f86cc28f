//! Checkpoints of the log: C2SP `tlog-checkpoint` bodies in C2SP `signed-note` text.
//!
//! ```text
//! zorg-id.example/log/productie        ← origin
//! 5                                    ← leaves
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2…=   ← root, base64
//!
//! — zorg-id.example/log/productie AxCu…= ← key name, base64(key id ‖ signature)
//! ```
//!
//! The signature (Ed25519, 64 bytes) is over the body with its last newline. The key id is the first four bytes of
//! SHA-256 of what identifies the key: `name ‖ 0x0A ‖ 0x01 ‖ public key`, where 1 is `signed-note`'s type of Ed25519.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use domain::merkle::Hash;
use sha2::{Digest, Sha256};

/// The longest note that is read.
const MAX_NOTE: usize = 16 * 1024;

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
}

/// A note as it was read, its signature still to be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The bytes that were signed.
    pub body: String,
    /// Name of the key.
    pub name: String,
    /// First bytes of the key's hash.
    pub key_id: [u8; 4],
    /// The signature.
    pub signature: Vec<u8>,
}

/// The key id from what identifies the key.
pub fn key_id(identified: &[u8]) -> [u8; 4] {
    let hash = Sha256::digest(identified);
    [hash[0], hash[1], hash[2], hash[3]]
}

impl Checkpoint {
    /// The text that is signed.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(self.root))
    }
    /// The signed note; `identified` is what identifies the key, `sign` gets the bytes of the body.
    pub fn note<E>(
        &self,
        name: &str,
        identified: &[u8],
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<String, E> {
        let body = self.body();
        let mut line = key_id(identified).to_vec();
        line.extend(sign(body.as_bytes())?);
        Ok(format!("{body}\n\u{2014} {name} {}\n", BASE64.encode(line)))
    }
}

impl SignedNote {
    /// Reads a note with one signature; `None` when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_NOTE {
            return None;
        }
        let (body, signatures) = text.split_once("\n\n")?;
        let body = format!("{body}\n");
        let mut lines = body.lines();
        let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
        let size = lines.next()?;
        let number = size.parse::<u64>().ok().filter(|number| number.to_string() == size)?;
        let root = Hash::try_from(BASE64.decode(lines.next()?).ok()?).ok()?;
        let checkpoint = Checkpoint { origin, size: number, root };
        let signature = signatures.strip_suffix('\n')?;
        let (name, bytes) = signature.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let bytes = BASE64.decode(bytes).ok()?;
        let (key_id, signature) = bytes.split_first_chunk::<4>()?;
        let (name, key_id, signature) = (name.to_owned(), *key_id, signature.to_vec());
        (lines.next().is_none() && checkpoint.body() == body).then_some(Self {
            checkpoint,
            body,
            name,
            key_id,
            signature,
        })
    }
}

#[cfg(test)]
mod tests;
