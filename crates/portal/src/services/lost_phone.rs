//! *Telefoon kwijt*: whoever holds the intrekkingscode blocks the ID that it was shown with. Every input gets the same
//! answer and counts the same, so that nobody learns which codes exist.

use super::{identities, journal, limits};
use crate::{AppError, AppState, caller::Caller};
use domain::{identity::IdentityStatus, log::Event};
use protocol::{ProblemCode, code::RevocationCode};
use sha2::{Digest, Sha256};

/// Blocks the ID of this code, if there is one that can be blocked.
pub async fn block(app: &AppState, caller: &Caller, typed: &str) -> Result<(), AppError> {
    let hash: Option<[u8; 32]> = RevocationCode::parse(typed).map(|code| Sha256::digest(code.reveal()).into());
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            limits::check(&state, &who, tx).await?;
            // A right code counts too: who tries the same code six times learns nothing.
            let _counted = limits::wrong(&state, &who, tx, ProblemCode::RevocationReceived).await?;
            let identity = match hash {
                Some(hash) => tx.identity_by_revocation_code(&hash).await?,
                None => None,
            };
            let now = state.now();
            let works = identity.filter(|one| one.status_at(now).to(IdentityStatus::Blocked).is_ok());
            let entry = |event| journal::entry(&state, &who, event).detail("intrekkingscode");
            match works {
                Some(identity) => {
                    identities::change(&state, &who, tx, identity, IdentityStatus::Blocked, None, entry).await
                }
                None => entry(Event::IdentityBlocked).refused(ProblemCode::CodeWrong).write(tx).await,
            }
        })
    })
    .await
}
