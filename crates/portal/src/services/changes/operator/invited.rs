//! Operators: inviting, appointing, dismissing.

use super::refuse;
use crate::{
    AppError,
    error::Halt,
    services::{changes::Maker, desk, email, identities, proofing},
};
use domain::{
    change::NewPerson,
    identity::IdentityStatus,
    log::Event,
    operator::Operator,
    person::{Person, PersonId, ProofingPurpose, person_number},
    request::RequestId,
};
use protocol::ProblemCode;
use storage::Tx;

/// Somebody new becomes operator with the QR code that comes out of this. An operator who lost the phone, or whose QR
/// code was never used, is invited again: the same person, a new QR code.
pub(super) async fn invite(maker: &Maker<'_>, tx: &mut dyn Tx, new: &NewPerson) -> Result<RequestId, Halt> {
    let (app, now) = (maker.app, maker.app.now());
    // Whether somebody is new must still hold when they are added.
    tx.alone("operators").await?;
    let person = match known(tx, new).await? {
        Some(person) if person.id == maker.person => return refuse(ProblemCode::NotOneself),
        Some(person) => person,
        None => {
            let (id, number) = (PersonId::new(now, app.entropy()), person_number(app.entropy().array()));
            let mut person = Person::new(id, number, new.name.clone(), new.birth_date, false, now);
            person.birthplace.clone_from(&new.birthplace);
            tx.insert_person(&person).await?;
            maker.entry(Event::PersonRegistered).about(id).write(tx).await?;
            person
        }
    };
    let id = person.id;
    make_operator(maker, tx, id).await?;
    let check = maker.proofing(id, None, &new.document, ProofingPurpose::Register);
    proofing::face_to_face(tx, check, maker.entry(Event::ProofingFaceToFace)).await?;
    if new.email.is_some() && person.email != new.email {
        let entry = maker.entry(email::CHANGED).about(id);
        email::change(app, maker.caller, tx, person, new.email.clone(), entry).await?;
    }
    desk::enrolment(maker, tx, id, None).await
}

/// Somebody who is or was an operator, by name and birth date.
async fn known(tx: &mut dyn Tx, new: &NewPerson) -> Result<Option<Person>, Halt> {
    for operator in tx.operators().await? {
        let person = tx.person(operator.person).await?;
        let same = |person: &Person| person.name.matches(&new.name) && person.birth_date.same_as(new.birth_date);
        if let Some(person) = person.filter(|person| person.merged_into.is_none() && same(person)) {
            return Ok(Some(person));
        }
    }
    Ok(None)
}

async fn make_operator(maker: &Maker<'_>, tx: &mut dyn Tx, person: PersonId) -> Result<bool, Halt> {
    if tx.operator(person).await?.is_some_and(|operator| operator.is_active()) {
        return Ok(false);
    }
    let operator = Operator { person, invited_by: Some(maker.person), since: maker.app.now(), ended_at: None };
    tx.save_operator(&operator).await?;
    maker.entry(Event::OperatorGiven).about(person).write(tx).await?;
    Ok(true)
}

/// Somebody with a Mobile ID that works becomes operator.
pub(super) async fn appoint(maker: &Maker<'_>, tx: &mut dyn Tx, id: PersonId) -> Result<(), Halt> {
    let person = tx.person(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    let identity = identities::present(maker.app, tx, id).await?;
    let works = identity.is_some_and(|identity| identity.status == IdentityStatus::Active);
    if person.merged_into.is_some() || !works || !make_operator(maker, tx, id).await? {
        return refuse(ProblemCode::NotNow);
    }
    Ok(())
}

/// An operator no more. The one who does it stays: there is always an operator left.
pub(super) async fn dismiss(maker: &Maker<'_>, tx: &mut dyn Tx, id: PersonId) -> Result<(), Halt> {
    let operator = tx.operator(id).await?.filter(Operator::is_active);
    let mut operator = operator.ok_or(AppError::new(ProblemCode::NotNow))?;
    operator.ended_at = Some(maker.app.now());
    tx.save_operator(&operator).await?;
    maker.entry(Event::OperatorTaken).about(id).write(tx).await?;
    for mut request in tx.open_enrolments_of(id).await? {
        if request.organisation.is_none() {
            request.cancel();
            tx.update_request(&request).await?;
        }
    }
    let entry = |event| maker.entry(event);
    crate::services::organisations::end_idle_sessions(maker.app, tx, id, &entry).await
}
