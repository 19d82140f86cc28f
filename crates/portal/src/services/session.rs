//! Portal sessions: opening, looking at, using and ending them.

use super::journal;
use crate::{AppError, AppState, browser::Browser, caller::Caller, error::Halt};
use domain::{
    browser::Browser as KnownBrowser,
    identity::{Identity, IdentityStatus},
    log::Event,
    person::{Membership, MembershipStatus, Person, PersonId},
    session::{LoggedInWith, Session, SessionId},
};
use protocol::{Nonce, ProblemCode};
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
}

/// Seconds between two records of activity: a page visit need not cost a write each time.
pub(crate) const TOUCH_SECONDS: i64 = 30;

/// Opens a session in the transaction that finishes a login. A new login in a browser ends the old session there. `key`:
/// SHA-256 of the key that the browser proved now; without one it stays unknown.
pub(super) async fn open(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    browser: &Browser,
    key: Option<[u8; 32]>,
    with: LoggedInWith,
    person: Option<PersonId>,
) -> Result<NewSession, Halt> {
    let now = app.now();
    for mut old in tx.sessions_in_browser(&browser.hash).await? {
        old.ended_at = Some(now);
        tx.update_session(&old).await?;
        let entry = journal::entry(app, caller, Event::SessionEnded).session(old.id).reason("new-login");
        by(entry, &old).write(tx).await?;
    }
    let mut trusted = false;
    if let Some(person) = person {
        let known = tx.browser(person, &browser.hash).await?;
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
        browser_label: browser.label.clone(),
        browser_trusted: trusted,
        created_at: now,
        seen_at: now,
        ended_at: None,
    };
    tx.insert_session(&session).await?;
    by(journal::entry(app, caller, Event::SessionOpened).session(session.id), &session).write(tx).await?;
    Ok(NewSession { token, session })
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
    let (browser, now) = (browser.hash, app.now());
    app.read(move |tx| {
        Box::pin(async move {
            let session = tx.session_by_token(&token).await?;
            let Some(session) = session.filter(|s| s.is_alive(now) && s.browser == browser) else { return Ok(None) };
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
            if matches!(session.with, LoggedInWith::Phone(_)) {
                let works = identity.as_ref().is_some_and(|i| i.status_at(now) == IdentityStatus::Active);
                let opens = memberships.iter().any(|m| m.status == MembershipStatus::Active);
                if !works || !opens {
                    return Ok(None);
                }
            }
            Ok(Some(Current { session, person, memberships, identity }))
        })
    })
    .await
}

/// Records activity; *Verlengen* is the same.
pub async fn touch(app: &AppState, current: &Current) -> Result<(), AppError> {
    let now = app.now();
    if now.seconds_since(current.session.seen_at) < TOUCH_SECONDS {
        return Ok(());
    }
    let id = current.session.id;
    app.write(move |tx| {
        Box::pin(async move {
            if let Some(mut session) = tx.session(id).await?.filter(|session| session.is_alive(now)) {
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
                by(entry, &mine).write(tx).await?;
            }
            Ok(())
        })
    })
    .await
}
