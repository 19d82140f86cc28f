//! Who may do what: the one place, deny by default (SYSTEM.md §2).

use crate::{
    organisation::OrganisationId,
    person::{Membership, MembershipStatus, PersonId, Role},
};

/// What somebody wants to do in the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See one's own overview and sessions.
    SeeOwn(PersonId),
    /// See the people of an organisation.
    SeePeople(OrganisationId),
    /// Read an organisation's whole log.
    ReadLog(OrganisationId),
}

/// Whether `person` with these memberships may do it. Memberships of others are ignored.
pub fn may(person: PersonId, memberships: &[Membership], action: Action) -> bool {
    let has = |organisation: OrganisationId, roles: &[Role]| {
        memberships.iter().any(|m| {
            m.person == person
                && m.organisation == organisation
                && m.status == MembershipStatus::Active
                && m.roles.iter().any(|r| roles.contains(r))
        })
    };
    match action {
        Action::SeeOwn(owner) => owner == person,
        Action::SeePeople(organisation) => has(organisation, &[Role::Helpdesk, Role::Manager, Role::Administrator]),
        Action::ReadLog(organisation) => has(organisation, &[Role::Administrator, Role::Auditor]),
    }
}

#[cfg(test)]
mod tests;
