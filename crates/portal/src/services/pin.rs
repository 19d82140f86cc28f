//! The app's PIN over OPAQUE (RFC 9807): the server counts guesses and never learns the PIN. A try is reserved before
//! anything is evaluated and given back by the final message.

use super::journal;
use crate::{
    AppError, AppState,
    caller::Caller,
    error::Halt,
    keys::{self, Dice},
    services::respond_phone::verify_es256,
};
use domain::{
    Timestamp,
    installation::{Installation, InstallationId, UNLOCK_SECONDS, Unlock, UnlockId},
    log::Event,
    pin::{PinCounter, PinRefusal},
};
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload, ServerLogin,
    ServerLoginParameters, ServerRegistration,
};
use protocol::{
    B64, Nonce, ProblemCode,
    jws::{Algorithm, Jws, TYP_INSTALLATION},
    pin::{
        InstallationAction, LoginFinish, LoginFinished, LoginStart, LoginStartClaims, LoginStarted, MAC_KEY,
        NonceIssued, NonceRequest, PinStanding, RegisterFinish, RegisterFinishClaims, RegisterStart, RegisterStarted,
        Suite, derive,
    },
};
use sha2::{Digest, Sha256};

/// Seconds that a server nonce may be used.
const NONCE_SECONDS: i64 = 60;

/// A new installation sets its PIN: first message.
pub async fn register_start(app: &AppState, message: RegisterStart) -> Result<RegisterStarted, AppError> {
    let bad = || AppError::new(ProblemCode::BadInput);
    app.certificates.p256_point(&message.installation_key.0).ok_or_else(bad)?;
    let request = RegistrationRequest::<Suite>::deserialize(&message.message.0).map_err(|_| bad())?;
    let now = app.now();
    let id = InstallationId::new(now, app.entropy());
    let answer = ServerRegistration::<Suite>::start(&app.opaque, request, id.as_bytes()).map_err(|_| bad())?;
    let nonce = Nonce::from_bytes(app.entropy().array());
    let installation = Installation {
        id,
        key: message.installation_key.0,
        opaque_record: None,
        register_nonce: Some(nonce.hash()),
        pin: PinCounter::default(),
        created_at: now,
    };
    app.write(move |tx| Box::pin(async move { Ok(tx.insert_installation(&installation).await?) })).await?;
    Ok(RegisterStarted { installation: id, message: B64(answer.message.serialize().to_vec()), nonce })
}

/// A new installation sets its PIN: last message.
pub async fn register_finish(app: &AppState, message: RegisterFinish) -> Result<(), AppError> {
    let jws = parse(&message.jws)?;
    let claims: RegisterFinishClaims = jws.claims().map_err(|_| AppError::new(ProblemCode::BadInput))?;
    let installation = installation(app, claims.installation).await?;
    verify(app, &installation, &jws)?;
    if claims.action != InstallationAction::Register || claims.aud != app.config.server_id {
        return Err(ProblemCode::ResponseMismatch.into());
    }
    let upload = RegistrationUpload::<Suite>::deserialize(&claims.message.0)
        .map_err(|_| AppError::new(ProblemCode::BadInput))?;
    let record = ServerRegistration::<Suite>::finish(upload).serialize().to_vec();
    let (id, nonce) = (installation.id, claims.nonce.hash());
    let set =
        app.write(move |tx| Box::pin(async move { Ok(tx.set_opaque_record(id, &nonce, &record).await?) })).await?;
    if set { Ok(()) } else { Err(ProblemCode::NonceStale.into()) }
}

/// A nonce for one PIN try. It proves itself, so that asking for one stores nothing.
pub fn nonce(app: &AppState, message: &NonceRequest) -> NonceIssued {
    let mut bytes = app.now().0.to_be_bytes().to_vec();
    bytes.extend_from_slice(&app.entropy().array::<16>());
    let mac = app.keys.mac("pin nonce", &[&bytes, message.installation.as_bytes()]);
    bytes.extend_from_slice(&mac);
    NonceIssued { nonce: B64(bytes).to_string() }
}

/// The hash to spend and when it may be forgotten; `None` when the nonce is not ours, not this installation's, or old.
fn check_nonce(app: &AppState, nonce: &str, installation: InstallationId) -> Option<([u8; 32], Timestamp)> {
    if nonce.len() > 200 {
        return None;
    }
    let bytes = B64::parse(nonce)?.0;
    let (body, mac) = bytes.split_at_checked(24)?;
    if !keys::same(&app.keys.mac("pin nonce", &[body, installation.as_bytes()]), mac) {
        return None;
    }
    let made = Timestamp(i64::from_be_bytes(body.get(..8)?.try_into().ok()?));
    let until = made.plus_seconds(NONCE_SECONDS);
    (app.now() < until).then(|| (Sha256::digest(body).into(), until))
}

/// A PIN try: the try is taken, durably, before anything is evaluated.
pub async fn login_start(app: &AppState, caller: &Caller, message: LoginStart) -> Result<LoginStarted, AppError> {
    let jws = parse(&message.jws)?;
    let claims: LoginStartClaims = jws.claims().map_err(|_| AppError::new(ProblemCode::BadInput))?;
    let installation = installation(app, claims.installation).await?;
    verify(app, &installation, &jws)?;
    if claims.action != InstallationAction::Login || claims.aud != app.config.server_id {
        return Err(ProblemCode::ResponseMismatch.into());
    }
    let request =
        CredentialRequest::<Suite>::deserialize(&claims.message.0).map_err(|_| AppError::new(ProblemCode::BadInput))?;
    let record = installation.opaque_record.as_deref().ok_or(AppError::new(ProblemCode::InstallationUnknown))?;
    let record = ServerRegistration::<Suite>::deserialize(record).map_err(AppError::internal)?;
    let spend = check_nonce(app, &claims.nonce, installation.id).ok_or(AppError::new(ProblemCode::NonceStale))?;
    let counter = reserve(app, caller, installation.id, spend).await?;
    app.metrics.pin_tries.up();
    let mut dice = Dice(app.entropy());
    let identifier = installation.id;
    let started = ServerLogin::<Suite>::start(
        &mut dice,
        &app.opaque,
        Some(record),
        request,
        identifier.as_bytes(),
        ServerLoginParameters::default(),
    )
    .map_err(|_| AppError::new(ProblemCode::BadInput))?;
    let now = app.now();
    let id = UnlockId::new(now, app.entropy());
    let sealed = app.keys.seal(id.as_bytes(), &started.state.serialize(), app.entropy());
    let unlock = Unlock {
        id,
        installation: installation.id,
        login_state: Some(sealed.ok_or_else(|| AppError::internal("sealing failed"))?),
        mac_key: None,
        started_at: now,
        finished_at: None,
    };
    app.write(move |tx| Box::pin(async move { Ok(tx.insert_unlock(&unlock).await?) })).await?;
    Ok(LoginStarted {
        unlock: id,
        message: B64(started.message.serialize().to_vec()),
        if_wrong: standing(counter, now),
    })
}

/// Spends the nonce and takes the try, together.
async fn reserve(
    app: &AppState,
    caller: &Caller,
    id: InstallationId,
    (nonce, until): ([u8; 32], Timestamp),
) -> Result<PinCounter, AppError> {
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let now = state.now();
            if !tx.spend_nonce(&nonce, until).await? {
                return Err(ProblemCode::NonceStale.into());
            }
            let reserved = tx.reserve_pin_try(id, now).await?;
            match reserved.ok_or(AppError::new(ProblemCode::InstallationUnknown))? {
                Ok(counter) => {
                    if counter.is_blocked() {
                        let entry = journal::entry(&state, &who, Event::IdentityPinBlocked);
                        entry.reason(&id.to_string()).write(tx).await?;
                    }
                    Ok(counter)
                }
                Err(refusal) => Err(Halt::Keep(refused(refusal, now)?)),
            }
        })
    })
    .await
}

fn refused(refusal: PinRefusal, now: Timestamp) -> Result<AppError, AppError> {
    let (code, standing) = match refusal {
        PinRefusal::Wait(until) => {
            (ProblemCode::PinWait, PinStanding::Wait { until, seconds: until.seconds_from(now) })
        }
        PinRefusal::Blocked => (ProblemCode::PinBlocked, PinStanding::Blocked),
    };
    let pin = serde_json::to_value(&standing).map_err(AppError::internal)?;
    Ok(AppError::new(code).with("pin", pin))
}

/// What is left if a reserved try turns out wrong.
fn standing(counter: PinCounter, now: Timestamp) -> PinStanding {
    match (counter.is_blocked(), counter.tries_left(), counter.wait_until) {
        (true, _, _) => PinStanding::Blocked,
        (false, 0, Some(until)) => PinStanding::Wait { until, seconds: until.seconds_from(now) },
        (false, tries_left, _) => PinStanding::Wrong { tries_left },
    }
}

/// The PIN was right: the try is given back, the counter cleared, and the unlock begins. May arrive late.
pub async fn login_finish(app: &AppState, message: LoginFinish) -> Result<LoginFinished, AppError> {
    let wrong = || AppError::new(ProblemCode::PinWrong);
    let id = message.unlock;
    let unlock = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.unlock(id).await?) })).await?;
    let unlock = unlock.filter(|unlock| unlock.finished_at.is_none()).ok_or_else(wrong)?;
    let state = unlock.login_state.as_deref().and_then(|sealed| app.keys.open(id.as_bytes(), sealed));
    let login = ServerLogin::<Suite>::deserialize(&state.ok_or_else(wrong)?).map_err(AppError::internal)?;
    let last = CredentialFinalization::<Suite>::deserialize(&message.message.0)
        .map_err(|_| AppError::new(ProblemCode::BadInput))?;
    let finished = login.finish(last, ServerLoginParameters::default()).map_err(|_| wrong())?;
    let mac_key = derive(&finished.session_key, MAC_KEY);
    let sealed = app.keys.seal(id.as_bytes(), &mac_key, app.entropy());
    let sealed = sealed.ok_or_else(|| AppError::internal("sealing failed"))?;
    let now = app.now();
    app.write(move |tx| {
        Box::pin(async move {
            let unlock = tx.unlock(id).await?.filter(|unlock| unlock.finished_at.is_none());
            let mut unlock = unlock.ok_or(AppError::new(ProblemCode::PinWrong))?;
            unlock.login_state = None;
            unlock.mac_key = Some(sealed);
            unlock.finished_at = Some(now);
            tx.update_unlock(&unlock).await?;
            Ok(tx.clear_pin_tries(unlock.installation).await?)
        })
    })
    .await?;
    Ok(LoginFinished { expires_in: u32::try_from(UNLOCK_SECONDS).unwrap_or(u32::MAX) })
}

fn parse(compact: &str) -> Result<Jws, AppError> {
    let jws = Jws::parse(compact, TYP_INSTALLATION).map_err(|_| AppError::new(ProblemCode::BadInput))?;
    if jws.header.alg != Algorithm::ES256 || !jws.chain.is_empty() {
        return Err(ProblemCode::BadInput.into());
    }
    Ok(jws)
}

async fn installation(app: &AppState, id: InstallationId) -> Result<Installation, AppError> {
    let found = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.installation(id).await?) })).await?;
    found.ok_or(ProblemCode::InstallationUnknown.into())
}

fn verify(app: &AppState, installation: &Installation, jws: &Jws) -> Result<(), AppError> {
    let point = app.certificates.p256_point(&installation.key);
    let point = point.ok_or_else(|| AppError::internal("a stored key that is no key"))?;
    if !verify_es256(&point, jws.signing_input(), &jws.signature) {
        return Err(ProblemCode::ResponseSignature.into());
    }
    Ok(())
}
