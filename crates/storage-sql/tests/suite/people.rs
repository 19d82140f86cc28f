use crate::support::*;
use domain::{
    BirthDate, UziNumber,
    person::{CardProofing, MembershipStatus, Role},
};
use std::sync::Arc;
use storage::StoreError;
use storage_sql::testing::TestDatabase;

pub async fn organisations_are_unique_by_ura(db: TestDatabase) {
    let store = db.open().await;
    let (first, second, same) =
        (organisation(&db, "00000001"), organisation(&db, "00000002"), organisation(&db, "00000001"));
    let (one, two) = (first.clone(), second.clone());
    write_job!(store, tx => { tx.insert_organisation(&two).await?; tx.insert_organisation(&one).await }).unwrap();
    let refused = write_job!(store, tx => { tx.insert_organisation(&same).await });
    assert!(matches!(refused, Err(StoreError::Duplicate(_))));
    assert_eq!(read_job!(store, tx => { tx.organisations().await }).unwrap(), [first.clone(), second.clone()]);
    let (ura, id) = (second.ura.clone(), first.id);
    assert_eq!(read_job!(store, tx => { tx.organisation_by_ura(&ura).await }).unwrap(), Some(second));
    assert_eq!(read_job!(store, tx => { tx.organisation(id).await }).unwrap(), Some(first));
}

/// At two nodes: no change is made on what another one changed meanwhile.
pub async fn two_changes_of_an_organisation_wait_for_each_other(db: TestDatabase) {
    let nodes = [Arc::new(db.open().await), Arc::new(db.open().await)];
    let place = organisation(&db, "00000001");
    let (id, new) = (place.id, place.clone());
    write_job!(*nodes[0], tx => { tx.insert_organisation(&new).await }).unwrap();
    let jobs = (0..20).map(|number: usize| {
        let node = nodes[number % 2].clone();
        tokio::spawn(async move {
            write_job!(*node, tx => {
                let mut found = tx.organisation_to_change(id).await?.unwrap();
                found.name.push('!');
                tx.update_organisation(&found).await
            })
        })
    });
    for job in jobs.collect::<Vec<_>>() {
        job.await.unwrap().unwrap();
    }
    let changed = read_job!(*nodes[1], tx => { tx.organisation(id).await }).unwrap().unwrap();
    assert_eq!(changed.name, format!("{}{}", place.name, "!".repeat(20)));
}

pub async fn people_and_memberships(db: TestDatabase) {
    let store = db.open().await;
    let (person, _) = care_worker(&db, &store).await;
    let id = person.id;
    assert_eq!(read_job!(store, tx => { tx.person(id).await }).unwrap(), Some(person.clone()));
    let mut membership = read_job!(store, tx => { tx.memberships_of(id).await }).unwrap().remove(0);
    assert_eq!(membership.roles, [Role::Signer, Role::Administrator]);
    membership.roles = vec![];
    membership.attributes = None;
    membership.status = MembershipStatus::Reconfirm;
    let (changed, again) = (membership.clone(), membership.clone());
    write_job!(store, tx => { tx.update_membership(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.memberships_of(id).await }).unwrap(), [membership]);
    let refused = write_job!(store, tx => { tx.insert_membership(&again).await });
    assert!(matches!(refused, Err(StoreError::Duplicate(_))));
    let mut twin = crate::support::person(&db, &person.number);
    twin.name.surname = "Anders".into();
    let refused = write_job!(store, tx => { tx.insert_person(&twin).await });
    assert!(matches!(refused, Err(StoreError::Duplicate(_))));
}

pub async fn people_are_found_by_card_and_birth_date(db: TestDatabase) {
    let store = db.open().await;
    let (person, _) = care_worker(&db, &store).await;
    let id = person.id;
    let membership = read_job!(store, tx => { tx.memberships_of(id).await }).unwrap().remove(0);
    let organisation = membership.organisation;
    let card = UziNumber::parse("900012345").unwrap();
    let other = UziNumber::parse("900012346").unwrap();
    assert_eq!(
        read_job!(store, tx => { tx.people_by_uzi_number(&card).await }).unwrap(),
        std::slice::from_ref(&person)
    );
    assert_eq!(read_job!(store, tx => { tx.people_by_uzi_number(&other).await }).unwrap(), []);
    let date = person.birth_date;
    let another = BirthDate::new(1980, 1, 1).unwrap();
    let found = read_job!(store, tx => { tx.people_by_birth_date(organisation, date).await });
    assert_eq!(found.unwrap(), [person]);
    assert_eq!(read_job!(store, tx => { tx.people_by_birth_date(organisation, another).await }).unwrap(), []);
    // Who left is not found.
    let ended = domain::person::Membership { status: MembershipStatus::Ended, ..membership };
    write_job!(store, tx => { tx.update_membership(&ended).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.people_by_birth_date(organisation, date).await }).unwrap(), []);
}

pub async fn proofings_are_kept(db: TestDatabase) {
    let store = db.open().await;
    let (person, _) = care_worker(&db, &store).await;
    let id = person.id;
    let organisation = read_job!(store, tx => { tx.memberships_of(id).await }).unwrap()[0].organisation;
    let proofing = CardProofing {
        person: id,
        organisation,
        certificate: vec![1],
        evidence: "{}".into(),
        confirmation: "a.b.c".into(),
        terms_version: "1".into(),
        at: NOW,
    };
    let nobody = CardProofing { person: domain::person::PersonId::new(NOW, &*db.entropy), ..proofing.clone() };
    write_job!(store, tx => { tx.insert_card_proofing(&proofing).await }).unwrap();
    // A proofing of nobody cannot be.
    assert!(write_job!(store, tx => { tx.insert_card_proofing(&nobody).await }).is_err());
}
