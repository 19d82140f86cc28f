//! People with an enrolment that waits to be scanned, written as the registration wizard would have left them.

use super::{BenchError, browser::BrowserKey, server::Server};
use crate::{
    data::DataDir,
    edge::{OsEntropy, SystemClock},
    failure::Failure,
};
use domain::{
    BirthDate, Clock, Entropy, PersonName, Ura,
    browser::Browser,
    organisation::{Organisation, OrganisationId, OrganisationStatus},
    person::{Membership, MembershipId, Person, PersonId, Role, person_number},
    request::{ENROL_SECONDS, Means, Purpose, Request, RequestId, RequestStatus},
};
use protocol::{
    B64, Nonce,
    app_config::AppConfig,
    link::{QrLink, ServerId},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use storage::{Store, StoreError, Tx};

/// One person as a client needs them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrolee {
    /// The link of the enrolment QR.
    pub link: String,
    /// Cookie of the browser that this person used before, so that no koppelcode is asked.
    pub browser: String,
    /// Secret of that browser's key.
    pub key: B64,
}

/// Writes `count` people, each with an enrolment QR and a trusted browser.
pub async fn enrolments(server: &Server, count: usize) -> Result<Vec<Enrolee>, BenchError> {
    let people = make(server, count, |_| ()).await?;
    Ok(people.into_iter().map(|(_, enrolee)| enrolee).collect())
}

/// Writes `count` people whose enrolment was scanned and waits for its certificate.
pub async fn opened_enrolments(server: &Server, count: usize) -> Result<Vec<RequestId>, BenchError> {
    let now = SystemClock.now();
    let open = move |request: &mut Request| {
        request.status = RequestStatus::Opened;
        request.opened_at = Some(now);
    };
    let people = make(server, count, open).await?;
    Ok(people.into_iter().map(|(request, _)| request).collect())
}

/// People that one transaction writes.
const CHUNK: usize = 100;

async fn make(
    server: &Server,
    count: usize,
    change: impl Fn(&mut Request),
) -> Result<Vec<(RequestId, Enrolee)>, BenchError> {
    let failed = |error: StoreError| BenchError::new("writing people", error);
    let known = super::browser::app_config(server).await?;
    let store = open(server).await?;
    let organisation = organisation(&store).await?;
    let mut people = Vec::with_capacity(count);
    let mut waiting = Vec::with_capacity(CHUNK);
    for index in 0..count {
        let (mut rows, enrolee) = one(index, &organisation, &known, &SystemClock, &OsEntropy)?;
        change(&mut rows.enrolment);
        people.push((rows.enrolment.id, enrolee));
        waiting.push(rows);
        if waiting.len() == CHUNK || index + 1 == count {
            let chunk = std::mem::take(&mut waiting);
            store.write(move |tx| Box::pin(write(tx, chunk))).await.map_err(failed)?;
        }
    }
    Ok(people)
}

async fn write(tx: &mut dyn Tx, chunk: Vec<Rows>) -> Result<(), StoreError> {
    for rows in chunk {
        tx.insert_person(&rows.person).await?;
        tx.insert_membership(&rows.membership).await?;
        tx.save_browser(&rows.browser).await?;
        tx.insert_request(&rows.enrolment).await?;
    }
    Ok(())
}

/// The organisation of all of them; made the first time.
pub async fn organisation(store: &Arc<dyn Store>) -> Result<Organisation, BenchError> {
    let failed = |error: StoreError| BenchError::new("writing the organisation", error);
    let ura = Ura::parse("90009999").ok_or_else(|| BenchError("URA".into()))?;
    let wanted = ura.clone();
    let found =
        store.read(move |tx| Box::pin(async move { tx.organisation_by_ura(&wanted).await })).await.map_err(failed)?;
    if let Some(organisation) = found {
        return Ok(organisation);
    }
    let now = SystemClock.now();
    let organisation = Organisation {
        id: OrganisationId::new(now, &OsEntropy),
        name: "Huisartsenpraktijk De Meting".to_owned(),
        ura,
        contact: None,
        status: OrganisationStatus::Validated,
        reopened_for: None,
        created_at: now,
    };
    let added = organisation.clone();
    store.write(move |tx| Box::pin(async move { tx.insert_organisation(&added).await })).await.map_err(failed)?;
    Ok(organisation)
}

/// The server's database, beside the running server, with its node's key.
pub async fn open(server: &Server) -> Result<Arc<dyn Store>, BenchError> {
    let failed = |error: Failure| BenchError::new("opening the database", error.title);
    let data = DataDir::open(server.data()).map_err(failed)?;
    data.open_store(server.database(), Arc::new(SystemClock)).await.map_err(failed)
}

/// Everybody's birth date.
pub fn birth_date() -> Option<BirthDate> {
    BirthDate::new(1980, 1, 1)
}

struct Rows {
    person: Person,
    membership: Membership,
    browser: Browser,
    enrolment: Request,
}

fn one(
    index: usize,
    organisation: &Organisation,
    known: &AppConfig,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(Rows, Enrolee), BenchError> {
    let bad = |what: &str| BenchError(format!("cannot make a {what}"));
    let now = clock.now();
    let server = known.servers.first().ok_or_else(|| bad("server"))?;
    let name = PersonName::new("Meta", "van der", &format!("Meting{index}")).ok_or_else(|| bad("name"))?;
    let birth_date = birth_date().ok_or_else(|| bad("birth date"))?;
    let number = person_number(entropy.array());
    let person = Person::new(PersonId::new(now, entropy), number, name, birth_date, false, now);
    let id = MembershipId::new(now, entropy);
    let membership = Membership::new(id, person.id, organisation.id, vec![Role::Signer], None, now);
    let cookie = Nonce::from_bytes(entropy.array());
    let mut browser = Browser::first_seen(person.id, cookie.hash(), "Meting".to_owned(), now);
    let key: [u8; 32] = entropy.array();
    browser.key_hash = Some(BrowserKey::new(&key)?.hash()?);
    browser.trusted_at = Some(now);
    let nonce = Nonce::from_bytes(entropy.array());
    let id = RequestId::new(now, entropy);
    let enrolment = Request {
        organisation: Some(organisation.id),
        person: Some(person.id),
        tries_left: domain::request::BIRTH_DATE_TRIES,
        ..Request::new(id, Purpose::Enrol, Means::Phone, nonce.hash(), now, ENROL_SECONDS)
    };
    let link = QrLink {
        app_origin: server.app_origin.clone(),
        kind: Purpose::Enrol,
        server: ServerId::parse(server.id.as_str()).ok_or_else(|| bad("server id"))?,
        nonce,
    };
    let enrolee = Enrolee { link: link.reveal(), browser: cookie.reveal(), key: B64::from(key.as_slice()) };
    Ok((Rows { person, membership, browser, enrolment }, enrolee))
}
