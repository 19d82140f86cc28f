#![allow(clippy::unwrap_used)]
use super::*;

fn id(byte: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([byte; 16])
}

fn proposed(change: Change) -> PendingChange {
    PendingChange {
        id: ChangeId(id(1)),
        change,
        reason: String::new(),
        sentence: (String::new(), String::new()),
        by: PersonId(id(2)),
        session: SessionId(id(3)),
        confirmation: None,
        status: ChangeStatus::Proposed,
        second: None,
        enrolment: None,
        problem: None,
        created_at: Timestamp(0),
        expires_at: Timestamp(0).plus_seconds(CONFIRM_SECONDS),
    }
}

fn give() -> Change {
    Change::Member { membership: MembershipId(id(5)), change: MemberChange::Give(Role::Manager) }
}

#[test]
fn a_change_is_executed_once_and_in_time() {
    let mut change = proposed(give());
    assert_eq!(change.confirmed(false, Timestamp(1)), Ok(true));
    assert_eq!(change.confirmed(false, Timestamp(1)), Err(ChangeRefusal::Over(ChangeStatus::Executed)));
    let mut late = proposed(give());
    let end = late.expires_at;
    assert_eq!(late.confirmed(false, end), Err(ChangeRefusal::Over(ChangeStatus::Expired)));
    let mut declined = proposed(give());
    declined.declined(Timestamp(1)).unwrap();
    assert_eq!(declined.confirmed(false, Timestamp(1)), Err(ChangeRefusal::Over(ChangeStatus::Declined)));
}

#[test]
fn the_second_operator_is_another_one() {
    let mut change = proposed(Change::Operator(OperatorChange::Appoint(PersonId(id(7)))));
    assert_eq!(change.confirmed(true, Timestamp(1)), Ok(false));
    assert_eq!(change.seconded(PersonId(id(2)), true, Timestamp(2)), Err(ChangeRefusal::SameOperator));
    change.seconded(PersonId(id(8)), true, Timestamp(2)).unwrap();
    assert_eq!((change.status, change.second), (ChangeStatus::Executed, Some(PersonId(id(8)))));
    let again = change.seconded(PersonId(id(9)), true, Timestamp(3));
    assert_eq!(again, Err(ChangeRefusal::Over(ChangeStatus::Executed)));
}

#[test]
fn what_is_always_confirmed_and_what_needs_a_second_operator() {
    let member = |change| Change::Member { membership: MembershipId(id(5)), change };
    for change in [MemberChange::Give(Role::Manager), MemberChange::Take(Role::Auditor), MemberChange::RevokeIdentity] {
        assert!(member(change).is_always_confirmed());
    }
    for change in [MemberChange::Unlink, MemberChange::BlockAccess, MemberChange::BlockIdentity] {
        assert!(!member(change.clone()).is_always_confirmed());
        assert!(member(change).needs_reason());
    }
    let inside = |change| Change::Organisation { organisation: OrganisationId(id(6)), change };
    let prepared =
        |count: u8| inside(OrganisationChange::RemovePrepared((0..count).map(|n| PreRegistrationId(id(n))).collect()));
    assert!(inside(OrganisationChange::Prepare(Vec::new())).is_always_confirmed());
    assert!(inside(OrganisationChange::UnlinkMany(Vec::new())).is_always_confirmed());
    assert_eq!((prepared(1).is_always_confirmed(), prepared(2).is_always_confirmed()), (false, true));
    assert!(prepared(2).sentence(&Facts::default(), "").0.starts_with("2 voorbereide collega's verwijderen"));
    assert!(prepared(1).sentence(&Facts::default(), "").1.starts_with("Remove 1 prepared colleague "));
    assert!(Change::Operator(OperatorChange::Appoint(PersonId(id(7)))).needs_second_operator());
    // The environment's auditor reads everything: appointed as an operator is.
    let auditor = PersonId(id(7));
    let (appoint, dismiss) = (OperatorChange::AppointAuditor(auditor), OperatorChange::DismissAuditor(auditor));
    for (change, second) in [(appoint, true), (dismiss, false)] {
        let change = Change::Operator(change);
        assert!(change.is_always_confirmed() && change.needs_reason());
        assert_eq!(change.needs_second_operator(), second);
        let facts = Facts { person: "Anna van Dijk (123456789)".into(), ..Facts::default() };
        let (nl, en) = change.sentence(&facts, "Toezicht");
        assert!(nl.starts_with("Anna van Dijk (123456789) ") && nl.contains("auditor van de omgeving"), "{nl}");
        assert!(en.contains("auditor of the environment") && en.ends_with("Reason: Toezicht"), "{en}");
    }
    assert!(!Change::Operator(OperatorChange::Reject(ApplicationId(id(7)))).needs_second_operator());
}

#[test]
fn the_sentence_names_action_person_organisation_and_reason() {
    let facts = Facts {
        person: "Anna van Dijk (123456789)".into(),
        organisation: "De Linde (00001234)".into(),
        ..Facts::default()
    };
    let (nl, en) = give().sentence(&facts, "Nieuwe praktijkmanager");
    assert_eq!(
        nl,
        "De rol beheerder (Manager) geven aan Anna van Dijk (123456789) bij De Linde (00001234). Reden: Nieuwe praktijkmanager"
    );
    assert_eq!(
        en,
        "Give the role manager (Manager) to Anna van Dijk (123456789) at De Linde (00001234). Reason: Nieuwe praktijkmanager"
    );
}

#[test]
fn a_second_operator_decides_about_the_sentence_and_signs_what_was_signed() {
    let decision = |agrees, grave| {
        Change::Operator(OperatorChange::Second(Decision { change: ChangeId(id(1)), agrees, grave, invites: false }))
    };
    let sentence =
        ("Anna wordt operator. Reden: helpt mee".to_owned(), "Anna becomes operator. Reason: helps".to_owned());
    let facts = Facts { decision: sentence, ..Facts::default() };
    let (nl, en) = decision(true, true).sentence(&facts, "");
    assert_eq!(nl, "Akkoord als tweede operator: Anna wordt operator. Reden: helpt mee.");
    assert_eq!(en, "Agree as second operator: Anna becomes operator. Reason: helps.");
    assert!(decision(false, true).sentence(&facts, "").0.starts_with("Niet akkoord als tweede operator: "));
    let confirmed = [(true, true), (true, false), (false, true)].map(|(a, g)| decision(a, g).is_always_confirmed());
    assert_eq!(confirmed, [true, false, false]);
    assert!(!decision(true, true).needs_second_operator() && !decision(true, true).needs_reason());
}

#[test]
fn the_last_day_is_the_day_before_the_end() {
    let end = Timestamp::from_unix(1_798_761_600); // 2027-01-01T00:00:00Z
    let change = Change::Member { membership: MembershipId(id(5)), change: MemberChange::EndDate(Some(end)) };
    assert!(change.sentence(&Facts::default(), "").0.starts_with("Laatste werkdag 31-12-2026 voor"));
}

#[test]
fn words_are_read_back() {
    assert!(ChangeStatus::ALL.iter().all(|status| ChangeStatus::parse(status.as_str()) == Some(*status)));
}

#[test]
fn once_executed_a_change_holds_no_document_number() {
    use crate::document::DocumentKind;
    let document = || ShownDocument {
        kind: DocumentKind::Passport,
        number_sealed: "sealed".into(),
        expires_on: "2031-01-01".into(),
    };
    let person = || {
        Box::new(NewPerson {
            name: PersonName::new("Anna", "van", "Dijk").unwrap(),
            birth_date: BirthDate::new(1990, 5, 17).unwrap(),
            birthplace: "Utrecht".into(),
            document: document(),
            email: None,
            department: String::new(),
            personnel_number: String::new(),
        })
    };
    let member = |change| Change::Member { membership: MembershipId(id(5)), change };
    let within = |change| Change::Organisation { organisation: OrganisationId(id(6)), change };
    for change in [
        member(MemberChange::Reconfirm(document())),
        member(MemberChange::UnblockIdentity(document())),
        member(MemberChange::NewQr(document())),
        within(OrganisationChange::Register { person: person(), prepared: None }),
        within(OrganisationChange::Link { request: RequestId(id(7)), document: document() }),
        Change::Operator(OperatorChange::Invite(person())),
        Change::Operator(OperatorChange::InviteAuditor(person())),
        Change::Operator(OperatorChange::UnblockIdentity { identity: IdentityId(id(8)), document: document() }),
    ] {
        let mut pending = proposed(change);
        assert!(serde_json::to_string(&pending.change).unwrap().contains("\"sealed\""));
        pending.forget_copies();
        let kept = serde_json::to_string(&pending.change).unwrap();
        assert!(!kept.contains("\"sealed\"") && kept.contains("2031-01-01"), "{kept}");
    }
    let new = *person();
    let row = Prepared {
        name: new.name,
        birth_date: Some(new.birth_date),
        birthplace: new.birthplace,
        email: None,
        personnel_number: String::new(),
        department: String::new(),
    };
    let mut pending = proposed(within(OrganisationChange::Prepare(vec![row])));
    pending.forget_copies();
    assert_eq!(pending.change, within(OrganisationChange::Prepare(Vec::new())), "colleagues from a file are kept once");
}
