//! UZI-pas through the Desktop App: making a launch, redeeming it, the way back into the browser, and the further
//! requests of one card session.

use super::{
    ShownLaunch, attributes, desktop_topic, journal, limits, live, login::blank, redeem, registration, request_topic,
    validation,
};
use crate::{AppError, AppState, browser::Browser, caller::Caller, error::Halt, ports::CheckedCard};
use domain::{
    Timestamp,
    log::Event,
    person::PersonId,
    registration::Registration,
    request::{LAUNCH_SECONDS, Means, Purpose, Request, RequestId, RequestRefusal},
    validation::Step,
};
use protocol::{
    Nonce, ProblemCode,
    card::DesktopNextAnswer,
    code::{Digits4, LoginCode},
    jws::{Jws, TYP_RESPONSE},
    link::LaunchLink,
    request::Redeemed,
};
use std::time::Duration;
use storage::Tx;

/// What a card is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKind {
    /// Log in.
    Login,
    /// Read the card for the registration wizard.
    Register,
    /// Sign the wizard's confirmation.
    Confirm,
    /// Read the card for validating an organisation.
    Validate,
    /// Sign the validation.
    ConfirmValidation,
    /// Give its attributes to somebody who is logged in.
    Attributes(PersonId),
}

/// How long `launch/next` holds the Desktop App's call.
const HOLD: Duration = Duration::from_secs(25);

/// A new launch for this browser; with the wizard it replaces the launch that was open (*Verversen*).
pub async fn start(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    kind: CardKind,
) -> Result<ShownLaunch, AppError> {
    let now = app.now();
    let token = Nonce::from_bytes(app.entropy().array());
    let control_code = Digits4::from_random(app.entropy().array());
    let purpose = match kind {
        CardKind::Login => Purpose::Login,
        CardKind::Register | CardKind::Validate => Purpose::Enrol,
        CardKind::Confirm | CardKind::ConfirmValidation | CardKind::Attributes(_) => Purpose::Sign,
    };
    let mut request = blank(app, purpose, Means::Card, token.hash(), LAUNCH_SECONDS);
    request.browser = Some(browser.hash);
    request.browser_label = Some(browser.label.clone());
    request.control_code = Some(control_code.reveal().to_owned());
    let (id, state, who, cookie) = (request.id, app.clone(), caller.clone(), browser.hash);
    let desktop = app
        .write(move |tx| {
            Box::pin(async move {
                match kind {
                    CardKind::Login => {}
                    CardKind::Register | CardKind::Confirm => {
                        registration::attach_launch(&state, &who, tx, &cookie, kind, &mut request).await?;
                    }
                    CardKind::Validate | CardKind::ConfirmValidation => {
                        validation::attach_launch(&state, &who, tx, &cookie, kind, &mut request).await?;
                    }
                    CardKind::Attributes(person) => {
                        attributes::attach_launch(&state, &who, tx, person, &mut request).await?;
                    }
                }
                tx.insert_request(&request).await?;
                Ok(request.desktop_session)
            })
        })
        .await?;
    if let Some(session) = desktop {
        app.wake(&desktop_topic(&session)).await;
    }
    app.metrics.requests_made.up();
    Ok(ShownLaunch {
        id,
        link: LaunchLink { token },
        control_code,
        expires_in: now.plus_seconds(LAUNCH_SECONDS).seconds_from(now),
        desktop_holds_card: desktop.is_some(),
    })
}

/// The Desktop App exchanges its launch token.
pub async fn redeem_launch(app: &AppState, caller: &Caller, token: &Nonce) -> Result<Redeemed, AppError> {
    let hash = token.hash();
    let found = app
        .read(move |tx| {
            Box::pin(async move {
                let request = tx.request_by_nonce(&hash).await?.filter(|request| request.means == Means::Card);
                let request = request.ok_or(AppError::new(ProblemCode::LaunchUnknown))?;
                redeem::complete(tx, request).await
            })
        })
        .await?;
    redeem::open(app, caller, found).await
}

/// The keyed hash of a return code.
pub(super) fn return_hash(app: &AppState, code: &LoginCode) -> [u8; 32] {
    app.keys.mac("return code", &[code.reveal().as_bytes()])
}

/// What a return was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The request that waited for it.
    pub id: RequestId,
    /// Login: the first tab finishes it. Enrol: the wizard moved on. Sign: the attributes count.
    pub purpose: Purpose,
}

/// The local browser brings the Desktop App's return code. Only the browser that started the request gets anything;
/// any other ends it.
pub async fn bring_return(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    code: &LoginCode,
) -> Result<Returned, AppError> {
    let hash = return_hash(app, code);
    let found =
        app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.request_by_return(&hash).await?) })).await?;
    // Checked again, outside the transaction: two minutes have passed since the card answered.
    let card = match &found {
        Some(request) if request.purpose != Purpose::Login => Some(card_of(app, request)?),
        _ => None,
    };
    let (state, who, browser) = (app.clone(), caller.clone(), browser.clone());
    let returned = app
        .write(move |tx| {
            Box::pin(async move {
                limits::check(&state, &who, tx).await?;
                let Some(mut request) = tx.request_by_return(&hash).await? else {
                    return Err(limits::wrong(&state, &who, tx, ProblemCode::ReturnUnknown).await?);
                };
                if let Err(refusal) = request.bring_return(&browser.hash, state.now()) {
                    let error = AppError::from(refusal);
                    if refusal == RequestRefusal::OtherBrowser {
                        request.cancel();
                        tx.update_request(&request).await?;
                    }
                    let entry = journal::entry(&state, &who, Event::RequestRefused).request(&request);
                    entry.refused(error.code).write(tx).await?;
                    return Err(Halt::Keep(error));
                }
                tx.update_request(&request).await?;
                if request.purpose == Purpose::Sign {
                    let shown = card.ok_or_else(|| AppError::internal("returning without card"))?;
                    attributes::attach(&state, &who, tx, &browser, &mut request, shown).await?;
                } else if let Some((card, certificate)) = card {
                    match tx.validation_by_card_request(request.id).await? {
                        Some(wizard) => {
                            validation::card_read(&state, tx, wizard, &mut request, card, certificate).await?;
                        }
                        None => registration::card_read(&state, &who, tx, &mut request, card, certificate).await?,
                    }
                }
                Ok(Returned { id: request.id, purpose: request.purpose })
            })
        })
        .await;
    if let Some(request) = &found {
        app.wake(&request_topic(request.id)).await;
    }
    returned
}

/// The card that signed a stored response, checked now.
pub(super) fn card_of(app: &AppState, request: &Request) -> Result<(CheckedCard, Vec<u8>), AppError> {
    let response = request.response.as_deref().ok_or_else(|| AppError::internal("returning without response"))?;
    let jws = Jws::parse(response, TYP_RESPONSE).map_err(AppError::internal)?;
    let card = app.cards.load().check(&jws.chain, app.now()).map_err(|problem| {
        let error = AppError::new(problem.code);
        error.because(problem.detail)
    })?;
    let certificate = jws.chain.into_iter().next().unwrap_or_default();
    Ok((card, certificate))
}

/// A Desktop App that still holds the card asks for the wizard's next request; held for at most 25 seconds.
pub async fn next(app: &AppState, caller: &Caller, session: &Nonce, end: bool) -> Result<DesktopNextAnswer, AppError> {
    let hash = session.hash();
    let mut notifications = app.store.notifications();
    if end {
        end_desktop_session(app, hash).await?;
        return Ok(DesktopNextAnswer::Ended);
    }
    for last in [false, true] {
        match look(app, hash).await? {
            Next::Ended => return Ok(DesktopNextAnswer::Ended),
            Next::Request(found) => {
                let Redeemed { request } = redeem::open(app, caller, *found).await?;
                return Ok(DesktopNextAnswer::Request { request });
            }
            Next::Nothing if !last => live::wait(&mut notifications, &desktop_topic(&hash), HOLD).await,
            Next::Nothing => {}
        }
    }
    Ok(DesktopNextAnswer::Waiting)
}

enum Next {
    Ended,
    Nothing,
    Request(Box<redeem::Found>),
}

async fn look(app: &AppState, hash: [u8; 32]) -> Result<Next, AppError> {
    let now = app.now();
    app.write(move |tx| {
        Box::pin(async move {
            let in_time = |until: Option<Timestamp>| until.is_some_and(|until| now < until);
            if let Some(mut registration) = tx.registration_by_desktop_session(&hash).await? {
                if !in_time(registration.desktop_session_until) || registration.is_confirmed() {
                    return Ok(Next::Ended);
                }
                registration.desktop_seen_at = Some(now);
                tx.save_registration(&registration).await?;
            } else if let Some(mut validation) = tx.validation_by_desktop_session(&hash).await? {
                // Without a Mobile ID its holder goes on into registering, with the same card.
                let over = validation.step == Step::Done && !validation.role_waits();
                if !in_time(validation.desktop_session_until) || over {
                    return Ok(Next::Ended);
                }
                validation.desktop_seen_at = Some(now);
                tx.save_validation(&validation).await?;
            } else {
                return Ok(Next::Ended);
            }
            let request = tx.request_of_desktop_session(&hash).await?;
            let waiting = |request: &Request| request.status_at(now) == domain::request::RequestStatus::Created;
            match request.filter(waiting) {
                Some(request) => Ok(Next::Request(Box::new(redeem::complete(tx, request).await?))),
                None => Ok(Next::Nothing),
            }
        })
    })
    .await
}

async fn end_desktop_session(app: &AppState, hash: [u8; 32]) -> Result<(), AppError> {
    app.write(move |tx| {
        Box::pin(async move {
            if let Some(mut registration) = tx.registration_by_desktop_session(&hash).await? {
                forget_desktop(&mut registration);
                tx.save_registration(&registration).await?;
            }
            if let Some(mut validation) = tx.validation_by_desktop_session(&hash).await? {
                validation.desktop_gone();
                tx.save_validation(&validation).await?;
            }
            Ok(())
        })
    })
    .await
}

fn forget_desktop(registration: &mut Registration) {
    registration.desktop_session = None;
    registration.desktop_session_until = None;
    registration.desktop_seen_at = None;
}

/// Cancels a card request that a newer one replaces.
pub(super) async fn cancel(tx: &mut dyn Tx, id: RequestId) -> Result<(), Halt> {
    if let Some(mut request) = tx.request(id).await? {
        request.cancel();
        tx.update_request(&request).await?;
    }
    Ok(())
}
