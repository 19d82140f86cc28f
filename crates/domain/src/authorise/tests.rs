use super::*;
use crate::{Timestamp, person::MembershipId};

fn id(number: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([number; 16])
}
fn membership(person: u8, organisation: u8, role: Role, status: MembershipStatus) -> Membership {
    Membership {
        id: MembershipId(id(9)),
        person: PersonId(id(person)),
        organisation: OrganisationId(id(organisation)),
        roles: vec![role],
        status,
        attributes: None,
        created_at: Timestamp(0),
    }
}

/// Every role × status × whose × where × action against the table of SYSTEM.md §2.
#[test]
fn only_what_the_table_allows() {
    let statuses =
        [MembershipStatus::Active, MembershipStatus::Blocked, MembershipStatus::Reconfirm, MembershipStatus::Ended];
    for role in Role::ALL {
        for status in statuses {
            for whose in [1, 2] {
                for place in [1, 2] {
                    let mine = [membership(whose, place, role, status)];
                    let here = whose == 1 && place == 1 && status == MembershipStatus::Active;
                    let see = matches!(role, Role::Helpdesk | Role::Manager | Role::Administrator);
                    let log = matches!(role, Role::Administrator | Role::Auditor);
                    let (person, organisation) = (PersonId(id(1)), OrganisationId(id(1)));
                    assert_eq!(may(person, &mine, Action::SeePeople(organisation)), here && see, "{mine:?}");
                    assert_eq!(may(person, &mine, Action::ReadLog(organisation)), here && log, "{mine:?}");
                    assert!(may(person, &mine, Action::SeeOwn(person)));
                    assert!(!may(person, &mine, Action::SeeOwn(PersonId(id(2)))));
                }
            }
        }
    }
}

#[test]
fn nobody_without_membership_may_anything_here() {
    let (person, organisation) = (PersonId(id(1)), OrganisationId(id(1)));
    assert!(!may(person, &[], Action::SeePeople(organisation)));
    assert!(!may(person, &[], Action::ReadLog(organisation)));
}

#[test]
fn roles_of_different_organisations_do_not_mix() {
    let both = [
        membership(1, 1, Role::Signer, MembershipStatus::Active),
        membership(1, 2, Role::Administrator, MembershipStatus::Active),
    ];
    assert!(!may(PersonId(id(1)), &both, Action::ReadLog(OrganisationId(id(1)))));
    assert!(may(PersonId(id(1)), &both, Action::ReadLog(OrganisationId(id(2)))));
}
