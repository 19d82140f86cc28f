//! Inloggen met QR (SYSTEM.md flow 6): the page's half.

use super::{
    ShownRequest, browser_key, grouped_login, journal, redeem, request_topic, session,
    session::{Login, NewSession},
};
use crate::{AppError, AppState, browser::Browser, caller::Caller, error::Halt, keys, ports::CheckedCard};
use domain::{
    identity::{IdentityRefusal, IdentityStatus},
    log::Event,
    request::{LOGIN_SECONDS, Means, Purpose, Request, RequestId, RequestRefusal, RequestStatus},
    session::{LoggedInWith, SessionCard},
    uzi::UziNumber,
};
use protocol::{
    Nonce, ProblemCode,
    browser_key::{BrowserProof, ProofStep},
    code::{Digits4, LoginCode},
    events::StatusEvent,
    jws::{Jws, TYP_RESPONSE},
    link::QrLink,
};
use storage::Tx;

/// A new login QR for this browser.
pub async fn start(app: &AppState, browser: &Browser) -> Result<ShownRequest, AppError> {
    let now = app.now();
    let nonce = Nonce::from_bytes(app.entropy().array());
    let code = LoginCode::from_random(&app.entropy().array());
    let mut request = blank(app, Purpose::Login, Means::Phone, nonce.hash(), LOGIN_SECONDS);
    request.code_hash = Some(redeem::code_hash(app, code.reveal()));
    request.browser = Some(browser.hash);
    request.browser_label = Some(browser.label.clone());
    let id = request.id;
    // Showing a QR code concerns nobody yet; the log begins when somebody opens it.
    app.write(move |tx| Box::pin(async move { Ok(tx.insert_request(&request).await?) })).await?;
    app.metrics.requests_made.up();
    let link = QrLink {
        app_origin: app.config.app_origin.clone(),
        kind: Purpose::Login,
        server: app.config.server_id.clone(),
        nonce,
    };
    let expires_in = now.plus_seconds(LOGIN_SECONDS).seconds_from(now);
    Ok(ShownRequest { id, link, code: grouped_login(&code), expires_in })
}

/// A request with nothing but what every request has.
pub(super) fn blank(app: &AppState, purpose: Purpose, means: Means, nonce_hash: [u8; 32], seconds: i64) -> Request {
    let now = app.now();
    Request::new(RequestId::new(now, app.entropy()), purpose, means, nonce_hash, now, seconds)
}

/// Where a request of this browser stands; of another browser's nothing is told.
pub async fn status(app: &AppState, browser: &Browser, id: RequestId) -> Result<StatusEvent, AppError> {
    Ok(event(app, &of_browser(app, browser, id).await?))
}

/// A request of this browser, for the page that waits for it.
pub async fn of_browser(app: &AppState, browser: &Browser, id: RequestId) -> Result<Request, AppError> {
    let request = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.request(id).await?) })).await?;
    let request = request.filter(|request| request.browser == Some(browser.hash));
    request.ok_or(AppError::new(ProblemCode::NotFound))
}

/// What a waiting page is told.
pub(super) fn event(app: &AppState, request: &Request) -> StatusEvent {
    let now = app.now();
    let status = request.status_at(now);
    StatusEvent {
        status,
        pairing: status == RequestStatus::Pairing,
        expires_in: request.expires_at.seconds_from(now),
        problem: request.problem.clone(),
    }
}

/// The keyed hash of a *koppelcode*.
pub(super) fn pairing_hash(app: &AppState, id: RequestId, code: &Digits4) -> [u8; 32] {
    app.keys.mac("koppelcode", &[id.as_bytes(), code.reveal().as_bytes()])
}

/// The page gives the *koppelcode*.
pub async fn pair(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    id: RequestId,
    code: &Digits4,
) -> Result<(), AppError> {
    let (state, who, browser) = (app.clone(), caller.clone(), browser.hash);
    let given = pairing_hash(app, id, code);
    app.write(move |tx| {
        Box::pin(async move {
            let request = tx.request(id).await?.filter(|request| request.purpose == Purpose::Login);
            let mut request = request.ok_or(AppError::new(ProblemCode::NotFound))?;
            let right = request.proof_hash.is_some_and(|wanted| keys::same(&wanted, &given));
            let outcome = request.pair(&browser, right, state.now());
            if outcome == Err(RequestRefusal::OtherBrowser) {
                return Err(ProblemCode::NotFound.into());
            }
            tx.update_request(&request).await?;
            if let Err(refusal) = outcome {
                let error = match refusal {
                    RequestRefusal::Expired | RequestRefusal::Cancelled => ProblemCode::PairingOver.into(),
                    other => AppError::from(other),
                };
                let entry = journal::entry(&state, &who, Event::RequestRefused).request(&request).refused(error.code);
                entry.write(tx).await?;
                return Err(Halt::Keep(error));
            }
            Ok(())
        })
    })
    .await?;
    app.wake(&request_topic(id)).await;
    Ok(())
}

/// The browser takes the result of an accepted login: once, with the key that it proved when it asked, if it has one.
/// Ends the browser's earlier session.
pub async fn finish(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    id: RequestId,
    proof: Option<&BrowserProof>,
) -> Result<NewSession, AppError> {
    let (state, who, browser) = (app.clone(), caller.clone(), browser.clone());
    let verified = proof.map(|proof| browser_key::verify(app, &browser, ProofStep::Take, id, proof)).transpose();
    let opened = app
        .write(move |tx| {
            Box::pin(async move {
                let now = state.now();
                let mut request = tx.request(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
                if request.purpose != Purpose::Login {
                    return Err(ProblemCode::NotFound.into());
                }
                let taken = verified.and_then(|key| {
                    request.finish(&browser.hash, key.as_ref(), now)?;
                    Ok(key)
                });
                let key = match taken {
                    Ok(key) => key,
                    Err(error) => return Err(refuse_result(&state, &who, tx, &request, error).await?),
                };
                tx.update_request(&request).await?;
                let (with, card, person) = match request.means {
                    Means::Phone => {
                        let id = request.identity.ok_or_else(|| AppError::internal("accepted without identity"))?;
                        let identity = tx.identity(id).await?.ok_or(AppError::new(ProblemCode::IdentityUnknown))?;
                        // Blocked or revoked since the answer: it opens nothing.
                        let status = identity.status_at(now);
                        if status != IdentityStatus::Active {
                            return Err(AppError::from(IdentityRefusal::Status(status)).into());
                        }
                        (LoggedInWith::Phone(id), None, Some(identity.person))
                    }
                    Means::Card => {
                        // Revoked or ended since the answer: the same.
                        let (number, card) = match card_of(&state, &request) {
                            Ok(found) => found,
                            Err(error) => {
                                let entry = journal::entry(&state, &who, Event::CardRefused).request(&request);
                                entry.refused(error.code).write(tx).await?;
                                return Err(Halt::Keep(error));
                            }
                        };
                        let people = tx.people_by_uzi_number(&number).await?;
                        let person = match people.as_slice() {
                            [one] => Some(one.id),
                            _ => None,
                        };
                        (LoggedInWith::Card(number), Some(card), person)
                    }
                };
                if let (Some(person), LoggedInWith::Phone(_)) = (person, &with) {
                    let memberships = tx.memberships_of(person).await?;
                    let operator = tx.operator(person).await?;
                    if !session::opens_something(&memberships, operator.as_ref(), now) {
                        return Err(ProblemCode::NoMembership.into());
                    }
                }
                session::open(&state, &who, tx, &browser, Login { with, card, person, key }).await
            })
        })
        .await?;
    app.metrics.sessions_opened.up();
    app.wake(&request_topic(id)).await;
    Ok(opened)
}

/// A cookie without its key came for the result: that is kept in the log, everything else is only told.
async fn refuse_result(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    request: &Request,
    error: AppError,
) -> Result<Halt, Halt> {
    if error.code != ProblemCode::BrowserKey {
        return Ok(error.into());
    }
    let entry = journal::entry(app, caller, Event::RequestRefused).request(request).refused(error.code);
    entry.write(tx).await?;
    Ok(Halt::Keep(error))
}

/// The card of an accepted response, whose signature was verified when it was accepted; what can change since is checked
/// again.
fn card_of(app: &AppState, request: &Request) -> Result<(UziNumber, SessionCard), AppError> {
    let response = request.response.as_deref().ok_or_else(|| AppError::internal("accepted without response"))?;
    let jws = Jws::parse(response, TYP_RESPONSE).map_err(AppError::internal)?;
    let checked = app.cards.load().check(&jws.chain, app.now());
    let checked = checked.map_err(|problem| AppError::new(problem.code).because(problem.detail))?;
    let certificate = jws.chain.into_iter().next().unwrap_or_default();
    let CheckedCard { uzi_number, serial, valid_until, issuer, .. } = checked;
    Ok((uzi_number, SessionCard { certificate, issuer, serial, valid_until }))
}
