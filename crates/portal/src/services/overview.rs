//! The overview page: one's own data, organisations, Mobile IDs and sessions.

use super::session::Current;
use crate::{AppError, AppState};
use domain::{
    browser::Browser,
    identity::{Identity, IdentityStatus},
    organisation::Organisation,
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
    let now = app.now();
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
            overview.sessions.retain(|session| session.is_alive(now));
            overview.sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
            overview.browsers = tx.browsers_of(person).await?;
            Ok(overview)
        })
    })
    .await
}
