use crate::support::*;
use domain::{
    identity::IdentityStatus,
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
        if matches!(status, IdentityStatus::Blocked | IdentityStatus::Revoked | IdentityStatus::Replaced) {
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
