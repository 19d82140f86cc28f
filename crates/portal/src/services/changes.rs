//! Changes that people make in the portal: the one way from a form to what is changed (`domain::change`).
//!
//! [`propose`] authorises and either executes at once or asks for a signature; [`go_on`] executes after the signature.
//! What a second operator says ([`decision`]) is a change too. What is executed is authorised again, in the transaction
//! that does it.

mod facts;
pub mod member;
pub mod operator;
pub mod organisation;
pub mod own;
mod own_number;
mod second;

pub use second::decision;

use super::{ShownLaunch, ShownRequest, grouped_login, journal, login::blank, notices, redeem, session::Current};
use crate::{AppError, AppState, browser::Browser, caller::Caller, error::Halt};
use domain::{
    UziNumber,
    authorise::{Action, Actor, Refusal, Target},
    change::{
        CONFIRM_SECONDS, Change, ChangeId, ChangeRefusal, ChangeStatus, MAX_REASON, OperatorChange, PendingChange,
    },
    identity::{Identity, IdentityId, IdentityStatus},
    log::Event,
    operator::Operator,
    organisation::OrganisationId,
    person::{
        FaceToFaceProofing, Membership, MembershipId, MembershipStatus, PersonId, ProofingPurpose, Role, ShownDocument,
    },
    request::{Means, Purpose, Request, RequestId},
    session::LoggedInWith,
};
use protocol::{
    Nonce, ProblemCode,
    code::{Digits4, LoginCode},
    link::{LaunchLink, QrLink},
};
use storage::Tx;

/// How a proposal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposed {
    /// Done.
    Done(ChangeId),
    /// The maker must confirm it: `/bevestigen/{id}`.
    Confirm(ChangeId),
    /// A second operator must agree.
    AwaitingSecond(ChangeId),
}

/// Who makes a change, while it is executed.
pub struct Maker<'a> {
    /// The server.
    pub app: &'a AppState,
    /// The call that executes it.
    pub caller: &'a Caller,
    /// The browser of that call; a QR code that comes out of it is shown there.
    pub browser: &'a Browser,
    /// Who proposed it.
    pub person: PersonId,
    /// The Mobile ID that the maker logged in with.
    pub identity: Option<IdentityId>,
    /// Why.
    pub reason: &'a str,
    /// The second operator.
    pub second: Option<PersonId>,
}

impl Maker<'_> {
    /// A log entry by the maker, with the reason.
    pub fn entry(&self, event: Event) -> journal::Entry {
        let entry = journal::entry(self.app, self.caller, event).by(self.person, self.identity);
        let entry = match self.second {
            Some(second) => entry.on_behalf_of(second),
            None => entry,
        };
        if self.reason.is_empty() { entry } else { entry.reason(self.reason) }
    }
}

impl Maker<'_> {
    /// A face-to-face check by the maker.
    pub fn proofing(
        &self,
        person: PersonId,
        organisation: Option<domain::organisation::OrganisationId>,
        document: &ShownDocument,
        purpose: ProofingPurpose,
    ) -> FaceToFaceProofing {
        let (document, by, at) = (document.clone(), self.person, self.app.now());
        FaceToFaceProofing { person, organisation, document, purpose, by, at }
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unseen => ProblemCode::NotFound,
            Refusal::Role => ProblemCode::Forbidden,
            Refusal::Oneself => ProblemCode::NotOneself,
            Refusal::LastAdministrator => ProblemCode::LastAdministrator,
        }
        .into()
    }
}
impl From<ChangeRefusal> for AppError {
    fn from(refusal: ChangeRefusal) -> Self {
        match refusal {
            ChangeRefusal::Over(ChangeStatus::Expired) => ProblemCode::RequestExpired,
            ChangeRefusal::Over(_) => ProblemCode::RequestUsed,
            ChangeRefusal::SameOperator => ProblemCode::SecondOperator,
        }
        .into()
    }
}

/// Whether who is logged in may see or begin something; the refusal is logged.
pub async fn require(app: &AppState, caller: &Caller, current: &Current, action: Action) -> Result<(), AppError> {
    let Some(actor) = current.actor(app.now()) else { return Err(ProblemCode::NotFound.into()) };
    let Err(refusal) = actor.may(action) else { return Ok(()) };
    let error = AppError::from(refusal);
    let entry = journal::entry(app, caller, Event::RequestRefused).by(actor.person, current.identity_id());
    // Who works there is seen in that organisation's log; who does not has to do with operators only.
    let entry = match action.organisation().filter(|_| refusal == Refusal::Role) {
        Some(organisation) => entry.within(organisation),
        None => entry,
    };
    let entry = entry.refused(error.code);
    app.write(move |tx| Box::pin(async move { entry.write(tx).await })).await?;
    Err(error)
}

/// Proposes a change: executed at once in a trusted browser, unless it is of a kind that is always confirmed.
pub async fn propose(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    current: &Current,
    change: Change,
    reason: &str,
) -> Result<Proposed, AppError> {
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.chars().count() > MAX_REASON || reason.chars().any(char::is_control) {
        return Err(ProblemCode::BadInput.into());
    }
    if reason.is_empty() && change.needs_reason() {
        return Err(ProblemCode::ReasonMissing.into());
    }
    let (state, who, browser, current) = (app.clone(), caller.clone(), browser.clone(), current.clone());
    let about_notices = notices::is_about(&change);
    let proposed = app.write(move |tx| {
        Box::pin(async move {
            let now = state.now();
            let actor = current.actor(now).ok_or(AppError::new(ProblemCode::NotFound))?;
            if let Err(error) = authorise(&state, tx, &actor, &change).await? {
                let by = (actor.person, current.identity_id());
                refusal(&state, &who, tx, by, &change, &error).await?;
                return Err(Halt::Keep(error));
            }
            let facts = facts::of(tx, &change).await?;
            let mut pending = PendingChange {
                id: ChangeId::new(now, state.entropy()),
                sentence: change.sentence(&facts, &reason),
                reason,
                by: actor.person,
                session: current.session.id,
                confirmation: None,
                status: ChangeStatus::Proposed,
                second: None,
                enrolment: None,
                problem: None,
                created_at: now,
                expires_at: now.plus_seconds(CONFIRM_SECONDS),
                change,
            };
            let id = pending.id;
            if pending.change.is_always_confirmed() || !current.session.browser_trusted {
                tx.insert_change(&pending).await?;
                let entry = journal::entry(&state, &who, Event::RequestProposed);
                let entry = entry.by(actor.person, current.identity_id());
                placed(tx, entry, &pending.change).await?.write(tx).await?;
                return Ok(Proposed::Confirm(id));
            }
            let identity = current.identity_id();
            let executed = confirmed(&state, &who, &browser, tx, &mut pending, identity).await?;
            tx.insert_change(&pending).await?;
            Ok(if executed { Proposed::Done(id) } else { Proposed::AwaitingSecond(id) })
        })
    });
    let proposed = proposed.await?;
    if about_notices && matches!(proposed, Proposed::Done(_)) {
        notices::changed(app).await;
    }
    Ok(proposed)
}

/// The `sign` request that confirms a proposed change, to be answered with the means that the maker logged in with. Each
/// call makes a new one and cancels the one before.
pub async fn ask(app: &AppState, browser: &Browser, current: &Current, id: ChangeId) -> Result<Asked, AppError> {
    let now = app.now();
    let nonce = Nonce::from_bytes(app.entropy().array());
    let code = LoginCode::from_random(&app.entropy().array());
    let control_code = Digits4::from_random(app.entropy().array());
    let (means, seconds) = match current.session.with {
        LoggedInWith::Phone(_) => (Means::Phone, domain::request::LOGIN_SECONDS),
        LoggedInWith::Card(_) => (Means::Card, domain::request::LAUNCH_SECONDS),
    };
    let mut request = blank(app, Purpose::Sign, means, nonce.hash(), seconds);
    request.browser = Some(browser.hash);
    request.browser_label = Some(browser.label.clone());
    match means {
        Means::Phone => request.code_hash = Some(redeem::code_hash(app, code.reveal())),
        Means::Card => request.control_code = Some(control_code.reveal().to_owned()),
    }
    let request_id = request.id;
    let (session, person) = (current.session.id, current.session.person);
    let (pending, asks) = app
        .write(move |tx| {
            Box::pin(async move {
                let pending = tx.change(id).await?.filter(|p| p.session == session && Some(p.by) == person);
                let mut pending = pending.ok_or(AppError::new(ProblemCode::NotFound))?;
                if pending.status_at(now) != ChangeStatus::Proposed {
                    return Ok((pending, false));
                }
                if let Some(old) = pending.confirmation {
                    super::card::cancel(tx, old).await?;
                }
                request.person = person;
                request.sentence = Some(pending.sentence.clone());
                request.organisation = facts::organisation_of(tx, &pending.change).await?;
                pending.confirmation = Some(request.id);
                tx.insert_request(&request).await?;
                tx.update_change(&pending).await?;
                Ok((pending, true))
            })
        })
        .await?;
    if !asks {
        return Ok(Asked { pending, shown: None });
    }
    app.metrics.requests_made.up();
    let expires_in = now.plus_seconds(seconds).seconds_from(now);
    let shown = match means {
        Means::Phone => {
            let config = &app.config;
            let (app_origin, server) = (config.app_origin.clone(), config.server_id.clone());
            let link = QrLink { app_origin, kind: Purpose::Sign, server, nonce };
            Shown::Qr(ShownRequest { id: request_id, link, code: grouped_login(&code), expires_in })
        }
        Means::Card => {
            let link = LaunchLink { token: nonce };
            Shown::Launch(ShownLaunch { id: request_id, link, control_code, expires_in, desktop_holds_card: false })
        }
    };
    Ok(Asked { pending, shown: Some(shown) })
}

/// A proposed change with the request that was just made for it.
pub struct Asked {
    /// The change.
    pub pending: PendingChange,
    /// What to show; nothing when the change is over.
    pub shown: Option<Shown>,
}

/// What asks for the confirmation.
pub enum Shown {
    /// A QR code for the phone.
    Qr(ShownRequest),
    /// A launch of the Desktop App.
    Launch(ShownLaunch),
}

/// Whether this card answers for who proposed the change: the card that the session was opened with, while it is open.
pub(super) async fn is_makers_card(
    app: &AppState,
    tx: &mut dyn Tx,
    pending: &PendingChange,
    number: &UziNumber,
) -> Result<bool, Halt> {
    let now = app.now();
    let session = tx.session(pending.session).await?.filter(|session| session.is_alive(&app.config.times, now));
    let same = |with: &LoggedInWith| matches!(with, LoggedInWith::Card(opened) if opened == number);
    Ok(pending.status_at(now) == ChangeStatus::Proposed && session.is_some_and(|session| same(&session.with)))
}

/// In which organisation a change is made. A registration that was removed left only the request that confirmed it.
pub async fn organisation_of(app: &AppState, pending: &PendingChange) -> Result<Option<OrganisationId>, AppError> {
    let pending = pending.clone();
    let found = app.read(move |tx| {
        Box::pin(async move {
            if let Some(found) = facts::organisation_of(tx, &pending.change).await.map_err(plain)? {
                return Ok(Some(found));
            }
            match pending.confirmation {
                Some(request) => Ok::<_, AppError>(tx.request(request).await?.and_then(|request| request.organisation)),
                None => Ok(None),
            }
        })
    });
    found.await
}

/// A read keeps nothing.
fn plain(halt: Halt) -> AppError {
    match halt {
        Halt::Undo(error) | Halt::Keep(error) => error,
    }
}

/// A change of this session, for its page.
pub async fn of_session(app: &AppState, current: &Current, id: ChangeId) -> Result<PendingChange, AppError> {
    let session = current.session.id;
    let found = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.change(id).await?) })).await?;
    found.filter(|pending| pending.session == session).ok_or(ProblemCode::NotFound.into())
}

/// The maker withdraws it.
pub async fn withdraw(app: &AppState, caller: &Caller, current: &Current, id: ChangeId) -> Result<(), AppError> {
    let (session, identity, now) = (current.session.id, current.identity_id(), app.now());
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let pending = tx.change(id).await?.filter(|pending| pending.session == session);
            let mut pending = pending.ok_or(AppError::new(ProblemCode::NotFound))?;
            pending.declined(now).map_err(AppError::from)?;
            if let Some(request) = pending.confirmation {
                super::card::cancel(tx, request).await?;
            }
            tx.update_change(&pending).await?;
            let entry = journal::entry(&state, &who, Event::RequestDeclined).by(pending.by, identity);
            placed(tx, entry, &pending.change).await?.reason("withdrawn").write(tx).await
        })
    })
    .await
}

/// The maker accepted the sentence: takes the answer, once, and executes.
pub async fn go_on(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    current: &Current,
    id: ChangeId,
) -> Result<Proposed, AppError> {
    let (state, who, browser, current) = (app.clone(), caller.clone(), browser.clone(), current.clone());
    let proposed = app.write(move |tx| {
        Box::pin(async move {
            let now = state.now();
            let session = current.session.id;
            let pending = tx.change(id).await?.filter(|pending| pending.session == session);
            let mut pending = pending.ok_or(AppError::new(ProblemCode::NotFound))?;
            let confirmation = pending.confirmation.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
            let mut request = tx.request(confirmation).await?.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
            // The session's own check of the browser counts here: the answer goes to the session that asked.
            let key = request.browser_key;
            request.finish(&browser.hash, key.as_ref(), now).map_err(AppError::from)?;
            if !signed_by_maker(&request, &pending) {
                return Err(ProblemCode::ResponseMismatch.into());
            }
            tx.update_request(&request).await?;
            let actor = current.actor(now).ok_or(AppError::new(ProblemCode::NotFound))?;
            if let Err(error) = authorise(&state, tx, &actor, &pending.change).await? {
                return Err(refuse(&state, &who, tx, pending, error, current.identity_id()).await?);
            }
            let identity = current.identity_id();
            let executed = match confirmed(&state, &who, &browser, tx, &mut pending, identity).await {
                // Refused with something to keep: then this is over too.
                Err(Halt::Keep(error)) => {
                    pending.refused(error.code.as_str());
                    tx.update_change(&pending).await?;
                    return Err(Halt::Keep(error));
                }
                executed => executed?,
            };
            tx.update_change(&pending).await?;
            let about_notices = executed && notices::is_about(&pending.change);
            Ok((if executed { Proposed::Done(id) } else { Proposed::AwaitingSecond(id) }, about_notices))
        })
    });
    let (proposed, about_notices) = proposed.await?;
    if about_notices {
        notices::changed(app).await;
    }
    Ok(proposed)
}

/// What was shown is what was signed; who proposed it is who signed it. (The request carries the sentence, its digest was
/// compared when the answer came.)
fn signed_by_maker(request: &Request, pending: &PendingChange) -> bool {
    request.purpose == Purpose::Sign
        && request.person == Some(pending.by)
        && request.sentence.as_ref() == Some(&pending.sentence)
}

async fn refuse(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    mut pending: PendingChange,
    error: AppError,
    identity: Option<IdentityId>,
) -> Result<Halt, Halt> {
    pending.refused(error.code.as_str());
    tx.update_change(&pending).await?;
    refusal(app, caller, tx, (pending.by, identity), &pending.change, &error).await?;
    Ok(Halt::Keep(error))
}

/// Logs that a change may not be made. Of what somebody cannot see the entry names nothing.
async fn refusal(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    (by, identity): (PersonId, Option<IdentityId>),
    change: &Change,
    error: &AppError,
) -> Result<(), Halt> {
    let mut entry = journal::entry(app, caller, Event::RequestRefused).by(by, identity);
    if error.code != ProblemCode::NotFound {
        entry = placed(tx, entry, change).await?;
    }
    entry.refused(error.code).write(tx).await
}

/// An entry with where a change is, and about whom.
async fn placed(tx: &mut dyn Tx, entry: journal::Entry, change: &Change) -> Result<journal::Entry, Halt> {
    let entry = match facts::organisation_of(tx, change).await? {
        Some(organisation) => entry.within(organisation),
        None => entry,
    };
    let membership = match change {
        Change::Member { membership, .. } => tx.membership(*membership).await?,
        _ => None,
    };
    Ok(match membership {
        Some(membership) => entry.about(membership.person),
        None => entry,
    })
}

/// Confirmed, or in no need of it: executes, unless a second operator comes first. True: executed.
async fn confirmed(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    tx: &mut dyn Tx,
    pending: &mut PendingChange,
    identity: Option<IdentityId>,
) -> Result<bool, Halt> {
    let needs_second = app.config.second_operator && pending.change.needs_second_operator();
    if !pending.confirmed(needs_second, app.now()).map_err(AppError::from)? {
        let entry = journal::entry(app, caller, Event::RequestProposed).by(pending.by, identity);
        entry.write(tx).await?;
        operator::tell_second(app, caller, tx, pending).await?;
        return Ok(false);
    }
    let maker =
        Maker { app, caller, browser, person: pending.by, identity, reason: &pending.reason, second: pending.second };
    pending.enrolment = execute(&maker, tx, &pending.change).await?;
    pending.forget_copies();
    Ok(true)
}

/// Does it. Answers with the enrolment request whose QR code comes out of it.
async fn execute(maker: &Maker<'_>, tx: &mut dyn Tx, change: &Change) -> Result<Option<RequestId>, Halt> {
    match change {
        Change::Member { membership, change } => member::execute(maker, tx, *membership, change).await,
        Change::Organisation { organisation, change } => organisation::execute(maker, tx, *organisation, change).await,
        Change::Operator(OperatorChange::Second(decision)) => second::execute(maker, tx, decision).await,
        Change::Operator(change) => operator::execute(maker, tx, change).await,
        Change::Own(change) => own::execute(maker, tx, change).await.map(|()| None),
    }
}

/// Whether the actor may make it, on what is stored now. The inner error is a refusal, the outer one a failure.
pub(super) async fn authorise(
    app: &AppState,
    tx: &mut dyn Tx,
    actor: &Actor<'_>,
    change: &Change,
) -> Result<Result<(), AppError>, Halt> {
    let membership = match change {
        Change::Member { membership, .. } | Change::Operator(OperatorChange::TakeRole { membership, .. }) => {
            Some(*membership)
        }
        _ => None,
    };
    // Two administrators who dismiss each other at once would each hold what the other one waits for.
    if let Some(id) = membership
        && let Some(organisation) = tx.organisation_of(id).await?
    {
        tx.alone(&format!("members of {organisation}")).await?;
    }
    // What the session knew may be old: the memberships and the operator record are read again, locked.
    let memberships = tx.memberships_of(actor.person).await?;
    let operator: Option<Operator> = tx.operator(actor.person).await?;
    let actor = Actor { memberships: &memberships, operator: operator.as_ref(), ..*actor };
    let target = match membership {
        Some(id) => {
            let Some(membership) = tx.membership(id).await? else {
                return Ok(Err(ProblemCode::NotFound.into()));
            };
            let last = is_last_administrator(app, tx, &membership).await?;
            Some((membership, last))
        }
        None => None,
    };
    let target = target.as_ref().map(|(membership, last)| Target { membership, last_administrator: *last });
    if let Err(refusal) = actor.may_change(change, target) {
        return Ok(Err(refusal.into()));
    }
    if let Err(refusal) = own_number::may(tx, &actor, change).await? {
        return Ok(Err(refusal.into()));
    }
    match change {
        Change::Operator(OperatorChange::Second(decision)) => second::may(tx, &actor, decision, app.now()).await,
        _ => Ok(Ok(())),
    }
}

/// The administrators of an organisation who can use their role now: active there, with a means that works.
pub async fn usable_administrators(
    app: &AppState,
    tx: &mut dyn Tx,
    organisation: OrganisationId,
) -> Result<Vec<Membership>, Halt> {
    let now = app.now();
    let mut usable = Vec::new();
    for membership in tx.memberships_with_role(organisation, Role::Administrator).await? {
        if !membership.is_active(now) {
            continue;
        }
        let identities = tx.identities_of(membership.person).await?;
        let works = |identity: &Identity| identity.status_at(now) == IdentityStatus::Active;
        if identities.iter().any(works) {
            usable.push(membership);
        }
    }
    Ok(usable)
}

/// Whether nobody else could use the role of administrator there, today and later: one whose last working day is set does not
/// count.
pub(super) async fn is_last_administrator(
    app: &AppState,
    tx: &mut dyn Tx,
    membership: &Membership,
) -> Result<bool, Halt> {
    if !membership.has(Role::Administrator) || membership.status == MembershipStatus::Ended {
        return Ok(false);
    }
    let usable = usable_administrators(app, tx, membership.organisation).await?;
    Ok(!usable.iter().any(|other| other.id != membership.id && other.ends_at.is_none()))
}

/// A membership that must exist.
pub(super) async fn membership(tx: &mut dyn Tx, id: MembershipId) -> Result<Membership, Halt> {
    tx.membership(id).await?.ok_or_else(|| AppError::new(ProblemCode::NotFound).into())
}
