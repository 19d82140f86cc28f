//! A large organisation: tens of thousands of colleagues, millions of log entries, and an administrator who is logged in.

use super::{
    BenchError,
    people::{birth_date, open, organisation},
    server::Server,
};
use crate::edge::{OsEntropy, SystemClock};
use domain::{
    Clock, EmailAddress, Entropy, PersonName, Timestamp,
    identity::{Identity, IdentityId, IdentityStatus},
    installation::{Installation, InstallationId},
    log::{Actor, EntryId, Event, LogEntry, Outcome},
    organisation::OrganisationId,
    person::{Membership, MembershipId, Person, PersonId, Role},
    pin::PinCounter,
    session::{LoggedInWith, Session, SessionId},
};
use protocol::{Nonce, code::LoginCode};
use std::sync::Arc;
use storage::{Store, StoreError, Tx};

const SURNAMES: [&str; 12] = [
    "Jansen", "Vries", "Berg", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Peters", "Hendriks", "Dijkstra",
];
const GIVEN: [&str; 10] = ["Anna", "Bram", "Cees", "Daan", "Eva", "Fenna", "Gijs", "Hanna", "Iris", "Jan"];
const EVENTS: [Event; 8] = [
    Event::SessionOpened,
    Event::RequestAccepted,
    Event::SessionEnded,
    Event::RequestOpened,
    Event::LogRead,
    Event::RoleGiven,
    Event::IdentityActivated,
    Event::RequestRefused,
];
/// People, and log entries, that one transaction writes.
const CHUNK: usize = 1000;
/// Seconds of three years: a Mobile ID's life.
const LIFE: i64 = 3 * 365 * 24 * 60 * 60;

/// The organisation and its people.
pub struct Crowd {
    store: Arc<dyn Store>,
    /// Where they work.
    pub organisation: OrganisationId,
    people: Vec<PersonId>,
    installation: InstallationId,
}

/// A number below `limit`.
pub fn below(limit: usize) -> usize {
    let entropy: &dyn Entropy = &OsEntropy;
    usize::try_from(u64::from_le_bytes(entropy.array()) % limit.max(1) as u64).unwrap_or(0)
}

fn one_of<T: Copy>(all: &[T], otherwise: T) -> T {
    all.get(below(all.len())).copied().unwrap_or(otherwise)
}

fn ago(now: Timestamp, most: i64) -> Timestamp {
    now.plus_seconds(-i64::try_from(below(usize::try_from(most).unwrap_or(1))).unwrap_or(0))
}

fn written(what: &'static str) -> impl Fn(StoreError) -> BenchError {
    move |error| BenchError::new(what, error)
}

/// An entry as any other, about somebody at some moment of the last two years.
fn entry(organisation: OrganisationId, person: PersonId, now: Timestamp) -> LogEntry {
    let event = one_of(&EVENTS, Event::SessionOpened);
    let entropy: &dyn Entropy = &OsEntropy;
    LogEntry {
        id: EntryId::new(now, entropy),
        at: ago(now, 2 * 365 * 24 * 60 * 60),
        event,
        outcome: if event == Event::RequestRefused { Outcome::Refused } else { Outcome::Success },
        actor: Actor::Person { person, identity: None },
        on_behalf_of: None,
        organisation: Some(organisation),
        person: Some(person),
        identity: None,
        request: None,
        session: None,
        reason: None,
        detail: None,
        from: Some("192.0.2.7".to_owned()),
        reference: LoginCode::from_random(&entropy.array()).reveal().to_owned(),
    }
}

struct Colleague {
    person: Person,
    membership: Membership,
    identity: Option<Identity>,
}

fn identity(person: PersonId, installation: InstallationId, from: Timestamp, now: Timestamp) -> Identity {
    let entropy: &dyn Entropy = &OsEntropy;
    Identity {
        id: IdentityId::new(now, entropy),
        person,
        installation,
        status: IdentityStatus::Active,
        certificate: entropy.array::<900>().to_vec(),
        certificate_sha256: entropy.array(),
        serial: entropy.array::<16>().to_vec(),
        public_key: entropy.array::<65>().to_vec(),
        not_before: from,
        not_after: from.plus_seconds(LIFE),
        counter: 1,
        revocation_code: entropy.array(),
        ended_at: None,
        created_at: from,
        last_used_at: Some(ago(now, 200 * 24 * 60 * 60)),
    }
}

fn colleague(
    index: usize,
    organisation: OrganisationId,
    installation: InstallationId,
    now: Timestamp,
) -> Result<Colleague, BenchError> {
    let bad = || BenchError("cannot make a colleague".into());
    let entropy: &dyn Entropy = &OsEntropy;
    let surname = format!("{}{}", one_of(&SURNAMES, "Bos"), one_of(&["", "-Smit", " Postma", "ga"], ""));
    let name = PersonName::new(one_of(&GIVEN, "Jan"), one_of(&["", "de", "van den"], ""), &surname).ok_or_else(bad)?;
    let from = ago(now, 900 * 24 * 60 * 60);
    let id = PersonId::new(now, entropy);
    // One after the other: of 50,000 drawn ones some would be the same.
    let number = (200_000_000 + index).to_string();
    let mut person = Person::new(id, number, name, birth_date().ok_or_else(bad)?, false, from);
    person.email = EmailAddress::parse(&format!("p{index}@ziekenhuis.example.org"));
    let roles = if index.is_multiple_of(200) { vec![Role::Signer, Role::Manager] } else { vec![Role::Signer] };
    let mut membership = Membership::new(MembershipId::new(now, entropy), id, organisation, roles, None, from);
    membership.department = format!("Afdeling {}", below(40));
    membership.personnel_number = below(90_000).to_string();
    let has = !index.is_multiple_of(10);
    Ok(Colleague { person, membership, identity: has.then(|| identity(id, installation, from, now)) })
}

async fn write(tx: &mut dyn Tx, all: Vec<Colleague>) -> Result<(), StoreError> {
    for Colleague { person, membership, identity } in all {
        tx.insert_person(&person).await?;
        tx.insert_membership(&membership).await?;
        if let Some(identity) = identity {
            tx.insert_identity(&identity).await?;
        }
    }
    Ok(())
}

impl Crowd {
    /// Writes so many people into the server's database.
    pub async fn gather(server: &Server, count: usize) -> Result<Self, BenchError> {
        let store = open(server).await?;
        let organisation = organisation(&store).await?.id;
        let now = SystemClock.now();
        let phone = Installation {
            id: InstallationId::new(now, &OsEntropy),
            key: Vec::new(),
            opaque_record: Some(Vec::new()),
            register_nonce: None,
            pin: PinCounter::default(),
            created_at: now,
        };
        let installation = phone.id;
        let writing = written("writing people");
        let insert = store.write(move |tx| Box::pin(async move { tx.insert_installation(&phone).await }));
        insert.await.map_err(&writing)?;
        let mut people = Vec::with_capacity(count);
        for start in (0..count).step_by(CHUNK) {
            let numbers = start..count.min(start + CHUNK);
            let all: Vec<_> =
                numbers.map(|index| colleague(index, organisation, installation, now)).collect::<Result<_, _>>()?;
            people.extend(all.iter().map(|one| one.person.id));
            store.write(move |tx| Box::pin(write(tx, all))).await.map_err(&writing)?;
        }
        Ok(Self { store, organisation, people, installation })
    }

    /// Writes so many log entries about them. The running server seals them.
    pub async fn remember(&self, entries: usize) -> Result<(), BenchError> {
        let now = SystemClock.now();
        let somebody = |_| self.people.get(below(self.people.len())).copied();
        for start in (0..entries).step_by(CHUNK) {
            let whom: Vec<_> = (start..entries.min(start + CHUNK)).filter_map(somebody).collect();
            let all: Vec<_> = whom.into_iter().map(|person| entry(self.organisation, person, now)).collect();
            let job = self.store.write(move |tx| {
                Box::pin(async move {
                    for entry in &all {
                        tx.append(entry).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            });
            job.await.map_err(written("writing the log"))?;
        }
        Ok(())
    }

    /// Logs an administrator in: the cookies of the browser and of the session.
    pub async fn administrator(&self) -> Result<(Nonce, Nonce), BenchError> {
        let (now, entropy): (_, &dyn Entropy) = (SystemClock.now(), &OsEntropy);
        // A number that nobody in the crowd has, and not one of those without a phone.
        let mut one = colleague(self.people.len() * 10 + 1, self.organisation, self.installation, now)?;
        one.membership.roles = vec![Role::Signer, Role::Administrator];
        let (browser, token) = (Nonce::from_bytes(entropy.array()), Nonce::from_bytes(entropy.array()));
        let means = one.identity.as_mut().ok_or_else(|| BenchError("an administrator without an ID".into()))?;
        (means.not_before, means.not_after) = (now, now.plus_seconds(LIFE));
        let session = Session {
            id: SessionId::new(now, entropy),
            token_hash: token.hash(),
            browser: browser.hash(),
            person: Some(one.person.id),
            with: LoggedInWith::Phone(means.id),
            card: None,
            browser_label: "Meting".to_owned(),
            browser_trusted: true,
            created_at: now,
            seen_at: now,
            ended_at: None,
        };
        let job = self.store.write(move |tx| {
            Box::pin(async move {
                write(tx, vec![one]).await?;
                tx.insert_session(&session).await
            })
        });
        job.await.map_err(written("writing the administrator"))?;
        Ok((browser, token))
    }
}
