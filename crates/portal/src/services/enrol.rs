//! ID activeren (SYSTEM.md flow 5): the phone's key gets its certificate.

pub(super) mod effect;
mod repeat;

use super::{journal, limits, login, redeem, request_topic, respond_phone::open_mac_key};
use crate::{
    AppError, AppState,
    caller::Caller,
    error::Halt,
    keys,
    ports::{CheckedCsr, IssuedCertificate, IssuerError},
};
use domain::{
    BirthDate, Entropy,
    identity::{Identity, IdentityId, IdentityStatus},
    installation::UNLOCK_SECONDS,
    log::Event,
    person::Person,
    request::{Decision, Means, PAIRING_TRIES, Purpose, Request, RequestId, RequestRefusal, RequestStatus},
};
use protocol::{
    B64, ProblemCode,
    code::{Digits4, RevocationCode},
    enrol::{Enrol, Enrolled, enrol_mac},
    limits as sizes,
};
use sha2::{Digest, Sha256};
use storage::Tx;

/// Activates an identity: birth date, CA, and then everything in one transaction.
pub async fn enrol(app: &AppState, caller: &Caller, message: Enrol) -> Result<Enrolled, AppError> {
    if message.csr.0.len() > sizes::CSR {
        return Err(ProblemCode::TooLarge.into());
    }
    let csr = app.certificates.csr(&message.csr.0).ok_or(AppError::new(ProblemCode::CsrInvalid))?;
    let request = find(app, caller, &message).await?;
    check_unlock(app, &request, &message).await?;
    if request.may_repeat_answer(app.now()) {
        return repeat::answer(app, caller, request.id, &csr, &message).await;
    }
    // Somebody who looked at an identity document shows this code, and types the digits from the phone.
    if request.asked_by.is_none() {
        check_birth_date(app, caller, request.id, message.birth_date.as_deref()).await?;
    }
    let identity = identity_of(app, &request, &csr.spki);
    let issued = app.issuer.issue(request.id, identity, &csr.spki).await.map_err(|error| match error {
        IssuerError::Unreachable(_) => AppError::new(ProblemCode::Unavailable).because(error),
        IssuerError::Refused(_) => AppError::new(ProblemCode::RequestUsed).because(error),
    })?;
    let enrolled = activate(app, caller, request.id, identity, issued, csr, message).await?;
    if enrolled.pairing_code.is_none() {
        app.metrics.identities_activated.up();
    }
    app.wake(&request_topic(request.id)).await;
    Ok(enrolled)
}

/// The identity that this enrolment gives this key. Derived, not drawn: when a server stops between the CA's answer and
/// its own commit, the next try asks the CA for the same, and gets the same certificate.
fn identity_of(app: &AppState, request: &Request, spki: &[u8]) -> IdentityId {
    let derived = Derived(app.keys.mac("identity", &[request.id.as_bytes(), spki]));
    IdentityId::new(request.opened_at.unwrap_or(request.created_at), &derived)
}

struct Derived([u8; 32]);

impl Entropy for Derived {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.iter_mut().zip(self.0.iter().cycle()).for_each(|(to, from)| *to = *from);
    }
}

/// The enrolment that this nonce or code opened.
async fn find(app: &AppState, caller: &Caller, message: &Enrol) -> Result<Request, AppError> {
    let unknown = || AppError::new(ProblemCode::RequestUnknown);
    let request = match (&message.nonce, &message.code) {
        (Some(nonce), None) => {
            let hash = nonce.hash();
            app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.request_by_nonce(&hash).await?) })).await?
        }
        (None, Some(code)) => {
            let hash = redeem::code_hash(app, code.reveal());
            let (state, who) = (app.clone(), caller.clone());
            app.write(move |tx| {
                Box::pin(async move {
                    limits::check(&state, &who, tx).await?;
                    match tx.request_by_code(&hash, state.now()).await? {
                        Some(request) => Ok(Some(request)),
                        None => Err(limits::wrong(&state, &who, tx, ProblemCode::RequestUnknown).await?),
                    }
                })
            })
            .await?
        }
        _ => return Err(ProblemCode::BadInput.into()),
    };
    let request = request.filter(|r| r.purpose == Purpose::Enrol && r.means == Means::Phone).ok_or_else(unknown)?;
    if !request.may_repeat_answer(app.now()) {
        must_be_opened(app, &request)?;
    }
    Ok(request)
}

/// An enrolment is finished only after its request object was fetched, and in time.
fn must_be_opened(app: &AppState, request: &Request) -> Result<(), AppError> {
    let mut probe = request.clone();
    Ok(probe.decide(Decision::Accepted, RequestStatus::Finished, app.now())?)
}

/// The new key belongs to an installation whose PIN was entered at most 15 minutes ago.
async fn check_unlock(app: &AppState, request: &Request, message: &Enrol) -> Result<(), AppError> {
    let (id, installation) = (message.unlock, message.installation);
    let found = app
        .read(move |tx| {
            Box::pin(async move { Ok::<_, AppError>((tx.unlock(id).await?, tx.installation(installation).await?)) })
        })
        .await?;
    let (unlock, installation) = found;
    let installation = installation.ok_or(AppError::new(ProblemCode::InstallationUnknown))?;
    if installation.pin.is_blocked() {
        return Err(ProblemCode::PinBlocked.into());
    }
    let now = app.now();
    let unlock = unlock.filter(|unlock| unlock.installation == installation.id && unlock.is_fresh(now));
    let key = unlock.as_ref().and_then(|unlock| open_mac_key(app, unlock));
    let key = key.ok_or(AppError::new(ProblemCode::UnlockRequired).with("seconds", UNLOCK_SECONDS))?;
    let digest = request.digest.ok_or(AppError::new(ProblemCode::ResponseMismatch))?;
    let wanted = enrol_mac(&key, &digest, &message.csr.0, installation.id);
    if !keys::same(&wanted, message.mac.as_ref()) {
        return Err(ProblemCode::ResponseSignature.into());
    }
    Ok(())
}

/// Wrong birth dates of one person a day, over all QR codes: a new code gives three new tries, but not for ever.
const WRONG_A_DAY: u32 = 9;
const DAY: i64 = 24 * 60 * 60;

/// Three tries; a used one stays used.
async fn check_birth_date(app: &AppState, caller: &Caller, id: RequestId, given: Option<&str>) -> Result<(), AppError> {
    let given = given.and_then(BirthDate::parse_iso).ok_or(AppError::new(ProblemCode::BirthDateInvalid))?;
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let mut request = tx.request(id).await?.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
            must_be_opened(&state, &request)?;
            let person = person_of(tx, &request).await?;
            // The person's row is locked, so nobody counts beside us.
            let now = state.now();
            let bucket = format!("birth-date:{}:{}", person.id, now.unix().div_euclid(DAY));
            let exhausted = tx.counted(&bucket, now).await? >= WRONG_A_DAY;
            if person.birth_date.same_as(given) && !exhausted {
                return Ok(());
            }
            tx.count(&bucket, now.plus_seconds(2 * DAY)).await?;
            let error = match request.wrong_birth_date() {
                _ if exhausted => {
                    request.cancel();
                    AppError::new(ProblemCode::BirthDateTries)
                }
                RequestRefusal::Wrong(left) => AppError::new(ProblemCode::BirthDateWrong).with("triesLeft", left),
                _ => AppError::new(ProblemCode::BirthDateTries),
            };
            tx.update_request(&request).await?;
            journal::entry(&state, &who, Event::RequestRefused).request(&request).refused(error.code).write(tx).await?;
            Err(Halt::Keep(error))
        })
    })
    .await
}

async fn person_of(tx: &mut dyn Tx, request: &Request) -> Result<Person, AppError> {
    let id = request.person.ok_or_else(|| AppError::internal("an enrolment without person"))?;
    tx.person(id).await?.ok_or_else(|| AppError::internal("an enrolment of nobody"))
}

/// Four digits for the beheerder's dialog. Derived, not drawn: whoever asks again after a lost answer is told the same.
fn digits(app: &AppState, request: &Request, spki: &[u8]) -> Option<Digits4> {
    request.asked_by?;
    let [a, b, c, d, ..] = app.keys.mac("activation digits", &[request.id.as_bytes(), spki]);
    Some(Digits4::from_random([a, b, c, d]))
}

/// Identity, memberships, the replaced identity, the wizard and the log: together or not at all. An identity that waits for
/// its digits changes nothing else yet.
async fn activate(
    app: &AppState,
    caller: &Caller,
    id: RequestId,
    identity: IdentityId,
    issued: IssuedCertificate,
    csr: CheckedCsr,
    message: Enrol,
) -> Result<Enrolled, AppError> {
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let now = state.now();
            let mut request = tx.request(id).await?.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
            let digits = digits(&state, &request, &csr.spki);
            let (status, next) = match digits {
                Some(_) => (IdentityStatus::Pending, RequestStatus::Pairing),
                None => (IdentityStatus::Active, RequestStatus::Finished),
            };
            // Another phone may have been faster, or a newer QR code may have replaced this one.
            request.decide(Decision::Accepted, next, now).map_err(AppError::from)?;
            let person = person_of(tx, &request).await?;
            let revocation = RevocationCode::from_random(&state.entropy().array());
            let identity = Identity {
                id: identity,
                person: person.id,
                installation: message.installation,
                status,
                certificate_sha256: Sha256::digest(&issued.certificate).into(),
                certificate: issued.certificate,
                serial: issued.serial,
                public_key: csr.public_key,
                not_before: issued.not_before,
                not_after: issued.not_after,
                counter: 0,
                revocation_code: Sha256::digest(revocation.reveal()).into(),
                ended_at: None,
                created_at: now,
                last_used_at: None,
            };
            request.identity = Some(identity.id);
            request.installation = Some(message.installation);
            let entry = |event| journal::entry(&state, &who, event).by(person.id, Some(identity.id));
            if let Some(digits) = &digits {
                request.proof_hash = Some(login::pairing_hash(&state, request.id, digits));
                request.tries_left = PAIRING_TRIES;
                tx.insert_identity(&identity).await?;
                tx.update_request(&request).await?;
                entry(Event::IdentityPending).request(&request).identity(identity.id).write(tx).await?;
            } else {
                effect::replace_older(&state, &who, tx, &request, &identity, &entry).await?;
                tx.insert_identity(&identity).await?;
                tx.update_request(&request).await?;
                effect::take(&state, &who, tx, &request, &identity, &entry).await?;
            }
            let organisations = effect::opens(tx, &request, person.id, now, digits.is_some()).await?;
            Ok(Enrolled {
                chain: issued.chain.into_iter().map(B64).collect(),
                identity: identity.id,
                name: person.name.full(),
                organisations,
                revocation_code: revocation.grouped(),
                pairing_code: digits,
            })
        })
    })
    .await
}
