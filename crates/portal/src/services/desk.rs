//! At the desk (SYSTEM.md flows 4 and 9): what a beheerder or operator does face to face with somebody's phone. The QR
//! code that activates an identity, shown once; the digits from the phone; and the QR code that links an existing ID.

mod link;

pub use link::{link_found, link_start};

use super::{
    ShownRequest,
    changes::{self, Maker},
    enrol::effect,
    enrolment_qr::{self, Wanted},
    journal, login, request_topic,
    session::Current,
};
use crate::{AppError, AppState, browser::Browser, caller::Caller, error::Halt, keys};
use domain::{
    Timestamp,
    authorise::Action,
    change::{Change, ChangeId, ChangeStatus, MemberChange},
    document::DocumentKind,
    identity::{Identity, IdentityStatus},
    log::Event,
    operator::{Office, Operator},
    organisation::OrganisationId,
    person::{Person, PersonId, ShownDocument},
    request::{PAIRING_SECONDS, Purpose, Request, RequestId, RequestRefusal, RequestStatus},
};
use protocol::{ProblemCode, code::Digits4};
use storage::Tx;

/// A QR code that may be looked at once.
#[derive(Debug)]
pub enum ShownOnce {
    /// This is that once.
    Qr(ShownRequest),
    /// It was: a new one is needed.
    AlreadyShown,
}

/// Where an enrolment stands, for the dialog that waits.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which.
    pub id: RequestId,
    /// Scan, wait for the phone, type the digits, done, or over.
    pub status: RequestStatus,
    /// Whose identity.
    pub person: Option<Person>,
    /// For which organisation; none with operators.
    pub organisation: Option<OrganisationId>,
    /// What the person is for the environment.
    pub office: Option<Office>,
    /// Tries left for the digits, while they are asked.
    pub tries_left: u8,
    /// Seconds left for the present step.
    pub expires_in: u32,
}

/// Makes the enrolment of somebody whose identity document was just looked at; its QR code is shown with [`show_once`].
pub async fn enrolment(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    person: PersonId,
    organisation: Option<OrganisationId>,
) -> Result<RequestId, Halt> {
    if person == maker.person || Some(person) == maker.second {
        return Err(ProblemCode::NotOneself.into());
    }
    // The new phone of an operator opens the back office, and an auditor's everybody's log: no organisation gives it, only
    // another operator.
    let operator = tx.operator(person).await?;
    if organisation.is_some() && operator.is_some_and(|operator| operator.holds_office()) {
        return Err(ProblemCode::Forbidden.into());
    }
    let (asked_by, browser) = (Some(maker.person), Some(maker.browser.hash));
    let seconds = maker.app.config.times.desk_qr;
    let wanted = Wanted { person, organisation, asked_by, browser, seconds };
    let request = enrolment_qr::make(maker.app, maker.caller, tx, wanted).await?;
    maker.entry(Event::IdentityQr).request(&request).write(tx).await?;
    Ok(request.id)
}

/// The QR code that came out of a change: in the browser that executed it, to whoever did, once. The answer is the only
/// place where it ever stands; the transaction that gives it takes it away. `organisation`: whose pages ask, `None` for the
/// operators'; those of another have none.
pub async fn show_once(
    app: &AppState,
    browser: &Browser,
    current: &Current,
    organisation: Option<OrganisationId>,
    change: ChangeId,
) -> Result<ShownOnce, AppError> {
    let (state, cookie, session) = (app.clone(), browser.hash, current.session.id);
    app.write(move |tx| {
        Box::pin(async move {
            let pending = tx.change(change).await?.filter(|pending| pending.session == session);
            let pending = pending.filter(|pending| pending.status == ChangeStatus::Executed);
            let mut pending = pending.ok_or(AppError::new(ProblemCode::NotFound))?;
            let request = match pending.enrolment {
                Some(id) => tx.request(id).await?.filter(|request| request.browser == Some(cookie)),
                None => None,
            };
            let Some(request) = request else { return Ok(ShownOnce::AlreadyShown) };
            if request.organisation != organisation {
                return Err(AppError::new(ProblemCode::NotFound).into());
            }
            pending.enrolment = None;
            tx.update_change(&pending).await?;
            if request.status_at(state.now()) != RequestStatus::Created {
                return Ok(ShownOnce::AlreadyShown);
            }
            Ok(ShownOnce::Qr(enrolment_qr::show(&state, &request)))
        })
    })
    .await
}

/// A request that this person asked in this browser and may still go on with. An operator's may be gone on with by the
/// second operator, in whose browser it was executed.
async fn asked(
    tx: &mut dyn Tx,
    id: RequestId,
    purpose: Purpose,
    cookie: &[u8; 32],
    current: &Current,
    now: Timestamp,
) -> Result<Request, AppError> {
    let unseen = || AppError::new(ProblemCode::NotFound);
    let actor = current.actor(now).ok_or_else(unseen)?;
    let request = tx.request(id).await?.ok_or_else(unseen)?;
    let asker = match request.organisation {
        Some(_) => request.asked_by == Some(actor.person),
        None => request.asked_by.is_some(),
    };
    let action = request.organisation.map_or(Action::Operate, Action::Manage);
    if !asker || request.purpose != purpose || request.browser.as_ref() != Some(cookie) {
        return Err(unseen());
    }
    actor.may(action)?;
    Ok(request)
}

/// Where it stands.
pub async fn standing(
    app: &AppState,
    browser: &Browser,
    current: &Current,
    id: RequestId,
) -> Result<Standing, AppError> {
    let (now, cookie, current) = (app.now(), browser.hash, current.clone());
    app.read(move |tx| {
        Box::pin(async move {
            let request = asked(tx, id, Purpose::Enrol, &cookie, &current, now).await?;
            let person = match request.person {
                Some(person) => tx.person(person).await?,
                None => None,
            };
            let operator = match request.person {
                Some(person) => tx.operator(person).await?.filter(Operator::holds_office),
                None => None,
            };
            Ok(Standing {
                id,
                status: request.status_at(now),
                person,
                organisation: request.organisation,
                office: operator.map(|operator| operator.office),
                tries_left: request.tries_left,
                expires_in: request.expires_at.seconds_from(now),
            })
        })
    })
    .await
}

/// The beheerder types the digits that the phone shows. Right: the identity works, and the one before it no more. Wrong for
/// the last time: it never will.
pub async fn pair(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    current: &Current,
    id: RequestId,
    digits: &Digits4,
) -> Result<(), AppError> {
    let (state, who, cookie, current) = (app.clone(), caller.clone(), browser.hash, current.clone());
    let given = login::pairing_hash(app, id, digits);
    let paired = app
        .write(move |tx| {
            Box::pin(async move {
                let now = state.now();
                let mut request = asked(tx, id, Purpose::Enrol, &cookie, &current, now).await?;
                // A double click: it was done a moment ago.
                if request.status == RequestStatus::Finished {
                    return Ok(false);
                }
                let right = request.proof_hash.is_some_and(|wanted| keys::same(&wanted, &given));
                let entry = |event| by(&state, &who, &current, event);
                if let Err(refusal) = request.pair(&cookie, right, now) {
                    let error = over(refusal);
                    tx.update_request(&request).await?;
                    entry(Event::RequestRefused).request(&request).refused(error.code).write(tx).await?;
                    if !matches!(refusal, RequestRefusal::Wrong(_)) {
                        revoke_of(&state, tx, &request, entry(Event::IdentityRevoked).reason("pairing")).await?;
                    }
                    return Err(Halt::Keep(error));
                }
                if let Err(error) = may_still(&state, tx, &request, &current).await? {
                    request.cancel();
                    tx.update_request(&request).await?;
                    entry(Event::RequestRefused).request(&request).refused(error.code).write(tx).await?;
                    revoke_of(&state, tx, &request, entry(Event::IdentityRevoked).reason("pairing")).await?;
                    return Err(Halt::Keep(error));
                }
                request.finish(&cookie, None, now).map_err(AppError::from)?;
                let Some(mut identity) = waiting(tx, &request, now).await? else {
                    return Err(ProblemCode::PairingOver.into());
                };
                identity.status = IdentityStatus::Active;
                effect::replace_older(&state, &who, tx, &request, &identity, &entry).await?;
                tx.update_identity(&identity).await?;
                tx.update_request(&request).await?;
                effect::take(&state, &who, tx, &request, &identity, &entry).await?;
                Ok(true)
            })
        })
        .await;
    if let Ok(true) = paired {
        app.metrics.identities_activated.up();
    }
    app.wake(&request_topic(id)).await;
    paired.map(|_| ())
}

/// Whether who types the digits could still make this QR code now: since then the one who asks may have lost a role, and
/// the other one may have got one that this phone would open.
async fn may_still(
    app: &AppState,
    tx: &mut dyn Tx,
    request: &Request,
    current: &Current,
) -> Result<Result<(), AppError>, Halt> {
    let unseen = || AppError::new(ProblemCode::NotFound);
    let (Some(actor), Some(person)) = (current.actor(app.now()), request.person) else { return Ok(Err(unseen())) };
    let Some(organisation) = request.organisation else {
        let operates = tx.operator(actor.person).await?.is_some_and(|operator| operator.is_operator());
        return Ok(if operates { Ok(()) } else { Err(unseen()) });
    };
    if tx.operator(person).await?.is_some_and(|operator| operator.holds_office()) {
        return Ok(Err(ProblemCode::Forbidden.into()));
    }
    let here = tx.memberships_of(person).await?.into_iter().find(|one| one.organisation == organisation);
    let Some(membership) = here.map(|membership| membership.id) else { return Ok(Err(unseen())) };
    // Which document was looked at makes no difference here.
    let document =
        ShownDocument { kind: DocumentKind::Passport, number_sealed: String::new(), expires_on: String::new() };
    changes::authorise(app, tx, &actor, &Change::Member { membership, change: MemberChange::NewQr(document) }).await
}

/// What is over, in the words for digits.
fn over(refusal: RequestRefusal) -> AppError {
    match refusal {
        RequestRefusal::Wrong(_) => refusal.into(),
        _ => ProblemCode::PairingOver.into(),
    }
}

fn by(app: &AppState, caller: &Caller, current: &Current, event: Event) -> journal::Entry {
    let entry = journal::entry(app, caller, event);
    match current.session.person {
        Some(person) => entry.by(person, current.identity_id()),
        None => entry,
    }
}

/// *Sluiten*: what was not finished stops here. A finished one stays as it is.
pub async fn close(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    current: &Current,
    id: RequestId,
) -> Result<(), AppError> {
    let (state, who, cookie, current) = (app.clone(), caller.clone(), browser.hash, current.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let mut request = asked(tx, id, Purpose::Enrol, &cookie, &current, state.now()).await?;
            if request.status.is_final() {
                return Ok(());
            }
            request.cancel();
            tx.update_request(&request).await?;
            by(&state, &who, &current, Event::RequestCancelled).request(&request).reason("closed").write(tx).await?;
            let entry = by(&state, &who, &current, Event::IdentityRevoked).reason("closed");
            revoke_of(&state, tx, &request, entry).await
        })
    })
    .await?;
    app.wake(&request_topic(id)).await;
    Ok(())
}

/// The identity of an enrolment that waits for its digits.
async fn waiting(tx: &mut dyn Tx, request: &Request, now: Timestamp) -> Result<Option<Identity>, Halt> {
    let Some(id) = request.identity else { return Ok(None) };
    Ok(tx.identity(id).await?.filter(|identity| identity.status_at(now) == IdentityStatus::Pending))
}

async fn revoke_of(app: &AppState, tx: &mut dyn Tx, request: &Request, entry: journal::Entry) -> Result<(), Halt> {
    match waiting(tx, request, app.now()).await? {
        Some(identity) => revoke_pending(app, tx, identity, request.organisation, entry.request_id(request.id)).await,
        None => Ok(()),
    }
}

/// An identity that waited for its digits never works. It opened nothing, so nobody is mailed.
pub(super) async fn revoke_pending(
    app: &AppState,
    tx: &mut dyn Tx,
    mut identity: Identity,
    within: Option<OrganisationId>,
    entry: journal::Entry,
) -> Result<(), Halt> {
    identity.status = IdentityStatus::Revoked;
    identity.ended_at = Some(app.now());
    tx.update_identity(&identity).await?;
    let entry = entry.about(identity.person).identity(identity.id);
    match within {
        Some(organisation) => entry.within(organisation),
        None => entry,
    }
    .write(tx)
    .await
}

/// How many at once.
const MOST: u32 = 100;

/// Revokes identities whose digits nobody typed in time; tells how many.
pub async fn revoke_overdue(app: &AppState) -> Result<u64, AppError> {
    let mut revoked = 0;
    loop {
        let state = app.clone();
        let some = app
            .write(move |tx| {
                Box::pin(async move {
                    // The request and its identity were written at the same moment.
                    let overdue = tx.pending_identities(state.now().plus_seconds(-PAIRING_SECONDS), MOST).await?;
                    let count = overdue.len();
                    let who = Caller::system(&state);
                    for identity in overdue {
                        let entry = journal::entry(&state, &who, Event::IdentityRevoked).by_system();
                        revoke_pending(&state, tx, identity, None, entry.reason("no-digits")).await?;
                    }
                    Ok(count)
                })
            })
            .await?;
        revoked += some as u64;
        if some < MOST as usize {
            return Ok(revoked);
        }
    }
}
