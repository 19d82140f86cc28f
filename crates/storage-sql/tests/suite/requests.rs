use crate::support::*;
use domain::{
    UziNumber,
    browser::Browser,
    identity::IdentityId,
    organisation::OrganisationId,
    registration::{CardData, Registration, RegistrationId},
    request::{Means, Purpose, Request, RequestId, RequestStatus},
    session::{LoggedInWith, Session, SessionCard, SessionId},
    validation::{Validation, ValidationId},
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
    request.problem_reference = Some("AB12CD34".into());
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
    let asked_by = Some(domain::person::PersonId::new(NOW, &*db.entropy));
    let proved = Request { browser_key: Some([5; 32]), asked_by, ..crate::support::request(&db) };
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
    let waits = Request { status: RequestStatus::Pairing, ..Request { id: request(&db).id, ..enrol.clone() } };
    let waits = Request { nonce_hash: bytes32(&db), code_hash: None, ..waits };
    let all = [enrol.clone(), card.clone(), back.clone(), over, waits.clone()];
    write_job!(store, tx => { for new in &all { tx.insert_request(new).await?; } Ok(()) }).unwrap();
    let nonce = card.nonce_hash;
    assert_eq!(read_job!(store, tx => { tx.request_by_nonce(&nonce).await }).unwrap(), Some(card.clone()));
    assert_eq!(read_job!(store, tx => { tx.request_by_code(&[1; 32], NOW).await }).unwrap(), Some(enrol.clone()));
    let end = enrol.expires_at;
    assert_eq!(read_job!(store, tx => { tx.request_by_code(&[1; 32], end).await }).unwrap(), None);
    assert_eq!(read_job!(store, tx => { tx.request_by_return(&[3; 32]).await }).unwrap(), Some(back));
    assert_eq!(read_job!(store, tx => { tx.request_of_desktop_session(&[2; 32]).await }).unwrap(), Some(card));
    assert_eq!(read_job!(store, tx => { tx.request_of_desktop_session(&[3; 32]).await }).unwrap(), None);
    let mut open = [enrol, waits];
    open.sort_by_key(|one| one.id);
    assert_eq!(read_job!(store, tx => { tx.open_enrolments_of(person).await }).unwrap(), open);
}

pub async fn the_login_that_a_card_made_is_found_by_its_browser(db: TestDatabase) {
    let store = db.open().await;
    let (means, status, browser) = (Means::Card, RequestStatus::Finished, Some([7; 32]));
    let login = |at: i64| Request { means, status, browser, created_at: NOW.plus_seconds(at), ..request(&db) };
    let latest = login(2);
    let all = [
        login(1),
        latest.clone(),
        Request { status: RequestStatus::Accepted, ..login(3) },
        Request { means: Means::Phone, ..login(4) },
        Request { purpose: Purpose::Enrol, ..login(5) },
        Request { browser: Some([8; 32]), status: RequestStatus::Returning, ..login(6) },
    ];
    write_job!(store, tx => { for new in &all { tx.insert_request(new).await?; } Ok(()) }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.card_login_of_browser(&[7; 32]).await }).unwrap(), Some(latest));
    assert_eq!(read_job!(store, tx => { tx.card_login_of_browser(&[8; 32]).await }).unwrap(), None);
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

pub async fn validations_are_found(db: TestDatabase) {
    let store = db.open().await;
    let older = Validation::begin(ValidationId::new(NOW, &*db.entropy), [1; 32], NOW.plus_seconds(-1));
    let mut newer = Validation::begin(ValidationId::new(NOW, &*db.entropy), [1; 32], NOW);
    let (first, second) = (older.clone(), newer.clone());
    write_job!(store, tx => { tx.save_validation(&first).await?; tx.save_validation(&second).await }).unwrap();
    let request = RequestId::new(NOW, &*db.entropy);
    newer.accept_terms("1", NOW).unwrap();
    newer.launched(request, NOW).unwrap();
    newer.desktop_attached([2; 32], NOW);
    let changed = newer.clone();
    write_job!(store, tx => { tx.save_validation(&changed).await }).unwrap();
    let (id, organisation) = (older.id, OrganisationId::new(NOW, &*db.entropy));
    assert_eq!(read_job!(store, tx => { tx.validation(id).await }).unwrap(), Some(older));
    let found = Some(newer.clone());
    assert_eq!(read_job!(store, tx => { tx.validation_of_browser(&[1; 32]).await }).unwrap(), found);
    assert_eq!(read_job!(store, tx => { tx.validation_by_card_request(request).await }).unwrap(), found);
    assert_eq!(read_job!(store, tx => { tx.validation_by_desktop_session(&[2; 32]).await }).unwrap(), found);
    assert_eq!(read_job!(store, tx => { tx.validation_of(organisation).await }).unwrap(), None);
    let number = UziNumber::parse("900012345").unwrap();
    newer.card_read(validation_card(organisation, &number), NOW).unwrap();
    newer.confirmed(&number, "a.b.c".into(), None, NOW).unwrap();
    let done = newer.clone();
    write_job!(store, tx => { tx.save_validation(&done).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.validation_of(organisation).await }).unwrap(), Some(newer));
    // What was not finished goes; what was validated stays.
    assert_eq!(write_job!(store, tx => { tx.forget_validations(NOW.plus_seconds(-1)).await }).unwrap(), 0);
    assert_eq!(write_job!(store, tx => { tx.forget_validations(NOW.plus_seconds(1)).await }).unwrap(), 1);
    assert_eq!(read_job!(store, tx => { tx.validation(id).await }).unwrap(), None);
    assert!(read_job!(store, tx => { tx.validation_of(organisation).await }).unwrap().is_some());
}

fn validation_card(organisation: OrganisationId, number: &UziNumber) -> CardData {
    CardData {
        uzi_number: number.clone(),
        card_type: domain::uzi::CardType::Z,
        ura: domain::Ura::parse("00012345").unwrap(),
        role_code: domain::uzi::RoleCode::parse("01.015").unwrap(),
        name: domain::PersonName::new("Jan", "", "Smit").unwrap(),
        organisation_name: "Praktijk".into(),
        organisation,
        certificate: vec![1],
        evidence: "{}".into(),
        serial: "01".into(),
        valid_until: NOW,
    }
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
        card: None,
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
        card: None,
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
    let LoggedInWith::Phone(identity) = phone.with else { unreachable!() };
    assert_eq!(
        read_job!(store, tx => { tx.sessions_with(identity).await }).unwrap(),
        std::slice::from_ref(&phone)
    );
    card.ended_at = Some(NOW);
    card.browser_trusted = true;
    card.seen_at = NOW.plus_seconds(9);
    card.person = Some(person);
    let (changed, id) = (card.clone(), card.id);
    write_job!(store, tx => { tx.update_session(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.session(id).await }).unwrap(), Some(card));
    assert_eq!(read_job!(store, tx => { tx.sessions_in_browser(&[1; 32]).await }).unwrap(), [phone]);
}

pub async fn card_sessions_are_found_in_pages(db: TestDatabase) {
    let store = db.open().await;
    let session = |after: i64, with_card: bool| Session {
        id: SessionId::new(NOW.plus_seconds(after), &*db.entropy),
        token_hash: bytes32(&db),
        browser: [1; 32],
        person: None,
        with: LoggedInWith::Card(UziNumber::parse("900012345").unwrap()),
        card: with_card.then(|| SessionCard {
            certificate: vec![0x30, 1],
            issuer: (after > 2).then(|| vec![0x30, 2]),
            serial: "01ff".into(),
            valid_until: NOW.plus_seconds(900),
        }),
        browser_label: "Chromium op Linux".into(),
        browser_trusted: false,
        created_at: NOW.plus_seconds(after),
        seen_at: NOW,
        ended_at: None,
    };
    let (old, two, three) = (session(1, true), session(2, true), session(3, true));
    let mut over = session(4, true);
    over.ended_at = Some(NOW);
    let all = [old, two.clone(), three.clone(), over, session(5, false)];
    write_job!(store, tx => { for new in &all { tx.insert_session(new).await?; } Ok(()) }).unwrap();
    let since = NOW.plus_seconds(2);
    let both = read_job!(store, tx => { tx.card_sessions(since, None, 9).await }).unwrap();
    assert_eq!(both, [two.clone(), three.clone()]);
    let (first, second) = (two.id, three.id);
    assert_eq!(read_job!(store, tx => { tx.card_sessions(since, None, 1).await }).unwrap(), [two]);
    assert_eq!(read_job!(store, tx => { tx.card_sessions(since, Some(first), 9).await }).unwrap(), [three]);
    assert_eq!(read_job!(store, tx => { tx.card_sessions(since, Some(second), 9).await }).unwrap(), []);
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
