use crate::support::*;
use domain::{
    UziNumber,
    browser::Browser,
    identity::IdentityId,
    organisation::OrganisationId,
    registration::{Registration, RegistrationId},
    request::{Means, Purpose, Request, RequestId, RequestStatus},
    session::{LoggedInWith, Session, SessionId},
};
use std::sync::Arc;
use storage_sql::testing::TestDatabase;

pub async fn a_request_comes_back_as_it_was(db: TestDatabase) {
    let store = db.open().await;
    let mut request = request(&db);
    let (id, new) = (request.id, request.clone());
    write_job!(store, tx => { tx.insert_request(&new).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.request(id).await }).unwrap(), Some(request.clone()));
    request.status = RequestStatus::Pairing;
    request.code_hash = Some(bytes32(&db));
    request.organisation = Some(OrganisationId::new(NOW, &*db.entropy));
    request.person = Some(domain::person::PersonId::new(NOW, &*db.entropy));
    request.control_code = Some("AB12".into());
    request.desktop_session = Some(bytes32(&db));
    request.digest = Some(bytes32(&db));
    request.proof_hash = Some(bytes32(&db));
    request.tries_left = 2;
    request.identity = Some(IdentityId::new(NOW, &*db.entropy));
    request.installation = Some(domain::installation::InstallationId::new(NOW, &*db.entropy));
    request.response = Some("a.b.c".into());
    request.problem = Some("card-revoked".into());
    request.expires_at = NOW.plus_seconds(1);
    request.browser_key = Some(bytes32(&db));
    request.opened_at = Some(NOW);
    request.decided_at = Some(NOW);
    let changed = request.clone();
    write_job!(store, tx => { tx.update_request(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.request(id).await }).unwrap(), Some(request));
    let signed =
        Request { sentence: Some(("Ik bevestig".into(), "I confirm".into())), ..crate::support::request(&db) };
    let (id, new) = (signed.id, signed.clone());
    write_job!(store, tx => { tx.insert_request(&new).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.request(id).await }).unwrap(), Some(signed));
    let proved = Request { browser_key: Some([5; 32]), ..crate::support::request(&db) };
    let (id, new) = (proved.id, proved.clone());
    write_job!(store, tx => { tx.insert_request(&new).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.request(id).await }).unwrap(), Some(proved));
}

pub async fn requests_are_found(db: TestDatabase) {
    let store = db.open().await;
    let person = domain::person::PersonId::new(NOW, &*db.entropy);
    let enrol = Request { purpose: Purpose::Enrol, person: Some(person), code_hash: Some([1; 32]), ..request(&db) };
    let card = Request { means: Means::Card, desktop_session: Some([2; 32]), ..request(&db) };
    let back =
        Request { means: Means::Card, status: RequestStatus::Returning, proof_hash: Some([3; 32]), ..request(&db) };
    let over = Request { status: RequestStatus::Cancelled, ..Request { id: request(&db).id, ..enrol.clone() } };
    let over = Request { nonce_hash: bytes32(&db), code_hash: None, ..over };
    let all = [enrol.clone(), card.clone(), back.clone(), over];
    write_job!(store, tx => { for new in &all { tx.insert_request(new).await?; } Ok(()) }).unwrap();
    let nonce = card.nonce_hash;
    assert_eq!(read_job!(store, tx => { tx.request_by_nonce(&nonce).await }).unwrap(), Some(card.clone()));
    assert_eq!(read_job!(store, tx => { tx.request_by_code(&[1; 32], NOW).await }).unwrap(), Some(enrol.clone()));
    let end = enrol.expires_at;
    assert_eq!(read_job!(store, tx => { tx.request_by_code(&[1; 32], end).await }).unwrap(), None);
    assert_eq!(read_job!(store, tx => { tx.request_by_return(&[3; 32]).await }).unwrap(), Some(back));
    assert_eq!(read_job!(store, tx => { tx.request_of_desktop_session(&[2; 32]).await }).unwrap(), Some(card));
    assert_eq!(read_job!(store, tx => { tx.request_of_desktop_session(&[3; 32]).await }).unwrap(), None);
    assert_eq!(read_job!(store, tx => { tx.open_enrolments_of(person).await }).unwrap(), [enrol]);
}

/// Invariant 1: a hundred phones scan the same QR at once; one opens it.
pub async fn a_request_is_opened_once(db: TestDatabase) {
    let nodes = [Arc::new(db.open().await), Arc::new(db.open().await)];
    let request = request(&db);
    let nonce = request.nonce_hash;
    write_job!(*nodes[0], tx => { tx.insert_request(&request).await }).unwrap();
    let scans = (0..100).map(|number| {
        let node = nodes[number % 2].clone();
        tokio::spawn(async move {
            write_job!(*node, tx => {
                let mut request = tx.request_by_nonce(&nonce).await?.unwrap();
                if request.open(NOW).is_err() {
                    return Ok(false);
                }
                tx.update_request(&request).await?;
                Ok(true)
            })
            .unwrap()
        })
    });
    let mut opened = 0;
    for scan in scans.collect::<Vec<_>>() {
        opened += usize::from(scan.await.unwrap());
    }
    assert_eq!(opened, 1);
}

pub async fn registrations_are_found(db: TestDatabase) {
    let store = db.open().await;
    let older = Registration::begin(RegistrationId::new(NOW, &*db.entropy), [1; 32], NOW.plus_seconds(-1));
    let mut newer = Registration::begin(RegistrationId::new(NOW, &*db.entropy), [1; 32], NOW);
    let (first, second) = (older.clone(), newer.clone());
    write_job!(store, tx => { tx.save_registration(&first).await?; tx.save_registration(&second).await }).unwrap();
    let (card, enrolment) = (RequestId::new(NOW, &*db.entropy), RequestId::new(NOW, &*db.entropy));
    newer.accept_terms("1", NOW).unwrap();
    newer.card_request = Some(card);
    newer.enrolment = Some(enrolment);
    newer.desktop_session = Some([2; 32]);
    newer.birth_date = domain::BirthDate::new(1980, 2, 29);
    let changed = newer.clone();
    write_job!(store, tx => { tx.save_registration(&changed).await }).unwrap();
    let id = older.id;
    assert_eq!(read_job!(store, tx => { tx.registration(id).await }).unwrap(), Some(older));
    let found = Some(newer);
    assert_eq!(read_job!(store, tx => { tx.registration_of_browser(&[1; 32]).await }).unwrap(), found);
    assert_eq!(read_job!(store, tx => { tx.registration_by_card_request(card).await }).unwrap(), found);
    assert_eq!(read_job!(store, tx => { tx.registration_by_enrolment(enrolment).await }).unwrap(), found);
    assert_eq!(read_job!(store, tx => { tx.registration_by_desktop_session(&[2; 32]).await }).unwrap(), found);
    assert_eq!(read_job!(store, tx => { tx.registration_of_browser(&[9; 32]).await }).unwrap(), None);
}

pub async fn sessions_are_found(db: TestDatabase) {
    let store = db.open().await;
    let person = domain::person::PersonId::new(NOW, &*db.entropy);
    let mut card = Session {
        id: SessionId::new(NOW, &*db.entropy),
        token_hash: bytes32(&db),
        browser: [1; 32],
        person: None,
        with: LoggedInWith::Card(UziNumber::parse("900012345").unwrap()),
        browser_label: "Chromium op Linux".into(),
        browser_trusted: false,
        created_at: NOW,
        seen_at: NOW,
        ended_at: None,
    };
    let phone = Session {
        id: SessionId::new(NOW.plus_seconds(1), &*db.entropy),
        token_hash: bytes32(&db),
        person: Some(person),
        with: LoggedInWith::Phone(IdentityId::new(NOW, &*db.entropy)),
        created_at: NOW.plus_seconds(1),
        ..card.clone()
    };
    let both = [card.clone(), phone.clone()];
    write_job!(store, tx => { for new in &both { tx.insert_session(new).await?; } Ok(()) }).unwrap();
    let (token, id) = (card.token_hash, phone.id);
    assert_eq!(read_job!(store, tx => { tx.session_by_token(&token).await }).unwrap(), Some(card.clone()));
    assert_eq!(read_job!(store, tx => { tx.session(id).await }).unwrap(), Some(phone.clone()));
    assert_eq!(read_job!(store, tx => { tx.sessions_of(person).await }).unwrap(), std::slice::from_ref(&phone));
    let in_browser = read_job!(store, tx => { tx.sessions_in_browser(&[1; 32]).await });
    assert_eq!(in_browser.unwrap(), [card.clone(), phone.clone()]);
    card.ended_at = Some(NOW);
    card.browser_trusted = true;
    card.seen_at = NOW.plus_seconds(9);
    card.person = Some(person);
    let (changed, id) = (card.clone(), card.id);
    write_job!(store, tx => { tx.update_session(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.session(id).await }).unwrap(), Some(card));
    assert_eq!(read_job!(store, tx => { tx.sessions_in_browser(&[1; 32]).await }).unwrap(), [phone]);
}

pub async fn browsers_are_kept_per_person(db: TestDatabase) {
    let store = db.open().await;
    let (person, _) = care_worker(&db, &store).await;
    let id = person.id;
    let mut browser = Browser::first_seen(id, [1; 32], "Firefox".into(), NOW);
    let first = browser.clone();
    write_job!(store, tx => { tx.save_browser(&first).await }).unwrap();
    browser.logged_in(Some([3; 32]), NOW.plus_seconds(86_400));
    browser.reported = true;
    let changed = browser.clone();
    write_job!(store, tx => { tx.save_browser(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.browser(id, &[1; 32]).await }).unwrap(), Some(browser.clone()));
    assert_eq!(read_job!(store, tx => { tx.browser(id, &[2; 32]).await }).unwrap(), None);
    assert_eq!(read_job!(store, tx => { tx.browsers_of(id).await }).unwrap(), [browser]);
}

pub async fn counters_count_and_forget(db: TestDatabase) {
    let store = db.open().await;
    let until = NOW.plus_seconds(60);
    for expected in 1..=3 {
        // A later end does not prolong a counter.
        let end = until.plus_seconds(expected.into());
        let end = if expected == 1 { until } else { end };
        assert_eq!(write_job!(store, tx => { tx.count("codes", end).await }).unwrap(), expected);
    }
    assert_eq!(read_job!(store, tx => { tx.counted("codes", NOW).await }).unwrap(), 3);
    assert_eq!(read_job!(store, tx => { tx.counted("codes", until).await }).unwrap(), 0);
    assert_eq!(read_job!(store, tx => { tx.counted("others", NOW).await }).unwrap(), 0);
    db.clock.set(until);
    let next = until.plus_seconds(60);
    assert_eq!(write_job!(store, tx => { tx.count("codes", next).await }).unwrap(), 1);
}
