//! The key of the log's checkpoints (C2SP `tlog-checkpoint`, Ed25519 `signed-note`): signing while serving, checking in
//! `zorgid log verify`.

use crate::{data::DataDir, failure::Failure};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use domain::merkle::Hash;
use pki::{keys::CheckpointKey, setup};
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

/// Signs checkpoints.
pub struct LogKey {
    key: CheckpointKey,
    origin: String,
}

impl LogKey {
    /// The key of a data folder.
    pub fn open(data: &DataDir, server_id: &str) -> Result<Self, Failure> {
        let key = setup::open_checkpoint(&data.ca(), &crate::ca::credential(data)?)
            .map_err(|error| Failure::usage("the key of the log cannot be used", error))?;
        Ok(Self { key, origin: origin(server_id) })
    }
}

impl Sealer for LogKey {
    fn sign_checkpoint(&self, size: u64, root: &Hash) -> Result<String, String> {
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root: *root };
        let identified = identified(&self.origin, &self.key.public_key());
        checkpoint.note(&self.origin, &identified, |body| Ok::<_, String>(self.key.sign(body)))
    }
}
