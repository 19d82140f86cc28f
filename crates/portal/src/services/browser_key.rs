//! The key of a browser: what it must sign, whether it did, and keeping that with the request. A browser cookie can be
//! copied, this key cannot be read even by our own script (`static/portal.js`).

use super::{journal, respond_phone::verify_es256};
use crate::{AppError, AppState, browser::Browser, caller::Caller, error::Halt};
use domain::{log::Event, request::RequestId};
use protocol::{
    B64, ProblemCode,
    browser_key::{BrowserProof, ProofStep, signed_text},
};

/// What this browser signs for one step of one request. Derived under the server key, so that nothing is stored; a
/// request takes each step once, so nothing can be replayed.
pub fn challenge(app: &AppState, browser: &Browser, step: ProofStep, id: RequestId) -> String {
    let parts = [step.as_str().as_bytes(), id.as_bytes(), &browser.hash];
    B64::from(app.keys.mac("browser key", &parts).as_slice()).to_string()
}

/// SHA-256 of the key that signed.
pub(super) fn verify(
    app: &AppState,
    browser: &Browser,
    step: ProofStep,
    id: RequestId,
    proof: &BrowserProof,
) -> Result<[u8; 32], AppError> {
    let text = signed_text(&app.config.public_url, step, id, &challenge(app, browser, step, id));
    if !verify_es256(proof.key(), text.as_bytes(), proof.signature()) {
        return Err(ProblemCode::BrowserKey.into());
    }
    Ok(proof.key_hash())
}

/// The page that asks proves its key, before the answer. A browser that never does is an unknown one.
pub async fn prove(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    id: RequestId,
    proof: &BrowserProof,
) -> Result<(), AppError> {
    let verified = verify(app, browser, ProofStep::Ask, id, proof);
    let (state, who, cookie) = (app.clone(), caller.clone(), browser.hash);
    app.write(move |tx| {
        Box::pin(async move {
            let request = tx.request(id).await?.filter(|request| request.browser == Some(cookie));
            let mut request = request.ok_or(AppError::new(ProblemCode::NotFound))?;
            let proved = verified.and_then(|key| Ok(request.prove_browser(&cookie, key, state.now())?));
            if let Err(error) = proved {
                let entry = journal::entry(&state, &who, Event::RequestRefused).request(&request).refused(error.code);
                entry.write(tx).await?;
                return Err(Halt::Keep(error));
            }
            Ok(tx.update_request(&request).await?)
        })
    })
    .await
}
