//! What the operators' back office shows: reads only. Changes are [`super::changes`].

use super::{changes::usable_administrators, journal};
use crate::{AppError, AppState, error::Halt};
use domain::{
    Timestamp,
    application::{Application, ApplicationId, ApplicationStatus},
    change::{Change, ChangeStatus, OperatorChange, PendingChange},
    identity::{Identity, IdentityStatus},
    operator::{Office, Operator},
    organisation::{Organisation, OrganisationId, OrganisationStatus},
    person::{Membership, Person, PersonId, Role},
};
use protocol::ProblemCode;
use storage::{Page, Tx, Window};

fn not_found() -> AppError {
    ProblemCode::NotFound.into()
}

/// A read's refusals are never kept: there is nothing to keep.
fn plain(halt: Halt) -> AppError {
    match halt {
        Halt::Undo(error) | Halt::Keep(error) => error,
    }
}

async fn name(tx: &mut dyn Tx, id: Option<PersonId>) -> Result<Option<String>, AppError> {
    Ok(match id {
        Some(id) => tx.person(id).await?.map(|person| person.name.full()),
        None => None,
    })
}

/// An application in the queue.
#[derive(Clone, Debug)]
pub struct Queued {
    /// The application.
    pub application: Application,
    /// Who handles it.
    pub handler: Option<String>,
}

/// A page of applications.
pub async fn queue(
    app: &AppState,
    status: Option<ApplicationStatus>,
    window: Window,
) -> Result<Page<Queued>, AppError> {
    app.read(move |tx| {
        Box::pin(async move {
            let found = tx.applications(status, window).await?;
            let mut rows = Vec::new();
            for application in found.rows {
                let handler = name(tx, application.handled_by).await?;
                rows.push(Queued { application, handler });
            }
            Ok(Page { rows, total: found.total })
        })
    })
    .await
}

/// One application, with what is known around it.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The application.
    pub application: Application,
    /// Who handles it.
    pub handler: Option<String>,
    /// Who decided.
    pub decider: Option<String>,
    /// A proposed approval waits for a second operator.
    pub waits_for_second: bool,
    /// Other applications for the same URA, newest first.
    pub others: Vec<Application>,
    /// The organisation that has this URA now.
    pub organisation: Option<Organisation>,
}

/// One application.
pub async fn application(app: &AppState, id: ApplicationId) -> Result<Applied, AppError> {
    let now = app.now();
    app.read(move |tx| {
        Box::pin(async move {
            let application = tx.application(id).await?.ok_or_else(not_found)?;
            let about = |pending: &PendingChange| {
                matches!(&pending.change, Change::Operator(OperatorChange::Approve { application, .. }) if *application == id)
                    && pending.status_at(now) == ChangeStatus::AwaitingSecond
            };
            let mut others = tx.applications_of(&application.form.ura).await?;
            others.retain(|other| other.id != id);
            Ok(Applied {
                handler: name(tx, application.handled_by).await?,
                decider: name(tx, application.decided_by).await?,
                waits_for_second: tx.changes_awaiting_second().await?.iter().any(about),
                others,
                organisation: tx.organisation_by_ura(&application.form.ura).await?,
                application,
            })
        })
    })
    .await
}

/// A change that waits for a second operator.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The change.
    pub pending: PendingChange,
    /// Who proposed it.
    pub by: String,
}

/// What waits for a second operator, oldest first.
pub async fn decisions(app: &AppState) -> Result<Vec<Waiting>, AppError> {
    let now = app.now();
    app.read(move |tx| {
        Box::pin(async move {
            let mut waiting = Vec::new();
            for pending in tx.changes_awaiting_second().await? {
                if pending.status_at(now) == ChangeStatus::AwaitingSecond {
                    let by = name(tx, Some(pending.by)).await?.unwrap_or_default();
                    waiting.push(Waiting { pending, by });
                }
            }
            Ok(waiting)
        })
    })
    .await
}

/// An organisation, with who administers it.
#[derive(Clone, Debug)]
pub struct Known {
    /// The organisation.
    pub organisation: Organisation,
    /// People with a role besides Signer.
    pub with_role: Vec<(Membership, Person)>,
    /// Validated, and nobody can administer it.
    pub orphaned: bool,
    /// Its applications, newest first.
    pub applications: Vec<Application>,
}

/// One organisation.
pub async fn organisation(app: &AppState, id: OrganisationId) -> Result<Known, AppError> {
    let state = app.clone();
    app.read(move |tx| {
        Box::pin(async move {
            let organisation = tx.organisation(id).await?.ok_or_else(not_found)?;
            let mut with_role: Vec<(Membership, Person)> = Vec::new();
            for role in [Role::Administrator, Role::Manager, Role::Helpdesk, Role::Auditor] {
                for membership in tx.memberships_with_role(id, role).await? {
                    let known = with_role.iter().any(|(known, _)| known.id == membership.id);
                    if let Some(person) = tx.person(membership.person).await?.filter(|_| !known) {
                        with_role.push((membership, person));
                    }
                }
            }
            let usable = usable_administrators(&state, tx, id).await.map_err(plain)?;
            Ok(Known {
                orphaned: organisation.status == OrganisationStatus::Validated && usable.is_empty(),
                with_role,
                applications: tx.applications_of(&organisation.ura).await?,
                organisation,
            })
        })
    })
    .await
}

/// A page of organisations.
pub async fn organisations(app: &AppState, text: String, window: Window) -> Result<Page<Organisation>, AppError> {
    app.read(move |tx| Box::pin(async move { Ok(tx.search_organisations(&text, window).await?) })).await
}

/// A page of people, over all organisations.
pub async fn people(app: &AppState, text: String, window: Window) -> Result<Page<Person>, AppError> {
    app.read(move |tx| Box::pin(async move { Ok(tx.search_people(&text, window).await?) })).await
}

/// A person, with everything that operators work on.
#[derive(Clone, Debug)]
pub struct Somebody {
    /// The person.
    pub person: Person,
    /// Where they work or worked.
    pub memberships: Vec<(Membership, Organisation)>,
    /// Their identities, newest first.
    pub identities: Vec<(Identity, IdentityStatus)>,
    /// What they are or were for the environment.
    pub operator: Option<Operator>,
    /// Whom this person was merged into.
    pub merged_into: Option<Person>,
}

/// One person, looked at by an operator: `reading` is the entry that says so.
pub async fn look_at(app: &AppState, reading: journal::Entry, id: PersonId) -> Result<Somebody, AppError> {
    let now = app.now();
    app.write(move |tx| {
        Box::pin(async move {
            let found = somebody(tx, id, now).await?;
            reading.about(id).write(tx).await?;
            Ok(found)
        })
    })
    .await
}

/// One person, to act upon.
pub async fn person(app: &AppState, id: PersonId) -> Result<Somebody, AppError> {
    let now = app.now();
    app.read(move |tx| Box::pin(somebody(tx, id, now))).await
}

async fn somebody(tx: &mut dyn Tx, id: PersonId, now: Timestamp) -> Result<Somebody, AppError> {
    let person = tx.person(id).await?.ok_or_else(not_found)?;
    let mut memberships = Vec::new();
    for membership in tx.memberships_of(id).await? {
        if let Some(organisation) = tx.organisation(membership.organisation).await? {
            memberships.push((membership, organisation));
        }
    }
    let mut identities = tx.identities_of(id).await?;
    identities.sort_by_key(|identity| std::cmp::Reverse(identity.created_at));
    let with_status = |identity: Identity| {
        let status = identity.status_at(now);
        (identity, status)
    };
    Ok(Somebody {
        memberships,
        identities: identities.into_iter().map(with_status).collect(),
        operator: tx.operator(id).await?,
        merged_into: match person.merged_into {
            Some(into) => tx.person(into).await?,
            None => None,
        },
        person,
    })
}

/// A person by number.
pub async fn by_number(app: &AppState, number: String) -> Result<Option<Person>, AppError> {
    app.read(move |tx| Box::pin(async move { Ok(tx.person_by_number(number.trim()).await?) })).await
}

/// Everybody who holds this office now, with whether their Mobile ID works.
pub async fn holders(app: &AppState, office: Office) -> Result<Vec<(Operator, Person, bool)>, AppError> {
    let now = app.now();
    app.read(move |tx| {
        Box::pin(async move {
            let mut all = Vec::new();
            for operator in tx.operators().await?.into_iter().filter(|operator| operator.holds(office)) {
                let Some(person) = tx.person(operator.person).await? else { continue };
                let identities = tx.identities_of(operator.person).await?;
                let works = identities.iter().any(|identity| identity.status_at(now) == IdentityStatus::Active);
                all.push((operator, person, works));
            }
            Ok(all)
        })
    })
    .await
}
