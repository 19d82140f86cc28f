//! The answer to an activation was lost: the same phone asks again, with the same key, and gets the same certificate.

use crate::{
    AppError, AppState,
    caller::Caller,
    ports::CheckedCsr,
    services::{enrol::effect, journal},
};
use domain::{
    identity::IdentityStatus,
    log::Event,
    request::{RequestId, RequestStatus},
};
use protocol::{
    B64, ProblemCode,
    code::RevocationCode,
    enrol::{Enrol, Enrolled},
};
use sha2::{Digest, Sha256};

/// Gives the answer of a finished enrolment, or of one that waits for its digits, again; another key or installation finds
/// it used. Unlock and MAC were checked, so it is the phone that holds the PIN; the birth date was right the first time.
/// Only the intrekkingscode is a new one, because nobody keeps the first.
pub(super) async fn answer(
    app: &AppState,
    caller: &Caller,
    id: RequestId,
    csr: &CheckedCsr,
    message: &Enrol,
) -> Result<Enrolled, AppError> {
    let (state, who, key, installation) = (app.clone(), caller.clone(), csr.public_key.clone(), message.installation);
    let spki = csr.spki.clone();
    app.write(move |tx| {
        Box::pin(async move {
            let used = || AppError::new(ProblemCode::RequestUsed);
            let request = tx.request(id).await?.filter(|r| r.may_repeat_answer(state.now())).ok_or_else(used)?;
            let identity = match request.identity {
                Some(identity) => tx.identity(identity).await?,
                None => None,
            };
            let ours = identity.filter(|i| i.public_key == key && i.installation == installation);
            let waits = request.status == RequestStatus::Pairing;
            let status = if waits { IdentityStatus::Pending } else { IdentityStatus::Active };
            // Blocked, replaced or revoked in the meantime: nothing is given for it any more.
            let mut identity = ours.filter(|i| i.status == status).ok_or_else(used)?;
            let person = super::person_of(tx, &request).await?;
            let revocation = RevocationCode::from_random(&state.entropy().array());
            identity.revocation_code = Sha256::digest(revocation.reveal()).into();
            tx.update_identity(&identity).await?;
            let organisations = effect::opens(tx, &request, person.id, state.now(), waits).await?;
            let pairing_code = super::digits(&state, &request, &spki).filter(|_| waits);
            let entry = journal::entry(&state, &who, Event::IdentityAnswerRepeated).request(&request);
            entry.by(person.id, Some(identity.id)).identity(identity.id).write(tx).await?;
            Ok(Enrolled {
                chain: vec![B64(identity.certificate), B64(state.certificates.issuing().to_vec())],
                identity: identity.id,
                name: person.name.full(),
                organisations,
                revocation_code: revocation.grouped(),
                pairing_code,
            })
        })
    })
    .await
}
