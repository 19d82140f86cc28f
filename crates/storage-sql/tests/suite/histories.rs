use crate::support::*;
use domain::{
    BirthDate, EmailAddress, PersonName, Timestamp, UziNumber,
    document::DocumentKind,
    operator::{Office, Operator},
    organisation::{OrganisationStatus, Reopening},
    person::{
        AttributePeriod, CardProofing, FaceToFaceProofing, Membership, MembershipStatus, Person, PersonId,
        ProofingPurpose, Role, RolePeriod, ShownDocument,
    },
    request::{Purpose, Request},
};
use storage::{StoreError, Window};
use storage_sql::{SqlStore, testing::TestDatabase};

const ALL: Window = Window { offset: 0, limit: 100 };

async fn add(store: &SqlStore, person: &Person, memberships: &[Membership]) {
    let (person, memberships) = (person.clone(), memberships.to_vec());
    write_job!(*store, tx => {
        tx.insert_person(&person).await?;
        for membership in &memberships {
            tx.insert_membership(membership).await?;
        }
        Ok(())
    })
    .unwrap();
}

pub async fn people_and_memberships_change(db: TestDatabase) {
    let store = db.open().await;
    let (mut person, _) = care_worker(&db, &store).await;
    let id = person.id;
    person.name = PersonName::new("Zoë", "", "Velde").unwrap();
    person.birth_date = BirthDate::new(1981, 2, 3).unwrap();
    person.birth_date_self_declared = false;
    person.birthplace = "Ankara".into();
    person.email = EmailAddress::parse("zoe@example.org");
    person.email_confirmed_at = Some(NOW);
    person.merged_into = Some(PersonId::new(NOW, &*db.entropy));
    let changed = person.clone();
    write_job!(store, tx => { tx.update_person(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.person(id).await }).unwrap(), Some(person.clone()));
    let number = person.number.clone();
    assert_eq!(read_job!(store, tx => { tx.person_by_number(&number).await }).unwrap(), Some(person));
    assert_eq!(read_job!(store, tx => { tx.person_by_number("000000000").await }).unwrap(), None);
    let mut membership = read_job!(store, tx => { tx.memberships_of(id).await }).unwrap().remove(0);
    membership.department = "Spoedeisende hulp".into();
    membership.personnel_number = "P-12".into();
    membership.ends_at = Some(NOW.plus_seconds(5));
    membership.block(NOW);
    assert_eq!(membership.blocked_at, Some(NOW));
    let changed = membership.clone();
    write_job!(store, tx => { tx.update_membership(&changed).await }).unwrap();
    let id = membership.id;
    assert_eq!(read_job!(store, tx => { tx.membership(id).await }).unwrap(), Some(membership));
    // Nobody is changed who is not there.
    let nobody = crate::support::person(&db, "999999999");
    assert!(write_job!(store, tx => { tx.update_person(&nobody).await }).is_err());
}

pub async fn memberships_are_found(db: TestDatabase) {
    let store = db.open().await;
    let place = organisation(&db, "00000001");
    let new = place.clone();
    write_job!(store, tx => { tx.insert_organisation(&new).await }).unwrap();
    let mut all = Vec::new();
    for (number, roles) in [vec![Role::Signer], vec![Role::Signer, Role::Manager], vec![Role::Auditor], vec![]]
        .into_iter()
        .enumerate()
    {
        let person = person(&db, &format!("10000000{number}"));
        let mut membership = Membership { roles, ..membership(&db, &person, &place) };
        membership.created_at = NOW.plus_seconds(number as i64);
        if number % 2 == 0 {
            membership.attributes = None;
        }
        membership.ends_at = (number == 1).then_some(NOW);
        add(&store, &person, std::slice::from_ref(&membership)).await;
        all.push(membership);
    }
    let id = place.id;
    for (role, expected) in
        [(Role::Signer, vec![0, 1]), (Role::Manager, vec![1]), (Role::Auditor, vec![2]), (Role::Administrator, vec![])]
    {
        let found = read_job!(store, tx => { tx.memberships_with_role(id, role).await }).unwrap();
        assert_eq!(found, expected.into_iter().map(|at: usize| all[at].clone()).collect::<Vec<_>>(), "{role:?}");
    }
    let due = |now| (now, 10);
    for ((now, limit), expected) in [(due(NOW), vec![all[1].clone()]), (due(NOW.plus_seconds(-1)), vec![])] {
        assert_eq!(read_job!(store, tx => { tx.memberships_to_end(now, limit).await }).unwrap(), expected);
    }
    let mut sorted = all.clone();
    sorted.sort_by_key(|membership| membership.id);
    let (first, second) = (sorted[0].id, sorted[1].id);
    let found = read_job!(store, tx => { tx.memberships_in(id, None, 1).await }).unwrap();
    assert_eq!(found, sorted[..1]);
    assert_eq!(read_job!(store, tx => { tx.memberships_in(id, Some(first), 9).await }).unwrap(), sorted[1..]);
    let with: Vec<_> = sorted.iter().filter(|m| m.attributes.is_some()).cloned().collect();
    assert_eq!(read_job!(store, tx => { tx.memberships_with_attributes(None, 9).await }).unwrap(), with);
    let later: Vec<_> = with.iter().filter(|m| m.id > second).cloned().collect();
    assert_eq!(read_job!(store, tx => { tx.memberships_with_attributes(Some(second), 9).await }).unwrap(), later);
    // Who left is found nowhere.
    let ended = all.iter().map(|m| Membership { status: MembershipStatus::Ended, ..m.clone() }).collect::<Vec<_>>();
    write_job!(store, tx => { for m in &ended { tx.update_membership(m).await?; } Ok(()) }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.memberships_in(id, None, 9).await }).unwrap(), []);
    assert_eq!(read_job!(store, tx => { tx.memberships_with_role(id, Role::Signer).await }).unwrap(), []);
    assert_eq!(read_job!(store, tx => { tx.memberships_to_end(NOW, 9).await }).unwrap(), []);
}

pub async fn roles_and_attributes_have_periods(db: TestDatabase) {
    let store = db.open().await;
    let (person, _) = care_worker(&db, &store).await;
    let id = person.id;
    let membership = read_job!(store, tx => { tx.memberships_of(id).await }).unwrap().remove(0);
    let (place, member) = (membership.organisation, membership.id);
    let period = |role, from, until| RolePeriod { membership: member, person: id, organisation: place, role, from, until };
    let signer = period(Role::Signer, NOW, None);
    let manager = period(Role::Manager, NOW.plus_seconds(10), None);
    let (one, two, again) = (signer.clone(), manager.clone(), signer.clone());
    write_job!(store, tx => { tx.insert_role_period(&one).await?; tx.insert_role_period(&two).await }).unwrap();
    let twice = write_job!(store, tx => { tx.insert_role_period(&again).await });
    assert!(matches!(twice, Err(StoreError::Duplicate(_))));
    let until = NOW.plus_seconds(20);
    write_job!(store, tx => { tx.end_role_period(member, Role::Manager, until).await }).unwrap();
    let ended = RolePeriod { until: Some(until), ..manager };
    for (after, expected) in
        [(-1, vec![]), (0, vec![&signer]), (10, vec![&ended, &signer]), (19, vec![&ended, &signer]), (20, vec![&signer])]
    {
        let at = NOW.plus_seconds(after);
        let found = read_job!(store, tx => { tx.roles_at(place, at, ALL).await }).unwrap();
        assert_eq!(found.total, expected.len() as u64, "{after}");
        let expected: Vec<_> = expected.into_iter().map(|period| (period.clone(), person.clone())).collect();
        assert_eq!(found.rows, expected, "{after}");
    }
    // A role can be given again.
    let later = period(Role::Manager, NOW.plus_seconds(30), None);
    write_job!(store, tx => { tx.insert_role_period(&later).await }).unwrap();

    let carried = |from: Timestamp, until| AttributePeriod { membership: member, attributes: attributes(), from, until };
    let (first, second) = (carried(NOW, None), carried(NOW.plus_seconds(9), None));
    let (one, two) = (first.clone(), second.clone());
    write_job!(store, tx => {
        tx.insert_attribute_period(&one).await?;
        assert!(matches!(tx.insert_attribute_period(&two).await, Err(StoreError::Duplicate(_))));
        tx.end_attribute_period(member, two.from).await?;
        tx.insert_attribute_period(&two).await
    })
    .unwrap();
    let history = [second.clone(), AttributePeriod { until: Some(second.from), ..first }];
    assert_eq!(read_job!(store, tx => { tx.attribute_periods(member).await }).unwrap(), history);
}

pub async fn proofings_come_back(db: TestDatabase) {
    let store = db.open().await;
    let (person, _) = care_worker(&db, &store).await;
    let id = person.id;
    let organisation = read_job!(store, tx => { tx.memberships_of(id).await }).unwrap()[0].organisation;
    let card = CardProofing {
        person: id,
        organisation,
        certificate: vec![1],
        evidence: "{}".into(),
        confirmation: "a.b.c".into(),
        terms_version: "1".into(),
        at: NOW,
    };
    let later = CardProofing { at: NOW.plus_seconds(1), ..card.clone() };
    let document =
        ShownDocument { kind: DocumentKind::Passport, number_sealed: "c2VhbGVk".into(), expires_on: "2030-01-31".into() };
    let seen = FaceToFaceProofing {
        person: id,
        organisation: None,
        document,
        purpose: ProofingPurpose::Register,
        by: PersonId::new(NOW, &*db.entropy),
        at: NOW,
    };
    let again = FaceToFaceProofing {
        organisation: Some(organisation),
        purpose: ProofingPurpose::Reissue,
        at: NOW.plus_seconds(1),
        ..seen.clone()
    };
    let (cards, looks) = ([card.clone(), later.clone()], [seen.clone(), again.clone()]);
    write_job!(store, tx => {
        for proofing in &cards { tx.insert_card_proofing(proofing).await?; }
        for proofing in &looks { tx.insert_face_to_face(proofing).await?; }
        Ok(())
    })
    .unwrap();
    assert_eq!(read_job!(store, tx => { tx.card_proofings_of(id).await }).unwrap(), [later, card]);
    assert_eq!(read_job!(store, tx => { tx.face_to_face_of(id).await }).unwrap(), [again, seen]);
}

pub async fn a_registration_is_removed(db: TestDatabase) {
    let store = db.open().await;
    let (active, _) = care_worker(&db, &store).await;
    let known = active.id;
    let place = read_job!(store, tx => { tx.memberships_of(known).await }).unwrap()[0].organisation;
    let person = person(&db, "200000000");
    let place = read_job!(store, tx => { tx.organisation(place).await }).unwrap().unwrap();
    let mut membership = membership(&db, &person, &place);
    add(&store, &person, std::slice::from_ref(&membership)).await;
    let (id, member) = (person.id, membership.id);
    let request = Request { purpose: Purpose::Enrol, person: Some(id), ..request(&db) };
    let period =
        RolePeriod { membership: member, person: id, organisation: place.id, role: Role::Signer, from: NOW, until: None };
    write_job!(store, tx => { tx.insert_request(&request).await?; tx.insert_role_period(&period).await }).unwrap();
    // Somebody who works somewhere or has an ID stays.
    for stays in [id, known] {
        assert!(write_job!(store, tx => { tx.delete_person(stays).await }).is_err());
    }
    membership.unlink();
    write_job!(store, tx => { tx.update_membership(&membership).await?; tx.delete_person(id).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.person(id).await }).unwrap(), None);
    assert_eq!(read_job!(store, tx => { tx.membership(member).await }).unwrap(), None);
    let place = place.id;
    assert_eq!(read_job!(store, tx => { tx.roles_at(place, NOW, ALL).await }).unwrap().total, 0);
}

pub async fn people_and_organisations_are_searched(db: TestDatabase) {
    let store = db.open().await;
    let (zoe, _) = care_worker(&db, &store).await;
    let mut jan = person(&db, "200000000");
    jan.name = PersonName::new("Jan", "", "Ångström").unwrap();
    jan.email = EmailAddress::parse("J.A@example.org");
    add(&store, &jan, &[]).await;
    for (text, expected) in [
        ("", vec![&jan, &zoe]),
        ("VELDE sahin", vec![&zoe]),
        ("angstrom, jan", vec![]),
        ("angstrom jan", vec![&jan]),
        ("j.a@", vec![&jan]),
        ("2000", vec![&jan]),
        ("900012345", vec![&zoe]),
        ("%", vec![]),
    ] {
        let found = read_job!(store, tx => { tx.search_people(text, ALL).await }).unwrap();
        assert_eq!(found.rows.iter().collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(found.total, expected.len() as u64);
    }
    let second = Window { offset: 1, limit: 1 };
    let found = read_job!(store, tx => { tx.search_people("", second).await }).unwrap();
    assert_eq!((found.rows, found.total), (vec![zoe], 2));

    let mut tree = organisation(&db, "00012399");
    tree.name = "Apotheek de Lindeboom".into();
    let new = tree.clone();
    write_job!(store, tx => { tx.insert_organisation(&new).await }).unwrap();
    let taken = organisation(&db, "00012399");
    assert!(matches!(write_job!(store, tx => { tx.insert_organisation(&taken).await }), Err(StoreError::Duplicate(_))));
    tree.name = "Apotheek de Beuk".into();
    tree.contact = None;
    tree.status = OrganisationStatus::Ended;
    let uzi_number = UziNumber::parse("900012345").unwrap();
    tree.reopened_for = Some(Reopening { uzi_number, at: NOW });
    let changed = tree.clone();
    write_job!(store, tx => { tx.update_organisation(&changed).await }).unwrap();
    let number = UziNumber::parse("900012345").unwrap();
    assert_eq!(read_job!(store, tx => { tx.organisation_reopened_for(&number, NOW).await }).unwrap(), None);
    tree.status = OrganisationStatus::Validated;
    let (changed, number) = (tree.clone(), UziNumber::parse("900012345").unwrap());
    write_job!(store, tx => { tx.update_organisation(&changed).await }).unwrap();
    let found = read_job!(store, tx => { tx.organisation_reopened_for(&number, NOW).await }).unwrap();
    assert_eq!(found.as_ref(), Some(&tree));
    let number = UziNumber::parse("900012345").unwrap();
    let ends = NOW.plus_seconds(90 * 24 * 60 * 60);
    for (now, open) in [(Timestamp(ends.0 - 1), true), (ends, false)] {
        let number = number.clone();
        let found = read_job!(store, tx => { tx.organisation_reopened_for(&number, now).await }).unwrap();
        assert_eq!(found.is_some(), open, "{now:?}");
    }
    let other = UziNumber::parse("900012346").unwrap();
    assert_eq!(read_job!(store, tx => { tx.organisation_reopened_for(&other, NOW).await }).unwrap(), None);
    let opened = &store;
    let names = async |text: &'static str| {
        let found = read_job!(*opened, tx => { tx.search_organisations(text, ALL).await }).unwrap();
        assert_eq!(found.total, found.rows.len() as u64);
        found.rows
    };
    let all = names("").await;
    assert_eq!((all.len(), &all[0]), (2, &tree));
    assert_eq!(names("DE BEUK").await, [tree.clone()]);
    assert_eq!(names("linde").await, []);
    assert_eq!(names("000123").await.len(), 2);
    assert_eq!(names("12399").await, []);
    // The URA of somebody else cannot be taken.
    tree.ura = all[1].ura.clone();
    assert!(matches!(write_job!(store, tx => { tx.update_organisation(&tree).await }), Err(StoreError::Duplicate(_))));
}

pub async fn people_are_named_for_the_log(db: TestDatabase) {
    let store = db.open().await;
    let places = [organisation(&db, "00000001"), organisation(&db, "00000002")];
    let new = places.clone();
    write_job!(store, tx => { for place in &new { tx.insert_organisation(place).await?; } Ok(()) }).unwrap();
    let mut people = Vec::new();
    for number in 0..600usize {
        let person = person(&db, &format!("{}", 200_000_000 + number));
        let membership = membership(&db, &person, &places[number % 2]);
        add(&store, &person, std::slice::from_ref(&membership)).await;
        people.push((person, membership));
    }
    let (operator, period) = (people[3].0.id, people[2].1.clone());
    let role = RolePeriod {
        membership: period.id,
        person: period.person,
        organisation: period.organisation,
        role: Role::Auditor,
        from: NOW,
        until: Some(NOW.plus_seconds(9)),
    };
    let new = role.clone();
    write_job!(store, tx => {
        let until = Some(NOW.plus_seconds(5));
        let office = Office::Operator;
        let operator = Operator { person: operator, office, invited_by: None, since: NOW, ended_at: until };
        tx.save_operator(&operator).await?;
        // Who was operator is auditor now, and comes once.
        let since = NOW.plus_seconds(5);
        let auditor = Operator { office: Office::Auditor, since, ended_at: None, ..operator };
        tx.save_operator(&auditor).await?;
        tx.insert_role_period(&new).await
    })
    .unwrap();
    let here = Some(places[0].id);
    let mut ids: Vec<_> = people.iter().map(|(person, _)| person.id).collect();
    ids.push(PersonId::new(NOW, &*db.entropy));
    ids.push(ids[0]);
    let wanted = ids.clone();
    let mut found = read_job!(store, tx => { tx.named(&wanted[..600], here).await }).unwrap();
    found.sort_by_key(|one| one.number.clone());
    assert_eq!(found.len(), 600);
    for (number, (one, (person, _))) in found.iter().zip(&people).enumerate() {
        assert_eq!((one.person, &one.name, &one.number), (person.id, &person.name, &person.number));
        assert_eq!(one.colleague, number % 2 == 0, "{number}");
        let at = |seconds| one.office_at(NOW.plus_seconds(seconds)).filter(|_| number == 3);
        assert_eq!(one.offices.len(), if number == 3 { 2 } else { 0 }, "{number}");
        let expected = if number == 3 { [Some(Office::Operator), Some(Office::Auditor)] } else { [None, None] };
        assert_eq!(([at(4), at(5)], at(-1)), (expected, None), "{number}");
    }
    let last = ids[598..].to_vec();
    let few = read_job!(store, tx => { tx.named(&last, None).await }).unwrap();
    assert_eq!(few.len(), 3, "who is not there any more is left out");
    assert!(few.iter().all(|one| !one.colleague));
    assert!(read_job!(store, tx => { tx.named(&[], here).await }).unwrap().is_empty());
    for (organisation, expected) in [(here, vec![role.clone()]), (None, vec![role]), (Some(places[1].id), vec![])] {
        let wanted = ids.clone();
        let periods = read_job!(store, tx => { tx.role_periods(&wanted, organisation).await }).unwrap();
        assert_eq!(periods, expected);
    }
}
