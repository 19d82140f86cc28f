//! Sessions: a browser that is logged in to the portal.

use crate::{Timestamp, identity::IdentityId, person::PersonId, times::Times, uzi::UziNumber};

crate::id_type!(
    /// Names a session.
    SessionId
);

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

/// The UZI-pas that opened a session: when its certificate ends or is revoked, so does the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCard {
    /// DER of the certificate.
    pub certificate: Vec<u8>,
    /// DER of the CA that issued it; `None` when the check did not tell.
    pub issuer: Option<Vec<u8>>,
    /// Serial number, hex.
    pub serial: String,
    /// End of the certificate.
    pub valid_until: Timestamp,
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
    /// The UZI-pas; none with a phone (and in sessions that are older than this field).
    pub card: Option<SessionCard>,
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
    pub fn ends_at(&self, times: &Times) -> Timestamp {
        let end =
            self.seen_at.plus_seconds(times.session_idle).min(self.created_at.plus_seconds(times.session_absolute));
        self.card.as_ref().map_or(end, |card| end.min(card.valid_until))
    }
    /// Whether it is alive.
    pub fn is_alive(&self, times: &Times, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.ends_at(times)
    }
}

#[cfg(test)]
mod tests;
