//! Wherever we say "vraag de beheerder": whom that is, in one's own organisation (`_contacts.html`).

use super::{
    texts::{self, Texts},
    visit::Visit,
};
use crate::{
    AppError, AppState,
    caller::Lang,
    services::{contacts, session::Current},
};
use domain::organisation::Organisation;
use i18n_embed_fl::fl;

/// Whom to ask in an organisation.
pub(super) fn line(t: &Texts, organisation: &Organisation) -> String {
    match &organisation.contact {
        Some(contact) => fl!(t, "contact-text", organisation = organisation.name.as_str(), contact = contact.as_str()),
        None => fl!(t, "contact-unknown", organisation = organisation.name.as_str()),
    }
}

/// Whom somebody can ask: one line for each of their organisations.
pub(super) async fn of(app: &AppState, lang: Lang, current: &Current) -> Result<Vec<String>, AppError> {
    let t = texts::of(lang);
    Ok(contacts::of(app, current).await?.iter().map(|organisation| line(&t, organisation)).collect())
}

/// The same for who visits a page; nothing for who is not logged in.
pub(super) async fn of_visit(visit: &Visit) -> Result<Vec<String>, AppError> {
    match &visit.current {
        Some(current) => of(&visit.app, visit.caller.lang, current).await,
        None => Ok(Vec::new()),
    }
}
