//! *Organisatieregistratie afronden* (SYSTEM.md flow 7): validating with the UZI-pas that one is logged in with. The wizard
//! begins with that pass, at the organisation; the pass signs it as always.

use super::{Validation, ValidationId, card, organisation_of};
use crate::{
    AppError, AppState,
    browser::Browser,
    config::TERMS_VERSION,
    services::{
        card_session::{self, Shown},
        session::Current,
    },
};
use domain::{
    UziNumber,
    organisation::{Organisation, OrganisationStatus},
    registration::CardData,
};
use protocol::ProblemCode;

/// An organisation that a UZI-pas may validate.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Which.
    pub organisation: Organisation,
    /// Operators reopened its validation: it took part before.
    pub reopened: bool,
}

/// The organisation whose approved application names this UZI number, or that operators reopened for it.
pub async fn waiting_for(app: &AppState, number: &UziNumber) -> Result<Option<Waiting>, AppError> {
    let (number, now) = (number.clone(), app.now());
    app.read(move |tx| {
        Box::pin(async move {
            if let Some(organisation) = tx.organisation_reopened_for(&number, now).await? {
                return Ok::<_, AppError>(Some(Waiting { organisation, reopened: true }));
            }
            let approved = tx.approved_applications().await?;
            let mine = approved.into_iter().find(|application| application.form.uzi_number == number);
            let organisation = match mine.and_then(|application| application.organisation) {
                Some(id) => tx.organisation(id).await?,
                None => None,
            };
            Ok(organisation.map(|organisation| Waiting { organisation, reopened: false }))
        })
    })
    .await
}

/// The pass of this session and the organisation that it may validate; `None`: the pass has to be read first.
pub async fn finish_page(app: &AppState, current: &Current) -> Result<Option<(CardData, Waiting)>, AppError> {
    let Some(Shown { card, certificate, .. }) = card_session::shown(app, current).await? else { return Ok(None) };
    let now = app.now();
    app.read(move |tx| {
        Box::pin(async move {
            let (organisation, _) = organisation_of(tx, &card, now).await?;
            let reopened = organisation.status == OrganisationStatus::Validated;
            Ok(Some((card.data(organisation.id, certificate), Waiting { organisation, reopened })))
        })
    })
    .await
}

/// Terms accepted: a wizard that waits for the signature.
pub async fn finish(app: &AppState, browser: &Browser, current: &Current) -> Result<(), AppError> {
    let shown = card_session::shown(app, current).await?.ok_or(AppError::new(ProblemCode::CardFirst))?;
    let Shown { card, certificate, browser_key } = shown;
    let (state, cookie, now) = (app.clone(), browser.hash, app.now());
    app.write(move |tx| {
        Box::pin(async move {
            let (organisation, _) = organisation_of(tx, &card, now).await?;
            if let Some(id) = tx.validation_of_browser(&cookie).await?.and_then(|old| old.card_request) {
                card::cancel(tx, id).await?;
            }
            let mut wizard = Validation::begin(ValidationId::new(now, state.entropy()), cookie, now);
            wizard.accept_terms(TERMS_VERSION, now).map_err(AppError::from)?;
            wizard.card_read(card.data(organisation.id, certificate), now).map_err(AppError::from)?;
            wizard.browser_key = browser_key;
            Ok(tx.save_validation(&wizard).await?)
        })
    })
    .await
}
