//! The second operator (SYSTEM.md §2). Agreeing and disagreeing are changes like any other: they are authorised, logged
//! and, in a browser that is not known or where proposing was, confirmed with phone or card.

use super::{Maker, authorise, operator, own_number, refusal};
use crate::{AppError, AppState, error::Halt};
use domain::{
    Timestamp,
    authorise::Actor,
    change::{Change, ChangeId, Decision, OperatorChange},
    log::Event,
    request::RequestId,
};
use protocol::ProblemCode;
use storage::Tx;

fn unknown() -> AppError {
    ProblemCode::NotFound.into()
}

/// The change that agrees or disagrees with a proposed one; to be proposed itself.
pub async fn decision(app: &AppState, id: ChangeId, agrees: bool) -> Result<Change, AppError> {
    let found = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.change(id).await?) })).await?;
    let pending = found.ok_or_else(unknown)?;
    let Change::Operator(change) = &pending.change else { return Err(unknown()) };
    let (grave, invites) = (pending.change.is_always_confirmed(), change.invites());
    Ok(Change::Operator(OperatorChange::Second(Decision { change: id, agrees, grave, invites })))
}

/// Whether this operator may decide about it: as one who might have proposed it, and is not who did.
pub(super) async fn may(
    tx: &mut dyn Tx,
    actor: &Actor<'_>,
    decision: &Decision,
    now: Timestamp,
) -> Result<Result<(), AppError>, Halt> {
    let Some(mut pending) = tx.change(decision.change).await? else { return Ok(Err(unknown())) };
    if !matches!(pending.change, Change::Operator(_)) {
        return Ok(Err(unknown()));
    }
    if let Err(refusal) = own_number::may(tx, actor, &pending.change).await? {
        return Ok(Err(refusal.into()));
    }
    let allowed = actor.may_change(&pending.change, None).map_err(AppError::from);
    Ok(allowed.and_then(|()| Ok(pending.seconded(actor.person, decision.agrees, now)?)))
}

/// Does it. An invitation is answered with the enrolment request of its QR code, which is shown to the second operator.
pub(super) async fn execute(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    decision: &Decision,
) -> Result<Option<RequestId>, Halt> {
    let (app, now) = (maker.app, maker.app.now());
    let mut pending = tx.change(decision.change).await?.ok_or_else(unknown)?;
    pending.seconded(maker.person, decision.agrees, now).map_err(AppError::from)?;
    if !decision.agrees {
        tx.update_change(&pending).await?;
        maker.entry(Event::RequestDeclined).write(tx).await?;
        return Ok(None);
    }
    // The first operator may be one no more.
    let first = Actor { person: pending.by, memberships: &[], operator: None, now };
    if let Err(error) = authorise(app, tx, &first, &pending.change).await? {
        pending.refused(error.code.as_str());
        tx.update_change(&pending).await?;
        refusal(app, maker.caller, tx, (pending.by, None), &pending.change, &error).await?;
        return Err(Halt::Keep(error));
    }
    let Change::Operator(change) = &pending.change else { return Err(unknown().into()) };
    let both = Maker {
        person: pending.by,
        identity: None,
        reason: &pending.reason,
        second: Some(maker.person),
        app,
        caller: maker.caller,
        browser: maker.browser,
    };
    let enrolment = operator::execute(&both, tx, change).await?;
    pending.forget_copies();
    tx.update_change(&pending).await?;
    Ok(enrolment)
}
