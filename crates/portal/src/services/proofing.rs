//! Face-to-face WID checks: what is kept of the document, and where.

use super::journal;
use crate::{AppError, AppState, error::Halt};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use domain::{
    document::{DocumentKind, DocumentNumber},
    person::{FaceToFaceProofing, ShownDocument},
};
use storage::Tx;

const CONTEXT: &[u8] = b"document number";

/// The document as it is kept: the number encrypted under the server key. `expires_on` is `jjjj-mm-dd`.
pub fn seal_document(
    app: &AppState,
    kind: DocumentKind,
    number: &DocumentNumber,
    expires_on: &str,
) -> Result<ShownDocument, AppError> {
    let sealed = app.keys.seal(CONTEXT, number.reveal().as_bytes(), app.entropy());
    let sealed = sealed.ok_or_else(|| AppError::internal("a document number could not be sealed"))?;
    Ok(ShownDocument { kind, number_sealed: BASE64.encode(sealed), expires_on: expires_on.to_owned() })
}

/// Records a check. `entry` is of the event `proofing.face-to-face`.
pub async fn face_to_face(tx: &mut dyn Tx, proofing: FaceToFaceProofing, entry: journal::Entry) -> Result<(), Halt> {
    tx.insert_face_to_face(&proofing).await?;
    let detail = format!("{} {}", proofing.purpose.as_str(), proofing.document.kind.as_str());
    let entry = entry.about(proofing.person).detail(detail);
    match proofing.organisation {
        Some(organisation) => entry.within(organisation),
        None => entry,
    }
    .write(tx)
    .await
}
