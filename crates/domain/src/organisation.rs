//! Organisations (zorgaanbieders).

use crate::{Timestamp, Ura, UziNumber};
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
    /// The UZI number that operators reopened the validation for (*verweesd*).
    pub reopened_for: Option<UziNumber>,
    /// When it came to be.
    pub created_at: Timestamp,
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
