//! Organisations (zorgaanbieders).

use crate::{Timestamp, Ura, UziNumber, application::VALIDATE_WITHIN_DAYS};
use serde::{Deserialize, Serialize};

crate::id_type!(
    /// Names an organisation.
    OrganisationId
);

/// *applied → approved → validated → ended*; the row exists from the approval on (before that there is an application).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrganisationStatus {
    /// An application was submitted.
    Applied,
    /// Operators approved it.
    Approved,
    /// Validated with a UZI-pas: people can register.
    Validated,
    /// Takes part no more.
    Ended,
}

/// Operators reopened the validation for one UZI number (*verweesd*).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// Whose UZI-pas may validate.
    pub uzi_number: UziNumber,
    /// When it was reopened.
    pub at: Timestamp,
}

impl Reopening {
    /// It stands as long as an approved application does.
    const SECONDS: i64 = VALIDATE_WITHIN_DAYS * 24 * 60 * 60;

    /// The first moment at which it is over.
    pub fn ends_at(&self) -> Timestamp {
        self.at.plus_seconds(Self::SECONDS)
    }
    /// Whether the pass may still validate.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.ends_at()
    }
    /// What was reopened after this moment is open now; for the store.
    pub fn open_since(now: Timestamp) -> Timestamp {
        now.plus_seconds(-Self::SECONDS)
    }
}

/// A zorgaanbieder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name, as operators checked it.
    pub name: String,
    /// Its URA.
    pub ura: Ura,
    /// Whom colleagues ask; shown wherever we say "vraag uw beheerder".
    pub contact: Option<String>,
    /// Where it stands.
    pub status: OrganisationStatus,
    /// For which UZI number operators reopened the validation, also when that is over ([`Self::open_for`]).
    pub reopened_for: Option<Reopening>,
    /// When it came to be.
    pub created_at: Timestamp,
}

impl Organisation {
    /// The UZI number whose pass may validate again now, because operators reopened it.
    pub fn open_for(&self, now: Timestamp) -> Option<&UziNumber> {
        self.reopened_for.as_ref().filter(|reopened| reopened.is_open(now)).map(|reopened| &reopened.uzi_number)
    }
}

impl OrganisationStatus {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Approved => "approved",
            Self::Validated => "validated",
            Self::Ended => "ended",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Applied, Self::Approved, Self::Validated, Self::Ended].into_iter().find(|s| s.as_str() == text)
    }
    /// Whether people can register here.
    pub fn takes_registrations(self) -> bool {
        self == Self::Validated
    }
}

#[cfg(test)]
mod tests;
