//! An answer to a request: which means it must come from, and what phone and card answers have in common.

use super::{journal, request_topic, respond_card, respond_phone};
use crate::{AppError, AppState, caller::Caller, error::Halt, keys};
use domain::{
    identity::Identity,
    log::Event,
    request::{Means, Request, RequestId, RequestStatus},
};
use protocol::{
    ProblemCode,
    jws::{Jws, JwsError, TYP_RESPONSE},
    response::{Responded, ResponseClaims},
};

/// Verifies and records an answer.
pub async fn respond(app: &AppState, caller: &Caller, id: RequestId, compact: &str) -> Result<Responded, AppError> {
    let outcome = checked(app, caller, id, compact).await;
    match &outcome {
        Ok(_) => app.metrics.responses_accepted.up(),
        Err(_) => app.metrics.responses_refused.up(),
    }
    app.wake(&request_topic(id)).await;
    outcome
}

async fn checked(app: &AppState, caller: &Caller, id: RequestId, compact: &str) -> Result<Responded, AppError> {
    let jws = Jws::parse(compact, TYP_RESPONSE).map_err(|error| match error {
        JwsError::TooLarge => AppError::new(ProblemCode::TooLarge),
        JwsError::Malformed => AppError::new(ProblemCode::BadInput),
        JwsError::WrongType => AppError::new(ProblemCode::ResponseMismatch),
    })?;
    let named = respond_phone::named_by(&jws);
    let state = app.clone();
    let (request, facts) = app
        .read(move |tx| {
            Box::pin(async move {
                let request = tx.request(id).await?.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
                let facts = match request.means {
                    Means::Phone => respond_phone::facts(&state, tx, named).await?,
                    Means::Card => None,
                };
                Ok::<_, AppError>((request, facts))
            })
        })
        .await?;
    match request.means {
        Means::Phone => respond_phone::respond(app, caller, request, facts, jws).await,
        Means::Card => respond_card::respond(app, caller, request, jws, compact).await,
    }
}

/// The answer must be for exactly this request object, purpose, server and environment. What was shown is what counts:
/// the digest covers every word of it.
pub(super) fn matches(app: &AppState, request: &Request, claims: &ResponseClaims) -> bool {
    let digest = request.digest.is_some_and(|digest| keys::same(&digest, claims.request_digest.as_ref()));
    digest
        && claims.aud == app.config.server_id
        && claims.env == app.config.environment
        && claims.request_id == request.id
        && claims.purpose == request.purpose
}

/// A request that cannot be answered now, in the words for it.
pub(super) fn must_be_open(app: &AppState, request: &Request) -> Result<(), AppError> {
    let mut probe = request.clone();
    let now = app.now();
    let decision = domain::request::Decision::Declined;
    Ok(probe.decide(decision, RequestStatus::Declined, now)?)
}

/// Logs a refusal that changes nothing else.
pub(super) async fn log_refusal(
    app: &AppState,
    caller: &Caller,
    request: &Request,
    identity: Option<&Identity>,
    error: &AppError,
) -> Result<(), AppError> {
    let mut entry = journal::entry(app, caller, Event::RequestRefused).request(request).refused(error.code);
    if let Some(identity) = identity {
        entry = entry.by(identity.person, Some(identity.id)).identity(identity.id);
    }
    app.write(move |tx| Box::pin(async move { entry.write(tx).await })).await
}

/// Ends a request for a reason that the waiting page must tell, and keeps that.
pub(super) async fn end_with_problem(
    app: &AppState,
    tx: &mut dyn storage::Tx,
    request: &mut Request,
    entry: journal::Entry,
    error: AppError,
) -> Result<Halt, Halt> {
    request.refused(error.code.as_str(), entry.reference(), app.now()).map_err(AppError::from)?;
    tx.update_request(request).await?;
    entry.refused(error.code).write(tx).await?;
    Ok(Halt::Keep(error))
}
