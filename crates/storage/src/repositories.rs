//! The repositories, one per aggregate. Inside a change, what is loaded is locked until the commit.

use crate::StoreError;
use async_trait::async_trait;
use domain::{
    BirthDate, Timestamp, Ura, UziNumber,
    browser::Browser,
    identity::{CertificateOrder, CertificateOrderId, Identity, IdentityId},
    installation::{Installation, InstallationId, Unlock, UnlockId},
    log::LogEntry,
    merkle::Hash,
    organisation::{Organisation, OrganisationId},
    person::{
        AttributePeriod, CardProofing, FaceToFaceProofing, Membership, MembershipId, Person, PersonId, RolePeriod,
    },
    pin::{PinCounter, PinRefusal},
    registration::{Registration, RegistrationId},
    request::{Request, RequestId},
    retention::Disposable,
    session::{Session, SessionId},
    validation::{Validation, ValidationId},
};

type Result<T> = std::result::Result<T, StoreError>;

mod directory;
mod portal;

pub use directory::*;
pub use portal::*;

/// Organisations.
#[async_trait]
pub trait Organisations {
    /// By id.
    async fn organisation(&mut self, id: OrganisationId) -> Result<Option<Organisation>>;
    /// By id, locked until the commit: who changes one reads it with this, so that of two changes at once the second one
    /// sees the first. (Everybody of an organisation reads its row; they must not wait for each other.)
    async fn organisation_to_change(&mut self, id: OrganisationId) -> Result<Option<Organisation>>;
    /// By URA.
    async fn organisation_by_ura(&mut self, ura: &Ura) -> Result<Option<Organisation>>;
    /// The one that takes part and whose validation operators reopened for this UZI number, while that stands.
    async fn organisation_reopened_for(&mut self, number: &UziNumber, now: Timestamp) -> Result<Option<Organisation>>;
    /// All, by name.
    async fn organisations(&mut self) -> Result<Vec<Organisation>>;
    /// Adds one; [`StoreError::Duplicate`] when the URA exists.
    async fn insert_organisation(&mut self, organisation: &Organisation) -> Result<()>;
    /// Changes name, URA, contact, status, reopened_for.
    async fn update_organisation(&mut self, organisation: &Organisation) -> Result<()>;
    /// A page of those whose name (infix, folded) or URA (prefix) holds `text`, by name.
    async fn search_organisations(&mut self, text: &str, window: Window) -> Result<Page<Organisation>>;
}

/// People with their memberships and proofings.
#[async_trait]
pub trait People {
    /// From here to the commit nobody else is in a change that names the same text. For rows that are not there yet and
    /// so cannot be locked: whether somebody is new must still hold when that person is added.
    async fn alone(&mut self, about: &str) -> Result<()>;
    /// By id.
    async fn person(&mut self, id: PersonId) -> Result<Option<Person>>;
    /// People with a membership that carries this UZI number (in any organisation).
    async fn people_by_uzi_number(&mut self, number: &UziNumber) -> Result<Vec<Person>>;
    /// People of an organisation (any membership status but ended) with this birth date.
    async fn people_by_birth_date(&mut self, organisation: OrganisationId, date: BirthDate) -> Result<Vec<Person>>;
    /// By person number.
    async fn person_by_number(&mut self, number: &str) -> Result<Option<Person>>;
    /// Adds one; [`StoreError::Duplicate`] when the person number is taken.
    async fn insert_person(&mut self, person: &Person) -> Result<()>;
    /// Changes everything but id, number and created_at.
    async fn update_person(&mut self, person: &Person) -> Result<()>;
    /// Deletes somebody who was never activated and works nowhere (the log keeps the id).
    async fn delete_person(&mut self, person: PersonId) -> Result<()>;
    /// One membership.
    async fn membership(&mut self, id: MembershipId) -> Result<Option<Membership>>;
    /// The organisation of a membership, which never changes: without a lock.
    async fn organisation_of(&mut self, id: MembershipId) -> Result<Option<OrganisationId>>;
    /// Memberships of an organisation that give this role, whatever their status but ended.
    async fn memberships_with_role(
        &mut self,
        organisation: OrganisationId,
        role: domain::person::Role,
    ) -> Result<Vec<Membership>>;
    /// Memberships whose end date passed and that are not ended yet, at most `limit`.
    async fn memberships_to_end(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Membership>>;
    /// Memberships with card attributes, after this id, at most `limit`: the hourly look at their certificates.
    async fn memberships_with_attributes(&mut self, after: Option<MembershipId>, limit: u32)
    -> Result<Vec<Membership>>;
    /// Every membership of an organisation that is not ended, after this id, at most `limit`: ending an organisation.
    async fn memberships_in(
        &mut self,
        organisation: OrganisationId,
        after: Option<MembershipId>,
        limit: u32,
    ) -> Result<Vec<Membership>>;
    /// A page of an organisation's people (see [`PeopleQuery`]).
    async fn people(&mut self, query: &PeopleQuery) -> Result<Page<PersonRow>>;
    /// People over all organisations, for operators: name (infix, folded), person number or UZI number.
    async fn search_people(&mut self, text: &str, window: Window) -> Result<Page<Person>>;
    /// Adds a role period.
    async fn insert_role_period(&mut self, period: &RolePeriod) -> Result<()>;
    /// Ends the open period of this role of this membership.
    async fn end_role_period(
        &mut self,
        membership: MembershipId,
        role: domain::person::Role,
        until: Timestamp,
    ) -> Result<()>;
    /// Who had which role in an organisation at a moment, by name.
    async fn roles_at(
        &mut self,
        organisation: OrganisationId,
        at: Timestamp,
        window: Window,
    ) -> Result<Page<(RolePeriod, Person)>>;
    /// How these people are called; who is not there any more is left out.
    async fn named(&mut self, people: &[PersonId], organisation: Option<OrganisationId>) -> Result<Vec<NamedPerson>>;
    /// Every role that these people have or had, in one organisation or in all.
    async fn role_periods(
        &mut self,
        people: &[PersonId],
        organisation: Option<OrganisationId>,
    ) -> Result<Vec<RolePeriod>>;
    /// Adds an attribute period.
    async fn insert_attribute_period(&mut self, period: &AttributePeriod) -> Result<()>;
    /// Ends the open attribute period of a membership.
    async fn end_attribute_period(&mut self, membership: MembershipId, until: Timestamp) -> Result<()>;
    /// The attribute history of a membership, newest first.
    async fn attribute_periods(&mut self, membership: MembershipId) -> Result<Vec<AttributePeriod>>;
    /// Records a face-to-face check.
    async fn insert_face_to_face(&mut self, proofing: &FaceToFaceProofing) -> Result<()>;
    /// Retention: takes the document numbers away of people whose last membership ended before this moment and who are no
    /// operators since then, at most `limit`; what kind it was, by whom and when it was looked at stays. Tells how many.
    async fn forget_document_numbers(&mut self, before: Timestamp, limit: u32) -> Result<u64>;
    /// Face-to-face checks of a person, newest first.
    async fn face_to_face_of(&mut self, person: PersonId) -> Result<Vec<FaceToFaceProofing>>;
    /// How often and until when the person was identified with a card: the moments, newest first.
    async fn card_proofings_of(&mut self, person: PersonId) -> Result<Vec<CardProofing>>;
    /// Memberships of a person.
    async fn memberships_of(&mut self, person: PersonId) -> Result<Vec<Membership>>;
    /// Adds one; at most one per person and organisation.
    async fn insert_membership(&mut self, membership: &Membership) -> Result<()>;
    /// Changes one.
    async fn update_membership(&mut self, membership: &Membership) -> Result<()>;
    /// Records how somebody was identified.
    async fn insert_card_proofing(&mut self, proofing: &CardProofing) -> Result<()>;
}

/// A revoked or held certificate, for CRL and OCSP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Blocked, revoked or replaced.
    pub status: domain::identity::IdentityStatus,
    /// Since when.
    pub at: Timestamp,
}

/// Identities.
#[async_trait]
pub trait Identities {
    /// By id.
    async fn identity(&mut self, id: IdentityId) -> Result<Option<Identity>>;
    /// By the SHA-256 of its certificate, or of one that it had before a correction.
    async fn identity_by_certificate(&mut self, sha256: &[u8; 32]) -> Result<Option<Identity>>;
    /// By the serial number of its present certificate.
    async fn identity_by_serial(&mut self, serial: &[u8]) -> Result<Option<Identity>>;
    /// All of a person.
    async fn identities_of(&mut self, person: PersonId) -> Result<Vec<Identity>>;
    /// Adds one.
    async fn insert_identity(&mut self, identity: &Identity) -> Result<()>;
    /// Changes status, counter, revocation code, ended_at, last_used_at.
    async fn update_identity(&mut self, identity: &Identity) -> Result<()>;
    /// Identities still pending that were made before this moment, at most `limit`.
    async fn pending_identities(&mut self, before: Timestamp, limit: u32) -> Result<Vec<Identity>>;
    /// Active identities whose certificate ends within so many days and of which the person was not told so yet (nor
    /// that it ends even sooner), those that end first first, at most `limit`.
    async fn identities_ending(&mut self, now: Timestamp, days: u32, limit: u32) -> Result<Vec<Identity>>;
    /// The person was told that the certificate ends within so many days.
    async fn told_of_end(&mut self, identity: IdentityId, days: u32) -> Result<()>;
    /// By the SHA-256 of its intrekkingscode.
    async fn identity_by_revocation_code(&mut self, hash: &[u8; 32]) -> Result<Option<Identity>>;
    /// Orders a new certificate.
    async fn insert_certificate_order(&mut self, order: &CertificateOrder) -> Result<()>;
    /// An order, open or done.
    async fn certificate_order(&mut self, id: CertificateOrderId) -> Result<Option<CertificateOrder>>;
    /// Orders that are not done, oldest first, at most `limit`.
    async fn open_certificate_orders(&mut self, limit: u32) -> Result<Vec<CertificateOrder>>;
    /// An order is done.
    async fn close_certificate_order(&mut self, id: CertificateOrderId, now: Timestamp) -> Result<()>;
    /// Gives an identity the certificate, serial number and dates of `renewed`; the one it had becomes a former one.
    async fn renew_identity(&mut self, renewed: &Identity, now: Timestamp) -> Result<()>;
    /// Since when a certificate that an identity had before is superseded, by its serial number.
    async fn superseded_at(&mut self, serial: &[u8]) -> Result<Option<Timestamp>>;
    /// Every certificate that is pending, blocked, revoked or replaced and would otherwise still be valid; former ones are
    /// replaced.
    async fn revocations(&mut self, now: Timestamp) -> Result<Vec<Revocation>>;
}

/// Installations and their PIN logins.
#[async_trait]
pub trait Installations {
    /// By id.
    async fn installation(&mut self, id: InstallationId) -> Result<Option<Installation>>;
    /// Adds one.
    async fn insert_installation(&mut self, installation: &Installation) -> Result<()>;
    /// Sets the OPAQUE record once: true when the nonce fitted and none was set before.
    async fn set_opaque_record(&mut self, id: InstallationId, nonce: &[u8; 32], record: &[u8]) -> Result<bool>;
    /// Takes a PIN try in one atomic UPDATE with the rules of [`PinCounter::reserve`]; `None`: no such installation.
    async fn reserve_pin_try(
        &mut self,
        id: InstallationId,
        now: Timestamp,
    ) -> Result<Option<std::result::Result<PinCounter, PinRefusal>>>;
    /// Gives everything back after a right PIN.
    async fn clear_pin_tries(&mut self, id: InstallationId) -> Result<()>;
    /// Uses up a single-use server nonce; false when it was used before. Forgotten after `expires_at`.
    async fn spend_nonce(&mut self, hash: &[u8; 32], expires_at: Timestamp) -> Result<bool>;
    /// A PIN login or unlock.
    async fn unlock(&mut self, id: UnlockId) -> Result<Option<Unlock>>;
    /// Adds one.
    async fn insert_unlock(&mut self, unlock: &Unlock) -> Result<()>;
    /// Changes one (finishing it).
    async fn update_unlock(&mut self, unlock: &Unlock) -> Result<()>;
    /// Deletes installations that [`Disposable::installation`] lets go, at most so many; tells how many.
    async fn purge_installations(&mut self, may_go: &Disposable, most: u32) -> Result<u64>;
}

/// What a purge deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// How many.
    pub all: u64,
    /// How many of them said something about a person.
    pub about_people: u64,
}

/// Requests.
#[async_trait]
pub trait Requests {
    /// By id.
    async fn request(&mut self, id: RequestId) -> Result<Option<Request>>;
    /// By the SHA-256 of its nonce or launch token.
    async fn request_by_nonce(&mut self, hash: &[u8; 32]) -> Result<Option<Request>>;
    /// By the keyed hash of its korte code (unexpired ones only).
    async fn request_by_code(&mut self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Request>>;
    /// A returning card request by the SHA-256 of its return code.
    async fn request_by_return(&mut self, hash: &[u8; 32]) -> Result<Option<Request>>;
    /// The latest login with a card whose result this browser took.
    async fn card_login_of_browser(&mut self, browser: &[u8; 32]) -> Result<Option<Request>>;
    /// The latest open (unanswered) card request of a desktop session.
    async fn request_of_desktop_session(&mut self, hash: &[u8; 32]) -> Result<Option<Request>>;
    /// Adds one.
    async fn insert_request(&mut self, request: &Request) -> Result<()>;
    /// Changes one.
    async fn update_request(&mut self, request: &Request) -> Result<()>;
    /// Unfinished enrolment requests of a person (created, opened or waiting for digits), to be cancelled by a new QR.
    async fn open_enrolments_of(&mut self, person: PersonId) -> Result<Vec<Request>>;
    /// Deletes QR codes and launches that nobody ever opened, made before this moment; tells how many.
    async fn forget_unopened(&mut self, before: Timestamp) -> Result<u64>;
    /// Deletes requests that [`Disposable::request`] lets go and to which no wizard refers, at most so many; the oldest
    /// first.
    async fn purge_requests(&mut self, may_go: &Disposable, most: u32) -> Result<Purged>;
}

/// Registration wizards.
#[async_trait]
pub trait Registrations {
    /// By id.
    async fn registration(&mut self, id: RegistrationId) -> Result<Option<Registration>>;
    /// The latest of a browser.
    async fn registration_of_browser(&mut self, browser: &[u8; 32]) -> Result<Option<Registration>>;
    /// By its open card request.
    async fn registration_by_card_request(&mut self, request: RequestId) -> Result<Option<Registration>>;
    /// By its enrolment request.
    async fn registration_by_enrolment(&mut self, request: RequestId) -> Result<Option<Registration>>;
    /// By its desktop session.
    async fn registration_by_desktop_session(&mut self, hash: &[u8; 32]) -> Result<Option<Registration>>;
    /// Adds or changes one.
    async fn save_registration(&mut self, registration: &Registration) -> Result<()>;
    /// Those whose last step was before a moment, oldest first, after this one, at most so many.
    async fn idle_registrations(
        &mut self,
        before: Timestamp,
        after: Option<RegistrationId>,
        most: u32,
    ) -> Result<Vec<Registration>>;
    /// Deletes one, unless a step was made since `updated_at`; tells whether it is gone.
    async fn delete_registration(&mut self, id: RegistrationId, updated_at: Timestamp) -> Result<bool>;
}

/// Validations.
#[async_trait]
pub trait Validations {
    /// By id.
    async fn validation(&mut self, id: ValidationId) -> Result<Option<Validation>>;
    /// The latest of a browser.
    async fn validation_of_browser(&mut self, browser: &[u8; 32]) -> Result<Option<Validation>>;
    /// By its open card request.
    async fn validation_by_card_request(&mut self, request: RequestId) -> Result<Option<Validation>>;
    /// By its desktop session.
    async fn validation_by_desktop_session(&mut self, hash: &[u8; 32]) -> Result<Option<Validation>>;
    /// The finished one with which an organisation was validated, the latest when operators reopened it.
    async fn validation_of(&mut self, organisation: OrganisationId) -> Result<Option<Validation>>;
    /// Adds or changes one.
    async fn save_validation(&mut self, validation: &Validation) -> Result<()>;
    /// Deletes unfinished ones whose last step was before this moment: they hold personal data.
    async fn forget_validations(&mut self, before: Timestamp) -> Result<u64>;
}

/// Portal sessions.
#[async_trait]
pub trait Sessions {
    /// By the SHA-256 of its cookie.
    async fn session_by_token(&mut self, hash: &[u8; 32]) -> Result<Option<Session>>;
    /// By id.
    async fn session(&mut self, id: SessionId) -> Result<Option<Session>>;
    /// Sessions of a person that were not ended.
    async fn sessions_of(&mut self, person: PersonId) -> Result<Vec<Session>>;
    /// Sessions in a browser that were not ended.
    async fn sessions_in_browser(&mut self, browser: &[u8; 32]) -> Result<Vec<Session>>;
    /// Adds one.
    async fn insert_session(&mut self, session: &Session) -> Result<()>;
    /// Changes seen_at, ended_at, person and trust.
    async fn update_session(&mut self, session: &Session) -> Result<()>;
    /// Sessions that a UZI-pas opened at this moment or later, whose certificate is known and that were not ended; after
    /// this id, at most `limit`.
    async fn card_sessions(&mut self, since: Timestamp, after: Option<SessionId>, limit: u32) -> Result<Vec<Session>>;
    /// Sessions that an identity opened and that were not ended.
    async fn sessions_with(&mut self, identity: IdentityId) -> Result<Vec<Session>>;
}

/// Browsers of people.
#[async_trait]
pub trait Browsers {
    /// One browser of a person.
    async fn browser(&mut self, person: PersonId, cookie: &[u8; 32]) -> Result<Option<Browser>>;
    /// All of a person.
    async fn browsers_of(&mut self, person: PersonId) -> Result<Vec<Browser>>;
    /// Adds or changes one.
    async fn save_browser(&mut self, browser: &Browser) -> Result<()>;
}

/// Small counters that all nodes share (rate limits, tries per day).
#[async_trait]
pub trait Counters {
    /// Adds one and returns the new count; the counter is forgotten after `expires_at`.
    async fn count(&mut self, bucket: &str, expires_at: Timestamp) -> Result<u32>;
    /// The present count.
    async fn counted(&mut self, bucket: &str, now: Timestamp) -> Result<u32>;
}

/// What to read from the log.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// About this person (as actor or object).
    pub person: Option<PersonId>,
    /// In this organisation.
    pub organisation: Option<OrganisationId>,
    /// Only these events; empty = all.
    pub events: Vec<domain::log::Event>,
    /// Only refusals or only successes.
    pub outcome: Option<domain::log::Outcome>,
    /// From this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// With this reference.
    pub reference: Option<String>,
    /// Only entries before (older than) this place: the last place of the page before.
    pub before: Option<u64>,
    /// At most so many, newest first; 0 = all, oldest first.
    pub limit: u32,
}

/// An entry with its place, for paging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedEntry {
    /// Its place in the order of writing.
    pub place: u64,
    /// The entry.
    pub entry: LogEntry,
}

/// The log.
#[async_trait]
pub trait Log {
    /// Appends an entry in this transaction. The store adds the salt and the node's MAC.
    async fn append(&mut self, entry: &LogEntry) -> Result<()>;
    /// Reads entries.
    async fn log_entries(&mut self, filter: &LogFilter) -> Result<Vec<PlacedEntry>>;
    /// How many entries a filter leaves (whatever its limit), counted up to `most`.
    async fn count_log_entries(&mut self, filter: &LogFilter, most: u32) -> Result<u64>;
    /// Retention: takes salt and content of sealed entries written before this moment away, at most `limit`; the leaf
    /// hashes stay. Tells how many.
    async fn forget_log_content(&mut self, before: Timestamp, limit: u32) -> Result<u64>;
    /// The latest signed checkpoint.
    async fn checkpoint(&mut self) -> Result<Option<String>>;
    /// The first `size` leaf hashes in order, or fewer when there are not so many (consistency proofs).
    async fn leaf_hashes(&mut self, size: u64) -> Result<Vec<Hash>>;
    /// A part of what verifying needs: sealed entries from this place in the tree on, in order, at most `limit`.
    async fn sealed_log_records(&mut self, from: u64, limit: u32) -> Result<Vec<LogRecord>>;
    /// The rest of it: entries that wait for their seal, at most `limit`.
    async fn unsealed_log_records(&mut self, limit: u32) -> Result<Vec<LogRecord>>;
    /// Everything that `log verify` needs, in leaf order, unsealed entries last.
    async fn log_records(&mut self) -> Result<Vec<LogRecord>>;
}

/// A stored log entry with its seal.
#[derive(Clone, Debug)]
pub struct LogRecord {
    /// Position in the tree; `None` while unsealed.
    pub leaf: Option<u64>,
    /// The sealed leaf hash.
    pub leaf_hash: Option<Hash>,
    /// Random salt; `None` after retention.
    pub salt: Option<[u8; 16]>,
    /// The entry's stored JSON, byte for byte; `None` after retention.
    pub content: Option<String>,
    /// MAC by the node's key over salt and content.
    pub mac: Vec<u8>,
    /// When it was written.
    pub at: Timestamp,
    /// In which organisation: what the entry is found by, to be compared with its content.
    pub organisation: Option<OrganisationId>,
    /// About whom; likewise.
    pub person: Option<PersonId>,
    /// By whom; likewise.
    pub actor: Option<PersonId>,
}

/// Signs checkpoints (C2SP `tlog-checkpoint`).
pub trait Sealer: Send + Sync {
    /// The signed note for a tree of this size and root.
    fn sign_checkpoint(&self, size: u64, root: &Hash) -> std::result::Result<String, String>;
    /// Asked before entries are added: whether the stored tree can be the one that was sealed before. A refusal (in
    /// words) stops the sealing, so that a shortened or exchanged log never gets a new signature.
    fn may_grow(&self, _size: u64, _root: &Hash) -> std::result::Result<(), String> {
        Ok(())
    }
    /// Told after the commit: this note is the log's latest.
    fn sealed(&self, _note: &str) {}
}

/// What one sealing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Entries sealed now.
    pub entries: u64,
    /// Size of the tree.
    pub size: u64,
    /// Age in milliseconds of the oldest entry that was sealed.
    pub oldest_millis: i64,
}
