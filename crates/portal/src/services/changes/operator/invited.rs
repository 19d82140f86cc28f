//! Operators and the environment's auditors: inviting, appointing, dismissing.

use super::refuse;
use crate::{
    AppError,
    error::Halt,
    services::{
        changes::Maker,
        desk, email, identities,
        mail::{self, Letter},
        newcomer, proofing,
    },
};
use domain::{
    change::NewPerson,
    identity::IdentityStatus,
    log::Event,
    mail::MailKind,
    operator::{Office, Operator},
    person::{Person, PersonId, ProofingPurpose},
    request::RequestId,
};
use protocol::ProblemCode;
use storage::Tx;

/// Who works for the environment is decided one after the other.
const OFFICES: &str = "operators";

/// Somebody new gets an office with the QR code that comes out of this. Who holds it and lost the phone, or whose QR code was
/// never used, is invited again: the same person, a new QR code.
pub(super) async fn invite(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    new: &NewPerson,
    office: Office,
) -> Result<RequestId, Halt> {
    let app = maker.app;
    // Whether somebody is new must still hold when they are added.
    tx.alone(OFFICES).await?;
    let person = match known(tx, new).await? {
        Some(person) if person.id == maker.person => return refuse(ProblemCode::NotOneself),
        Some(person) => person,
        None => {
            let person = newcomer::add(app, tx, &new.name, new.birth_date, &new.birthplace, false).await?;
            maker.entry(Event::PersonRegistered).about(person.id).write(tx).await?;
            person
        }
    };
    let id = person.id;
    give(maker, tx, id, office).await?;
    let check = maker.proofing(id, None, &new.document, ProofingPurpose::Register);
    proofing::face_to_face(tx, check, maker.entry(Event::ProofingFaceToFace)).await?;
    if new.email.is_some() && person.email != new.email {
        let entry = maker.entry(email::CHANGED).about(id);
        email::change(app, maker.caller, tx, person, new.email.clone(), entry).await?;
    }
    desk::enrolment(maker, tx, id, None).await
}

/// Somebody who works or worked for the environment, by name and birth date.
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

/// Gives the office; false: it was held already. Who holds the other one keeps that: they are dismissed first.
async fn give(maker: &Maker<'_>, tx: &mut dyn Tx, person: PersonId, office: Office) -> Result<bool, Halt> {
    if let Some(held) = tx.operator(person).await?.filter(Operator::holds_office) {
        return if held.office == office { Ok(false) } else { refuse(ProblemCode::NotNow) };
    }
    let operator = Operator { person, office, invited_by: Some(maker.person), since: maker.app.now(), ended_at: None };
    tx.save_operator(&operator).await?;
    let (event, kind) = match office {
        Office::Operator => (Event::OperatorGiven, MailKind::OperatorGiven),
        Office::Auditor => (Event::AuditorGiven, MailKind::AuditorGiven),
    };
    maker.entry(event).about(person).write(tx).await?;
    mail::to_person(maker.app, maker.caller, tx, person, Letter::new(kind)).await?;
    Ok(true)
}

/// Somebody with a Mobile ID that works gets an office.
pub(super) async fn appoint(maker: &Maker<'_>, tx: &mut dyn Tx, id: PersonId, office: Office) -> Result<(), Halt> {
    // Of two that appoint the same person to different offices at once, the second one finds the first.
    tx.alone(OFFICES).await?;
    let person = tx.person(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    let identity = identities::present(maker.app, tx, id).await?;
    let works = identity.is_some_and(|identity| identity.status == IdentityStatus::Active);
    if person.merged_into.is_some() || !works || !give(maker, tx, id, office).await? {
        return refuse(ProblemCode::NotNow);
    }
    Ok(())
}

/// Holds the office no more. The operator who does it stays: there is always one left.
pub(super) async fn dismiss(maker: &Maker<'_>, tx: &mut dyn Tx, id: PersonId, office: Office) -> Result<(), Halt> {
    let operator = tx.operator(id).await?.filter(|operator| operator.holds(office));
    let mut operator = operator.ok_or(AppError::new(ProblemCode::NotNow))?;
    operator.ended_at = Some(maker.app.now());
    tx.save_operator(&operator).await?;
    let (event, kind) = match office {
        Office::Operator => (Event::OperatorTaken, MailKind::OperatorTaken),
        Office::Auditor => (Event::AuditorTaken, MailKind::AuditorTaken),
    };
    maker.entry(event).about(id).write(tx).await?;
    mail::to_person(maker.app, maker.caller, tx, id, Letter::new(kind)).await?;
    for mut request in tx.open_enrolments_of(id).await? {
        if request.organisation.is_none() {
            request.cancel();
            tx.update_request(&request).await?;
        }
    }
    let entry = |event| maker.entry(event);
    crate::services::organisations::end_idle_sessions(maker.app, tx, id, &entry).await
}
