//! The answer of a UZI-pas through the Desktop App.

use super::{attributes, card, changes, journal, registration, respond, validation};
use crate::{
    AppError, AppState,
    caller::Caller,
    ports::{CardProblem, CheckedCard},
};
use domain::{
    log::Event,
    request::{Decision, Purpose, Request, RequestStatus},
};
use protocol::{
    Nonce, ProblemCode,
    code::LoginCode,
    jws::Jws,
    response::{Responded, ResponseClaims},
};

pub(super) async fn respond(
    app: &AppState,
    caller: &Caller,
    request: Request,
    jws: Jws,
    compact: &str,
) -> Result<Responded, AppError> {
    respond::must_be_open(app, &request)?;
    let card = match verify(app, &request, &jws) {
        Ok(card) => card,
        Err(Refused::Message(error)) => {
            respond::log_refusal(app, caller, &request, None, &error).await?;
            return Err(error);
        }
        Err(Refused::Card(problem)) => return refuse_card(app, caller, request, problem).await,
    };
    record(app, caller, request, jws, card, compact.to_owned()).await
}

enum Refused {
    /// The message is not right; the request stays open.
    Message(AppError),
    /// The card is not right: the request is over and the page tells why.
    Card(CardProblem),
}

/// Everything that needs no lock: the signature by the card in `x5c`, the binding to the request, and then the card.
fn verify(app: &AppState, request: &Request, jws: &Jws) -> Result<(CheckedCard, ResponseClaims), Refused> {
    let message = |code: ProblemCode| Refused::Message(code.into());
    let leaf = jws.chain.first().ok_or(message(ProblemCode::CardUnreadable))?;
    if !app.certificates.verify(leaf, jws.header.alg, jws.signing_input(), &jws.signature) {
        return Err(message(ProblemCode::ResponseSignature));
    }
    let claims: ResponseClaims = jws.claims().map_err(|_| message(ProblemCode::BadInput))?;
    if !respond::matches(app, request, &claims) || claims.phone.is_some() {
        return Err(message(ProblemCode::ResponseMismatch));
    }
    let card = app.cards.load().check(&jws.chain, app.now()).map_err(Refused::Card)?;
    if claims.iss != card.uzi_number.as_str() {
        return Err(message(ProblemCode::ResponseMismatch));
    }
    if !card.card_type.is_personal() {
        let detail = format!("card type {}", card.card_type.letter());
        return Err(Refused::Card(CardProblem { code: ProblemCode::CardType, detail }));
    }
    Ok((card, claims))
}

async fn refuse_card(
    app: &AppState,
    caller: &Caller,
    request: Request,
    problem: CardProblem,
) -> Result<Responded, AppError> {
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let mut request = tx.request(request.id).await?.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
            let event = match request.purpose {
                Purpose::Enrol => Event::ProofingRefused,
                _ => Event::CardRefused,
            };
            let entry = journal::entry(&state, &who, event).request(&request);
            let error = AppError::new(problem.code).because(problem.detail);
            Err(respond::end_with_problem(&state, tx, &mut request, entry, error).await?)
        })
    })
    .await
}

async fn record(
    app: &AppState,
    caller: &Caller,
    request: Request,
    jws: Jws,
    (card, claims): (CheckedCard, ResponseClaims),
    compact: String,
) -> Result<Responded, AppError> {
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let now = state.now();
            let mut request = tx.request(request.id).await?.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
            let accepted = claims.decision == Decision::Accepted;
            let number = card.uzi_number.clone();
            let entry = |event| journal::entry(&state, &who, event).by_card(number.as_str());
            let mut answer = Responded {
                decision: claims.decision,
                pairing_code: None,
                return_url: None,
                desktop_session: None,
                renewed: None,
            };
            if !accepted {
                request.decide(Decision::Declined, RequestStatus::Declined, now).map_err(AppError::from)?;
                tx.update_request(&request).await?;
                entry(Event::RequestDeclined).request(&request).write(tx).await?;
                return Ok(answer);
            }
            // A sentence of somebody who is logged in: their own page takes the answer. Else it is the wizard's.
            let change = match request.purpose {
                Purpose::Sign => tx.change_by_confirmation(request.id).await?,
                _ => None,
            };
            // Attributes are of who is logged in: the browser must bring the answer, as with a card that is read.
            let owner = match &change {
                Some(_) => None,
                None => attributes::asked_by(tx, &request).await?,
            };
            let next = match (request.purpose, &change, &owner) {
                (Purpose::Sign, Some(_), _) => RequestStatus::Accepted,
                (Purpose::Sign, None, None) => RequestStatus::Finished,
                _ => RequestStatus::Returning,
            };
            // Which wizard the card serves.
            let validates = tx.validation_by_card_request(request.id).await?;
            let before = request.clone();
            request.decide(Decision::Accepted, next, now).map_err(AppError::from)?;
            request.response = Some(compact.clone());
            let outcome = match (request.purpose, &change, &owner) {
                (Purpose::Login, ..) => Ok(()),
                (Purpose::Enrol, ..) if validates.is_some() => validation::may_validate(tx, &card, now).await,
                (Purpose::Enrol, ..) => registration::may_register(tx, &card).await,
                (Purpose::Sign, None, Some(person)) => attributes::fits(tx, person, &card, now).await.map(|_| ()),
                (Purpose::Sign, Some(pending), _) => match changes::is_makers_card(&state, tx, pending, &number).await?
                {
                    true => Ok(()),
                    false => Err(ProblemCode::CardOther.into()),
                },
                (Purpose::Sign, None, None) => {
                    let certificate = jws.chain.into_iter().next().unwrap_or_default();
                    match validates.clone() {
                        Some(wizard) => {
                            let signed = validation::Signed { card: &card, certificate, response: compact };
                            validation::confirm(&state, &who, tx, wizard, &request, signed).await?
                        }
                        None => registration::confirm(&state, &who, tx, &request, &card, certificate, compact).await?,
                    }
                }
                (Purpose::Session | Purpose::Link, ..) => Err(ProblemCode::ResponseMismatch.into()),
            };
            if let Err(error) = outcome {
                let mut request = before;
                let event = match (&change, &validates, &owner) {
                    (Some(_), ..) => Event::CardRefused,
                    (None, Some(_), _) => Event::OrganisationValidated,
                    (None, None, Some(_)) => Event::MembershipAttributes,
                    (None, None, None) => Event::ProofingRefused,
                };
                let entry = entry(event).request(&request);
                return Err(respond::end_with_problem(&state, tx, &mut request, entry, error).await?);
            }
            if next == RequestStatus::Returning {
                let code = LoginCode::from_random(&state.entropy().array());
                request.proof_hash = Some(card::return_hash(&state, &code));
                answer.return_url = Some(format!("{}/desktop/return#{}", state.config.public_url, code.reveal()));
            }
            if request.purpose == Purpose::Enrol {
                let session = Nonce::from_bytes(state.entropy().array());
                match validates {
                    Some(wizard) => validation::attach_desktop(&state, tx, wizard, &session).await?,
                    None => registration::attach_desktop(&state, tx, request.id, &session).await?,
                }
                answer.desktop_session = Some(session);
            }
            tx.update_request(&request).await?;
            entry(Event::CardUsed).request(&request).write(tx).await?;
            Ok(answer)
        })
    })
    .await
}
