//! What is over goes, by the rules of `domain::retention`; everything else stays.

use crate::support::*;
use domain::{
    Timestamp,
    document::DocumentKind,
    operator::{Office, Operator},
    organisation::Organisation,
    person::{FaceToFaceProofing, Membership, MembershipStatus, PersonId, ProofingPurpose, ShownDocument},
    registration::{Registration, RegistrationId, Step},
    request::{Purpose, Request, RequestId, RequestStatus},
    retention::Retention,
};
use storage::Purged;
use storage_sql::testing::TestDatabase;

const DAY: i64 = 24 * 60 * 60;

/// Every purpose, status and age: the statement deletes what the rule lets go, and counts who it was about.
pub async fn requests_go_as_the_rule_says(db: TestDatabase) {
    let store = db.open().await;
    let may_go = Retention::default().at(NOW);
    let person = PersonId::new(NOW, &*db.entropy);
    let mut all = Vec::new();
    for purpose in Purpose::ALL {
        for status in RequestStatus::ALL {
            for (age, lasts) in
                [(30 * DAY, 0), (30 * DAY, 1), (30 * DAY + 1, 0), (40 * DAY, 10 * DAY), (60 * DAY, 0), (0, 300)]
            {
                let created_at = NOW.plus_seconds(-age);
                all.push(Request {
                    id: RequestId::new(created_at, &*db.entropy),
                    purpose,
                    status,
                    person: (purpose == Purpose::Enrol).then_some(person),
                    created_at,
                    expires_at: created_at.plus_seconds(lasts),
                    ..request(&db)
                });
            }
        }
    }
    let stored = all.clone();
    write_job!(store, tx => { for new in &stored { tx.insert_request(new).await?; } Ok(()) }).unwrap();
    let goes: Vec<&Request> = all.iter().filter(|one| may_go.request(one)).collect();
    let enrolments = goes.iter().filter(|one| one.person.is_some()).count() as u64;
    assert!(enrolments > 0 && goes.len() < all.len());
    // In parts, the oldest first.
    let first = write_job!(store, tx => { tx.purge_requests(&may_go, 3).await }).unwrap();
    assert_eq!(first.all, 3);
    let rest = write_job!(store, tx => { tx.purge_requests(&may_go, 1000).await }).unwrap();
    assert_eq!(first.all + rest.all, goes.len() as u64);
    assert_eq!(first.about_people + rest.about_people, enrolments);
    for one in all {
        let id = one.id;
        let found = read_job!(store, tx => { tx.request(id).await }).unwrap();
        assert_eq!(found.is_none(), may_go.request(&one), "{one:?}");
    }
    let again = write_job!(store, tx => { tx.purge_requests(&may_go, 1000).await }).unwrap();
    assert_eq!(again, Purged::default());
}

fn old_request(db: &TestDatabase) -> Request {
    let created_at = NOW.plus_seconds(-60 * DAY);
    let id = RequestId::new(created_at, &*db.entropy);
    Request { id, created_at, expires_at: created_at, ..request(db) }
}

pub async fn a_request_of_a_wizard_stays_with_it(db: TestDatabase) {
    let store = db.open().await;
    let may_go = Retention::default().at(NOW);
    let (read, enrol) = (old_request(&db), old_request(&db));
    let mut wizard = Registration::begin(RegistrationId::new(NOW, &*db.entropy), [1; 32], NOW);
    (wizard.card_request, wizard.enrolment) = (Some(read.id), Some(enrol.id));
    let saved = wizard.clone();
    write_job!(store, tx => {
        tx.insert_request(&read).await?;
        tx.insert_request(&enrol).await?;
        tx.save_registration(&saved).await
    })
    .unwrap();
    assert_eq!(write_job!(store, tx => { tx.purge_requests(&may_go, 10).await }).unwrap().all, 0);
    let (id, at) = (wizard.id, wizard.updated_at);
    assert!(write_job!(store, tx => { tx.delete_registration(id, at).await }).unwrap());
    assert_eq!(write_job!(store, tx => { tx.purge_requests(&may_go, 10).await }).unwrap().all, 2);
}

pub async fn idle_wizards_are_found_in_pages(db: TestDatabase) {
    let store = db.open().await;
    let mut all = Vec::new();
    for days in [5, 4, 3, 2, 1] {
        let begun = NOW.plus_seconds(-days * DAY);
        let id = RegistrationId::new(begun, &*db.entropy);
        all.push(Registration { step: Step::Check, ..Registration::begin(id, [1; 32], begun) });
    }
    // Begun long ago, but still in use.
    all[1].updated_at = NOW;
    let stored = all.clone();
    write_job!(store, tx => { for new in &stored { tx.save_registration(new).await?; } Ok(()) }).unwrap();
    let before = NOW.plus_seconds(-2 * DAY);
    let page = read_job!(store, tx => { tx.idle_registrations(before, None, 1).await }).unwrap();
    assert_eq!(page, [all[0].clone()]);
    let after = Some(all[0].id);
    let page = read_job!(store, tx => { tx.idle_registrations(before, after, 10).await }).unwrap();
    assert_eq!(page, [all[2].clone()], "the one of exactly two days stays");
    // Somebody went on in the meantime.
    let (id, stale) = (all[1].id, Timestamp(all[1].created_at.0));
    assert!(!write_job!(store, tx => { tx.delete_registration(id, stale).await }).unwrap());
    let found = read_job!(store, tx => { tx.registration(id).await }).unwrap();
    assert_eq!(found, Some(all[1].clone()));
}

pub async fn installations_without_a_pin_go(db: TestDatabase) {
    let store = db.open().await;
    let may_go = Retention::default().at(NOW);
    let mut all = Vec::new();
    for age in [0, DAY, DAY + 1, 400 * DAY] {
        for record in [None, Some(vec![1])] {
            let created_at = NOW.plus_seconds(-age);
            let id = domain::installation::InstallationId::new(created_at, &*db.entropy);
            all.push(domain::installation::Installation { id, created_at, opaque_record: record, ..installation(&db) });
        }
    }
    let stored = all.clone();
    write_job!(store, tx => { for new in &stored { tx.insert_installation(new).await?; } Ok(()) }).unwrap();
    assert_eq!(write_job!(store, tx => { tx.purge_installations(&may_go, 1).await }).unwrap(), 1);
    assert_eq!(write_job!(store, tx => { tx.purge_installations(&may_go, 100).await }).unwrap(), 1);
    for one in all {
        let id = one.id;
        let found = read_job!(store, tx => { tx.installation(id).await }).unwrap();
        assert_eq!(found.is_none(), may_go.installation(&one), "{one:?}");
    }
}

/// The number goes with the last membership of its person, wherever that was; everything else of the check stays.
pub async fn document_numbers_go_after_the_last_membership(db: TestDatabase) {
    let store = db.open().await;
    let ended_at = NOW.plus_seconds(-100 * DAY);
    let place = organisation(&db, "00000009");
    let (id, other) = (place.id, organisation(&db, "00000008"));
    let places = [place.clone(), other.clone()];
    write_job!(store, tx => { for one in &places { tx.insert_organisation(one).await?; } Ok(()) }).unwrap();
    let mut numbers = 200_000_000..;
    let mut add = |memberships: Vec<(&Organisation, MembershipStatus, Option<Timestamp>)>, operator: Option<Operator>| {
        let person = person(&db, &numbers.next().unwrap().to_string());
        let memberships: Vec<Membership> = memberships
            .into_iter()
            .map(|(place, status, ends_at)| Membership { status, ends_at, ..membership(&db, &person, place) })
            .collect();
        let check = FaceToFaceProofing {
            person: person.id,
            organisation: Some(id),
            document: ShownDocument {
                kind: DocumentKind::Passport,
                number_sealed: "c2VhbGVk".into(),
                expires_on: "2030-01-31".into(),
            },
            purpose: ProofingPurpose::Register,
            by: PersonId::new(NOW, &*db.entropy),
            at: ended_at.plus_seconds(-1000 * DAY),
        };
        let operator = operator.map(|operator| Operator { person: person.id, ..operator });
        (person, memberships, check, operator)
    };
    let (ended, until) = (MembershipStatus::Ended, Some(ended_at));
    let later = Some(ended_at.plus_seconds(DAY));
    let held = |office, until: Option<Timestamp>| {
        let person = PersonId::new(NOW, &*db.entropy);
        Some(Operator { person, office, invited_by: None, since: ended_at.plus_seconds(-DAY), ended_at: until })
    };
    let goes = [
        add(vec![(&place, ended, until)], None),
        add(vec![(&place, ended, until), (&other, ended, until)], None),
        add(vec![(&place, ended, until)], held(Office::Auditor, until)),
    ];
    let stays = [
        add(vec![(&place, MembershipStatus::Active, None)], None),
        add(vec![(&place, MembershipStatus::Blocked, until)], None),
        add(vec![(&place, ended, later)], None),
        add(vec![(&place, ended, until), (&other, ended, later)], None),
        add(vec![(&place, ended, until)], held(Office::Auditor, None)),
        add(vec![(&place, ended, until)], held(Office::Operator, later)),
    ];
    // A registration that was merged is as old as the one that stayed.
    let mut merged = add(vec![(&place, ended, until)], None);
    merged.0.merged_into = Some(stays[0].0.id);
    let all: Vec<_> = goes.iter().chain(&stays).chain([&merged]).cloned().collect();
    for (person, memberships, check, operator) in all {
        write_job!(store, tx => {
            tx.insert_person(&person).await?;
            tx.update_person(&person).await?;
            for membership in &memberships { tx.insert_membership(membership).await?; }
            if let Some(operator) = &operator { tx.save_operator(operator).await?; }
            tx.insert_face_to_face(&check).await
        })
        .unwrap();
    }
    let before = ended_at.plus_seconds(1);
    assert_eq!(write_job!(store, tx => { tx.forget_document_numbers(ended_at, 9).await }).unwrap(), 0);
    assert_eq!(write_job!(store, tx => { tx.forget_document_numbers(before, 2).await }).unwrap(), 2);
    assert_eq!(write_job!(store, tx => { tx.forget_document_numbers(before, 9).await }).unwrap(), 1);
    assert_eq!(write_job!(store, tx => { tx.forget_document_numbers(before, 9).await }).unwrap(), 0);
    for (index, (person, _, check, _)) in goes.iter().chain(&stays).chain([&merged]).enumerate() {
        let id = person.id;
        let [mut kept] = read_job!(store, tx => { tx.face_to_face_of(id).await }).unwrap().try_into().unwrap();
        assert_eq!(kept.document.number_sealed.is_empty(), index < goes.len(), "{index}");
        kept.document.number_sealed.clone_from(&check.document.number_sealed);
        assert_eq!(&kept, check, "the rest stays");
    }
}
