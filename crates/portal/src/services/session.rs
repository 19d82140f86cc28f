//! Portal sessions: opening, looking at, using and ending them.

use super::{journal, mail, mail::Letter};
use crate::{AppError, AppState, browser::Browser, caller::Caller, error::Halt, ports::CheckCards};
use domain::{
    Timestamp,
    authorise::Actor,
    browser::Browser as KnownBrowser,
    identity::{Identity, IdentityId, IdentityStatus},
    log::Event,
    mail::MailKind,
    operator::Operator,
    organisation::OrganisationId,
    person::{Membership, Person, PersonId},
    session::{LoggedInWith, Session, SessionCard, SessionId},
};
use protocol::{Nonce, ProblemCode};
use std::collections::BTreeSet;
use storage::Tx;

/// A session that was just opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// For the cookie (`browser::add_session_cookie`).
    pub token: Nonce,
    /// The session.
    pub session: Session,
}

/// Who is logged in.
#[derive(Clone, Debug)]
pub struct Current {
    /// The session.
    pub session: Session,
    /// The person; `None` for a card whose holder is not registered.
    pub person: Option<Person>,
    /// The person's memberships.
    pub memberships: Vec<Membership>,
    /// The Mobile ID that logged in.
    pub identity: Option<Identity>,
    /// What they are for the environment, if anything.
    pub operator: Option<Operator>,
}

impl Current {
    /// Who is logged in, as the one that acts; `None` for a card whose holder is not registered.
    pub fn actor(&self, now: Timestamp) -> Option<Actor<'_>> {
        let person = self.session.person?;
        Some(Actor { person, memberships: &self.memberships, operator: self.operator.as_ref(), now })
    }
    /// The Mobile ID that logged in.
    pub fn identity_id(&self) -> Option<IdentityId> {
        self.identity.as_ref().map(|identity| identity.id)
    }
}

/// Seconds between two records of activity: a page visit need not cost a write each time.
pub(crate) const TOUCH_SECONDS: i64 = 30;

/// A login that was accepted.
pub(super) struct Login {
    /// With what.
    pub with: LoggedInWith,
    /// The UZI-pas, when it is that.
    pub card: Option<SessionCard>,
    /// Who.
    pub person: Option<PersonId>,
    /// SHA-256 of the key that the browser proved now; without one it stays unknown.
    pub key: Option<[u8; 32]>,
}

/// Opens a session in the transaction that finishes a login. A new login in a browser ends the old session there. Who logs
/// in in a browser that was not seen before is told by mail.
pub(super) async fn open(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    browser: &Browser,
    login: Login,
) -> Result<NewSession, Halt> {
    let Login { with, card, person, key } = login;
    let now = app.now();
    for mut old in tx.sessions_in_browser(&browser.hash).await? {
        old.ended_at = Some(now);
        tx.update_session(&old).await?;
        let entry = journal::entry(app, caller, Event::SessionEnded).session(old.id).reason("new-login");
        let entry = by(entry, &old);
        at_work(tx, entry, &old).await?.write(tx).await?;
    }
    let mut trusted = false;
    if let Some(person) = person {
        let known = tx.browser(person, &browser.hash).await?;
        if known.as_ref().is_none_or(|known| known.is_another(key.as_ref())) {
            let letter = Letter::new(MailKind::NewBrowser).detail(&browser.label);
            mail::to_person(app, caller, tx, person, letter).await?;
        }
        let mut known =
            known.unwrap_or_else(|| KnownBrowser::first_seen(person, browser.hash, browser.label.clone(), now));
        match with {
            LoggedInWith::Phone(_) => known.logged_in(key, now),
            // The Desktop App's return came back in this browser, or there would be nothing to finish.
            LoggedInWith::Card(_) => known.desktop_return(key, now),
        }
        trusted = known.is_trusted(key.as_ref());
        tx.save_browser(&known).await?;
    }
    let token = Nonce::from_bytes(app.entropy().array());
    let session = Session {
        id: SessionId::new(now, app.entropy()),
        token_hash: token.hash(),
        browser: browser.hash,
        person,
        with,
        card,
        browser_label: browser.label.clone(),
        browser_trusted: trusted,
        created_at: now,
        seen_at: now,
        ended_at: None,
    };
    tx.insert_session(&session).await?;
    let entry = by(journal::entry(app, caller, Event::SessionOpened).session(session.id), &session);
    at_work(tx, entry, &session).await?.write(tx).await?;
    Ok(NewSession { token, session })
}

/// The log of an organisation tells the logins of its people. Of who works at several, a login belongs to none of them.
async fn at_work(tx: &mut dyn Tx, entry: journal::Entry, session: &Session) -> Result<journal::Entry, Halt> {
    let Some(person) = session.person else { return Ok(entry) };
    // Read without a lock, as the memberships would not be.
    let open = tx.role_periods(&[person], None).await?.into_iter().filter(|period| period.until.is_none());
    let places: BTreeSet<OrganisationId> = open.map(|period| period.organisation).collect();
    Ok(match places.first() {
        Some(only) if places.len() == 1 => entry.within(*only),
        _ => entry,
    })
}

fn by(entry: journal::Entry, session: &Session) -> journal::Entry {
    match (&session.with, session.person) {
        (LoggedInWith::Phone(identity), Some(person)) => {
            entry.by(person, Some(*identity)).about(person).identity(*identity)
        }
        (LoggedInWith::Card(number), Some(person)) => entry.by_card(number.as_str()).about(person),
        (LoggedInWith::Card(number), None) => entry.by_card(number.as_str()),
        (LoggedInWith::Phone(_), None) => entry,
    }
}

/// The session of this browser, when it is alive and the means that opened it still works. Does not count as activity.
pub async fn current(app: &AppState, browser: &Browser) -> Result<Option<Current>, AppError> {
    let Some(token) = browser.session else { return Ok(None) };
    let (browser, times, now) = (browser.hash, app.config.times, app.now());
    let cards = app.cards.load_full();
    app.read(move |tx| {
        Box::pin(async move {
            let session = tx.session_by_token(&token).await?;
            let Some(session) = session.filter(|s| s.is_alive(&times, now) && s.browser == browser) else {
                return Ok(None);
            };
            // From the moment that its revocation is known here, a pass opens nothing; the job ends the session.
            if session.card.as_ref().is_some_and(|card| is_revoked(&**cards, card)) {
                return Ok(None);
            }
            let person = match session.person {
                Some(id) => tx.person(id).await?,
                None => None,
            };
            let memberships = match session.person {
                Some(id) => tx.memberships_of(id).await?,
                None => Vec::new(),
            };
            let identity = match session.with {
                LoggedInWith::Phone(id) => tx.identity(id).await?,
                LoggedInWith::Card(_) => None,
            };
            let operator = match session.person {
                Some(id) => tx.operator(id).await?,
                None => None,
            };
            if matches!(session.with, LoggedInWith::Phone(_)) {
                let works = identity.as_ref().is_some_and(|i| i.status_at(now) == IdentityStatus::Active);
                if !works || !opens_something(&memberships, operator.as_ref(), now) {
                    return Ok(None);
                }
            }
            Ok(Some(Current { session, person, memberships, identity, operator }))
        })
    })
    .await
}

/// Whether the UZI-pas of a session was revoked since.
pub(super) fn is_revoked(cards: &dyn CheckCards, card: &SessionCard) -> bool {
    cards.names_serial(&card.serial) && cards.is_revoked(&card.certificate, card.issuer.as_deref())
}

/// Whether a Mobile ID of this person opens the portal: an active membership, or working for the environment.
pub(super) fn opens_something(memberships: &[Membership], operator: Option<&Operator>, now: Timestamp) -> bool {
    memberships.iter().any(|m| m.is_active(now)) || operator.is_some_and(Operator::holds_office)
}

/// Records activity; *Verlengen* is the same.
pub async fn touch(app: &AppState, current: &Current) -> Result<(), AppError> {
    let now = app.now();
    if now.seconds_since(current.session.seen_at) < TOUCH_SECONDS {
        return Ok(());
    }
    let (id, times) = (current.session.id, app.config.times);
    app.write(move |tx| {
        Box::pin(async move {
            if let Some(mut session) = tx.session(id).await?.filter(|session| session.is_alive(&times, now)) {
                session.seen_at = now;
                tx.update_session(&session).await?;
            }
            Ok(())
        })
    })
    .await
}

/// Logs out, or ends another session of the same person.
pub async fn end(app: &AppState, caller: &Caller, current: &Current, which: SessionId) -> Result<(), AppError> {
    let (state, who, mine) = (app.clone(), caller.clone(), current.session.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let session = tx.session(which).await?;
            let own = |s: &Session| s.id == mine.id || (mine.person.is_some() && s.person == mine.person);
            let mut session = session.filter(own).ok_or(AppError::new(ProblemCode::NotFound))?;
            if session.ended_at.is_none() {
                session.ended_at = Some(state.now());
                tx.update_session(&session).await?;
                let entry = journal::entry(&state, &who, Event::SessionEnded).session(session.id).reason("ended");
                let entry = by(entry, &mine);
                at_work(tx, entry, &mine).await?.write(tx).await?;
            }
            Ok(())
        })
    })
    .await
}
