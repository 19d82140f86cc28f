//! What the end of a membership brings about: alone, or with its organisation.

use super::{identities, journal, mail, mail::Letter, roles, session};
use crate::{AppState, caller::Caller, error::Halt};
use domain::{
    log::Event,
    mail::MailKind,
    organisation::OrganisationId,
    person::{Membership, PersonId, Role},
};
use storage::Tx;

/// People whose membership ends in one transaction: others must be able to write in between.
pub const BATCH: u32 = 500;

/// Makes the entries of a batch: who ended the organisation, and why.
pub type Entries<'a> = &'a (dyn Fn(Event) -> journal::Entry + Send + Sync);

/// Ends the next memberships of an organisation; tells how many. Roles, card attributes, unused QR codes and the sessions
/// of who works nowhere else end with them; who had a role is told.
pub async fn end_batch(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    entry: Entries<'_>,
) -> Result<usize, Halt> {
    let members = tx.memberships_in(organisation, None, BATCH).await?;
    let ended = members.len();
    for membership in members {
        end_membership(app, caller, tx, membership, entry).await?;
    }
    Ok(ended)
}

/// Somebody works here no more: ends the membership with everything that hangs on it, and tells the administrators which
/// roles went with it.
pub async fn leave(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    membership: Membership,
    entry: Entries<'_>,
) -> Result<(), Halt> {
    let (person, organisation) = (membership.person, membership.organisation);
    let lost: Vec<Role> = membership.roles.iter().copied().filter(|role| *role != Role::Signer).collect();
    end_membership(app, caller, tx, membership, entry).await?;
    if let Some(person) = tx.person(person).await? {
        for role in &lost {
            let letter = Letter::new(MailKind::RoleTaken).person(&person).role(*role);
            mail::to_administrators(app, caller, tx, organisation, letter).await?;
        }
    }
    if lost.contains(&Role::Administrator) {
        identities::tell_if_orphaned(app, caller, tx, organisation).await?;
    }
    Ok(())
}

/// Ends one membership with everything that hangs on it.
pub async fn end_membership(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    mut membership: Membership,
    entry: Entries<'_>,
) -> Result<(), Halt> {
    let (person, organisation) = (membership.person, membership.organisation);
    let lost: Vec<Role> = membership.roles.iter().copied().filter(|role| *role != Role::Signer).collect();
    // An end date that passed is when it ended; one that was still to come is not.
    let ended_at = membership.ends_at.map_or(app.now(), |end| end.min(app.now()));
    roles::end_all(app, tx, &membership).await?;
    if membership.attributes.is_some() {
        tx.end_attribute_period(membership.id, ended_at).await?;
    }
    membership.unlink();
    membership.ends_at = Some(ended_at);
    tx.update_membership(&membership).await?;
    entry(Event::MembershipEnded).about(person).within(organisation).write(tx).await?;
    for mut request in tx.open_enrolments_of(person).await? {
        if request.organisation == Some(organisation) {
            request.cancel();
            tx.update_request(&request).await?;
        }
    }
    for role in lost {
        let told = tx.organisation(organisation).await?;
        if let Some(told) = &told {
            let letter = Letter::new(MailKind::RoleTaken).organisation(told).role(role);
            mail::to_person(app, caller, tx, person, letter).await?;
        }
    }
    end_idle_sessions(app, tx, person, entry).await
}

/// Sessions of somebody for whom nothing opens any more.
pub async fn end_idle_sessions(
    app: &AppState,
    tx: &mut dyn Tx,
    person: PersonId,
    entry: Entries<'_>,
) -> Result<(), Halt> {
    let now = app.now();
    let memberships = tx.memberships_of(person).await?;
    let operator = tx.operator(person).await?;
    if session::opens_something(&memberships, operator.as_ref(), now) {
        return Ok(());
    }
    for mut session in tx.sessions_of(person).await? {
        session.ended_at = Some(now);
        tx.update_session(&session).await?;
        entry(Event::SessionEnded).about(person).session(session.id).write(tx).await?;
    }
    Ok(())
}
