//! What a new identity brings about: the older one is replaced, memberships open or wait, people are told.

use crate::{
    AppError, AppState,
    caller::Caller,
    error::Halt,
    services::{identities, journal, mail, mail::Letter, redeem, validation},
};
use domain::{
    Timestamp,
    identity::{Identity, IdentityStatus},
    log::Event,
    mail::MailKind,
    organisation::OrganisationId,
    person::{Membership, MembershipStatus, PersonId},
    request::Request,
};
use protocol::request::OrganisationLabel;
use storage::Tx;

/// A log entry by whoever brings it about.
pub type By<'a> = &'a (dyn Fn(Event) -> journal::Entry + Send + Sync);

/// At most one Mobile ID of a person works: the others go before the new one begins.
pub async fn replace_older(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    request: &Request,
    newer: &Identity,
    entry: By<'_>,
) -> Result<(), Halt> {
    for mut older in tx.identities_of(newer.person).await? {
        let never_worked = older.status == IdentityStatus::Pending;
        if older.id == newer.id {
            continue;
        }
        let Ok(status) = older.status.to(IdentityStatus::Replaced) else { continue };
        older.status = status;
        older.ended_at = Some(app.now());
        tx.update_identity(&older).await?;
        let replaced = entry(Event::IdentityReplaced).about(older.person).identity(older.id);
        replaced.request_id(request.id).write(tx).await?;
        identities::end_sessions(app, caller, tx, &older).await?;
        if !never_worked {
            mail::to_person(app, caller, tx, older.person, Letter::new(MailKind::IdentityReplaced)).await?;
        }
    }
    Ok(())
}

/// The stored, active identity takes effect.
pub async fn take(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    request: &Request,
    identity: &Identity,
    entry: By<'_>,
) -> Result<(), Halt> {
    let person = identity.person;
    let waits = accept(tx, request, person, app.now(), entry).await?;
    // A new ID after an older one, also where the same UZI-pas is known and nothing waits.
    let before = |older: &Identity| older.id != identity.id && older.status != IdentityStatus::Pending;
    let reissued = tx.identities_of(person).await?.iter().any(before);
    if let Some(mut registration) = tx.registration_by_enrolment(request.id).await? {
        registration.installed(app.now());
        tx.save_registration(&registration).await?;
    }
    entry(Event::IdentityActivated).request(request).identity(identity.id).write(tx).await?;
    mail::to_person(app, caller, tx, person, Letter::new(MailKind::IdentityActivated)).await?;
    validation::role_follows(app, caller, tx, person, entry).await?;
    if waits || reissued {
        identities::tell_elsewhere(app, caller, tx, person, request.organisation).await?;
    }
    Ok(())
}

/// What a membership becomes when this enrolment's identity takes effect: it opens the organisation that checked the
/// person, and those that know the same UZI-pas; everywhere else it waits to be confirmed.
fn becomes(membership: &Membership, checked: Checked<'_>, now: Timestamp) -> MembershipStatus {
    let here = Some(membership.organisation) == checked.organisation;
    let same_card = checked.card.is_some() && number(membership, now) == checked.card;
    match membership.status {
        MembershipStatus::Active if !here && !same_card => MembershipStatus::Reconfirm,
        MembershipStatus::Reconfirm if here => MembershipStatus::Active,
        status => status,
    }
}

/// Who checked the person.
#[derive(Clone, Copy)]
struct Checked<'a> {
    organisation: Option<OrganisationId>,
    /// The UZI number that is known there.
    card: Option<&'a str>,
}

fn number(membership: &Membership, now: Timestamp) -> Option<&str> {
    membership.attributes_at(now).map(|attributes| attributes.uzi_number.as_str())
}

fn checked<'a>(memberships: &'a [Membership], request: &Request, now: Timestamp) -> Checked<'a> {
    let organisation = request.organisation;
    let here = memberships.iter().find(|m| Some(m.organisation) == organisation);
    Checked { organisation, card: here.and_then(|membership| number(membership, now)) }
}

/// True when a membership waits from now on.
async fn accept(
    tx: &mut dyn Tx,
    request: &Request,
    person: PersonId,
    now: Timestamp,
    entry: By<'_>,
) -> Result<bool, Halt> {
    let memberships = tx.memberships_of(person).await?;
    let checked = checked(&memberships, request, now);
    let mut waits = false;
    for membership in &memberships {
        let status = becomes(membership, checked, now);
        if status == membership.status || membership.status_at(now) == MembershipStatus::Ended {
            continue;
        }
        let event = match status {
            MembershipStatus::Reconfirm => Event::MembershipReconfirm,
            _ => Event::MembershipConfirmed,
        };
        waits |= status == MembershipStatus::Reconfirm;
        tx.update_membership(&Membership { status, ..membership.clone() }).await?;
        let entry = entry(event).about(person).within(membership.organisation);
        entry.request_id(request.id).write(tx).await?;
    }
    Ok(waits)
}

/// The organisations that the identity opens: now, or (`pending`) once it takes effect.
pub async fn opens(
    tx: &mut dyn Tx,
    request: &Request,
    person: PersonId,
    now: Timestamp,
    pending: bool,
) -> Result<Vec<OrganisationLabel>, AppError> {
    let memberships = tx.memberships_of(person).await?;
    let checked = checked(&memberships, request, now);
    let mut open = Vec::new();
    for membership in &memberships {
        let status = if pending { becomes(membership, checked, now) } else { membership.status };
        let ended = membership.status_at(now) == MembershipStatus::Ended;
        if status == MembershipStatus::Active
            && !ended
            && let Some(organisation) = tx.organisation(membership.organisation).await?
        {
            open.push(redeem::label(&organisation));
        }
    }
    Ok(open)
}
