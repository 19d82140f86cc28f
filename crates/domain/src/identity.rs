//! Identities: one means of one person.

use crate::{Timestamp, installation::InstallationId, person::PersonId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

crate::id_type!(
    /// Names an identity.
    IdentityId
);

crate::id_type!(
    /// Names an order for a new certificate.
    CertificateOrderId
);

/// Mobile ID certificates are valid for three years.
pub const VALIDITY_DAYS: i64 = 3 * 365;

/// Days before the end of the certificate at which its person is told: at each once.
pub const TELL_END_DAYS: [u32; 3] = [60, 30, 7];

/// *pending → active ⇄ blocked → revoked | expired | replaced*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityStatus {
    /// Issued on a beheerder's QR code; works once the beheerder typed the 4 digits from the phone.
    Pending,
    /// Works.
    Active,
    /// Works nowhere until unblocked (CRL `certificateHold`).
    Blocked,
    /// Final.
    Revoked,
    /// Its time is over.
    Expired,
    /// A newer one came (CRL `superseded`).
    Replaced,
}

/// A change that is not allowed from this status.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("an identity that is {from:?} cannot become {to:?}")]
pub struct ForbiddenTransition {
    /// From.
    pub from: IdentityStatus,
    /// To.
    pub to: IdentityStatus,
}

impl IdentityStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Active, Self::Blocked, Self::Revoked, Self::Expired, Self::Replaced];
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Blocked => "blocked",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
    /// Moves on, where allowed: pending → active or a final state; active ⇄ blocked, either → a final state; final
    /// states stay.
    pub fn to(self, to: Self) -> Result<Self, ForbiddenTransition> {
        match (self, to) {
            (_, Self::Pending) | (Self::Pending, Self::Blocked) => Err(ForbiddenTransition { from: self, to }),
            (Self::Active, Self::Active) | (Self::Blocked, Self::Blocked) => {
                Err(ForbiddenTransition { from: self, to })
            }
            (Self::Pending | Self::Active | Self::Blocked, _) => Ok(to),
            _ => Err(ForbiddenTransition { from: self, to }),
        }
    }
}

/// A Mobile ID. It exists from its activation on; before that there is an enrolment request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// Whose.
    pub person: PersonId,
    /// On which installation.
    pub installation: InstallationId,
    /// Status; [`Identity::status_at`] also looks at the date.
    pub status: IdentityStatus,
    /// DER of its certificate.
    pub certificate: Vec<u8>,
    /// SHA-256 of the certificate: how a response's `x5c` finds it.
    pub certificate_sha256: [u8; 32],
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Uncompressed public key (SEC1, 65 bytes).
    pub public_key: Vec<u8>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Highest response counter seen.
    pub counter: u64,
    /// SHA-256 of the intrekkingscode (100 random bits need no slow hash).
    pub revocation_code: [u8; 32],
    /// When it was blocked, revoked or replaced.
    pub ended_at: Option<Timestamp>,
    /// When it was activated.
    pub created_at: Timestamp,
    /// Last successful use.
    pub last_used_at: Option<Timestamp>,
}

/// An order for a new certificate on the key that an identity has: its person's name was corrected. The CA reads it by
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateOrder {
    /// Its id.
    pub id: CertificateOrderId,
    /// For which identity.
    pub identity: IdentityId,
    /// Whose name it will bear.
    pub person: PersonId,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// When it was delivered, or nobody needed it any more.
    pub done_at: Option<Timestamp>,
}

impl CertificateOrder {
    /// Whether a certificate may be issued for it now.
    pub fn is_open_for(&self, identity: &Identity, now: Timestamp) -> bool {
        let own = self.identity == identity.id && self.person == identity.person;
        self.done_at.is_none() && own && identity.can_be_renewed(now)
    }
}

/// Why an identity cannot answer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum IdentityRefusal {
    /// Not active.
    #[error("the identity is {0:?}")]
    Status(IdentityStatus),
    /// The counter did not rise.
    #[error("the response counter came twice")]
    Copied,
}

impl Identity {
    /// The status at a moment: an active identity past its end is expired.
    pub fn status_at(&self, now: Timestamp) -> IdentityStatus {
        match self.status {
            IdentityStatus::Pending | IdentityStatus::Active | IdentityStatus::Blocked if now >= self.not_after => {
                IdentityStatus::Expired
            }
            status => status,
        }
    }
    /// Whether it can get a new certificate on the same key: while it works, or will again once it is unblocked.
    pub fn can_be_renewed(&self, now: Timestamp) -> bool {
        matches!(self.status_at(now), IdentityStatus::Active | IdentityStatus::Blocked)
    }
    /// Whether it may answer now with this counter.
    pub fn may_answer(&self, now: Timestamp, counter: u64) -> Result<(), IdentityRefusal> {
        match self.status_at(now) {
            // What a database cannot count as a number of its own would be a repeat the second time.
            IdentityStatus::Active if counter > self.counter && counter <= i64::MAX.unsigned_abs() => Ok(()),
            IdentityStatus::Active => Err(IdentityRefusal::Copied),
            status => Err(IdentityRefusal::Status(status)),
        }
    }
}

#[cfg(test)]
mod tests;
