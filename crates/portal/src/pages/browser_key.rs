//! The proof of a browser's key: two hidden fields that the script fills. Without the script they stay empty.

use super::{live::id_of, visit::Visit};
use crate::{AppError, browser::SafeForm, services::browser_key};
use axum::{extract::Path, http::StatusCode};
use protocol::{ProblemCode, browser_key::BrowserProof};
use serde::Deserialize;

/// The fields of `_browser_key.html`.
#[derive(Deserialize)]
pub(super) struct ProofFields {
    #[serde(default)]
    sleutel: String,
    #[serde(default)]
    handtekening: String,
}

impl ProofFields {
    /// The proof, when there is one.
    pub fn proof(&self) -> Result<Option<BrowserProof>, AppError> {
        if self.sleutel.is_empty() && self.handtekening.is_empty() {
            return Ok(None);
        }
        let proof = BrowserProof::parse(&self.sleutel, &self.handtekening);
        proof.map(Some).ok_or(ProblemCode::BadInput.into())
    }
}

/// Sent by the script as soon as a page that asks is shown.
pub(super) async fn prove(
    visit: Visit,
    Path(id): Path<String>,
    SafeForm(form): SafeForm<ProofFields>,
) -> Result<StatusCode, AppError> {
    let proof = form.proof()?.ok_or(AppError::new(ProblemCode::BadInput))?;
    browser_key::prove(&visit.app, &visit.caller, &visit.browser, id_of(&id)?, &proof).await?;
    Ok(StatusCode::NO_CONTENT)
}
