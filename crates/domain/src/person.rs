//! People, how they were identified, and where they work.

use crate::{
    BirthDate, EmailAddress, PersonName, Timestamp, UziNumber, document::DocumentKind, organisation::OrganisationId,
    uzi::RoleCode,
};
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
    /// Birthplace as in the WID; empty when nobody asked (registered with a card).
    pub birthplace: String,
    /// E-mail address; mails go there once it is confirmed.
    pub email: Option<EmailAddress>,
    /// When the address was confirmed by the person.
    pub email_confirmed_at: Option<Timestamp>,
    /// The person that this one turned out to be (duplicates merged); then only the other one is used.
    pub merged_into: Option<PersonId>,
    /// When the person was registered.
    pub created_at: Timestamp,
}

impl Person {
    /// A new person of whom only this is known.
    pub fn new(
        id: PersonId,
        number: String,
        name: PersonName,
        birth_date: BirthDate,
        birth_date_self_declared: bool,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            number,
            name,
            birth_date,
            birth_date_self_declared,
            birthplace: String::new(),
            email: None,
            email_confirmed_at: None,
            merged_into: None,
            created_at,
        }
    }
    /// Where mails to this person go.
    pub fn mail_address(&self) -> Option<&EmailAddress> {
        self.email.as_ref().filter(|_| self.email_confirmed_at.is_some())
    }
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
    /// Department, free text.
    pub department: String,
    /// Personnel number, free text.
    pub personnel_number: String,
    /// When it ends by itself (the first moment that it is over).
    pub ends_at: Option<Timestamp>,
    /// Since when access is blocked.
    pub blocked_at: Option<Timestamp>,
    /// Since when.
    pub created_at: Timestamp,
}

impl Membership {
    /// A new, active membership with these roles.
    pub fn new(
        id: MembershipId,
        person: PersonId,
        organisation: OrganisationId,
        roles: Vec<Role>,
        attributes: Option<CardAttributes>,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            person,
            organisation,
            roles,
            status: MembershipStatus::Active,
            attributes,
            department: String::new(),
            personnel_number: String::new(),
            ends_at: None,
            blocked_at: None,
            created_at,
        }
    }
    /// The status at a moment: past its end date a membership is over, also before the job says so.
    pub fn status_at(&self, now: Timestamp) -> MembershipStatus {
        if self.ends_at.is_some_and(|end| now >= end) { MembershipStatus::Ended } else { self.status }
    }
    /// What a UZI-pas says about the person here now: past the end of its certificate nothing, also before the hourly job.
    pub fn attributes_at(&self, now: Timestamp) -> Option<&CardAttributes> {
        self.attributes.as_ref().filter(|attributes| now < attributes.valid_until)
    }
    /// Whether it opens anything now.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.status_at(now) == MembershipStatus::Active
    }
    /// Whether it gives this role (whatever its status).
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
    /// Gives a role; false when it was there.
    pub fn give(&mut self, role: Role) -> bool {
        if self.has(role) {
            return false;
        }
        self.roles.push(role);
        self.roles.sort_unstable();
        true
    }
    /// Takes a role; false when it was not there.
    pub fn take(&mut self, role: Role) -> bool {
        let before = self.roles.len();
        self.roles.retain(|held| *held != role);
        self.roles.len() != before
    }
    /// Toegang blokkeren; only what opens something can be blocked. False when it cannot.
    pub fn block(&mut self, now: Timestamp) -> bool {
        let possible = self.status_at(now) == MembershipStatus::Active;
        if possible {
            self.status = MembershipStatus::Blocked;
            self.blocked_at = Some(now);
        }
        possible
    }
    /// Toegang deblokkeren. `identity_since` is when the present ID was made: a newer one than the block was never
    /// accepted here and waits to be confirmed. False when it cannot.
    pub fn unblock(&mut self, identity_since: Option<Timestamp>, now: Timestamp) -> bool {
        if self.status_at(now) != MembershipStatus::Blocked {
            return false;
        }
        let newer = matches!((identity_since, self.blocked_at), (Some(made), Some(blocked)) if made > blocked);
        self.status = if newer { MembershipStatus::Reconfirm } else { MembershipStatus::Active };
        self.blocked_at = None;
        true
    }
    /// Ontkoppelen: over, with no role but Signer left, so that a later link gives no old power back.
    pub fn unlink(&mut self) {
        self.status = MembershipStatus::Ended;
        self.roles = vec![Role::Signer];
        self.attributes = None;
        self.blocked_at = None;
    }
    /// Works here again after an end: as Signer.
    pub fn link_again(&mut self) {
        self.status = MembershipStatus::Active;
        self.roles = vec![Role::Signer];
        self.ends_at = None;
        self.blocked_at = None;
    }
    /// Whether the only role is Signer: a Manager may act on this person.
    pub fn is_only_signer(&self) -> bool {
        self.roles.iter().all(|role| *role == Role::Signer)
    }
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

/// Why somebody's identity document was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProofingPurpose {
    /// A new person.
    Register,
    /// Somebody known elsewhere, linked with the ID they have.
    Link,
    /// A new QR code.
    Reissue,
    /// A blocked ID works again.
    Unblock,
    /// A membership *te herbevestigen*.
    Reconfirm,
}

impl ProofingPurpose {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Link => "link",
            Self::Reissue => "reissue",
            Self::Unblock => "unblock",
            Self::Reconfirm => "reconfirm",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Register, Self::Link, Self::Reissue, Self::Unblock, Self::Reconfirm]
            .into_iter()
            .find(|p| p.as_str() == text)
    }
}

/// The identity document that was shown, as it is kept: no copy, no photo, the number encrypted under the server key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownDocument {
    /// Which kind.
    pub kind: DocumentKind,
    /// The number, sealed by the portal's keys, base64url; empty after retention.
    pub number_sealed: String,
    /// Last day that the document is valid, `jjjj-mm-dd`.
    pub expires_on: String,
}

/// A face-to-face WID check (SYSTEM.md §3 *Proofing*).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceToFaceProofing {
    /// Who was identified.
    pub person: PersonId,
    /// For which organisation; `None` for operators.
    pub organisation: Option<OrganisationId>,
    /// With what.
    pub document: ShownDocument,
    /// What for.
    pub purpose: ProofingPurpose,
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// A role that somebody had in an organisation for a while: the report *wie had welke rol op datum X*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePeriod {
    /// Which membership.
    pub membership: MembershipId,
    /// Whose.
    pub person: PersonId,
    /// Where.
    pub organisation: OrganisationId,
    /// Which role.
    pub role: Role,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// Card attributes that a membership carried for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributePeriod {
    /// Which membership.
    pub membership: MembershipId,
    /// What the card said.
    pub attributes: CardAttributes,
    /// From when.
    pub from: Timestamp,
    /// Until when they counted: replaced, or the certificate ended or was revoked.
    pub until: Option<Timestamp>,
}

/// How a person was identified with a UZI-pas (SYSTEM.md §3 *Proofing*).
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
