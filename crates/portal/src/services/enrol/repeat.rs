//! The answer to an activation was lost: the same phone asks again, with the same key, and gets the same certificate.

use crate::{
    AppError, AppState,
    caller::Caller,
    ports::CheckedCsr,
    services::{journal, redeem},
};
use domain::{
    identity::IdentityStatus,
    log::Event,
    person::{MembershipStatus, Person},
    request::RequestId,
};
use protocol::{
    B64, ProblemCode,
    code::RevocationCode,
    enrol::{Enrol, Enrolled},
    request::OrganisationLabel,
};
use sha2::{Digest, Sha256};
use storage::Tx;

/// Gives the answer of a finished enrolment again; another key or installation finds it used. Unlock and MAC were checked,
/// so it is the phone that holds the PIN; the birth date was right the first time. Only the intrekkingscode is a new one,
/// because nobody keeps the first.
pub(super) async fn answer(
    app: &AppState,
    caller: &Caller,
    id: RequestId,
    csr: &CheckedCsr,
    message: &Enrol,
) -> Result<Enrolled, AppError> {
    let (state, who, key, installation) = (app.clone(), caller.clone(), csr.public_key.clone(), message.installation);
    app.write(move |tx| {
        Box::pin(async move {
            let used = || AppError::new(ProblemCode::RequestUsed);
            let request = tx.request(id).await?.filter(|r| r.may_repeat_answer(state.now())).ok_or_else(used)?;
            let identity = match request.identity {
                Some(identity) => tx.identity(identity).await?,
                None => None,
            };
            let ours = identity.filter(|i| i.public_key == key && i.installation == installation);
            // Blocked or replaced in the meantime: nothing is given for it any more.
            let mut identity = ours.filter(|i| i.status == IdentityStatus::Active).ok_or_else(used)?;
            let person = super::person_of(tx, &request).await?;
            let revocation = RevocationCode::from_random(&state.entropy().array());
            identity.revocation_code = Sha256::digest(revocation.reveal()).into();
            tx.update_identity(&identity).await?;
            let organisations = open_organisations(tx, &person).await?;
            let entry = journal::entry(&state, &who, Event::IdentityAnswerRepeated).request(&request);
            entry.by(person.id, Some(identity.id)).identity(identity.id).write(tx).await?;
            Ok(Enrolled {
                chain: vec![B64(identity.certificate), B64(state.certificates.issuing().to_vec())],
                identity: identity.id,
                name: person.name.full(),
                organisations,
                revocation_code: revocation.grouped(),
            })
        })
    })
    .await
}

async fn open_organisations(tx: &mut dyn Tx, person: &Person) -> Result<Vec<OrganisationLabel>, AppError> {
    let mut open = Vec::new();
    for membership in tx.memberships_of(person.id).await? {
        if membership.status == MembershipStatus::Active
            && let Some(organisation) = tx.organisation(membership.organisation).await?
        {
            open.push(redeem::label(&organisation));
        }
    }
    Ok(open)
}
