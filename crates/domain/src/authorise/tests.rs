#![allow(clippy::unwrap_used)]
use super::*;
use crate::{
    application::{ApplicationId, Checks},
    care_application::{CareApplication, CareApplicationId},
    change::{ChangeId, Decision, NewPerson},
    document::DocumentKind,
    identity::IdentityId,
    mail::MailId,
    notice::{NoticeId, NoticeKind},
    operator::Office,
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

fn holder(person: u8, office: Office, ended_at: Option<Timestamp>) -> Operator {
    Operator { person: PersonId(id(person)), office, invited_by: None, since: Timestamp(0), ended_at }
}
fn in_office<'a>(held: &'a Operator, memberships: &'a [Membership]) -> Actor<'a> {
    Actor { operator: Some(held), ..actor(memberships) }
}
/// Every kind of change that operators make, of somebody else.
fn office_changes() -> Vec<OperatorChange> {
    let you = PersonId(id(2));
    let (application, organisation) = (ApplicationId(id(3)), OrganisationId(id(9)));
    let (name, birth_date) =
        (crate::PersonName::new("A", "", "B").unwrap(), crate::BirthDate::new(1980, 1, 1).unwrap());
    let new = || {
        Box::new(NewPerson {
            name: name.clone(),
            birth_date,
            birthplace: String::new(),
            document: document(),
            email: None,
            department: String::new(),
            personnel_number: String::new(),
        })
    };
    let care_application = CareApplication {
        id: CareApplicationId(id(4)),
        name: "HIS".into(),
        organisation: "HIS BV".into(),
        certificate_name: None,
        public_key: None,
        redirect_addresses: Vec::new(),
        uras: Vec::new(),
        created_at: NOW,
        ended_at: None,
    };
    let (text, uzi_number) = (String::new, crate::UziNumber::parse("900012345").unwrap());
    vec![
        OperatorChange::Handle(application),
        OperatorChange::Approve {
            application,
            name: "De Linde".into(),
            ura: crate::Ura::parse("00001234").unwrap(),
            checks: Checks { name: text(), ura: text(), representative: text() },
        },
        OperatorChange::Reject(application),
        OperatorChange::Rename { organisation, name: text() },
        OperatorChange::EndOrganisation(organisation),
        OperatorChange::Reopen { organisation, uzi_number },
        OperatorChange::TakeRole { membership: MembershipId(id(5)), role: Role::Administrator },
        OperatorChange::Correct { person: you, name: name.clone(), birth_date, birthplace: text() },
        OperatorChange::Merge { from: you, into: PersonId(id(6)) },
        OperatorChange::Unmerge(you),
        OperatorChange::Invite(new()),
        OperatorChange::Appoint(you),
        OperatorChange::Dismiss(you),
        OperatorChange::InviteAuditor(new()),
        OperatorChange::AppointAuditor(you),
        OperatorChange::DismissAuditor(you),
        OperatorChange::BlockIdentity(IdentityId(id(7))),
        OperatorChange::UnblockIdentity { identity: IdentityId(id(7)), document: document() },
        OperatorChange::RevokeIdentity(IdentityId(id(7))),
        OperatorChange::SaveCareApplication(Box::new(care_application)),
        OperatorChange::EndCareApplication(CareApplicationId(id(4))),
        OperatorChange::ShowNotice { kind: NoticeKind::Maintenance, nl: text(), en: text(), from: NOW, until: None },
        OperatorChange::EndNotice(NoticeId(id(8))),
        OperatorChange::SendAgain(MailId(id(8))),
        OperatorChange::Second(Decision { change: ChangeId(id(8)), agrees: true, grave: false, invites: false }),
    ]
}

/// The environment's two lines of SYSTEM.md §2, written by hand; and who has neither office.
#[test]
fn each_office_opens_what_its_line_says() {
    use Action::*;
    let o = OrganisationId(id(9));
    let (ok, role, unseen) = (Ok(()), Err(Refusal::Role), Err(Refusal::Unseen));
    let table = [
        // whom, until when, as what:  the log  the rest
        (1, None, Office::Operator, ok, ok),
        (1, None, Office::Auditor, ok, role),
        (1, Some(NOW), Office::Operator, unseen, unseen),
        (1, Some(NOW), Office::Auditor, unseen, unseen),
        (2, None, Office::Operator, unseen, unseen),
        (2, None, Office::Auditor, unseen, unseen),
    ];
    for (person, ended_at, office, log, rest) in table {
        let held = holder(person, office, ended_at);
        let actor = in_office(&held, &[]);
        assert_eq!(actor.may(ReadEverything), log, "{held:?}");
        assert_eq!(actor.may(Operate), rest, "{held:?}");
        assert_eq!(actor.is_operator(), rest.is_ok(), "{held:?}");
        for change in office_changes() {
            assert_eq!(actor.may_change(&Change::Operator(change.clone()), None), rest, "{held:?} {change:?}");
        }
        // No office opens anything inside an organisation, its log included.
        for action in [SeePeople(o), Manage(o), Administer(o), ReadLog(o)] {
            assert_eq!(actor.may(action), unseen, "{held:?} {action:?}");
        }
    }
    assert_eq!((actor(&[]).may(ReadEverything), actor(&[]).may(Operate)), (unseen, unseen));
    // The auditor of an organisation reads that one's log only.
    let memberships = [membership(1, 9, &[Role::Auditor])];
    assert_eq!(actor(&memberships).may(ReadEverything), unseen);
    assert_eq!(ReadEverything.organisation(), None);
}

#[test]
fn an_auditor_of_the_environment_has_their_own_roles_elsewhere_and_no_more() {
    let held = holder(1, Office::Auditor, None);
    let memberships = [membership(1, 9, &[Role::Signer])];
    let auditor = in_office(&held, &memberships);
    assert_eq!(auditor.may(Action::ReadLog(OrganisationId(id(9)))), Err(Refusal::Role));
    for change in member_changes() {
        assert_eq!(try_member(auditor, &change, &membership(2, 9, &[Role::Signer]), false), Err(Refusal::Role));
        assert_eq!(try_member(auditor, &change, &membership(2, 8, &[Role::Signer]), false), Err(Refusal::Unseen));
    }
}

#[test]
fn nobody_decides_about_what_is_about_themselves() {
    let held = holder(1, Office::Operator, None);
    let (me, you) = (PersonId(id(1)), PersonId(id(2)));
    let actor = in_office(&held, &[]);
    assert_eq!(actor.may_decide_about(&[]), Ok(()));
    assert_eq!(actor.may_decide_about(&[you]), Ok(()));
    assert_eq!(actor.may_decide_about(&[you, me]), Err(Refusal::Oneself));
}

#[test]
fn an_operator_has_no_power_inside_organisations() {
    let operator = Operator {
        person: PersonId(id(1)),
        office: Office::Operator,
        invited_by: None,
        since: Timestamp(0),
        ended_at: None,
    };
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
    let operator = Operator {
        person: PersonId(id(1)),
        office: Office::Operator,
        invited_by: None,
        since: Timestamp(0),
        ended_at: None,
    };
    let actor = Actor { operator: Some(&operator), ..actor(&[]) };
    let me = PersonId(id(1));
    let you = PersonId(id(2));
    for change in [
        OperatorChange::Appoint(me),
        OperatorChange::Dismiss(me),
        OperatorChange::AppointAuditor(me),
        OperatorChange::DismissAuditor(me),
        OperatorChange::Merge { from: me, into: you },
        OperatorChange::Merge { from: you, into: me },
    ] {
        assert_eq!(actor.may_change(&Change::Operator(change), None), Err(Refusal::Oneself));
    }
    assert_eq!(actor.may_change(&Change::Operator(OperatorChange::Dismiss(you)), None), Ok(()));
    assert_eq!(actor.may_change(&Change::Operator(OperatorChange::DismissAuditor(you)), None), Ok(()));
}
