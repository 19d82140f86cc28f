use crate::support::*;
use domain::{
    identity::{CertificateOrder, CertificateOrderId, Identity, IdentityStatus},
    installation::{Unlock, UnlockId},
};
use storage::Revocation;
use storage_sql::testing::TestDatabase;

pub async fn identities_come_back_as_they_were(db: TestDatabase) {
    let store = db.open().await;
    let (_, mut identity) = care_worker(&db, &store).await;
    let (id, person) = (identity.id, identity.person);
    let (hash, serial) = (identity.certificate_sha256, identity.serial.clone());
    assert_eq!(read_job!(store, tx => { tx.identity(id).await }).unwrap(), Some(identity.clone()));
    assert_eq!(read_job!(store, tx => { tx.identity_by_certificate(&hash).await }).unwrap(), Some(identity.clone()));
    assert_eq!(read_job!(store, tx => { tx.identity_by_serial(&serial).await }).unwrap(), Some(identity.clone()));
    identity.status = IdentityStatus::Revoked;
    identity.counter = 8;
    identity.ended_at = Some(NOW);
    identity.last_used_at = Some(NOW);
    let changed = identity.clone();
    write_job!(store, tx => { tx.update_identity(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.identities_of(person).await }).unwrap(), [identity]);
}

pub async fn revocations_are_listed(db: TestDatabase) {
    let store = db.open().await;
    let (person, first) = care_worker(&db, &store).await;
    let mut expected = Vec::new();
    for status in IdentityStatus::ALL {
        let mut identity = identity(&db, person.id, first.installation);
        identity.status = status;
        identity.ended_at = Some(NOW.plus_seconds(5));
        if !matches!(status, IdentityStatus::Active | IdentityStatus::Expired) {
            let at = NOW.plus_seconds(5);
            expected.push(Revocation { serial: identity.serial.clone(), status, at });
        }
        write_job!(store, tx => { tx.insert_identity(&identity).await }).unwrap();
    }
    expected.sort_by(|a, b| a.serial.cmp(&b.serial));
    assert_eq!(read_job!(store, tx => { tx.revocations(NOW).await }).unwrap(), expected);
    // Expired certificates need no place in the CRL.
    let end = first.not_after;
    assert_eq!(read_job!(store, tx => { tx.revocations(end).await }).unwrap(), []);
}

pub async fn a_renewed_identity_is_found_by_both_certificates(db: TestDatabase) {
    let store = db.open().await;
    let (person, mut identity) = care_worker(&db, &store).await;
    let (id, old) = (identity.id, identity.clone());
    let order = |seconds| CertificateOrder {
        id: CertificateOrderId::new(NOW, &*db.entropy),
        identity: id,
        person: person.id,
        created_at: NOW.plus_seconds(seconds),
        done_at: None,
    };
    let (second, first) = (order(2), order(1));
    for new in [second.clone(), first.clone()] {
        write_job!(store, tx => { tx.insert_certificate_order(&new).await }).unwrap();
    }
    let twice = first.clone();
    assert!(write_job!(store, tx => { tx.insert_certificate_order(&twice).await }).is_err());
    let open = || async { read_job!(store, tx => { tx.open_certificate_orders(9).await }).unwrap() };
    assert_eq!(open().await, [first.clone(), second.clone()]);
    assert_eq!(read_job!(store, tx => { tx.open_certificate_orders(1).await }).unwrap(), std::slice::from_ref(&first));

    let at = NOW.plus_seconds(5);
    identity.certificate = vec![7; 40];
    identity.certificate_sha256 = bytes32(&db);
    identity.serial = vec![7; 16];
    identity.not_before = at;
    identity.not_after = old.not_after.plus_seconds(-1);
    let (renewed, done) = (identity.clone(), first.id);
    write_job!(store, tx => {
        tx.renew_identity(&renewed, at).await?;
        tx.close_certificate_order(done, at).await
    })
    .unwrap();
    assert_eq!(open().await, [second]);
    let closed = read_job!(store, tx => { tx.certificate_order(done).await }).unwrap();
    assert_eq!(closed, Some(CertificateOrder { done_at: Some(at), ..first }));
    for hash in [old.certificate_sha256, identity.certificate_sha256] {
        let found = read_job!(store, tx => { tx.identity_by_certificate(&hash).await }).unwrap();
        assert_eq!(found.as_ref(), Some(&identity));
    }
    assert_eq!(read_job!(store, tx => { tx.identity_by_certificate(&[0; 32]).await }).unwrap(), None);
    let (was, is) = (old.serial.clone(), identity.serial.clone());
    let (before, present) = (was.clone(), is.clone());
    assert_eq!(read_job!(store, tx => { tx.superseded_at(&before).await }).unwrap(), Some(at));
    assert_eq!(read_job!(store, tx => { tx.superseded_at(&present).await }).unwrap(), None);
    assert_eq!(read_job!(store, tx => { tx.identity_by_serial(&is).await }).unwrap(), Some(identity.clone()));
    // The old one is on the CRL until it would have ended; a certificate is superseded once.
    let listed = Revocation { serial: was, status: IdentityStatus::Replaced, at };
    assert_eq!(read_job!(store, tx => { tx.revocations(NOW).await }).unwrap(), std::slice::from_ref(&listed));
    let end = old.not_after;
    assert_eq!(read_job!(store, tx => { tx.revocations(end).await }).unwrap(), []);
    identity.status = IdentityStatus::Blocked;
    identity.ended_at = Some(at);
    let blocked = identity.clone();
    write_job!(store, tx => { tx.update_identity(&blocked).await }).unwrap();
    let mut both = vec![listed, Revocation { serial: identity.serial, status: IdentityStatus::Blocked, at }];
    both.sort_by(|a, b| a.serial.cmp(&b.serial));
    assert_eq!(read_job!(store, tx => { tx.revocations(NOW).await }).unwrap(), both);
}

pub async fn the_opaque_record_is_set_once(db: TestDatabase) {
    let store = db.open().await;
    let installation = installation(&db);
    let (id, nonce) = (installation.id, installation.register_nonce.unwrap());
    write_job!(store, tx => { tx.insert_installation(&installation).await }).unwrap();
    assert!(!write_job!(store, tx => { tx.set_opaque_record(id, &[0; 32], b"x").await }).unwrap());
    assert!(write_job!(store, tx => { tx.set_opaque_record(id, &nonce, b"record").await }).unwrap());
    assert!(!write_job!(store, tx => { tx.set_opaque_record(id, &nonce, b"other").await }).unwrap());
    let stored = read_job!(store, tx => { tx.installation(id).await }).unwrap().unwrap();
    assert_eq!(stored.opaque_record.as_deref(), Some(b"record".as_slice()));
}

pub async fn unlocks_and_nonces(db: TestDatabase) {
    let store = db.open().await;
    let installation = installation(&db);
    let mut unlock = Unlock {
        id: UnlockId::new(NOW, &*db.entropy),
        installation: installation.id,
        login_state: Some(vec![1]),
        mac_key: None,
        started_at: NOW,
        finished_at: None,
    };
    let (id, new) = (unlock.id, unlock.clone());
    write_job!(store, tx => { tx.insert_installation(&installation).await?; tx.insert_unlock(&new).await }).unwrap();
    unlock.login_state = None;
    unlock.mac_key = Some(vec![2]);
    unlock.finished_at = Some(NOW);
    let changed = unlock.clone();
    write_job!(store, tx => { tx.update_unlock(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.unlock(id).await }).unwrap(), Some(unlock));

    let until = NOW.plus_seconds(60);
    assert!(write_job!(store, tx => { tx.spend_nonce(&[1; 32], until).await }).unwrap());
    assert!(!write_job!(store, tx => { tx.spend_nonce(&[1; 32], until).await }).unwrap());
    assert!(write_job!(store, tx => { tx.spend_nonce(&[2; 32], until).await }).unwrap());
}

pub async fn identities_are_found(db: TestDatabase) {
    let store = db.open().await;
    let (person, active) = care_worker(&db, &store).await;
    let pending = Identity {
        status: IdentityStatus::Pending,
        not_after: NOW.plus_seconds(500),
        ..identity(&db, person.id, active.installation)
    };
    let (new, code) = (pending.clone(), pending.revocation_code);
    write_job!(store, tx => { tx.insert_identity(&new).await }).unwrap();
    let (before, after) = (NOW, NOW.plus_seconds(1));
    assert_eq!(read_job!(store, tx => { tx.pending_identities(before, 10).await }).unwrap(), []);
    assert_eq!(
        read_job!(store, tx => { tx.pending_identities(after, 10).await }).unwrap(),
        std::slice::from_ref(&pending)
    );
    let found = read_job!(store, tx => { tx.identity_by_revocation_code(&code).await });
    assert_eq!(found.unwrap(), Some(pending));
    assert_eq!(read_job!(store, tx => { tx.identity_by_revocation_code(&[0; 32]).await }).unwrap(), None);
}

pub async fn identities_that_end_are_found_until_they_are_told(db: TestDatabase) {
    const DAY: i64 = 86_400;
    let store = db.open().await;
    let (_, active) = care_worker(&db, &store).await;
    let (id, end) = (active.id, active.not_after);
    for status in [IdentityStatus::Blocked, IdentityStatus::Revoked] {
        let other = Identity { status, ..identity(&db, active.person, active.installation) };
        write_job!(store, tx => { tx.insert_identity(&other).await }).unwrap();
    }
    let at = move |days: i64| end.plus_seconds(-days * DAY);
    let found = |now, days| {
        let store = &store;
        async move { read_job!(*store, tx => { tx.identities_ending(now, days, 10).await }).unwrap() }
    };
    let one = std::slice::from_ref(&active);
    assert_eq!(found(at(60).plus_seconds(-1), 60).await, []);
    assert_eq!(found(at(60), 60).await, one);
    assert_eq!(found(at(60), 30).await, []);
    assert_eq!(found(end.plus_seconds(-1), 7).await, one);
    assert_eq!(found(end, 7).await, [], "it ended");
    assert_eq!(read_job!(store, tx => { tx.identities_ending(at(1), 60, 0).await }).unwrap(), []);
    write_job!(store, tx => { tx.told_of_end(id, 30).await }).unwrap();
    assert_eq!(found(at(1), 60).await, [], "a smaller number was told");
    assert_eq!(found(at(1), 30).await, []);
    assert_eq!(found(at(1), 7).await, one);
    write_job!(store, tx => { tx.told_of_end(id, 7).await }).unwrap();
    assert_eq!(found(at(1), 7).await, []);
}
