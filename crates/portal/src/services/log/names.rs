//! Who is named to whom: in the log of an organisation only its own people have names.

use domain::{
    Timestamp,
    log::{Actor, LogEntry},
    operator::Office,
    organisation::{Organisation, OrganisationId},
    person::{PersonId, Role, RolePeriod},
};
use std::collections::{BTreeSet, HashMap};
use storage::{NamedPerson, StoreError, Tx};

/// What a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The log of one organisation.
    Organisation(OrganisationId),
    /// The whole log: operators and the environment's auditors.
    Everything,
}

impl Scope {
    /// The organisation whose people are named.
    pub fn organisation(self) -> Option<OrganisationId> {
        match self {
            Self::Organisation(id) => Some(id),
            Self::Everything => None,
        }
    }
}

/// What somebody is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called<'a> {
    /// By name.
    Name(&'a NamedPerson),
    /// Somebody who works for the environment, to an organisation where they do not work.
    Office(Office),
    /// Somebody of elsewhere, or who is not there any more.
    Nobody,
}

/// The names that a page of the log needs.
#[derive(Clone, Debug)]
pub struct Names {
    pub(super) scope: Scope,
    pub(super) people: HashMap<PersonId, NamedPerson>,
    pub(super) roles: HashMap<PersonId, Vec<RolePeriod>>,
    pub(super) organisations: HashMap<OrganisationId, Organisation>,
}

fn people_of(entry: &LogEntry) -> impl Iterator<Item = PersonId> {
    let actor = match entry.actor {
        Actor::Person { person, .. } => Some(person),
        Actor::Card { .. } | Actor::Anonymous | Actor::System => None,
    };
    [actor, entry.on_behalf_of, entry.person].into_iter().flatten()
}

impl Names {
    /// Those of these entries. `roles`: also which roles they had.
    pub async fn of<'a>(
        tx: &mut dyn Tx,
        scope: Scope,
        entries: impl Iterator<Item = &'a LogEntry> + Clone,
        roles: bool,
    ) -> Result<Self, StoreError> {
        let all: BTreeSet<PersonId> = entries.clone().flat_map(people_of).collect();
        let all: Vec<PersonId> = all.into_iter().collect();
        let people = tx.named(&all, scope.organisation()).await?;
        let periods = if roles { tx.role_periods(&all, scope.organisation()).await? } else { Vec::new() };
        let mut roles: HashMap<PersonId, Vec<RolePeriod>> = HashMap::new();
        periods.into_iter().for_each(|period| roles.entry(period.person).or_default().push(period));
        let mut organisations = HashMap::new();
        let places: BTreeSet<OrganisationId> = entries.filter_map(|entry| entry.organisation).collect();
        for id in places {
            organisations.extend(tx.organisation(id).await?.map(|found| (id, found)));
        }
        let people = people.into_iter().map(|one| (one.person, one)).collect();
        Ok(Self { scope, people, roles, organisations })
    }
    /// What the reader may see.
    pub fn scope(&self) -> Scope {
        self.scope
    }
    /// What somebody is called who did something, or with whom something was done, at a moment.
    pub fn called(&self, person: PersonId, at: Timestamp) -> Called<'_> {
        match (self.people.get(&person), self.scope) {
            (Some(known), Scope::Everything) => Called::Name(known),
            (Some(known), Scope::Organisation(_)) if known.colleague => Called::Name(known),
            (Some(known), Scope::Organisation(_)) => known.office_at(at).map_or(Called::Nobody, Called::Office),
            (None, _) => Called::Nobody,
        }
    }
    /// Where it happened.
    pub fn organisation(&self, id: OrganisationId) -> Option<&Organisation> {
        self.organisations.get(&id)
    }
    /// The roles that somebody had in the organisation of an entry when it was written; only of who is named.
    pub fn roles(&self, person: PersonId, entry: &LogEntry) -> Vec<Role> {
        let named = matches!(self.called(person, entry.at), Called::Name(_));
        let then = |period: &&RolePeriod| {
            Some(period.organisation) == entry.organisation
                && period.from <= entry.at
                && period.until.is_none_or(|until| entry.at < until)
        };
        let held = self.roles.get(&person).filter(|_| named).into_iter().flatten();
        let roles: BTreeSet<Role> = held.filter(then).map(|period| period.role).collect();
        roles.into_iter().collect()
    }
    /// What somebody was for the environment then; that may be told everywhere.
    pub fn office(&self, person: PersonId, at: Timestamp) -> Option<Office> {
        self.people.get(&person).and_then(|known| known.office_at(at))
    }
    /// From where it was done. Where somebody of elsewhere sits is not told.
    pub fn address<'a>(&self, entry: &'a LogEntry) -> Option<&'a str> {
        let outsider = match entry.actor {
            Actor::Person { person, .. } => !matches!(self.called(person, entry.at), Called::Name(_)),
            Actor::Card { .. } | Actor::Anonymous | Actor::System => false,
        };
        entry.from.as_deref().filter(|_| !outsider)
    }
}
