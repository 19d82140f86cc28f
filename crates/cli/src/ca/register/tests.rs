//! What the CA reads, from a real database.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use super::*;
use domain::{
    BirthDate, PersonName,
    identity::{CertificateOrder, Identity, IdentityId, IdentityStatus},
    installation::{Installation, InstallationId},
    person::{Person, PersonId},
    pin::PinCounter,
};
use storage_sql::testing::{START as NOW, TestDatabase};

const OLD: [u8; 16] = [1; 16];
const NEW: [u8; 16] = [2; 16];

fn person(db: &TestDatabase, number: &str) -> Person {
    let name = PersonName::new("Jan", "van", "Jansen").unwrap();
    let (id, birth_date) = (PersonId::new(NOW, &*db.entropy), BirthDate::new(1980, 2, 29).unwrap());
    Person::new(id, number.into(), name, birth_date, true, NOW)
}

fn order(db: &TestDatabase, identity: &Identity, person: PersonId) -> CertificateOrder {
    let id = CertificateOrderId::new(NOW, &*db.entropy);
    CertificateOrder { id, identity: identity.id, person, created_at: NOW, done_at: None }
}

#[tokio::test]
async fn an_order_is_read_with_name_and_key_until_it_is_done() {
    let db = TestDatabase::sqlite();
    let store: Arc<dyn Store> = Arc::new(db.open().await);
    let register = StoreRegister(store.clone());
    let (owner, other) = (person(&db, "123456789"), person(&db, "987654321"));
    let installation = Installation {
        id: InstallationId::new(NOW, &*db.entropy),
        key: vec![1],
        opaque_record: Some(vec![1]),
        register_nonce: None,
        pin: PinCounter::default(),
        created_at: NOW,
    };
    let identity = Identity {
        id: IdentityId::new(NOW, &*db.entropy),
        person: owner.id,
        installation: installation.id,
        status: IdentityStatus::Active,
        certificate: vec![1],
        certificate_sha256: [1; 32],
        serial: OLD.to_vec(),
        public_key: vec![4; 65],
        not_before: NOW,
        not_after: NOW.plus_seconds(1000),
        counter: 0,
        revocation_code: [3; 32],
        ended_at: None,
        created_at: NOW,
        last_used_at: None,
    };
    let (good, foreign) = (order(&db, &identity, owner.id), order(&db, &identity, other.id));
    let (id, not_his) = (good.id, foreign.id);
    let (subject, stored) = (MobileSubject::of(&owner), identity.clone());
    let put: Result<(), StoreError> = store
        .write(move |tx| {
            Box::pin(async move {
                tx.insert_person(&owner).await?;
                tx.insert_person(&other).await?;
                tx.insert_installation(&installation).await?;
                tx.insert_identity(&stored).await?;
                tx.insert_certificate_order(&good).await?;
                tx.insert_certificate_order(&foreign).await
            })
        })
        .await;
    put.unwrap();
    let Identity { public_key, not_after, .. } = identity.clone();
    let expected = Renewal { subject, identity: identity.id, public_key, not_after };
    assert_eq!(register.reissue(id, NOW).await, Ok(Some(expected)));
    assert_eq!(register.reissue(not_his, NOW).await, Ok(None), "an order in somebody else's name");
    assert_eq!(register.reissue(id, not_after).await, Ok(None), "the identity ended");
    assert_eq!(register.reissue(CertificateOrderId::new(NOW, &*db.entropy), NOW).await, Ok(None));
    assert_eq!(register.status(&NEW).await, Ok(CertificateStatus::Unknown));
    assert_eq!(register.status(&OLD).await, Ok(CertificateStatus::Good));

    let at = NOW.plus_seconds(5);
    let renewed = Identity { certificate_sha256: [2; 32], serial: NEW.to_vec(), ..identity };
    let done: Result<(), StoreError> = store
        .write(move |tx| {
            Box::pin(async move {
                tx.renew_identity(&renewed, at).await?;
                tx.close_certificate_order(id, at).await
            })
        })
        .await;
    done.unwrap();
    assert_eq!(register.reissue(id, NOW).await, Ok(None), "it is done");
    assert_eq!(register.status(&NEW).await, Ok(CertificateStatus::Good));
    let superseded = CertificateStatus::Revoked { at, reason: CrlReason::Superseded };
    assert_eq!(register.status(&OLD).await, Ok(superseded));
    let listed = register.revocations(NOW).await.unwrap();
    assert_eq!(listed, [Revoked { serial: OLD.to_vec(), at, reason: CrlReason::Superseded }]);
}
