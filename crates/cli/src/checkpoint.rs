//! The key of the log's checkpoints (C2SP `tlog-checkpoint`, Ed25519 `signed-note`): signing while serving, checking in
//! `zorgid log verify`.

use crate::{data::DataDir, failure::Failure};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use domain::merkle::Hash;
use pki::{keys::CheckpointKey, setup};
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};
use storage::{
    Sealer,
    checkpoint::{Checkpoint, SignedNote, key_id},
};

/// The origin line of a server's log, also the name of its key.
pub fn origin(server_id: &str) -> String {
    format!("zorg-id/{server_id}/log")
}

/// What the key id of an Ed25519 key is made from: name, newline, type 1, key.
fn identified(origin: &str, public_key: &[u8]) -> Vec<u8> {
    [origin.as_bytes(), b"\n\x01", public_key].concat()
}

/// Whether a note carries this log's signature.
pub fn is_signed(note: &SignedNote, origin: &str, public_key: &[u8]) -> bool {
    note.name == origin
        && note.key_id == key_id(&identified(origin, public_key))
        && UnparsedPublicKey::new(&ED25519, public_key).verify(note.body.as_bytes(), &note.signature).is_ok()
}

/// Signs checkpoints, and keeps the latest outside the database: whoever can write there only, cannot have a log that
/// was cut or exchanged sealed anew.
pub struct LogKey {
    key: CheckpointKey,
    origin: String,
    kept: PathBuf,
    latest: Mutex<Option<Checkpoint>>,
}

/// Where the latest checkpoint of a data folder is kept.
pub fn kept_in(data: &DataDir) -> PathBuf {
    data.root().join("log-checkpoint")
}

impl LogKey {
    /// The key of a data folder.
    pub fn open(data: &DataDir, server_id: &str) -> Result<Self, Failure> {
        let key = setup::open_checkpoint(&data.ca(), &crate::ca::credential(data)?)
            .map_err(|error| Failure::usage("the key of the log cannot be used", error))?;
        Ok(Self::new(key, origin(server_id), kept_in(data)))
    }

    fn new(key: CheckpointKey, origin: String, kept: PathBuf) -> Self {
        let note = std::fs::read_to_string(&kept).ok().and_then(|text| SignedNote::parse(&text));
        let ours = note.filter(|note| is_signed(note, &origin, &key.public_key()));
        Self { key, origin, kept, latest: Mutex::new(ours.map(|note| note.checkpoint)) }
    }

    fn keep(&self, note: &str) -> std::io::Result<()> {
        let beside = self.kept.with_extension("new");
        std::fs::write(&beside, note)?;
        std::fs::rename(&beside, &self.kept)
    }
}

impl Sealer for LogKey {
    fn sign_checkpoint(&self, size: u64, root: &Hash) -> Result<String, String> {
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root: *root };
        let identified = identified(&self.origin, &self.key.public_key());
        checkpoint.note(&self.origin, &identified, |body| Ok::<_, String>(self.key.sign(body)))
    }

    /// A longer tree may have been sealed by another node; that it begins with ours is for `zorgid log verify`.
    fn may_grow(&self, size: u64, root: &Hash) -> Result<(), String> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match latest.as_ref() {
            Some(latest) if size < latest.size || (size == latest.size && *root != latest.root) => Err(format!(
                "the log ({size} entries) is not the one that was sealed before ({} entries); when this was meant, \
                 remove {}",
                latest.size,
                self.kept.display()
            )),
            _ => Ok(()),
        }
    }

    fn sealed(&self, note: &str) {
        let checkpoint = SignedNote::parse(note).map(|note| note.checkpoint);
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = checkpoint;
        if let Err(error) = self.keep(note) {
            tracing::error!(%error, file = %self.kept.display(), "the log's latest checkpoint could not be kept");
        }
    }
}

#[cfg(test)]
mod tests;
