//! Browsers that a person used: unknown at first, trusted by a Desktop return in it or by a second unreported login on
//! another day. A browser is known by its cookie and proves with a key that it is no copy of it.

use crate::{Timestamp, person::PersonId};

/// A person's browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// Whose.
    pub person: PersonId,
    /// SHA-256 of the browser cookie.
    pub cookie_hash: [u8; 32],
    /// SHA-256 of the public key that only this browser can use; `None` when it never proved one (no script, no store).
    pub key_hash: Option<[u8; 32]>,
    /// How it looks.
    pub label: String,
    /// First login in it with this key.
    pub first_at: Timestamp,
    /// Latest login in it.
    pub latest_at: Timestamp,
    /// Since when it is trusted.
    pub trusted_at: Option<Timestamp>,
    /// The person said "Dit was ik niet".
    pub reported: bool,
}

impl Browser {
    /// A browser at its first login.
    pub fn first_seen(person: PersonId, cookie_hash: [u8; 32], label: String, now: Timestamp) -> Self {
        Self {
            person,
            cookie_hash,
            key_hash: None,
            label,
            first_at: now,
            latest_at: now,
            trusted_at: None,
            reported: false,
        }
    }
    /// Whether no koppelcode is needed, by a browser that just proved to hold the key `proved`. The cookie alone, or
    /// with another key, is an unknown browser.
    pub fn is_trusted(&self, proved: Option<&[u8; 32]>) -> bool {
        self.trusted_at.is_some() && !self.reported && proved.is_some() && self.key_hash.as_ref() == proved
    }
    /// Whether a login that proved this key comes from a browser that was not seen before: another one behind the same
    /// cookie.
    pub fn is_another(&self, proved: Option<&[u8; 32]>) -> bool {
        self.key_hash.is_some() && self.key_hash.as_ref() != proved
    }
    /// One more login with a phone; on another (UTC) day than the first with the same key it earns trust.
    pub fn logged_in(&mut self, proved: Option<[u8; 32]>, now: Timestamp) {
        let earns = self.seen(proved, now);
        if earns && now.to_utc().date() != self.first_at.to_utc().date() {
            self.trusted_at = Some(now);
        }
    }
    /// A Desktop return came back in it: it stands beside the person's own card reader.
    pub fn desktop_return(&mut self, proved: Option<[u8; 32]>, now: Timestamp) {
        if self.seen(proved, now) {
            self.trusted_at = Some(now);
        }
    }
    /// Trusted no more: as if it was never seen.
    pub fn forget(&mut self, now: Timestamp) {
        self.key_hash = None;
        self.first_at = now;
        self.trusted_at = None;
    }
    /// Notes the use, and says whether it can earn trust now. Another key than before is another browser behind the same
    /// cookie (copied, or its store was emptied): trust begins anew. Without a key nothing is earned and nothing lost.
    fn seen(&mut self, proved: Option<[u8; 32]>, now: Timestamp) -> bool {
        self.latest_at = now;
        if proved.is_some() && proved != self.key_hash {
            self.key_hash = proved;
            self.first_at = now;
            self.trusted_at = None;
        }
        proved.is_some() && !self.reported && self.trusted_at.is_none()
    }
}

#[cfg(test)]
mod tests;
