//! A corrected name gives a new certificate on the key that the phone has: no new QR code. The correction orders it; the
//! CA, which cannot see what is not committed, is asked by a job; the phone gets it with its next answer.

use super::journal;
use crate::{
    AppError, AppState,
    caller::Caller,
    error::Halt,
    ports::{IssuedCertificate, IssuerError},
};
use domain::{
    identity::{CertificateOrder, CertificateOrderId, Identity},
    log::Event,
    person::PersonId,
};
use protocol::response::Renewed;
use sha2::{Digest, Sha256};
use storage::Tx;

/// Orders that are looked at in one run.
const PAGE: u32 = 100;

/// Orders a certificate with the present name for every identity of a person that works or is blocked.
pub(super) async fn order(app: &AppState, tx: &mut dyn Tx, person: PersonId) -> Result<(), Halt> {
    let now = app.now();
    for identity in tx.identities_of(person).await? {
        if identity.can_be_renewed(now) {
            let id = CertificateOrderId::new(now, app.entropy());
            let order = CertificateOrder { id, identity: identity.id, person, created_at: now, done_at: None };
            tx.insert_certificate_order(&order).await?;
        }
    }
    Ok(())
}

/// Delivers what was ordered; tells how many certificates. What fails is told, and tried again by the next run.
pub async fn run(app: &AppState) -> Result<usize, AppError> {
    let orders = app.read(|tx| Box::pin(async move { Ok(tx.open_certificate_orders(PAGE).await?) })).await?;
    let mut delivered = 0;
    for order in orders {
        let issued = match app.issuer.reissue(order.id).await {
            Ok(issued) => Some(issued),
            // Blocked for good, expired or delivered meanwhile: storing finds out which, and closes the order.
            Err(IssuerError::Refused(why)) => {
                tracing::warn!(order = %order.id, why, "no certificate is issued for this order");
                None
            }
            Err(error @ IssuerError::Unreachable(_)) => {
                tracing::error!(%error, "ordered certificates wait for the CA");
                break;
            }
        };
        match store(app, order.id, issued).await {
            Ok(stored) => delivered += usize::from(stored),
            Err(error) => tracing::error!(order = %order.id, cause = error.cause, "a certificate could not be stored"),
        }
    }
    Ok(delivered)
}

/// Puts a certificate in the place of the old one, if the identity still may have it; everything is looked at again,
/// locked. Tells whether it did.
async fn store(app: &AppState, order: CertificateOrderId, issued: Option<IssuedCertificate>) -> Result<bool, AppError> {
    let (state, caller) = (app.clone(), Caller::system(app));
    app.write(move |tx| {
        Box::pin(async move {
            let now = state.now();
            let Some(order) = tx.certificate_order(order).await?.filter(|order| order.done_at.is_none()) else {
                return Ok(false);
            };
            let identity = tx.identity(order.identity).await?.filter(|identity| order.is_open_for(identity, now));
            let (identity, issued) = match (identity, issued) {
                (Some(identity), Some(issued)) => (identity, issued),
                // The CA will be asked again.
                (Some(_), None) => return Ok(false),
                (None, _) => {
                    tx.close_certificate_order(order.id, now).await?;
                    return Ok(false);
                }
            };
            let renewed = Identity {
                certificate_sha256: Sha256::digest(&issued.certificate).into(),
                certificate: issued.certificate,
                serial: issued.serial,
                not_before: issued.not_before,
                not_after: issued.not_after,
                ..identity
            };
            tx.renew_identity(&renewed, now).await?;
            tx.close_certificate_order(order.id, now).await?;
            let entry = journal::entry(&state, &caller, Event::IdentityReissued).by_system().reason("name");
            entry.about(renewed.person).identity(renewed.id).write(tx).await?;
            Ok(true)
        })
    })
    .await
}

/// What a phone is told that still shows a certificate from before: nothing when it is the present one.
pub(super) async fn news(
    app: &AppState,
    tx: &mut dyn Tx,
    identity: &Identity,
    shown: &[u8; 32],
) -> Result<Option<Renewed>, AppError> {
    if identity.certificate_sha256 == *shown {
        return Ok(None);
    }
    let chain = [identity.certificate.as_slice(), app.certificates.issuing()];
    let renewed = |name| Renewed { chain: chain.map(Into::into).to_vec(), name };
    Ok(tx.person(identity.person).await?.map(|person| renewed(person.name.full())))
}
