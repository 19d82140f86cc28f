//! Blocking, unblocking and revoking an identity, by whoever may: everything that goes with it, in one place.

use super::{changes, journal, mail, mail::Letter};
use crate::{AppError, AppState, caller::Caller, error::Halt};
use domain::{
    identity::{Identity, IdentityRefusal, IdentityStatus},
    log::Event,
    mail::MailKind,
    organisation::{OrganisationId, OrganisationStatus},
    person::{MembershipStatus, PersonId, Role},
};
use storage::Tx;

/// The identity of a person that an action is about: the one that works, is blocked or waits for its digits.
pub async fn present(app: &AppState, tx: &mut dyn Tx, person: PersonId) -> Result<Option<Identity>, Halt> {
    let now = app.now();
    let mut identities = tx.identities_of(person).await?;
    identities.retain(|identity| {
        let status = identity.status_at(now);
        matches!(status, IdentityStatus::Pending | IdentityStatus::Active | IdentityStatus::Blocked)
    });
    // A pending one counts only when there is no other: it opens nothing yet.
    identities
        .sort_by_key(|identity| (identity.status == IdentityStatus::Pending, std::cmp::Reverse(identity.created_at)));
    Ok(identities.into_iter().next())
}

/// Moves an identity to another status: sessions that it opened end, the person and the administrators elsewhere are
/// told. `within` is the organisation that does it. The CRL and OCSP follow from what is stored.
pub async fn change(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    mut identity: Identity,
    to: IdentityStatus,
    within: Option<OrganisationId>,
    entry: impl FnOnce(Event) -> journal::Entry,
) -> Result<(), Halt> {
    let now = app.now();
    let refused = |status| AppError::from(IdentityRefusal::Status(status));
    let present = identity.status_at(now);
    identity.status = present.to(to).map_err(|_| refused(present))?;
    identity.ended_at = (to != IdentityStatus::Active).then_some(now);
    tx.update_identity(&identity).await?;
    let (event, kind) = match to {
        IdentityStatus::Active => (Event::IdentityUnblocked, None),
        IdentityStatus::Blocked => (Event::IdentityBlocked, Some(MailKind::IdentityBlocked)),
        IdentityStatus::Replaced => (Event::IdentityReplaced, Some(MailKind::IdentityReplaced)),
        _ => (Event::IdentityRevoked, Some(MailKind::IdentityRevoked)),
    };
    let entry = entry(event).about(identity.person).identity(identity.id);
    match within {
        Some(organisation) => entry.within(organisation),
        None => entry,
    }
    .write(tx)
    .await?;
    if to == IdentityStatus::Active {
        return Ok(());
    }
    end_sessions(app, caller, tx, &identity).await?;
    if let Some(kind) = kind {
        mail::to_person(app, caller, tx, identity.person, Letter::new(kind)).await?;
    }
    tell_elsewhere(app, caller, tx, identity.person, within).await
}

pub(super) async fn end_sessions(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    identity: &Identity,
) -> Result<(), Halt> {
    for mut session in tx.sessions_with(identity.id).await? {
        session.ended_at = Some(app.now());
        tx.update_session(&session).await?;
        let entry = journal::entry(app, caller, Event::SessionEnded).session(session.id).about(identity.person);
        entry.by_system().identity(identity.id).reason("identity-over").write(tx).await?;
    }
    Ok(())
}

/// Other organisations of the person are told, and an organisation that lost its last usable administrator too.
pub async fn tell_elsewhere(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    person: PersonId,
    within: Option<OrganisationId>,
) -> Result<(), Halt> {
    for membership in tx.memberships_of(person).await? {
        if membership.status_at(app.now()) == MembershipStatus::Ended {
            continue;
        }
        let organisation = membership.organisation;
        if Some(organisation) != within {
            let subject = tx.person(person).await?;
            let letter = Letter::new(MailKind::ElsewhereChanged);
            let letter = match &subject {
                Some(subject) => letter.person(subject),
                None => letter,
            };
            mail::to_administrators(app, caller, tx, organisation, letter).await?;
        }
        if membership.has(Role::Administrator) {
            tell_if_orphaned(app, caller, tx, organisation).await?;
        }
    }
    Ok(())
}

/// *Verweesd*: a validated organisation without a usable administrator. Its administrators, its representative and the
/// operators are told.
pub async fn tell_if_orphaned(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    organisation: OrganisationId,
) -> Result<(), Halt> {
    let Some(found) = tx.organisation(organisation).await? else { return Ok(()) };
    let orphaned = found.status == OrganisationStatus::Validated
        && changes::usable_administrators(app, tx, organisation).await?.is_empty();
    if !orphaned {
        return Ok(());
    }
    journal::entry(app, caller, Event::OrganisationOrphaned).by_system().within(organisation).write(tx).await?;
    let letter = || Letter::new(MailKind::Orphaned).organisation(&found);
    mail::to_administrators(app, caller, tx, organisation, letter()).await?;
    mail::to_operators(app, caller, tx, letter()).await?;
    // The representative of the application that this organisation came from, not of one that was refused.
    let applications = tx.applications_of(&found.ura).await?;
    if let Some(application) = applications.into_iter().find(|one| one.organisation == Some(organisation)) {
        let address = &application.form.representative_email;
        mail::to_address(app, caller, tx, address, application.language, letter()).await?;
    }
    Ok(())
}
