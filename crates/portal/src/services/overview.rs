//! The overview page: one's own data, organisations, Mobile IDs and sessions.

use super::{people, session::Current};
use crate::{AppError, AppState};
use domain::{
    authorise::Action,
    browser::Browser,
    identity::{Identity, IdentityStatus},
    organisation::{Organisation, OrganisationId},
    person::{Membership, MembershipStatus},
    session::Session,
};

/// What the overview shows.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// Memberships that are not over, with their organisations.
    pub memberships: Vec<(Membership, Organisation)>,
    /// Mobile IDs with their present status, newest first.
    pub identities: Vec<(Identity, IdentityStatus)>,
    /// Sessions that are alive, newest first.
    pub sessions: Vec<Session>,
    /// Browsers that were used.
    pub browsers: Vec<Browser>,
}

/// Loads the overview of who is logged in.
pub async fn load(app: &AppState, current: &Current) -> Result<Overview, AppError> {
    let Some(person) = current.session.person else { return Ok(Overview::default()) };
    let (times, now) = (app.config.times, app.now());
    app.read(move |tx| {
        Box::pin(async move {
            let mut overview = Overview::default();
            for membership in tx.memberships_of(person).await? {
                if membership.status == MembershipStatus::Ended {
                    continue;
                }
                if let Some(organisation) = tx.organisation(membership.organisation).await? {
                    overview.memberships.push((membership, organisation));
                }
            }
            let identities = tx.identities_of(person).await?;
            overview.identities = identities.into_iter().map(|i| (i.status_at(now), i)).map(|(s, i)| (i, s)).collect();
            overview.identities.sort_by_key(|(identity, _)| std::cmp::Reverse(identity.created_at));
            overview.sessions = tx.sessions_of(person).await?;
            overview.sessions.retain(|session| session.is_alive(&times, now));
            overview.sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
            overview.browsers = tx.browsers_of(person).await?;
            Ok(overview)
        })
    })
    .await
}

/// How far an organisation is with what its administrators and beheerders arrange first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arranged {
    /// Which.
    pub organisation: OrganisationId,
    /// Who is logged in administers it.
    pub administers: bool,
    /// Somebody else could administer it too, now.
    pub second_administrator: bool,
    /// Somebody else is registered there.
    pub colleagues: bool,
}

/// For every organisation whose people the one who is logged in manages.
pub async fn arranged(app: &AppState, current: &Current) -> Result<Vec<Arranged>, AppError> {
    let Some(actor) = current.actor(app.now()) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for membership in actor.memberships {
        let organisation = membership.organisation;
        if actor.may(Action::Manage(organisation)).is_err() {
            continue;
        }
        let administrators = people::administrators(app, organisation).await?;
        let here = app.read(move |tx| {
            Box::pin(async move { Ok::<_, AppError>(tx.memberships_in(organisation, None, 2).await?) })
        });
        found.push(Arranged {
            organisation,
            administers: actor.may(Action::Administer(organisation)).is_ok(),
            second_administrator: administrators.iter().any(|person| person.id != actor.person),
            colleagues: here.await?.len() > 1,
        });
    }
    Ok(found)
}
