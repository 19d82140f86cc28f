#![allow(clippy::unwrap_used)]
use super::*;
use crate::{
    document::DocumentKind,
    person::{MembershipId, ShownDocument},
};

const NOW: Timestamp = Timestamp(1_000_000);

fn id(byte: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([byte; 16])
}
fn membership(person: u8, organisation: u8, roles: &[Role]) -> Membership {
    Membership::new(
        MembershipId(id(person ^ 0x80)),
        PersonId(id(person)),
        OrganisationId(id(organisation)),
        roles.to_vec(),
        None,
        Timestamp(0),
    )
}
fn actor(memberships: &[Membership]) -> Actor<'_> {
    Actor { person: PersonId(id(1)), memberships, operator: None, now: NOW }
}
fn document() -> ShownDocument {
    ShownDocument { kind: DocumentKind::Passport, number_sealed: "x".into(), expires_on: "2030-01-01".into() }
}
fn member_changes() -> Vec<MemberChange> {
    vec![
        MemberChange::Edit { email: None, department: String::new(), personnel_number: String::new() },
        MemberChange::Correct {
            name: crate::PersonName::new("A", "", "B").unwrap(),
            birth_date: crate::BirthDate::new(1980, 1, 1).unwrap(),
            birthplace: String::new(),
        },
        MemberChange::EndDate(Some(NOW)),
        MemberChange::EndDate(None),
        MemberChange::Unlink,
        MemberChange::BlockAccess,
        MemberChange::UnblockAccess,
        MemberChange::Reconfirm(document()),
        MemberChange::BlockIdentity,
        MemberChange::UnblockIdentity(document()),
        MemberChange::RevokeIdentity,
        MemberChange::NewQr(document()),
        MemberChange::Give(Role::Manager),
        MemberChange::Take(Role::Manager),
        MemberChange::Remove,
    ]
}
fn try_member(
    actor: Actor<'_>,
    change: &MemberChange,
    target: &Membership,
    last_administrator: bool,
) -> Result<(), Refusal> {
    let change = Change::Member { membership: target.id, change: change.clone() };
    actor.may_change(&change, Some(Target { membership: target, last_administrator }))
}

/// The table of SYSTEM.md §2, written by hand.
#[test]
fn every_role_sees_what_its_line_says() {
    use Action::*;
    let o = OrganisationId(id(9));
    let table = [
        (Role::Signer, [false, false, false, false]),
        (Role::Helpdesk, [true, false, false, false]),
        (Role::Manager, [true, true, false, false]),
        (Role::Administrator, [true, true, true, true]),
        (Role::Auditor, [false, false, false, true]),
    ];
    for (role, allowed) in table {
        let memberships = [membership(1, 9, &[role])];
        for (action, allowed) in [SeePeople(o), Manage(o), Administer(o), ReadLog(o)].into_iter().zip(allowed) {
            let expected = if allowed { Ok(()) } else { Err(Refusal::Role) };
            assert_eq!(actor(&memberships).may(action), expected, "{role:?} {action:?}");
        }
        assert_eq!(actor(&memberships).may(Operate), Err(Refusal::Unseen));
        assert_eq!(actor(&memberships).may(SeePeople(OrganisationId(id(8)))), Err(Refusal::Unseen));
    }
}

#[test]
fn an_inactive_membership_opens_nothing() {
    let o = OrganisationId(id(9));
    for status in [MembershipStatus::Blocked, MembershipStatus::Reconfirm, MembershipStatus::Ended] {
        let memberships = [Membership { status, ..membership(1, 9, &Role::ALL) }];
        assert_eq!(actor(&memberships).may(Action::SeePeople(o)), Err(Refusal::Unseen), "{status:?}");
    }
    let over = [Membership { ends_at: Some(NOW), ..membership(1, 9, &Role::ALL) }];
    assert_eq!(actor(&over).may(Action::SeePeople(o)), Err(Refusal::Unseen));
    let others = [membership(2, 9, &Role::ALL)];
    assert_eq!(actor(&others).may(Action::SeePeople(o)), Err(Refusal::Unseen));
}

#[test]
fn everybody_sees_their_own_data_only() {
    assert_eq!(actor(&[]).may(Action::SeeOwn(PersonId(id(1)))), Ok(()));
    assert_eq!(actor(&[]).may(Action::SeeOwn(PersonId(id(2)))), Err(Refusal::Unseen));
}

#[test]
fn an_operator_works_until_ended_and_only_as_themselves() {
    let mut operator = Operator { person: PersonId(id(1)), invited_by: None, since: Timestamp(0), ended_at: None };
    let with = |operator: &Operator| Actor { operator: Some(operator), ..actor(&[]) }.may(Action::Operate);
    assert_eq!(with(&operator), Ok(()));
    assert_eq!(with(&Operator { person: PersonId(id(2)), ..operator.clone() }), Err(Refusal::Unseen));
    operator.ended_at = Some(NOW);
    assert_eq!(with(&operator), Err(Refusal::Unseen));
}

#[test]
fn an_operator_has_no_power_inside_organisations() {
    let operator = Operator { person: PersonId(id(1)), invited_by: None, since: Timestamp(0), ended_at: None };
    let actor = Actor { operator: Some(&operator), ..actor(&[]) };
    for change in member_changes() {
        assert_eq!(try_member(actor, &change, &membership(2, 9, &[Role::Signer]), false), Err(Refusal::Unseen));
    }
}

#[test]
fn who_may_change_a_care_worker() {
    let target = membership(2, 9, &[Role::Signer]);
    for role in Role::ALL {
        let memberships = [membership(1, 9, &[role])];
        for change in member_changes() {
            let allowed = match (&change, role) {
                (_, Role::Signer | Role::Auditor) => false,
                (MemberChange::BlockIdentity, _) | (_, Role::Administrator) => true,
                (_, Role::Helpdesk) => false,
                (MemberChange::Give(_) | MemberChange::Take(_) | MemberChange::RevokeIdentity, Role::Manager) => false,
                (_, Role::Manager) => true,
            };
            let expected = if allowed { Ok(()) } else { Err(Refusal::Role) };
            assert_eq!(try_member(actor(&memberships), &change, &target, false), expected, "{role:?} {change:?}");
        }
    }
}

#[test]
fn a_manager_and_a_helpdesk_touch_nobody_with_another_role() {
    for role in [Role::Manager, Role::Helpdesk] {
        let memberships = [membership(1, 9, &[role])];
        for theirs in [Role::Helpdesk, Role::Manager, Role::Administrator, Role::Auditor] {
            let target = membership(2, 9, &[Role::Signer, theirs]);
            for change in member_changes() {
                let answer = try_member(actor(&memberships), &change, &target, false);
                assert_eq!(answer, Err(Refusal::Role), "{role:?} {theirs:?} {change:?}");
            }
        }
    }
}

#[test]
fn an_administrator_does_only_harmless_things_to_themselves() {
    let mine = membership(1, 9, &[Role::Signer, Role::Administrator]);
    let memberships = [mine.clone()];
    for change in member_changes() {
        let harmless =
            matches!(change, MemberChange::Edit { .. } | MemberChange::BlockIdentity | MemberChange::RevokeIdentity);
        let expected = if harmless { Ok(()) } else { Err(Refusal::Oneself) };
        assert_eq!(try_member(actor(&memberships), &change, &mine, false), expected, "{change:?}");
    }
}

#[test]
fn the_last_administrator_keeps_the_role_but_not_the_means() {
    let memberships = [membership(1, 9, &[Role::Administrator])];
    let last = membership(2, 9, &[Role::Signer, Role::Administrator]);
    let on_last = |change: MemberChange| try_member(actor(&memberships), &change, &last, true);
    for change in [
        MemberChange::Take(Role::Administrator),
        MemberChange::Unlink,
        MemberChange::EndDate(Some(NOW)),
        MemberChange::BlockAccess,
    ] {
        assert_eq!(on_last(change), Err(Refusal::LastAdministrator));
    }
    assert_eq!(on_last(MemberChange::BlockIdentity), Ok(()));
    assert_eq!(on_last(MemberChange::RevokeIdentity), Ok(()));
    assert_eq!(on_last(MemberChange::Take(Role::Manager)), Ok(()));
}

#[test]
fn signer_is_never_given_or_taken_by_hand() {
    let memberships = [membership(1, 9, &[Role::Administrator])];
    let target = membership(2, 9, &[Role::Signer]);
    for change in [MemberChange::Give(Role::Signer), MemberChange::Take(Role::Signer)] {
        assert_eq!(try_member(actor(&memberships), &change, &target, false), Err(Refusal::Role));
    }
}

#[test]
fn nothing_changes_for_somebody_who_left_or_works_elsewhere() {
    let memberships = [membership(1, 9, &[Role::Administrator])];
    let left = Membership { status: MembershipStatus::Ended, ..membership(2, 9, &[Role::Signer]) };
    for change in member_changes() {
        assert_eq!(try_member(actor(&memberships), &change, &left, false), Err(Refusal::Role));
        let elsewhere = membership(2, 8, &[Role::Signer]);
        assert_eq!(try_member(actor(&memberships), &change, &elsewhere, false), Err(Refusal::Unseen));
    }
}

#[test]
fn an_operator_decides_nothing_about_themselves() {
    let operator = Operator { person: PersonId(id(1)), invited_by: None, since: Timestamp(0), ended_at: None };
    let actor = Actor { operator: Some(&operator), ..actor(&[]) };
    let me = PersonId(id(1));
    let you = PersonId(id(2));
    for change in [
        OperatorChange::Appoint(me),
        OperatorChange::Dismiss(me),
        OperatorChange::Merge { from: me, into: you },
        OperatorChange::Merge { from: you, into: me },
    ] {
        assert_eq!(actor.may_change(&Change::Operator(change), None), Err(Refusal::Oneself));
    }
    assert_eq!(actor.may_change(&Change::Operator(OperatorChange::Dismiss(you)), None), Ok(()));
}
