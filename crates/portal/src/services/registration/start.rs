//! *Start* (SYSTEM.md flow 7): registering with the UZI-pas that one is logged in with. The wizard begins with that pass,
//! at its summary; the pass signs it as always.

use super::{Registration, RegistrationId, card, organisation_of, typed_date};
use crate::{
    AppError, AppState,
    browser::Browser,
    config::TERMS_VERSION,
    services::{
        card_session::{self, Shown},
        session::Current,
    },
};
use domain::{organisation::Organisation, registration::CardData};
use protocol::ProblemCode;

/// What the page shows: the pass, and its organisation as registered here.
pub struct Start {
    /// What the pass said.
    pub card: CardData,
    /// Where its holder will be registered.
    pub organisation: Organisation,
}

/// `None`: the pass has to be read first.
pub async fn start_page(app: &AppState, current: &Current) -> Result<Option<Start>, AppError> {
    let Some(Shown { card, certificate, .. }) = card_session::shown(app, current).await? else { return Ok(None) };
    app.read(move |tx| {
        Box::pin(async move {
            let organisation = organisation_of(tx, &card).await?;
            Ok(Some(Start { card: card.data(organisation.id, certificate), organisation }))
        })
    })
    .await
}

/// Terms accepted and birth date typed: a wizard that waits for the signature.
pub async fn start(app: &AppState, browser: &Browser, current: &Current, typed: &str) -> Result<(), AppError> {
    let date = typed_date(app, typed)?;
    let shown = card_session::shown(app, current).await?.ok_or(AppError::new(ProblemCode::CardFirst))?;
    let Shown { card, certificate, browser_key } = shown;
    let (state, cookie, now) = (app.clone(), browser.hash, app.now());
    app.write(move |tx| {
        Box::pin(async move {
            let organisation = organisation_of(tx, &card).await?;
            if let Some(id) = tx.registration_of_browser(&cookie).await?.and_then(|old| old.card_request) {
                card::cancel(tx, id).await?;
            }
            let mut wizard = Registration::begin(RegistrationId::new(now, state.entropy()), cookie, now);
            let steps = wizard
                .accept_terms(TERMS_VERSION, now)
                .and_then(|()| wizard.card_read(card.data(organisation.id, certificate), now))
                .and_then(|()| wizard.checked(now))
                .and_then(|()| wizard.fill_birth_date(date, now));
            steps.map_err(AppError::from)?;
            wizard.browser_key = browser_key;
            Ok(tx.save_registration(&wizard).await?)
        })
    })
    .await
}
