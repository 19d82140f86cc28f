//! Koppelen: somebody who has an ID from elsewhere accepts a `link` QR code with it. The beheerder compares who that is
//! with the WID; nobody searches outside the own organisation.

use crate::{
    AppError, AppState,
    browser::Browser,
    caller::Caller,
    services::{ShownRequest, grouped_login, journal, login::blank, redeem, session::Current},
};
use domain::{
    authorise::Action,
    log::Event,
    organisation::OrganisationId,
    person::Person,
    request::{LOGIN_SECONDS, Means, Purpose, RequestId, RequestStatus},
};
use protocol::{Nonce, ProblemCode, code::LoginCode, link::QrLink};

/// A new link QR code for this browser.
pub async fn link_start(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    current: &Current,
    organisation: OrganisationId,
) -> Result<ShownRequest, AppError> {
    let now = app.now();
    let actor = current.actor(now).ok_or(AppError::new(ProblemCode::NotFound))?;
    actor.may(Action::Manage(organisation))?;
    let nonce = Nonce::from_bytes(app.entropy().array());
    let code = LoginCode::from_random(&app.entropy().array());
    let mut request = blank(app, Purpose::Link, Means::Phone, nonce.hash(), LOGIN_SECONDS);
    request.code_hash = Some(redeem::code_hash(app, code.reveal()));
    request.browser = Some(browser.hash);
    request.browser_label = Some(browser.label.clone());
    request.organisation = Some(organisation);
    request.asked_by = Some(actor.person);
    let id = request.id;
    let entry = journal::entry(app, caller, Event::RequestCreated).request(&request);
    let entry = entry.by(actor.person, current.identity_id());
    app.write(move |tx| {
        Box::pin(async move {
            let known = tx.organisation(organisation).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
            if !known.status.takes_registrations() {
                return Err(ProblemCode::OrganisationNotValidated.into());
            }
            tx.insert_request(&request).await?;
            entry.write(tx).await
        })
    })
    .await?;
    app.metrics.requests_made.up();
    let link = QrLink {
        app_origin: app.config.app_origin.clone(),
        kind: Purpose::Link,
        server: app.config.server_id.clone(),
        nonce,
    };
    let expires_in = now.plus_seconds(LOGIN_SECONDS).seconds_from(now);
    Ok(ShownRequest { id, link, code: grouped_login(&code), expires_in })
}

/// Who accepted it: told only to the beheerder who asked, in the browser that asked, while the acceptance counts.
pub async fn link_found(
    app: &AppState,
    browser: &Browser,
    current: &Current,
    id: RequestId,
) -> Result<Option<Person>, AppError> {
    let (now, cookie, current) = (app.now(), browser.hash, current.clone());
    app.read(move |tx| {
        Box::pin(async move {
            let request = super::asked(tx, id, Purpose::Link, &cookie, &current, now).await?;
            match request.person.filter(|_| request.status_at(now) == RequestStatus::Accepted) {
                Some(person) => Ok(tx.person(person).await?),
                None => Ok(None),
            }
        })
    })
    .await
}
