//! The answer of a phone: key of the identity, rising counter, and a MAC under a PIN entry of at most 15 minutes ago.

use super::{journal, login, reissue, respond, session};
use crate::{AppError, AppState, caller::Caller, error::Halt, keys};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use domain::{
    Timestamp,
    identity::Identity,
    installation::{Installation, Unlock, UnlockId},
    log::Event,
    request::{Decision, PAIRING_TRIES, Purpose, Request, RequestStatus},
};
use protocol::{
    ProblemCode,
    code::Digits4,
    jws::{Algorithm, Jws},
    response::{PhoneProof, Renewed, Responded, ResponseClaims, phone_mac},
};
use sha2::{Digest, Sha256};
use storage::Tx;

/// What an answer rests on.
pub(super) struct Facts {
    identity: Identity,
    installation: Option<Installation>,
    unlock: Option<Unlock>,
    /// For a phone that shows a certificate from before a correction.
    renewed: Option<Renewed>,
}

/// What an answer says it rests on; nothing of it is believed yet.
pub(super) struct Named {
    certificate: Option<[u8; 32]>,
    unlock: Option<UnlockId>,
}

pub(super) fn named_by(jws: &Jws) -> Named {
    let claims = jws.claims::<ResponseClaims>().ok();
    Named {
        certificate: jws.chain.first().map(|leaf| Sha256::digest(leaf).into()),
        unlock: claims.and_then(|claims| Some(claims.phone?.unlock)),
    }
}

/// Loads it, in the read that also finds the request.
pub(super) async fn facts(app: &AppState, tx: &mut dyn Tx, named: Named) -> Result<Option<Facts>, AppError> {
    let Some(certificate) = named.certificate else { return Ok(None) };
    let Some(identity) = tx.identity_by_certificate(&certificate).await? else { return Ok(None) };
    let installation = tx.installation(identity.installation).await?;
    let unlock = match named.unlock {
        Some(id) => tx.unlock(id).await?,
        None => None,
    };
    let renewed = reissue::news(app, tx, &identity, &certificate).await?;
    Ok(Some(Facts { identity, installation, unlock, renewed }))
}

pub(super) async fn respond(
    app: &AppState,
    caller: &Caller,
    request: Request,
    facts: Option<Facts>,
    jws: Jws,
) -> Result<Responded, AppError> {
    let Some(facts) = facts else {
        let error = AppError::new(ProblemCode::IdentityUnknown);
        if !jws.chain.is_empty() {
            respond::log_refusal(app, caller, &request, None, &error).await?;
        }
        return Err(error);
    };
    let (claims, proof) = match verify(app, &request, &facts, &jws) {
        Ok(verified) => verified,
        Err(error) => {
            respond::log_refusal(app, caller, &request, Some(&facts.identity), &error).await?;
            return Err(error);
        }
    };
    let renewed = facts.renewed;
    let responded = record(app, caller, request, facts.identity, claims, proof).await?;
    Ok(Responded { renewed, ..responded })
}

/// Everything that needs no lock: signature, chain, binding to the request, and the MAC of the unlock.
fn verify(
    app: &AppState,
    request: &Request,
    facts: &Facts,
    jws: &Jws,
) -> Result<(ResponseClaims, PhoneProof), AppError> {
    let identity = &facts.identity;
    let signed = verify_es256(&identity.public_key, jws.signing_input(), &jws.signature);
    if jws.header.alg != Algorithm::ES256 || !signed {
        return Err(ProblemCode::ResponseSignature.into());
    }
    let now = app.now();
    if now >= identity.not_after {
        return Err(ProblemCode::IdentityExpired.into());
    }
    if !app.certificates.is_ours(&identity.certificate, now) {
        return Err(ProblemCode::IdentityUnknown.into());
    }
    let claims: ResponseClaims = jws.claims().map_err(|_| AppError::new(ProblemCode::BadInput))?;
    let mismatch = || AppError::new(ProblemCode::ResponseMismatch);
    let proof = claims.phone.clone().ok_or_else(mismatch)?;
    let bound = respond::matches(app, request, &claims)
        && claims.iss == identity.id.to_string()
        && proof.identity == identity.id
        && proof.installation == identity.installation;
    if !bound {
        return Err(mismatch());
    }
    respond::must_be_open(app, request)?;
    check_unlock(app, facts, &proof, &claims)?;
    Ok((claims, proof))
}

fn check_unlock(app: &AppState, facts: &Facts, proof: &PhoneProof, claims: &ResponseClaims) -> Result<(), AppError> {
    let installation = facts.installation.as_ref().ok_or(AppError::new(ProblemCode::InstallationUnknown))?;
    if installation.pin.is_blocked() {
        return Err(ProblemCode::PinBlocked.into());
    }
    let own = |unlock: &&Unlock| unlock.installation == installation.id && unlock.is_fresh(app.now());
    let required = || AppError::new(ProblemCode::UnlockRequired);
    let unlock = facts.unlock.as_ref().filter(own).ok_or_else(required)?;
    let key = open_mac_key(app, unlock).ok_or_else(required)?;
    let wanted = phone_mac(
        &key,
        claims.request_digest.as_ref(),
        claims.decision,
        facts.identity.id,
        installation.id,
        proof.counter,
    );
    if !keys::same(&wanted, proof.mac.as_ref()) {
        return Err(ProblemCode::ResponseSignature.into());
    }
    Ok(())
}

/// The MAC key of a finished unlock.
pub(super) fn open_mac_key(app: &AppState, unlock: &Unlock) -> Option<[u8; 32]> {
    let sealed = unlock.mac_key.as_deref()?;
    app.keys.open(unlock.id.as_bytes(), sealed)?.as_slice().try_into().ok()
}

/// Records the decision; everything that may have changed meanwhile is looked at again, locked.
async fn record(
    app: &AppState,
    caller: &Caller,
    request: Request,
    identity: Identity,
    claims: ResponseClaims,
    proof: PhoneProof,
) -> Result<Responded, AppError> {
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let now = state.now();
            let mut request = tx.request(request.id).await?.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
            let mut identity = tx.identity(identity.id).await?.ok_or(AppError::new(ProblemCode::IdentityUnknown))?;
            let entry = |event| {
                let entry = journal::entry(&state, &who, event).request(&request);
                entry.by(identity.person, Some(identity.id)).identity(identity.id)
            };
            if let Err(refusal) = identity.may_answer(now, proof.counter) {
                let error = AppError::from(refusal);
                entry(Event::RequestRefused).refused(error.code).write(tx).await?;
                return Err(Halt::Keep(error));
            }
            if let Some(error) = not_for(&request, &identity) {
                entry(Event::RequestRefused).refused(error.code).write(tx).await?;
                return Err(Halt::Keep(error));
            }
            identity.counter = proof.counter;
            if request.purpose == Purpose::Link && request.asked_by == Some(identity.person) {
                tx.update_identity(&identity).await?;
                let entry = entry(Event::RequestRefused);
                let error = AppError::new(ProblemCode::NotOneself);
                return Err(respond::end_with_problem(&state, tx, &mut request, entry, error).await?);
            }
            if claims.decision == Decision::Accepted && !opens_something(tx, &request, &identity, now).await? {
                tx.update_identity(&identity).await?;
                let entry = entry(Event::RequestRefused);
                let error = AppError::new(ProblemCode::NoMembership);
                return Err(respond::end_with_problem(&state, tx, &mut request, entry, error).await?);
            }
            let (next, code) = after(&state, tx, &request, &identity).await?;
            request.decide(claims.decision, next, now).map_err(AppError::from)?;
            let pairing_code = code.filter(|_| request.status == RequestStatus::Pairing);
            if let Some(code) = &pairing_code {
                request.proof_hash = Some(login::pairing_hash(&state, request.id, code));
                request.tries_left = PAIRING_TRIES;
            }
            request.identity = Some(identity.id);
            request.person = Some(identity.person);
            request.installation = Some(identity.installation);
            identity.last_used_at = Some(now);
            tx.update_identity(&identity).await?;
            tx.update_request(&request).await?;
            let event = match claims.decision {
                Decision::Accepted => Event::RequestAccepted,
                Decision::Declined => Event::RequestDeclined,
            };
            let entry = journal::entry(&state, &who, event).request(&request).identity(identity.id);
            entry.by(identity.person, Some(identity.id)).write(tx).await?;
            Ok(Responded {
                decision: claims.decision,
                pairing_code,
                return_url: None,
                desktop_session: None,
                renewed: None,
            })
        })
    })
    .await
}

/// A phone answers logins, sessions, links and sentences; a sentence for a named person only by that person.
fn not_for(request: &Request, identity: &Identity) -> Option<AppError> {
    let fits = match request.purpose {
        Purpose::Login | Purpose::Session | Purpose::Link => true,
        Purpose::Sign => request.person.is_none_or(|person| person == identity.person),
        Purpose::Enrol => false,
    };
    (!fits).then(|| ProblemCode::ResponseMismatch.into())
}

async fn opens_something(
    tx: &mut dyn Tx,
    request: &Request,
    identity: &Identity,
    now: Timestamp,
) -> Result<bool, Halt> {
    if request.purpose == Purpose::Link {
        // The ID of a registration that was merged opens nothing any more, and nothing new.
        return Ok(tx.person(identity.person).await?.is_some_and(|person| person.merged_into.is_none()));
    }
    if !matches!(request.purpose, Purpose::Login | Purpose::Session) {
        return Ok(true);
    }
    let memberships = tx.memberships_of(identity.person).await?;
    let operator = tx.operator(identity.person).await?;
    Ok(session::opens_something(&memberships, operator.as_ref(), now))
}

/// Where an acceptance leads: a login in a browser that is not trusted for this person, or did not prove its key for this
/// request, needs the *koppelcode*.
async fn after(
    app: &AppState,
    tx: &mut dyn Tx,
    request: &Request,
    identity: &Identity,
) -> Result<(RequestStatus, Option<Digits4>), Halt> {
    if request.purpose != Purpose::Login {
        return Ok((RequestStatus::Accepted, None));
    }
    let known = match request.browser {
        Some(cookie) => tx.browser(identity.person, &cookie).await?,
        None => None,
    };
    if known.is_some_and(|browser| browser.is_trusted(request.browser_key.as_ref())) {
        return Ok((RequestStatus::Accepted, None));
    }
    Ok((RequestStatus::Pairing, Some(Digits4::from_random(app.entropy().array()))))
}

/// Verifies an ES256 signature (r‖s) under an uncompressed P-256 point.
pub(super) fn verify_es256(point: &[u8], input: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(input, signature).is_ok()
}
