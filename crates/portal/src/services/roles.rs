//! Giving and taking a role: membership, history, log and mails together.

use super::{journal, mail, mail::Letter};
use crate::{AppState, caller::Caller, error::Halt};
use domain::{
    mail::MailKind,
    person::{Membership, MembershipStatus, Role, RolePeriod},
};
use storage::Tx;

/// Gives a role; nothing happens when it was there.
pub async fn give(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    membership: &mut Membership,
    role: Role,
    entry: journal::Entry,
) -> Result<bool, Halt> {
    if !membership.give(role) {
        return Ok(false);
    }
    tx.update_membership(membership).await?;
    begin(app, tx, membership, role).await?;
    entry.about(membership.person).within(membership.organisation).detail(role.as_str()).write(tx).await?;
    tell(app, caller, tx, membership, role, MailKind::RoleGiven).await?;
    Ok(true)
}

/// Takes a role; nothing happens when it was not there.
pub async fn take(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    membership: &mut Membership,
    role: Role,
    entry: journal::Entry,
) -> Result<bool, Halt> {
    if !membership.take(role) {
        return Ok(false);
    }
    tx.update_membership(membership).await?;
    tx.end_role_period(membership.id, role, app.now()).await?;
    entry.about(membership.person).within(membership.organisation).detail(role.as_str()).write(tx).await?;
    tell(app, caller, tx, membership, role, MailKind::RoleTaken).await?;
    Ok(true)
}

/// The history of a role begins (also of Signer, with the membership).
pub async fn begin(app: &AppState, tx: &mut dyn Tx, membership: &Membership, role: Role) -> Result<(), Halt> {
    let period = RolePeriod {
        membership: membership.id,
        person: membership.person,
        organisation: membership.organisation,
        role,
        from: app.now(),
        until: None,
    };
    Ok(tx.insert_role_period(&period).await?)
}

/// The history of every role of a membership ends: now, or at the end date that passed.
pub async fn end_all(app: &AppState, tx: &mut dyn Tx, membership: &Membership) -> Result<(), Halt> {
    let now = app.now();
    let until = membership.ends_at.map_or(now, |end| now.min(end));
    for role in &membership.roles {
        tx.end_role_period(membership.id, *role, until).await?;
    }
    Ok(())
}

/// What a membership that its end date ended still has in the books, before the job came: nothing goes on from it.
pub async fn over(app: &AppState, tx: &mut dyn Tx, membership: &mut Membership) -> Result<(), Halt> {
    if membership.status == MembershipStatus::Ended {
        return Ok(());
    }
    end_all(app, tx, membership).await?;
    if membership.attributes.is_some() {
        let until = membership.ends_at.map_or(app.now(), |end| end.min(app.now()));
        tx.end_attribute_period(membership.id, until).await?;
    }
    membership.unlink();
    Ok(())
}

async fn tell(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    membership: &Membership,
    role: Role,
    kind: MailKind,
) -> Result<(), Halt> {
    let organisation = tx.organisation(membership.organisation).await?;
    let person = tx.person(membership.person).await?;
    let (Some(organisation), Some(person)) = (organisation, person) else { return Ok(()) };
    let letter = || Letter::new(kind).organisation(&organisation).person(&person).role(role);
    mail::to_person(app, caller, tx, person.id, letter()).await?;
    mail::to_administrators(app, caller, tx, organisation.id, letter()).await
}
