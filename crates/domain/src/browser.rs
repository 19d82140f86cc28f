//! Browsers that a person used: unknown at first, trusted by a Desktop return in it or by a second unreported login on
//! another day.

use crate::{Timestamp, person::PersonId};

/// A person's browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// Whose.
    pub person: PersonId,
    /// SHA-256 of the browser cookie.
    pub cookie_hash: [u8; 32],
    /// How it looks.
    pub label: String,
    /// First login in it.
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
        Self { person, cookie_hash, label, first_at: now, latest_at: now, trusted_at: None, reported: false }
    }
    /// Whether no koppelcode is needed.
    pub fn is_trusted(&self) -> bool {
        self.trusted_at.is_some() && !self.reported
    }
    /// One more login with a phone; on another (UTC) day than the first it earns trust.
    pub fn logged_in(&mut self, now: Timestamp) {
        self.latest_at = now;
        let other_day = now.to_utc().date() != self.first_at.to_utc().date();
        if other_day && !self.reported && self.trusted_at.is_none() {
            self.trusted_at = Some(now);
        }
    }
    /// A Desktop return came back in it: it stands beside the person's own card reader.
    pub fn desktop_return(&mut self, now: Timestamp) {
        if !self.reported && self.trusted_at.is_none() {
            self.trusted_at = Some(now);
        }
    }
}

#[cfg(test)]
mod tests;
