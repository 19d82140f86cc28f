//! An installation: one Mobile App on one phone, known to the server by its own key and its OPAQUE record.

use crate::{Timestamp, pin::PinCounter};

crate::id_type!(
    /// Names an installation; its bytes are OPAQUE's credential identifier.
    InstallationId
);
crate::id_type!(
    /// Names a PIN login; once finished, an unlock.
    UnlockId
);

/// A response needs an unlock at most this old, in seconds.
pub const UNLOCK_SECONDS: i64 = 15 * 60;

/// What the server keeps of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Its id.
    pub id: InstallationId,
    /// SubjectPublicKeyInfo of its own P-256 key, DER.
    pub key: Vec<u8>,
    /// OPAQUE registration record; `None` until the PIN was set.
    pub opaque_record: Option<Vec<u8>>,
    /// SHA-256 of the nonce that finishes the registration.
    pub register_nonce: Option<[u8; 32]>,
    /// Wrong tries.
    pub pin: PinCounter,
    /// When it came to be.
    pub created_at: Timestamp,
}

/// A PIN login: started (the try is reserved) and, once finished, an unlock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlock {
    /// Its id.
    pub id: UnlockId,
    /// Whose.
    pub installation: InstallationId,
    /// Serialised OPAQUE server state while started (sealed by the server's key).
    pub login_state: Option<Vec<u8>>,
    /// MAC key once finished (sealed by the server's key).
    pub mac_key: Option<Vec<u8>>,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
}

impl Unlock {
    /// Whether a response may refer to it now.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.finished_at.is_some_and(|at| now < at.plus_seconds(UNLOCK_SECONDS))
    }
}

#[cfg(test)]
mod tests;
