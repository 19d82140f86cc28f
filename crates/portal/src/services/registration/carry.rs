//! What other flows hand over to registering: the card that was read, its attributes, its Desktop App.

use super::{enrol, people};
use crate::{AppError, AppState, caller::Caller, error::Halt};
use domain::{
    person::PersonId,
    registration::{CardData, Registration, RegistrationId},
    validation::Validation,
};
use storage::Tx;

/// A wizard in the same browser that has the terms and the card already.
fn carried(app: &AppState, validation: &Validation) -> Result<Registration, Halt> {
    let now = app.now();
    let mut wizard = Registration::begin(RegistrationId::new(now, app.entropy()), validation.browser, now);
    wizard.accept_terms(validation.terms_version.as_deref().unwrap_or_default(), now).map_err(AppError::from)?;
    if let Some(card) = validation.card.clone() {
        wizard.card_read(card, now).map_err(AppError::from)?;
    }
    wizard.browser_key = validation.browser_key;
    Ok(wizard)
}

/// The card's attributes and what it signed, at the membership of a person who is known by its UZI number; the browser
/// in which it was read is trusted.
pub(in crate::services) async fn attach_card(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    validation: &Validation,
    label: Option<&str>,
    person: PersonId,
) -> Result<(), Halt> {
    let mut wizard = carried(app, validation)?;
    wizard.confirmation = validation.confirmation.clone();
    people::attach(app, caller, tx, &people::Shown::of(&wizard)?, person).await?;
    people::trust_browser(tx, &wizard, label, person, app.now()).await
}

/// The attributes of a card that somebody who is logged in showed, and what it signed.
pub(in crate::services) async fn attach_shown(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    (card, confirmation): (&CardData, &str),
    person: PersonId,
) -> Result<(), Halt> {
    let shown = people::Shown { card, confirmation, terms_version: "" };
    people::attach(app, caller, tx, &shown, person).await
}

/// Goes on into registering: with the card's data on the screen, or with a QR code for who registered before.
pub(in crate::services) async fn begin_with_card(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    validation: &mut Validation,
    label: &str,
) -> Result<(), Halt> {
    let now = app.now();
    let mut wizard = carried(app, validation)?;
    wizard.desktop_session = validation.desktop_session;
    wizard.desktop_session_until = validation.desktop_session_until;
    wizard.desktop_seen_at = validation.desktop_seen_at;
    validation.desktop_gone();
    if let Some(person) = people::registered_before(app, tx, &wizard).await? {
        wizard.recognised(now).map_err(AppError::from)?;
        people::trust_browser(tx, &wizard, Some(label), person, now).await?;
        enrol(app, caller, tx, &mut wizard, person).await?;
    }
    tx.save_validation(validation).await?;
    Ok(tx.save_registration(&wizard).await?)
}
