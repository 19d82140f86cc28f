//! *Mijn gegevens*: what somebody sees and changes of themselves.

use super::{attributes, journal, overview, overview::Overview, session, session::Current};
use crate::{AppError, AppState, caller::Caller};
use domain::{
    browser::Browser,
    log::{Actor, Event, LogEntry},
    person::PersonId,
};
use protocol::ProblemCode;
use sha2::{Digest, Sha256};
use storage::{LogFilter, PlacedEntry};

/// Who is logged in, when registered.
pub fn person(current: &Current) -> Result<PersonId, AppError> {
    current.session.person.ok_or(ProblemCode::NotFound.into())
}

/// How a browser is named in a form: no cookie hash leaves the server.
pub fn handle(browser: &Browser) -> String {
    hex::encode(&Sha256::digest(browser.cookie_hash)[..16])
}

/// Ends every other session of the person.
pub async fn end_other_sessions(app: &AppState, caller: &Caller, current: &Current) -> Result<(), AppError> {
    person(current)?;
    for other in overview::load(app, current).await?.sessions {
        if other.id != current.session.id {
            session::end(app, caller, current, other.id).await?;
        }
    }
    Ok(())
}

/// Forgets that a browser is trusted: the next login there asks for the koppelcode again.
pub async fn forget_browser(app: &AppState, caller: &Caller, current: &Current, which: &str) -> Result<(), AppError> {
    let (me, identity) = (person(current)?, current.identity_id());
    let (state, who, which, here) = (app.clone(), caller.clone(), which.to_owned(), current.session.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let browsers = tx.browsers_of(me).await?;
            let found = browsers.into_iter().find(|browser| handle(browser) == which);
            let mut browser = found.ok_or(AppError::new(ProblemCode::NotFound))?;
            // Pressed twice: there is nothing more to forget.
            if browser.key_hash.is_none() && browser.trusted_at.is_none() {
                return Ok(());
            }
            browser.forget(state.now());
            tx.save_browser(&browser).await?;
            // What was opened there goes on, without the trust.
            for mut session in tx.sessions_of(me).await? {
                if session.browser == browser.cookie_hash && session.browser_trusted {
                    session.browser_trusted = false;
                    tx.update_session(&session).await?;
                }
            }
            let entry = journal::entry(&state, &who, Event::PersonChanged).by(me, identity).about(me);
            entry.session(here.id).detail("browser").write(tx).await
        })
    })
    .await
}

/// A page of one's own log, newest first, and the place where the next page begins.
pub async fn log(
    app: &AppState,
    current: &Current,
    before: Option<u64>,
    limit: u32,
) -> Result<(Vec<LogEntry>, Option<u64>), AppError> {
    let me = person(current)?;
    let filter = LogFilter { person: Some(me), before, limit: limit.saturating_add(1), ..LogFilter::default() };
    let mut found =
        app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.log_entries(&filter).await?) })).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().map(|last| last.place).filter(|_| more);
    let shown = |placed: PlacedEntry| {
        let by_another = matches!(placed.entry.actor, Actor::Person { person, .. } if person != me);
        // From where a colleague did it is the colleague's own affair.
        let from = placed.entry.from.filter(|_| !by_another);
        LogEntry { from, ..placed.entry }
    };
    Ok((found.into_iter().map(shown).collect(), next))
}

/// Log entries in a download, at most.
const DOWNLOADED: u32 = 10_000;

/// Everything about oneself, as JSON; that it was downloaded is logged.
pub async fn download(app: &AppState, caller: &Caller, current: &Current) -> Result<serde_json::Value, AppError> {
    let (me, identity) = (person(current)?, current.identity_id());
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let entry = journal::entry(&state, &who, Event::PersonDownloaded).by(me, identity).about(me);
            entry.write(tx).await
        })
    })
    .await?;
    let Overview { memberships, identities, sessions, browsers } = overview::load(app, current).await?;
    let history = attributes::history(app, current).await?;
    let (entries, _) = log(app, current, None, DOWNLOADED).await?;
    let person = current.person.as_ref().ok_or(AppError::new(ProblemCode::NotFound))?;
    Ok(serde_json::json!({
        "person": {
            "number": person.number,
            "given": person.name.given,
            "prefix": person.name.prefix,
            "surname": person.name.surname,
            "birthDate": person.birth_date.to_iso(),
            "birthplace": person.birthplace,
            "email": person.email.as_ref().map(|address| address.as_str()),
            "emailConfirmed": person.mail_address().is_some(),
        },
        "organisations": memberships.iter().map(|(membership, organisation)| serde_json::json!({
            "name": organisation.name,
            "ura": organisation.ura.as_str(),
            "status": membership.status,
            "roles": membership.roles,
            "department": membership.department,
            "personnelNumber": membership.personnel_number,
            "uziNumber": membership.attributes.as_ref().map(|attributes| attributes.uzi_number.as_str()),
        })).collect::<Vec<_>>(),
        "uziAttributes": history.iter().map(|(organisation, period)| serde_json::json!({
            "organisation": organisation.name,
            "ura": organisation.ura.as_str(),
            "uziNumber": period.attributes.uzi_number.as_str(),
            "roleCode": period.attributes.role_code.as_str(),
            "certificateSerial": period.attributes.certificate_serial,
            "from": period.from.to_string(),
            "until": period.until.unwrap_or(period.attributes.valid_until).to_string(),
        })).collect::<Vec<_>>(),
        "identities": identities.iter().map(|(identity, status)| serde_json::json!({
            "serial": hex::encode(&identity.serial),
            "status": status.as_str(),
            "created": identity.created_at.to_string(),
            "validUntil": identity.not_after.to_string(),
        })).collect::<Vec<_>>(),
        "sessions": sessions.iter().map(|session| serde_json::json!({
            "browser": session.browser_label,
            "created": session.created_at.to_string(),
        })).collect::<Vec<_>>(),
        "browsers": browsers.iter().map(|browser| serde_json::json!({
            "label": browser.label,
            "first": browser.first_at.to_string(),
            "latest": browser.latest_at.to_string(),
            "trusted": browser.trusted_at.is_some(),
        })).collect::<Vec<_>>(),
        "log": entries,
    }))
}
