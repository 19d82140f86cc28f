//! Who may do what: the one place, deny by default (SYSTEM.md §2).

use crate::{
    Timestamp,
    change::{Change, MemberChange, OperatorChange},
    operator::{Office, Operator},
    organisation::OrganisationId,
    person::{Membership, MembershipStatus, PersonId, Role},
};

/// Who acts: a logged-in person with what they are at this moment.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// Who.
    pub person: PersonId,
    /// Memberships; those of others are ignored.
    pub memberships: &'a [Membership],
    /// What they are for the environment, if anything.
    pub operator: Option<&'a Operator>,
    /// The present moment.
    pub now: Timestamp,
}

/// What somebody wants to see or begin in the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See and change one's own data.
    SeeOwn(PersonId),
    /// Find people of an organisation: status, last use, refusals.
    SeePeople(OrganisationId),
    /// See the management history of people, register, link, import, export; say whom colleagues ask.
    Manage(OrganisationId),
    /// Appoint, dismiss, revoke.
    Administer(OrganisationId),
    /// Read an organisation's whole log and its reports.
    ReadLog(OrganisationId),
    /// Read the whole environment's log and its exports.
    ReadEverything,
    /// Work as an operator.
    Operate,
}

impl Action {
    /// In which organisation.
    pub fn organisation(self) -> Option<OrganisationId> {
        match self {
            Self::SeePeople(id) | Self::Manage(id) | Self::Administer(id) | Self::ReadLog(id) => Some(id),
            Self::SeeOwn(_) | Self::ReadEverything | Self::Operate => None,
        }
    }
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody of another organisation gets the same answer as for something that does not exist.
    #[error("nothing of this actor's")]
    Unseen,
    /// Belongs there, but the role does not allow it.
    #[error("the role does not allow it")]
    Role,
    /// Nobody does this to themselves.
    #[error("nobody does this to themselves")]
    Oneself,
    /// The last usable administrator keeps the role.
    #[error("the last usable administrator keeps the role")]
    LastAdministrator,
}

/// Whom a change is about.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The membership.
    pub membership: &'a Membership,
    /// Whether it is the organisation's last usable administrator.
    pub last_administrator: bool,
}

impl Actor<'_> {
    /// Whether this person has one of the roles there, now.
    fn has(&self, organisation: OrganisationId, roles: &[Role]) -> bool {
        self.memberships.iter().any(|m| {
            m.person == self.person
                && m.organisation == organisation
                && m.is_active(self.now)
                && m.roles.iter().any(|r| roles.contains(r))
        })
    }
    /// What this person is for the environment now.
    fn office(&self) -> Option<Office> {
        self.operator.filter(|o| o.person == self.person && o.holds_office()).map(|o| o.office)
    }
    /// Whether this person is an operator now.
    pub fn is_operator(&self) -> bool {
        self.office() == Some(Office::Operator)
    }
    /// Whether it may be seen or begun.
    pub fn may(&self, action: Action) -> Result<(), Refusal> {
        let within = |organisation, roles: &[Role]| match () {
            () if self.has(organisation, roles) => Ok(()),
            () if self.has(organisation, &Role::ALL) => Err(Refusal::Role),
            () => Err(Refusal::Unseen),
        };
        let in_office = |offices: &[Office]| match self.office() {
            Some(office) if offices.contains(&office) => Ok(()),
            Some(_) => Err(Refusal::Role),
            None => Err(Refusal::Unseen),
        };
        match action {
            Action::SeeOwn(owner) if owner == self.person => Ok(()),
            Action::SeeOwn(_) => Err(Refusal::Unseen),
            Action::SeePeople(o) => within(o, &[Role::Helpdesk, Role::Manager, Role::Administrator]),
            Action::Manage(o) => within(o, &[Role::Manager, Role::Administrator]),
            Action::Administer(o) => within(o, &[Role::Administrator]),
            Action::ReadLog(o) => within(o, &[Role::Administrator, Role::Auditor]),
            Action::ReadEverything => in_office(&[Office::Operator, Office::Auditor]),
            Action::Operate => in_office(&[Office::Operator]),
        }
    }
    /// Whether something may be decided that is about these people: nobody decides about themselves.
    pub fn may_decide_about(&self, people: &[PersonId]) -> Result<(), Refusal> {
        if people.contains(&self.person) { Err(Refusal::Oneself) } else { Ok(()) }
    }
    /// Whether the change may be made. `target` is given for a change of a colleague.
    pub fn may_change(&self, change: &Change, target: Option<Target<'_>>) -> Result<(), Refusal> {
        match change {
            Change::Own(_) => Ok(()),
            Change::Organisation { organisation, .. } => self.may(Action::Manage(*organisation)),
            Change::Member { change, .. } => self.may_change_member(change, target.ok_or(Refusal::Unseen)?),
            Change::Operator(change) => {
                self.may(Action::Operate)?;
                let oneself = match change {
                    OperatorChange::Correct { person, .. }
                    | OperatorChange::Appoint(person)
                    | OperatorChange::Dismiss(person)
                    | OperatorChange::AppointAuditor(person)
                    | OperatorChange::DismissAuditor(person)
                    | OperatorChange::Unmerge(person) => *person == self.person,
                    OperatorChange::Merge { from, into } => *from == self.person || *into == self.person,
                    OperatorChange::TakeRole { .. } => {
                        target.is_some_and(|target| target.membership.person == self.person)
                    }
                    _ => false,
                };
                if oneself { Err(Refusal::Oneself) } else { Ok(()) }
            }
        }
    }

    fn may_change_member(&self, change: &MemberChange, target: Target<'_>) -> Result<(), Refusal> {
        let membership = target.membership;
        let organisation = membership.organisation;
        if membership.status_at(self.now) == MembershipStatus::Ended {
            self.may(Action::SeePeople(organisation))?;
            return Err(Refusal::Role);
        }
        let oneself = membership.person == self.person;
        match change {
            MemberChange::BlockIdentity => self.may(Action::SeePeople(organisation))?,
            MemberChange::Give(_) | MemberChange::Take(_) | MemberChange::RevokeIdentity => {
                self.may(Action::Administer(organisation))?;
            }
            _ => self.may(Action::Manage(organisation))?,
        }
        // Manager and Helpdesk act only on people whose only role is Signer.
        if !self.has(organisation, &[Role::Administrator]) && !membership.is_only_signer() {
            return Err(Refusal::Role);
        }
        // Signer comes with the membership and goes with it.
        if matches!(change, MemberChange::Give(Role::Signer) | MemberChange::Take(Role::Signer)) {
            return Err(Refusal::Role);
        }
        let harmless =
            matches!(change, MemberChange::Edit { .. } | MemberChange::BlockIdentity | MemberChange::RevokeIdentity);
        if oneself && !harmless {
            return Err(Refusal::Oneself);
        }
        let takes_it_away = matches!(
            change,
            MemberChange::Take(Role::Administrator)
                | MemberChange::Unlink
                | MemberChange::EndDate(Some(_))
                | MemberChange::BlockAccess
        );
        if takes_it_away && target.last_administrator {
            return Err(Refusal::LastAdministrator);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
