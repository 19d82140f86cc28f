//! What the pages of *Beheer* show of an organisation and its people: reads only. Changes are [`super::changes`].

use super::{
    changes::{is_last_administrator, usable_administrators},
    session::Current,
};
use crate::{AppError, AppState, error::Halt};
use domain::{
    Timestamp,
    authorise::Action,
    identity::{Identity, IdentityStatus},
    log::{Actor, Event, LogEntry},
    organisation::{Organisation, OrganisationId},
    person::{AttributePeriod, FaceToFaceProofing, Membership, MembershipId, Person, PersonId},
    preregistration::{PreRegistration, PreRegistrationId},
    request::RequestStatus,
    session::Session,
};
use protocol::ProblemCode;
use std::collections::HashMap;
use storage::{LogFilter, Page, PeopleQuery, PersonRow, Tx, Window};

fn not_found() -> AppError {
    ProblemCode::NotFound.into()
}

/// A read keeps nothing.
fn plain(halt: Halt) -> AppError {
    match halt {
        Halt::Undo(error) | Halt::Keep(error) => error,
    }
}

/// The organisations where somebody may at least find people, by name.
pub async fn organisations(app: &AppState, current: &Current) -> Result<Vec<Organisation>, AppError> {
    let Some(actor) = current.actor(app.now()) else { return Ok(Vec::new()) };
    let ids: Vec<OrganisationId> = (actor.memberships.iter().map(|membership| membership.organisation))
        .filter(|id| actor.may(Action::SeePeople(*id)).is_ok())
        .collect();
    let mut found = app
        .read(move |tx| {
            Box::pin(async move {
                let mut found = Vec::new();
                for id in ids {
                    found.extend(tx.organisation(id).await?);
                }
                Ok::<_, AppError>(found)
            })
        })
        .await?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// One organisation.
pub async fn organisation(app: &AppState, id: OrganisationId) -> Result<Organisation, AppError> {
    let found = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.organisation(id).await?) })).await?;
    found.ok_or_else(not_found)
}

/// A page of an organisation's people.
pub async fn list(app: &AppState, query: PeopleQuery) -> Result<Page<PersonRow>, AppError> {
    app.read(move |tx| Box::pin(async move { Ok(tx.people(&query).await?) })).await
}

/// A page of those who were prepared from a file.
pub async fn prepared(
    app: &AppState,
    organisation: OrganisationId,
    text: String,
    window: Window,
) -> Result<Page<PreRegistration>, AppError> {
    app.read(move |tx| Box::pin(async move { Ok(tx.preregistrations(organisation, &text, window).await?) })).await
}

/// One of those.
pub async fn prepared_one(
    app: &AppState,
    organisation: OrganisationId,
    id: PreRegistrationId,
) -> Result<PreRegistration, AppError> {
    let found = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.preregistration(id).await?) })).await?;
    found.filter(|row| row.organisation == organisation).ok_or_else(not_found)
}

/// Who can administer an organisation now, by name.
pub async fn administrators(app: &AppState, organisation: OrganisationId) -> Result<Vec<Person>, AppError> {
    let state = app.clone();
    app.read(move |tx| {
        Box::pin(async move {
            let mut people = Vec::new();
            for membership in usable_administrators(&state, tx, organisation).await.map_err(plain)? {
                people.extend(tx.person(membership.person).await?);
            }
            people.sort_by_key(|person| person.name.match_keys());
            Ok(people)
        })
    })
    .await
}

/// Somebody's place in an organisation, with everything that a beheerder works on.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub person: Person,
    /// As what.
    pub membership: Membership,
    /// The person's identities, newest first.
    pub identities: Vec<(Identity, IdentityStatus)>,
    /// Until when this organisation's QR code can be scanned.
    pub qr_until: Option<Timestamp>,
    /// What UZI-passes said about the person here, newest first.
    pub attributes: Vec<AttributePeriod>,
    /// Face-to-face checks by this organisation with who did them, newest first.
    pub checks: Vec<(FaceToFaceProofing, String)>,
    /// When the person was last identified with a UZI-pas.
    pub card_checked_at: Option<Timestamp>,
    /// Open sessions of the person in the portal.
    pub sessions: usize,
    /// The organisation's last usable administrator.
    pub last_administrator: bool,
    /// A registration that was never activated, and nothing else.
    pub removable: bool,
}

impl Member {
    /// The identity that an action is about.
    pub fn present(&self, wanted: &[IdentityStatus]) -> Option<&Identity> {
        self.identities.iter().find(|(_, status)| wanted.contains(status)).map(|(identity, _)| identity)
    }
    /// When one of the identities was last used.
    pub fn last_used_at(&self) -> Option<Timestamp> {
        self.identities.iter().filter_map(|(identity, _)| identity.last_used_at).max()
    }
}

/// One member; of another organisation there is none.
pub async fn member(app: &AppState, within: OrganisationId, id: MembershipId) -> Result<Member, AppError> {
    let state = app.clone();
    app.read(move |tx| {
        Box::pin(async move {
            let membership = tx.membership(id).await?.filter(|membership| membership.organisation == within);
            load(&state, tx, membership.ok_or_else(not_found)?).await
        })
    })
    .await
}

/// The place of a person in an organisation.
pub async fn membership_of(
    app: &AppState,
    within: OrganisationId,
    person: PersonId,
) -> Result<Option<Membership>, AppError> {
    let all = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.memberships_of(person).await?) })).await?;
    Ok(all.into_iter().find(|membership| membership.organisation == within))
}

async fn load(app: &AppState, tx: &mut dyn Tx, membership: Membership) -> Result<Member, AppError> {
    let (now, id) = (app.now(), membership.person);
    let person = tx.person(id).await?.ok_or_else(|| AppError::internal("a membership of nobody"))?;
    let mut identities = tx.identities_of(id).await?;
    identities.sort_by_key(|identity| std::cmp::Reverse(identity.created_at));
    let alone = tx.memberships_of(id).await?.len() == 1 && tx.operator(id).await?.is_none();
    let mut qr_until = None;
    for request in tx.open_enrolments_of(id).await? {
        let here = request.organisation == Some(membership.organisation);
        if here && request.status_at(now) == RequestStatus::Created {
            qr_until = Some(request.expires_at);
        }
    }
    let mut checks = Vec::new();
    for check in tx.face_to_face_of(id).await? {
        if check.organisation == Some(membership.organisation) {
            let by = tx.person(check.by).await?.map(|by| by.name.full()).unwrap_or_default();
            checks.push((check, by));
        }
    }
    let card = tx.card_proofings_of(id).await?.into_iter().find(|card| card.organisation == membership.organisation);
    let alive = |session: &Session| session.is_alive(&app.config.times, now);
    let sessions = tx.sessions_of(id).await?.into_iter().filter(alive).count();
    Ok(Member {
        qr_until,
        attributes: tx.attribute_periods(membership.id).await?,
        checks,
        card_checked_at: card.map(|card| card.at),
        sessions,
        last_administrator: is_last_administrator(app, tx, &membership).await.map_err(plain)?,
        removable: alone && identities.is_empty(),
        identities: (identities.into_iter())
            .map(|identity| {
                let status = identity.status_at(now);
                (identity, status)
            })
            .collect(),
        person,
        membership,
    })
}

/// What management is: not every login, and not who looked.
const MANAGEMENT: [Event; 28] = [
    Event::PersonRegistered,
    Event::PersonChanged,
    Event::PersonCorrected,
    Event::PersonMerged,
    Event::PersonUnmerged,
    Event::ProofingFaceToFace,
    Event::ProofingCard,
    Event::MembershipAdded,
    Event::MembershipEnded,
    Event::MembershipEndDate,
    Event::MembershipBlocked,
    Event::MembershipUnblocked,
    Event::MembershipAttributes,
    Event::MembershipAttributesEnded,
    Event::MembershipReconfirm,
    Event::MembershipConfirmed,
    Event::RoleGiven,
    Event::RoleTaken,
    Event::IdentityQr,
    Event::IdentityPending,
    Event::IdentityActivated,
    Event::IdentityReplaced,
    Event::IdentityReissued,
    Event::IdentityBlocked,
    Event::IdentityUnblocked,
    Event::IdentityRevoked,
    Event::IdentityPinBlocked,
    Event::RequestCancelled,
];

/// An entry, with the name of who did it.
#[derive(Clone, Debug)]
pub struct Told {
    /// The entry.
    pub entry: LogEntry,
    /// Who did it, when that is a person who is still known.
    pub by: Option<String>,
}

/// The management history of somebody in this organisation, newest first. That it was looked at is logged.
pub async fn history(
    app: &AppState,
    reading: super::journal::Entry,
    member: &Member,
    before: Option<u64>,
    limit: u32,
) -> Result<(Vec<Told>, Option<u64>), AppError> {
    let (person, organisation) = (member.person.id, member.membership.organisation);
    let filter = LogFilter {
        person: Some(person),
        organisation: Some(organisation),
        events: MANAGEMENT.to_vec(),
        before,
        limit: limit + 1,
        ..LogFilter::default()
    };
    app.write(move |tx| {
        Box::pin(async move {
            let mut found = tx.log_entries(&filter).await?;
            let more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let next = found.last().map(|last| last.place).filter(|_| more);
            let mut names: HashMap<PersonId, Option<String>> = HashMap::new();
            let mut rows = Vec::new();
            for placed in found {
                // Where the person acted upon somebody else is that one's history.
                if placed.entry.person != Some(person) {
                    continue;
                }
                let by = match &placed.entry.actor {
                    Actor::Person { person, .. } => {
                        if !names.contains_key(person) {
                            let name = tx.person(*person).await?.map(|person| person.name.full());
                            names.insert(*person, name);
                        }
                        names.get(person).cloned().flatten()
                    }
                    _ => None,
                };
                rows.push(Told { entry: placed.entry, by });
            }
            reading.about(person).within(organisation).write(tx).await?;
            Ok((rows, next))
        })
    })
    .await
}
