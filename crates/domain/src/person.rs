//! People, how they were identified, and where they work.

use crate::{BirthDate, PersonName, Timestamp, UziNumber, organisation::OrganisationId, uzi::RoleCode};
use serde::{Deserialize, Serialize};

crate::id_type!(
    /// Names a person.
    PersonId
);
crate::id_type!(
    /// Names a membership.
    MembershipId
);

/// One person, never one per organisation. No BSN, ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The person's id.
    pub id: PersonId,
    /// The number after the colon in the certificate's common name: 9 digits, the first not 0.
    pub number: String,
    /// Names.
    pub name: PersonName,
    /// Birth date, and whether the person typed it (*zelf opgegeven*) or it was read from a WID.
    pub birth_date: BirthDate,
    /// True until somebody compared it with a WID.
    pub birth_date_self_declared: bool,
    /// When the person was registered.
    pub created_at: Timestamp,
}

/// A person number from 4 random bytes.
pub fn person_number(random: [u8; 4]) -> String {
    (100_000_000 + u32::from_be_bytes(random) % 900_000_000).to_string()
}

/// What someone may do in one organisation (SYSTEM.md §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Zorgmedewerker.
    Signer,
    /// Helpdesk.
    Helpdesk,
    /// Beheerder.
    Manager,
    /// Administrator.
    Administrator,
    /// Auditor.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [Self::Signer, Self::Helpdesk, Self::Manager, Self::Administrator, Self::Auditor];
    /// The technical name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signer => "Signer",
            Self::Helpdesk => "Helpdesk",
            Self::Manager => "Manager",
            Self::Administrator => "Administrator",
            Self::Auditor => "Auditor",
        }
    }
    /// Reads the technical name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
}

/// *active, blocked, te herbevestigen, ended*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MembershipStatus {
    /// Opens what its roles allow.
    Active,
    /// Toegang geblokkeerd by the organisation.
    Blocked,
    /// A new identity waits for confirmation.
    Reconfirm,
    /// Over.
    Ended,
}

impl MembershipStatus {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Blocked => "blocked",
            Self::Reconfirm => "reconfirm",
            Self::Ended => "ended",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Blocked, Self::Reconfirm, Self::Ended].into_iter().find(|s| s.as_str() == text)
    }
}

/// Person ↔ organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Its id.
    pub id: MembershipId,
    /// Who.
    pub person: PersonId,
    /// Where.
    pub organisation: OrganisationId,
    /// As what; sorted, without repeats.
    pub roles: Vec<Role>,
    /// Where it stands.
    pub status: MembershipStatus,
    /// What a UZI-pas said about the person here.
    pub attributes: Option<CardAttributes>,
    /// Since when.
    pub created_at: Timestamp,
}

/// Attributes read from a UZI-pas; they end with the certificate they came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardAttributes {
    /// UZI-nummer.
    pub uzi_number: UziNumber,
    /// Role code; `00.000` on an N pass.
    pub role_code: RoleCode,
    /// SHA-256 of the certificate, hex.
    pub certificate_sha256: String,
    /// Serial number of the certificate, hex: what its CRL lists.
    pub certificate_serial: String,
    /// End of the certificate.
    pub valid_until: Timestamp,
}

/// How a person was identified (SYSTEM.md §3 *Proofing*). Face to face comes with the beheerder's registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardProofing {
    /// The person.
    pub person: PersonId,
    /// The organisation of the card.
    pub organisation: OrganisationId,
    /// DER of the certificate.
    pub certificate: Vec<u8>,
    /// What the chain and CRL check relied on, as JSON (`pki::Evidence`).
    pub evidence: String,
    /// The confirmation that the card signed, compact JWS.
    pub confirmation: String,
    /// Version of the terms that were accepted.
    pub terms_version: String,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests;
