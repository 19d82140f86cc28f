//! What the UZI-pas said that logged somebody in: *Start* and *Afronden* (SYSTEM.md flow 7) go on with it, without reading
//! it again.

use super::{card, session::Current};
use crate::{AppError, AppState, ports::CheckedCard};
use domain::session::LoggedInWith;

/// A pass that opened a session, checked now.
pub(super) struct Shown {
    pub card: CheckedCard,
    /// DER.
    pub certificate: Vec<u8>,
    /// SHA-256 of the key that the browser proved.
    pub browser_key: Option<[u8; 32]>,
}

/// The pass that opened this session; `None` with a phone's session.
pub(super) async fn shown(app: &AppState, current: &Current) -> Result<Option<Shown>, AppError> {
    let LoggedInWith::Card(number) = &current.session.with else { return Ok(None) };
    let browser = current.session.browser;
    // A new login in a browser ends the session before it: the latest login is that of this session.
    let request = app
        .read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.card_login_of_browser(&browser).await?) }))
        .await?;
    let Some(request) = request else { return Ok(None) };
    let (card, certificate) = card::card_of(app, &request)?;
    let same = card.uzi_number == *number;
    Ok(same.then_some(Shown { card, certificate, browser_key: request.browser_key }))
}
