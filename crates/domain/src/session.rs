//! Sessions: a browser that is logged in to the portal.

use crate::{Timestamp, identity::IdentityId, person::PersonId, uzi::UziNumber};

crate::id_type!(
    /// Names a session.
    SessionId
);

/// Seconds without activity until a session ends.
pub const IDLE_SECONDS: i64 = 15 * 60;
/// Seconds until a session ends however active.
pub const ABSOLUTE_SECONDS: i64 = 8 * 60 * 60;
/// Seconds before the idle end at which the page warns.
pub const WARNING_SECONDS: i64 = 2 * 60;

/// With what somebody logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoggedInWith {
    /// A Mobile ID.
    Phone(IdentityId),
    /// A UZI-pas; without a person it may only register or validate.
    Card(UziNumber),
}

/// A portal session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// SHA-256 of the session cookie.
    pub token_hash: [u8; 32],
    /// SHA-256 of the browser cookie.
    pub browser: [u8; 32],
    /// Who; `None` for a card whose holder is not registered.
    pub person: Option<PersonId>,
    /// With what.
    pub with: LoggedInWith,
    /// How the browser looks.
    pub browser_label: String,
    /// False while the browser is unknown: then every change is confirmed on the phone.
    pub browser_trusted: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// Last activity.
    pub seen_at: Timestamp,
    /// When it was ended by someone.
    pub ended_at: Option<Timestamp>,
}

impl Session {
    /// When it ends if nothing more happens.
    pub fn ends_at(&self) -> Timestamp {
        self.seen_at.plus_seconds(IDLE_SECONDS).min(self.created_at.plus_seconds(ABSOLUTE_SECONDS))
    }
    /// Whether it is alive.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.ends_at()
    }
}

#[cfg(test)]
mod tests;
