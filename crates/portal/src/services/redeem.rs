//! Opening a request: a scanned nonce, a typed *korte code* or a launch token is exchanged, once, for the signed request
//! object.

use super::{enrolment_qr, journal, limits, request_topic};
use crate::{AppError, AppState, caller::Caller, error::Halt};
use domain::{
    log::Event,
    organisation::Organisation,
    person::Person,
    request::{Means, Purpose, Request, RequestRefusal},
};
use protocol::{
    Nonce, ProblemCode,
    code::{Digits4, ShortCode},
    jws::{self, Algorithm, Unsigned},
    request::{Audience, BrowserLabel, EnrolmentOffer, OrganisationLabel, Redeemed, RequestClaims, Sentence},
};
use storage::Tx;

/// A request with what its object tells.
pub(super) struct Found {
    pub(super) request: Request,
    organisation: Option<Organisation>,
    person: Option<Person>,
    asked_by: Option<Person>,
}

/// Loads what the request object tells.
pub(super) async fn complete(tx: &mut dyn Tx, request: Request) -> Result<Found, AppError> {
    let organisation = match request.organisation {
        Some(id) => tx.organisation(id).await?,
        None => None,
    };
    let person = match request.person {
        Some(id) => tx.person(id).await?,
        None => None,
    };
    let asked_by = match request.asked_by {
        Some(id) => tx.person(id).await?,
        None => None,
    };
    Ok(Found { request, organisation, person, asked_by })
}

/// The Mobile App's way in: a scanned nonce or a typed code.
pub async fn redeem(
    app: &AppState,
    caller: &Caller,
    nonce: Option<Nonce>,
    code: Option<ShortCode>,
) -> Result<Redeemed, AppError> {
    let found = match (nonce, code) {
        (Some(nonce), None) => by_nonce(app, &nonce).await?,
        (None, Some(code)) => by_code(app, caller, &code).await?,
        _ => return Err(ProblemCode::BadInput.into()),
    };
    if found.request.means != Means::Phone {
        return Err(ProblemCode::RequestUnknown.into());
    }
    open(app, caller, found).await
}

async fn by_nonce(app: &AppState, nonce: &Nonce) -> Result<Found, AppError> {
    let hash = nonce.hash();
    app.read(move |tx| {
        Box::pin(async move {
            let request = tx.request_by_nonce(&hash).await?.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
            complete(tx, request).await
        })
    })
    .await
}

/// The keyed hash of a *korte code*.
pub(super) fn code_hash(app: &AppState, code: &str) -> [u8; 32] {
    enrolment_qr::code_hash(&app.keys, code)
}

async fn by_code(app: &AppState, caller: &Caller, code: &ShortCode) -> Result<Found, AppError> {
    let hash = code_hash(app, code.reveal());
    let (state, who) = (app.clone(), caller.clone());
    // A write, because a wrong code is counted.
    app.write(move |tx| {
        Box::pin(async move {
            limits::check(&state, &who, tx).await?;
            match tx.request_by_code(&hash, state.now()).await? {
                Some(request) => Ok(complete(tx, request).await?),
                None => Err(limits::wrong(&state, &who, tx, ProblemCode::RequestUnknown).await?),
            }
        })
    })
    .await
}

/// Signs the request object and marks the request opened; the second caller of the same request gets nothing.
pub(super) async fn open(app: &AppState, caller: &Caller, found: Found) -> Result<Redeemed, AppError> {
    let now = app.now();
    let id = found.request.id;
    let mut preview = found.request.clone();
    let possible = preview.open(now);
    let jws = match possible {
        // Signing takes longer than the change, so it happens outside the transaction.
        Ok(()) => Some(sign(app, &found, &preview)?),
        Err(_) => None,
    };
    let (state, who) = (app.clone(), caller.clone());
    let digest = jws.as_deref().map(jws::digest);
    app.write(move |tx| {
        Box::pin(async move {
            let mut request = tx.request(id).await?.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
            if let Err(refusal) = request.open(now) {
                let error = refused(&request, refusal);
                let entry = journal::entry(&state, &who, Event::RequestRefused).request(&request).refused(error.code);
                entry.write(tx).await?;
                return Err(Halt::Keep(error));
            }
            request.digest = digest;
            tx.update_request(&request).await?;
            journal::entry(&state, &who, Event::RequestOpened).request(&request).write(tx).await
        })
    })
    .await?;
    app.wake(&request_topic(id)).await;
    jws.map(|request| Redeemed { request }).ok_or_else(|| AppError::internal("opened without an object"))
}

/// A launch link has its own words for the same refusals.
fn refused(request: &Request, refusal: RequestRefusal) -> AppError {
    match (request.means, refusal) {
        (Means::Card, RequestRefusal::Expired) => ProblemCode::LaunchExpired.into(),
        (Means::Card, _) => ProblemCode::LaunchUnknown.into(),
        (Means::Phone, _) => refusal.into(),
    }
}

fn sign(app: &AppState, found: &Found, opened: &Request) -> Result<String, AppError> {
    let now = app.now();
    let request = &found.request;
    let claims = RequestClaims {
        iss: app.config.server_id.clone(),
        aud: match request.means {
            Means::Phone => Audience::MobileApp,
            Means::Card => Audience::DesktopApp,
        },
        env: app.config.environment,
        request_id: request.id,
        purpose: request.purpose,
        requester: app.config.product.clone(),
        organisation: found.organisation.as_ref().map(label),
        sentence: request.sentence.clone().map(|(nl, en)| Sentence { nl, en }),
        browser: request.browser_label.clone().map(|name| BrowserLabel { name }),
        age: u32::try_from(now.seconds_since(request.created_at)).unwrap_or(u32::MAX),
        expires_in: opened.expires_at.seconds_from(now),
        iat: now.unix(),
        challenge: Nonce::from_bytes(app.entropy().array()),
        enrolment: match (request.purpose, request.means, &found.person) {
            (Purpose::Enrol, Means::Phone, Some(person)) => {
                let birth_date_required = request.asked_by.is_none();
                Some(EnrolmentOffer { name: person.name.full(), birth_date_required })
            }
            _ => None,
        },
        asked_by: found.asked_by.as_ref().map(|asker| asker.name.full()),
        control_code: request.control_code.as_deref().and_then(Digits4::parse),
    };
    let unsigned =
        Unsigned::new(Algorithm::ES256, jws::TYP_REQUEST, app.signer.chain(), &claims).map_err(AppError::internal)?;
    let signature = app.signer.sign(unsigned.signing_input()).map_err(AppError::internal)?;
    Ok(unsigned.with_signature(&signature))
}

/// How an organisation is shown.
pub(super) fn label(organisation: &Organisation) -> OrganisationLabel {
    OrganisationLabel { name: organisation.name.clone(), ura: organisation.ura.as_str().to_owned() }
}
