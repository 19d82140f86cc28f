//! Things to store.

use domain::{
    BirthDate, Entropy, PersonName, Timestamp, Ura, UziNumber,
    identity::{Identity, IdentityId, IdentityStatus},
    installation::{Installation, InstallationId},
    log::{Actor, EntryId, Event, LogEntry, Outcome},
    merkle::Hash,
    organisation::{Organisation, OrganisationId, OrganisationStatus},
    person::{CardAttributes, Membership, MembershipId, Person, PersonId, Role},
    pin::PinCounter,
    request::{Means, Purpose, Request, RequestId, RequestStatus},
    uzi::RoleCode,
};
use storage::{BoxFuture, Sealer, Store, StoreError, Tx, checkpoint::Checkpoint};
use storage_sql::testing::{START, TestDatabase};

pub const ORIGIN: &str = "zorg-id.test/log";
pub const NOW: Timestamp = START;

/// Makes a job out of statements: `write!(store, tx => { … })`.
macro_rules! write_job {
    ($store:expr, $tx:ident => $body:block) => {
        $crate::support::written(&$store, Box::new(move |$tx| Box::pin(async move { $body }))).await
    };
}
macro_rules! read_job {
    ($store:expr, $tx:ident => $body:block) => {
        $crate::support::looked_up(&$store, Box::new(move |$tx| Box::pin(async move { $body }))).await
    };
}
pub(crate) use {read_job, write_job};

type Work<T> = Box<dyn for<'a> FnOnce(&'a mut dyn Tx) -> BoxFuture<'a, Result<T, StoreError>> + Send>;

pub async fn written<T: Send + 'static>(store: &dyn Store, job: Work<T>) -> Result<T, StoreError> {
    store.write(job).await
}
pub async fn looked_up<T: Send + 'static>(store: &dyn Store, job: Work<T>) -> Result<T, StoreError> {
    store.read(job).await
}

/// "Signs" with the body itself.
pub struct FakeSealer;
impl Sealer for FakeSealer {
    fn sign_checkpoint(&self, size: u64, root: &Hash) -> Result<String, String> {
        Checkpoint { origin: ORIGIN.into(), size, root: *root }.note(ORIGIN, b"key", |body| Ok(body.to_vec()))
    }
}

pub fn bytes32(db: &TestDatabase) -> [u8; 32] {
    let entropy: &dyn Entropy = &*db.entropy;
    entropy.array()
}

pub fn organisation(db: &TestDatabase, ura: &str) -> Organisation {
    Organisation {
        id: OrganisationId::new(NOW, &*db.entropy),
        name: format!("Praktijk {ura}"),
        ura: Ura::parse(ura).unwrap(),
        contact: Some("beheer@example.org".into()),
        status: OrganisationStatus::Validated,
        reopened_for: None,
        created_at: NOW,
    }
}

pub fn person(db: &TestDatabase, number: &str) -> Person {
    let name = PersonName::new("Zoë Maria", "van der", "Velde-Şahin").unwrap();
    let birth_date = BirthDate::new(1980, 0, 0).unwrap();
    Person::new(PersonId::new(NOW, &*db.entropy), number.into(), name, birth_date, true, NOW)
}

pub fn membership(db: &TestDatabase, person: &Person, organisation: &Organisation) -> Membership {
    let (id, roles) = (MembershipId::new(NOW, &*db.entropy), vec![Role::Signer, Role::Administrator]);
    Membership::new(id, person.id, organisation.id, roles, Some(attributes()), NOW)
}

pub fn attributes() -> CardAttributes {
    CardAttributes {
        uzi_number: UziNumber::parse("900012345").unwrap(),
        role_code: RoleCode::parse("01.015").unwrap(),
        certificate_sha256: "ab".repeat(32),
        certificate_serial: "01ff".into(),
        valid_until: NOW.plus_seconds(1000),
    }
}

pub fn installation(db: &TestDatabase) -> Installation {
    Installation {
        id: InstallationId::new(NOW, &*db.entropy),
        key: vec![1, 2, 3],
        opaque_record: None,
        register_nonce: Some(bytes32(db)),
        pin: PinCounter::default(),
        created_at: NOW,
    }
}

pub fn identity(db: &TestDatabase, person: PersonId, installation: InstallationId) -> Identity {
    Identity {
        id: IdentityId::new(NOW, &*db.entropy),
        person,
        installation,
        status: IdentityStatus::Active,
        certificate: vec![0x30, 0],
        certificate_sha256: bytes32(db),
        serial: bytes32(db)[..16].to_vec(),
        public_key: vec![4; 65],
        not_before: NOW.plus_seconds(-300),
        not_after: NOW.plus_seconds(94_608_000),
        counter: 7,
        revocation_code: bytes32(db),
        ended_at: None,
        created_at: NOW,
        last_used_at: None,
    }
}

pub fn request(db: &TestDatabase) -> Request {
    Request {
        id: RequestId::new(NOW, &*db.entropy),
        purpose: Purpose::Login,
        means: Means::Phone,
        status: RequestStatus::Created,
        nonce_hash: bytes32(db),
        code_hash: None,
        browser: Some(bytes32(db)),
        browser_label: Some("Firefox op Windows".into()),
        organisation: None,
        person: None,
        asked_by: None,
        sentence: None,
        control_code: None,
        desktop_session: None,
        digest: None,
        proof_hash: None,
        tries_left: 3,
        identity: None,
        installation: None,
        response: None,
        problem: None,
        problem_reference: None,
        created_at: NOW,
        expires_at: NOW.plus_seconds(300),
        opened_at: None,
        decided_at: None,
        browser_key: None,
    }
}

pub fn entry(db: &TestDatabase, event: Event) -> LogEntry {
    let entropy: &dyn Entropy = &*db.entropy;
    LogEntry {
        id: EntryId(domain::ids::uuid_v7(NOW, entropy)),
        at: NOW,
        event,
        outcome: Outcome::Success,
        actor: Actor::System,
        on_behalf_of: None,
        organisation: None,
        person: None,
        identity: None,
        request: None,
        session: None,
        reason: None,
        detail: None,
        from: Some("192.0.2.1".into()),
        reference: "AB12CD34".into(),
    }
}

/// Stores an organisation, a person there, an installation and an identity.
pub async fn care_worker(db: &TestDatabase, store: &dyn Store) -> (Person, Identity) {
    let (organisation, person, installation) =
        (organisation(db, "00012345"), person(db, "123456789"), installation(db));
    let membership = membership(db, &person, &organisation);
    let identity = identity(db, person.id, installation.id);
    let stored = (person.clone(), identity.clone());
    written(
        store,
        Box::new(move |tx| {
            Box::pin(async move {
                tx.insert_organisation(&organisation).await?;
                tx.insert_person(&person).await?;
                tx.insert_membership(&membership).await?;
                tx.insert_installation(&installation).await?;
                tx.insert_identity(&identity).await
            })
        }),
    )
    .await
    .unwrap();
    stored
}
