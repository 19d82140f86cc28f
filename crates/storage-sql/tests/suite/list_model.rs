//! A few people with all that the list of people is made of, changed in the store and in memory, and the list as the rules
//! say it, from memory.

use crate::support::*;
use domain::{
    EmailAddress, PersonName, Timestamp,
    identity::{Identity, IdentityStatus},
    installation::{Installation, InstallationId},
    name::fold,
    organisation::OrganisationId,
    person::{Membership, MembershipId, MembershipStatus, Person, Role},
    request::{Purpose, Request, RequestStatus},
};
use storage::{MeansState, PeopleFilter, PeopleQuery, PeopleSort, PersonRow};
use storage_sql::{SqlStore, testing::TestDatabase};

pub const PEOPLE: usize = 5;
pub const PLACES: usize = 2;
/// Distances in days at which a filter changes its mind.
pub const DAYS: [i64; 13] = [-120, -92, -91, -90, -89, -1, 0, 1, 59, 60, 61, 90, 400];
pub const NAMES: [(&str, &str, &str); 6] = [
    ("Jan", "van der", "Berg"),
    ("Mari", "", "Jansen"),
    ("Gijs", "", "Dijkstra"),
    ("Zoë", "van", "Bergen"),
    ("", "", "Berg"),
    ("Émile", "d'", "Árbol-Núñez"),
];
const WORK: [(&str, &str); 5] =
    [("", ""), ("Spoed eisende hulp", "10"), ("Apotheek", "9"), ("", "p-11"), ("Ökonomie", "")];

#[derive(Clone, Debug)]
pub enum Step {
    Rename { who: usize, name: usize },
    Work { who: usize, place: usize, work: usize, card: bool },
    Change { who: usize, place: usize, status: usize, roles: usize, ends: Option<i64>, work: usize },
    Ask { who: usize, days: i64 },
    Answer { which: usize, status: RequestStatus, who: usize },
    Issue { who: usize, status: IdentityStatus, made: i64, ends: i64 },
    Use { which: usize, status: IdentityStatus, used: Option<i64>, loaded: bool },
    Delete { who: usize },
}

#[derive(Clone)]
pub struct Model {
    pub places: Vec<OrganisationId>,
    installation: InstallationId,
    people: Vec<Option<Person>>,
    memberships: Vec<Membership>,
    /// With whether it ever worked.
    pub identities: Vec<(Identity, bool)>,
    requests: Vec<Request>,
}

fn at(days: i64) -> Timestamp {
    NOW.plus_seconds(days * 24 * 3600)
}

pub fn start_of_day(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0.rem_euclid(24 * 3600 * 1000))
}

fn named(person: &mut Person, name: usize) {
    let (given, prefix, surname) = NAMES[name];
    person.name = PersonName::new(given, prefix, surname).unwrap();
    person.email = (name % 2 == 1).then(|| EmailAddress::parse(&format!("P{name}@example.org")).unwrap());
}

impl Model {
    pub async fn begin(db: &TestDatabase, store: &SqlStore, case: usize) -> Self {
        let places: Vec<_> = (0..PLACES).map(|place| organisation(db, &format!("{case:04}{place:04}"))).collect();
        let people: Vec<_> = (0..PEOPLE)
            .map(|index| {
                let mut person = person(db, &format!("{}", 100_000_000 + case * 100 + index));
                named(&mut person, index);
                person
            })
            .collect();
        let installation = installation(db);
        // Everybody works at the first place.
        let memberships: Vec<_> = people
            .iter()
            .map(|person| {
                let id = MembershipId::new(NOW, &*db.entropy);
                Membership::new(id, person.id, places[0].id, vec![Role::Signer], None, NOW)
            })
            .collect();
        let model = Self {
            places: places.iter().map(|place| place.id).collect(),
            installation: installation.id,
            people: people.iter().cloned().map(Some).collect(),
            memberships: memberships.clone(),
            identities: Vec::new(),
            requests: Vec::new(),
        };
        write_job!(*store, tx => {
            for place in &places { tx.insert_organisation(place).await?; }
            for person in &people { tx.insert_person(person).await?; }
            for membership in &memberships { tx.insert_membership(membership).await?; }
            let installation: Installation = installation;
            tx.insert_installation(&installation).await
        })
        .unwrap();
        model
    }

    /// Takes steps in one job, in the store and here.
    pub async fn walk(mut self, db: &TestDatabase, store: &SqlStore, steps: Vec<Step>) -> Self {
        let writes: Vec<Write> = steps.into_iter().filter_map(|step| self.take(db, step)).collect();
        write_job!(*store, tx => {
            for write in writes {
                match write {
                    Write::Person(person) => tx.update_person(&person).await?,
                    Write::NewMembership(new) => tx.insert_membership(&new).await?,
                    Write::Membership(changed) => tx.update_membership(&changed).await?,
                    Write::NewRequest(new) => tx.insert_request(&new).await?,
                    Write::Request(changed) => tx.update_request(&changed).await?,
                    Write::NewIdentity(new) => tx.insert_identity(&new).await?,
                    Write::Identity(changed, loaded) => {
                        if loaded {
                            tx.identity(changed.id).await?;
                        }
                        tx.update_identity(&changed).await?;
                    }
                    Write::Delete(person) => tx.delete_person(person.id).await?,
                }
            }
            Ok(())
        })
        .unwrap();
        self
    }

    fn take(&mut self, db: &TestDatabase, step: Step) -> Option<Write> {
        let who = |model: &Self, who: usize| model.people[who].clone();
        match step {
            Step::Rename { who, name } => {
                let person = self.people[who].as_mut()?;
                named(person, name);
                Some(Write::Person(person.clone()))
            }
            Step::Work { who: index, place, work, card } => {
                let person = who(self, index)?;
                let organisation = self.places[place];
                if self.memberships.iter().any(|m| m.person == person.id && m.organisation == organisation) {
                    return None;
                }
                let (id, since) = (MembershipId::new(NOW, &*db.entropy), at(-(work as i64)));
                let attributes = card.then(attributes);
                let mut new = Membership::new(id, person.id, organisation, vec![Role::Signer], attributes, since);
                (new.department, new.personnel_number) = (WORK[work].0.into(), WORK[work].1.into());
                self.memberships.push(new.clone());
                Some(Write::NewMembership(new))
            }
            Step::Change { who: index, place, status, roles, ends, work } => {
                use MembershipStatus::*;
                let (person, organisation) = (who(self, index)?.id, self.places[place]);
                let own = |m: &&mut Membership| m.person == person && m.organisation == organisation;
                let changed = self.memberships.iter_mut().find(own)?;
                changed.status = [Active, Blocked, Reconfirm, Ended][status];
                changed.roles = [vec![], vec![Role::Signer], vec![Role::Signer, Role::Auditor]][roles].clone();
                changed.ends_at = ends.map(at);
                (changed.department, changed.personnel_number) = (WORK[work].0.into(), WORK[work].1.into());
                Some(Write::Membership(changed.clone()))
            }
            Step::Ask { who: index, days } => {
                let person = Some(who(self, index)?.id);
                let new = Request { purpose: Purpose::Enrol, person, expires_at: at(days), ..request(db) };
                self.requests.push(new.clone());
                Some(Write::NewRequest(new))
            }
            Step::Answer { which, status, who: index } => {
                let person = who(self, index)?.id;
                let changed = self.requests.get_mut(which)?;
                changed.status = status;
                // A QR code may turn out to be for somebody else.
                changed.person = Some(person);
                Some(Write::Request(changed.clone()))
            }
            Step::Issue { who: index, status, made, ends } => {
                let person = who(self, index)?.id;
                let new = Identity {
                    status,
                    created_at: at(made),
                    not_after: at(ends),
                    ..identity(db, person, self.installation)
                };
                self.identities.push((new.clone(), status != IdentityStatus::Pending));
                Some(Write::NewIdentity(new))
            }
            Step::Use { which, status, used, loaded } => {
                let (changed, was_active) = self.identities.get_mut(which)?;
                changed.status = status;
                changed.last_used_at = used.map(|days| at(days).plus_seconds(3));
                *was_active |= status == IdentityStatus::Active;
                Some(Write::Identity(changed.clone(), loaded))
            }
            Step::Delete { who: index } => {
                let person = who(self, index)?;
                let works = |m: &Membership| m.person == person.id && m.status != MembershipStatus::Ended;
                if self.memberships.iter().any(works) || self.identities.iter().any(|(i, _)| i.person == person.id) {
                    return None;
                }
                self.people[index] = None;
                self.memberships.retain(|membership| membership.person != person.id);
                Some(Write::Delete(person))
            }
        }
    }

    fn means(&self, person: &Person, now: Timestamp) -> Means<'_> {
        let own: Vec<_> = self.identities.iter().filter(|(identity, _)| identity.person == person.id).collect();
        let latest = |status| {
            let with = own.iter().map(|(identity, _)| identity).filter(move |identity| identity.status == status);
            with.max_by_key(|identity| (identity.not_after, identity.id))
        };
        let present = latest(IdentityStatus::Active).or_else(|| latest(IdentityStatus::Blocked));
        let works = |status| present.filter(|i| i.status == status && i.not_after > now);
        let asked: Vec<_> = self.requests.iter().filter(|request| request.person == Some(person.id)).collect();
        let open = |request: &&&Request| matches!(request.status, RequestStatus::Created | RequestStatus::Opened);
        let qr = asked.iter().filter(open).map(|request| request.expires_at).max();
        let was_active = own.iter().any(|(_, was_active)| *was_active);
        let state = if let Some(active) = works(IdentityStatus::Active) {
            MeansState::Active(active.not_after)
        } else if own.iter().any(|(identity, _)| identity.status == IdentityStatus::Pending) {
            MeansState::Pending
        } else if works(IdentityStatus::Blocked).is_some() {
            MeansState::Blocked
        } else if let Some(until) = qr.filter(|until| *until > now) {
            MeansState::QrWaits(until)
        } else if was_active {
            MeansState::Over
        } else if !asked.is_empty() {
            MeansState::QrExpired
        } else {
            MeansState::None
        };
        Means { state, present, was_active }
    }

    /// The whole list that a query asks for a part of.
    pub fn list(&self, query: &PeopleQuery) -> Vec<PersonRow> {
        let here = self.memberships.iter().filter(|membership| membership.organisation == query.organisation);
        let mut rows: Vec<_> = here
            .filter_map(|membership| {
                let person = self.people.iter().flatten().find(|person| person.id == membership.person)?;
                let means = self.means(person, query.now);
                if !fits(query, membership, &means) || !holds(&fold(&query.text), person, membership) {
                    return None;
                }
                let last_used_at = means.present.and_then(|identity| identity.last_used_at).map(start_of_day);
                let name = format!("{} {}", fold(&person.name.surname), fold(&person.name.given));
                let (text, number) = match query.sort {
                    PeopleSort::Name => (String::new(), 0),
                    PeopleSort::Department => (fold(&membership.department), 0),
                    PeopleSort::PersonnelNumber => (fold(&membership.personnel_number), 0),
                    PeopleSort::LastUse => (String::new(), last_used_at.map_or(0, |at| at.0)),
                    PeopleSort::Expiry => (String::new(), means.present.map_or(0, |identity| identity.not_after.0)),
                    PeopleSort::Since => (String::new(), membership.created_at.0),
                };
                let row = PersonRow {
                    person: person.clone(),
                    membership: membership.clone(),
                    means: means.state,
                    last_used_at,
                };
                Some(((text, number, name, membership.id), row))
            })
            .collect();
        rows.sort_by(|(one, _), (two, _)| one.cmp(two));
        if query.descending {
            rows.reverse();
        }
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

enum Write {
    Person(Person),
    NewMembership(Membership),
    Membership(Membership),
    NewRequest(Request),
    Request(Request),
    NewIdentity(Identity),
    Identity(Identity, bool),
    Delete(Person),
}

struct Means<'a> {
    state: MeansState,
    present: Option<&'a Identity>,
    was_active: bool,
}

fn fits(query: &PeopleQuery, membership: &Membership, means: &Means<'_>) -> bool {
    let now = query.now;
    let here = membership.status_at(now) != MembershipStatus::Ended;
    let active = means.present.filter(|_| matches!(means.state, MeansState::Active(_)));
    let days_since = |at: Timestamp| start_of_day(now).seconds_since(start_of_day(at)) / (24 * 3600);
    match query.filter {
        PeopleFilter::Ended => !here,
        _ if !here => false,
        PeopleFilter::Present => true,
        PeopleFilter::NotActivated => !means.was_active,
        PeopleFilter::QrExpired => !means.was_active && means.state == MeansState::QrExpired,
        PeopleFilter::ExpiresSoon => {
            active.is_some_and(|identity| identity.not_after <= now.plus_seconds(60 * 24 * 3600))
        }
        PeopleFilter::LongUnused => active.is_some_and(|identity| {
            days_since(identity.created_at) > 90 && identity.last_used_at.is_none_or(|used| days_since(used) > 90)
        }),
        PeopleFilter::Blocked => {
            let held = means.present.is_some_and(|i| i.status == IdentityStatus::Blocked && i.not_after > now);
            membership.status == MembershipStatus::Blocked || held
        }
        PeopleFilter::Reconfirm => membership.status == MembershipStatus::Reconfirm,
        PeopleFilter::WithRole => membership.roles.iter().any(|role| *role != Role::Signer),
    }
}

fn holds(text: &str, person: &Person, membership: &Membership) -> bool {
    let PersonName { given, prefix, surname } = &person.name;
    let card = membership.attributes.as_ref().map_or("", |attributes| attributes.uzi_number.as_str());
    let fields = [
        format!("{given} {prefix} {surname}"),
        format!("{prefix} {surname} {given}"),
        format!("{given} {surname}"),
        given.clone(),
        surname.clone(),
        person.number.clone(),
        person.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
        membership.department.clone(),
        membership.personnel_number.clone(),
        card.to_owned(),
    ];
    fields.iter().any(|field| fold(field).contains(text))
}
