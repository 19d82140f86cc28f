//! The log: a closed list of events (NEN 7513), one entry per change, security refusals too.

use crate::{
    Timestamp, identity::IdentityId, organisation::OrganisationId, person::PersonId, request::RequestId,
    session::SessionId,
};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

crate::id_type!(
    /// Names a log entry.
    EntryId
);

macro_rules! events {
    ($( $(#[doc = $doc:literal])+ $name:ident = $code:literal; )+) => {
        /// Everything that is logged.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Event { $( $(#[doc = $doc])+ #[serde(rename = $code)] $name, )+ }
        impl Event {
            /// The whole list.
            pub const ALL: &'static [Event] = &[ $( Event::$name, )+ ];
            /// The event's name, for example `session.opened`.
            pub fn as_str(self) -> &'static str { match self { $( Self::$name => $code, )+ } }
            /// Reads the name.
            pub fn parse(text: &str) -> Option<Self> { Self::ALL.iter().copied().find(|e| e.as_str() == text) }
        }
    };
}

events! {
    /// An application was submitted.
    ApplicationSubmitted = "application.submitted";
    /// An operator took an application in hand.
    ApplicationHandled = "application.handled";
    /// An application was approved.
    ApplicationApproved = "application.approved";
    /// An application was rejected.
    ApplicationRejected = "application.rejected";
    /// An application was withdrawn.
    ApplicationWithdrawn = "application.withdrawn";
    /// An application was not validated in time.
    ApplicationExpired = "application.expired";
    /// An organisation was added.
    OrganisationAdded = "organisation.added";
    /// An organisation was validated with a UZI-pas.
    OrganisationValidated = "organisation.validated";
    /// An organisation got another name or contact.
    OrganisationChanged = "organisation.changed";
    /// An organisation takes part no more.
    OrganisationEnded = "organisation.ended";
    /// The validation was reopened for a UZI number.
    OrganisationReopened = "organisation.reopened";
    /// An organisation has no usable administrator.
    OrganisationOrphaned = "organisation.orphaned";
    /// A person was registered.
    PersonRegistered = "person.registered";
    /// Colleagues were prepared from a file.
    PersonPrepared = "person.prepared";
    /// A pre-registration was removed.
    PersonUnprepared = "person.unprepared";
    /// A person's own or work details changed.
    PersonChanged = "person.changed";
    /// A person's names or birth data were corrected.
    PersonCorrected = "person.corrected";
    /// A registration that was never activated was removed.
    PersonRemoved = "person.removed";
    /// Two registrations turned out to be one person.
    PersonMerged = "person.merged";
    /// They did not, after all.
    PersonUnmerged = "person.unmerged";
    /// People were exported.
    PersonExported = "person.exported";
    /// Somebody downloaded their own data.
    PersonDownloaded = "person.downloaded";
    /// A person was identified face to face.
    ProofingFaceToFace = "proofing.face-to-face";
    /// A membership ended.
    MembershipEnded = "membership.ended";
    /// A membership got or lost its end date.
    MembershipEndDate = "membership.end-date";
    /// Toegang geblokkeerd.
    MembershipBlocked = "membership.blocked";
    /// Toegang gedeblokkeerd.
    MembershipUnblocked = "membership.unblocked";
    /// Card attributes ended.
    MembershipAttributesEnded = "membership.attributes-ended";
    /// A role was taken.
    RoleTaken = "role.taken";
    /// Somebody became operator.
    OperatorGiven = "role.operator-given";
    /// Somebody is operator no more.
    OperatorTaken = "role.operator-taken";
    /// Somebody became auditor of the environment.
    AuditorGiven = "role.auditor-given";
    /// Somebody is auditor of the environment no more.
    AuditorTaken = "role.auditor-taken";
    /// An identity was issued and waits for the digits from the phone.
    IdentityPending = "identity.pending";
    /// An identity was unblocked.
    IdentityUnblocked = "identity.unblocked";
    /// A QR code to activate an identity was made.
    IdentityQr = "identity.qr";
    /// A change was proposed and waits for its confirmation or for a second operator.
    RequestProposed = "request.proposed";
    /// A care application was registered or changed.
    ClientSaved = "client.saved";
    /// A care application takes part no more.
    ClientEnded = "client.ended";
    /// A mail was written.
    MailQueued = "mail.queued";
    /// A mail was taken by the mail server.
    MailSent = "mail.sent";
    /// A mail was given up.
    MailFailed = "mail.failed";
    /// A notice was shown on every page, or taken away.
    NoticeChanged = "organisation.notice";
    /// A person's known-person question was answered with no, or several matched.
    PersonConflict = "person.conflict";
    /// Data of people whose registration was not finished, or whose requests are long over, were deleted.
    PersonDataPurged = "person.data-purged";
    /// A person was identified with a UZI-pas.
    ProofingCard = "proofing.card";
    /// A proofing was refused (unknown URA, wrong card type, revoked card …).
    ProofingRefused = "proofing.refused";
    /// A membership came to be.
    MembershipAdded = "membership.added";
    /// Card attributes were attached.
    MembershipAttributes = "membership.attributes";
    /// A membership waits until somebody there confirms the person's new identity.
    MembershipReconfirm = "membership.reconfirm";
    /// A membership that waited was confirmed.
    MembershipConfirmed = "membership.confirmed";
    /// A role was given.
    RoleGiven = "role.given";
    /// An identity was activated.
    IdentityActivated = "identity.activated";
    /// The answer to an activation was lost and given again, with a new intrekkingscode.
    IdentityAnswerRepeated = "identity.answer-repeated";
    /// An identity was replaced by a newer one.
    IdentityReplaced = "identity.replaced";
    /// An identity got a new certificate on the same key.
    IdentityReissued = "identity.reissued";
    /// An identity was blocked.
    IdentityBlocked = "identity.blocked";
    /// An identity was revoked.
    IdentityRevoked = "identity.revoked";
    /// The PIN's tries ran out.
    IdentityPinBlocked = "identity.pin-blocked";
    /// A request was made.
    RequestCreated = "request.created";
    /// A request was opened.
    RequestOpened = "request.opened";
    /// A request was accepted.
    RequestAccepted = "request.accepted";
    /// A request was declined.
    RequestDeclined = "request.declined";
    /// An answer to a request was refused.
    RequestRefused = "request.refused";
    /// A request was cancelled or replaced.
    RequestCancelled = "request.cancelled";
    /// A session was opened.
    SessionOpened = "session.opened";
    /// A session was ended.
    SessionEnded = "session.ended";
    /// A card was used.
    CardUsed = "card.used";
    /// A card was refused.
    CardRefused = "card.refused";
    /// The log was read.
    LogRead = "log.read";
}

/// How it ended (NEN 7513 `EventOutcomeIndicator`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Done.
    Success,
    /// Refused.
    Refused,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Actor {
    /// A person, with the means they used.
    Person {
        /// Who.
        person: PersonId,
        /// The identity, when a phone was used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<IdentityId>,
    },
    /// The holder of a UZI-pas who is not (yet) registered.
    Card {
        /// UZI number.
        uzi_number: String,
    },
    /// Somebody not known yet.
    Anonymous,
    /// The system itself or its console.
    System,
}

/// One entry. Never a secret, PIN, nonce, birth date or document number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Random id.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
    /// How it ended.
    pub outcome: Outcome,
    /// Who.
    pub actor: Actor,
    /// On whose behalf, when someone else is responsible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// In which organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// About which person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// About which identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityId>,
    /// About which request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// About which session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Reason or problem code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What exactly, in a technical word: a role, a kind of document, a count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Network address it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Eight characters shown with every error.
    pub reference: String,
}

/// What the leaf of an entry hashes: the salt, then the entry's stored JSON, byte for byte.
pub fn leaf_data(salt: &[u8; 16], content: &str) -> Vec<u8> {
    [salt, content.as_bytes()].concat()
}

/// The MAC of a node over a new entry: HMAC-SHA-256 over salt and content. It shows which entries the program wrote
/// itself, also while they are not sealed.
pub fn mac(node_key: &[u8; 32], salt: &[u8; 16], content: &str) -> [u8; 32] {
    keyed(node_key, salt, content).finalize().into_bytes().into()
}

/// Whether a MAC is by this node; in constant time.
pub fn mac_is_right(node_key: &[u8; 32], salt: &[u8; 16], content: &str, mac: &[u8]) -> bool {
    keyed(node_key, salt, content).verify_slice(mac).is_ok()
}

fn keyed(node_key: &[u8; 32], salt: &[u8; 16], content: &str) -> Hmac<Sha256> {
    // A key of one block or less is used as it is (RFC 2104): padded here, so that nothing can fail.
    let mut block = [0; 64];
    block[..32].copy_from_slice(node_key);
    Hmac::<Sha256>::new(&block.into()).chain_update(salt).chain_update(content)
}

mod group;
pub use group::EventGroup;

#[cfg(test)]
mod tests;
