//! Changes of a colleague.

use super::{Maker, membership};
use crate::{
    AppError,
    error::Halt,
    services::{desk, email, identities, organisations, proofing, roles},
};
use domain::{
    change::MemberChange,
    identity::{Identity, IdentityStatus},
    log::Event,
    person::{Membership, MembershipId, MembershipStatus, Person, PersonId, ProofingPurpose, Role, ShownDocument},
    request::RequestId,
};
use protocol::ProblemCode;
use storage::Tx;

fn refuse<T>(code: ProblemCode) -> Result<T, Halt> {
    Err(AppError::new(code).into())
}

/// Does it. A new QR code is answered with its request.
pub(super) async fn execute(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    id: MembershipId,
    change: &MemberChange,
) -> Result<Option<RequestId>, Halt> {
    let mut membership = membership(tx, id).await?;
    // Of one that ended the people may still be ending.
    let organisation = tx.organisation(membership.organisation).await?;
    if !organisation.is_some_and(|organisation| organisation.status.takes_registrations()) {
        return refuse(ProblemCode::OrganisationNotValidated);
    }
    match change {
        MemberChange::Edit { email, department, personnel_number } => {
            let work = (department.as_str(), personnel_number.as_str());
            if work != (membership.department.as_str(), membership.personnel_number.as_str()) {
                membership.department.clone_from(department);
                membership.personnel_number.clone_from(personnel_number);
                tx.update_membership(&membership).await?;
                entry(maker, Event::PersonChanged, &membership).write(tx).await?;
            }
            let person = person(tx, membership.person).await?;
            if person.email != *email {
                let entry = entry(maker, email::CHANGED, &membership);
                email::change(maker.app, maker.caller, tx, person, email.clone(), entry).await?;
            }
        }
        MemberChange::Correct { name, birth_date, birthplace } => {
            if !tx.identities_of(membership.person).await?.is_empty() {
                return refuse(ProblemCode::NotAfterActivation);
            }
            let mut person = person(tx, membership.person).await?;
            person.name = name.clone();
            person.birth_date = *birth_date;
            person.birthplace.clone_from(birthplace);
            tx.update_person(&person).await?;
            entry(maker, Event::PersonCorrected, &membership).write(tx).await?;
        }
        MemberChange::EndDate(end) => {
            if end.is_some_and(|end| end <= maker.app.now()) {
                return refuse(ProblemCode::BadInput);
            }
            // Pressed twice: one entry.
            if membership.ends_at != *end {
                membership.ends_at = *end;
                tx.update_membership(&membership).await?;
                entry(maker, Event::MembershipEndDate, &membership).write(tx).await?;
            }
        }
        MemberChange::Unlink => unlink(maker, tx, membership).await?,
        MemberChange::BlockAccess => {
            if !membership.block(maker.app.now()) {
                return refuse(ProblemCode::NotNow);
            }
            tx.update_membership(&membership).await?;
            entry(maker, Event::MembershipBlocked, &membership).write(tx).await?;
            told_if_administrator(maker, tx, &membership).await?;
        }
        MemberChange::UnblockAccess => {
            let since = active(maker, tx, membership.person).await?.map(|identity| identity.created_at);
            if !membership.unblock(since, maker.app.now()) {
                return refuse(ProblemCode::NotNow);
            }
            tx.update_membership(&membership).await?;
            entry(maker, Event::MembershipUnblocked, &membership).write(tx).await?;
        }
        MemberChange::Reconfirm(document) => {
            if membership.status != MembershipStatus::Reconfirm {
                return refuse(ProblemCode::NotNow);
            }
            membership.status = MembershipStatus::Active;
            tx.update_membership(&membership).await?;
            checked(maker, tx, &membership, document, ProofingPurpose::Reconfirm).await?;
            entry(maker, Event::MembershipConfirmed, &membership).write(tx).await?;
        }
        MemberChange::BlockIdentity => to(maker, tx, &membership, IdentityStatus::Blocked).await?,
        MemberChange::RevokeIdentity => to(maker, tx, &membership, IdentityStatus::Revoked).await?,
        MemberChange::UnblockIdentity(document) => {
            let identity = identities::present(maker.app, tx, membership.person).await?;
            if identity.is_none_or(|identity| identity.status != IdentityStatus::Blocked) {
                return refuse(ProblemCode::NotNow);
            }
            checked(maker, tx, &membership, document, ProofingPurpose::Unblock).await?;
            to(maker, tx, &membership, IdentityStatus::Active).await?;
        }
        MemberChange::NewQr(document) => {
            if !matches!(membership.status, MembershipStatus::Active | MembershipStatus::Reconfirm) {
                return refuse(ProblemCode::NotNow);
            }
            checked(maker, tx, &membership, document, ProofingPurpose::Reissue).await?;
            let request = desk::enrolment(maker, tx, membership.person, Some(membership.organisation)).await?;
            return Ok(Some(request));
        }
        MemberChange::Give(role) => {
            let entry = maker.entry(Event::RoleGiven);
            if !roles::give(maker.app, maker.caller, tx, &mut membership, *role, entry).await? {
                return refuse(ProblemCode::NotNow);
            }
        }
        MemberChange::Take(role) => {
            let entry = maker.entry(Event::RoleTaken);
            if !roles::take(maker.app, maker.caller, tx, &mut membership, *role, entry).await? {
                return refuse(ProblemCode::NotNow);
            }
            if *role == Role::Administrator {
                identities::tell_if_orphaned(maker.app, maker.caller, tx, membership.organisation).await?;
            }
        }
        MemberChange::Remove => remove(maker, tx, &membership).await?,
    }
    Ok(None)
}

fn entry(maker: &Maker<'_>, event: Event, membership: &Membership) -> crate::services::journal::Entry {
    maker.entry(event).about(membership.person).within(membership.organisation)
}

async fn person(tx: &mut dyn Tx, id: PersonId) -> Result<Person, Halt> {
    tx.person(id).await?.ok_or_else(|| AppError::internal("a membership of nobody").into())
}

async fn active(maker: &Maker<'_>, tx: &mut dyn Tx, person: PersonId) -> Result<Option<Identity>, Halt> {
    let identity = identities::present(maker.app, tx, person).await?;
    Ok(identity.filter(|identity| identity.status == IdentityStatus::Active))
}

async fn checked(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    membership: &Membership,
    document: &ShownDocument,
    purpose: ProofingPurpose,
) -> Result<(), Halt> {
    let proofing = maker.proofing(membership.person, Some(membership.organisation), document, purpose);
    proofing::face_to_face(tx, proofing, maker.entry(Event::ProofingFaceToFace)).await
}

async fn to(maker: &Maker<'_>, tx: &mut dyn Tx, membership: &Membership, status: IdentityStatus) -> Result<(), Halt> {
    let Some(identity) = identities::present(maker.app, tx, membership.person).await? else {
        return refuse(ProblemCode::NotNow);
    };
    let within = Some(membership.organisation);
    identities::change(maker.app, maker.caller, tx, identity, status, within, |event| maker.entry(event)).await
}

async fn told_if_administrator(maker: &Maker<'_>, tx: &mut dyn Tx, membership: &Membership) -> Result<(), Halt> {
    if membership.has(Role::Administrator) {
        identities::tell_if_orphaned(maker.app, maker.caller, tx, membership.organisation).await?;
    }
    Ok(())
}

/// Works here no more: roles, card attributes and QR codes of this organisation end with it.
pub(super) async fn unlink(maker: &Maker<'_>, tx: &mut dyn Tx, membership: Membership) -> Result<(), Halt> {
    if membership.status == MembershipStatus::Ended {
        return refuse(ProblemCode::NotNow);
    }
    let entry = |event| maker.entry(event);
    organisations::leave(maker.app, maker.caller, tx, membership, &entry).await
}

/// A registration that was never activated, and of which nothing else exists.
async fn remove(maker: &Maker<'_>, tx: &mut dyn Tx, membership: &Membership) -> Result<(), Halt> {
    let alone = tx.memberships_of(membership.person).await?.len() == 1;
    let never = tx.identities_of(membership.person).await?.is_empty();
    if !alone || !never || tx.operator(membership.person).await?.is_some() {
        return refuse(ProblemCode::NotAfterActivation);
    }
    for mut request in tx.open_enrolments_of(membership.person).await? {
        request.cancel();
        tx.update_request(&request).await?;
    }
    let mut ended = membership.clone();
    roles::end_all(maker.app, tx, &ended).await?;
    ended.unlink();
    tx.update_membership(&ended).await?;
    entry(maker, Event::PersonRemoved, membership).write(tx).await?;
    Ok(tx.delete_person(membership.person).await?)
}
