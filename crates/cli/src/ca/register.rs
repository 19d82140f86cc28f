//! What the CA reads from the database.

use domain::{
    Timestamp,
    identity::CertificateOrderId,
    request::{Means, Purpose, RequestId, RequestStatus},
};
use pki::{
    ca::{Register, Renewal},
    mobile::{CertificateStatus, MobileSubject, Revoked, reason_of},
};
use std::sync::Arc;
use storage::{Store, StoreError};
use x509_cert::ext::pkix::CrlReason;

/// The database as the CA sees it.
pub struct StoreRegister(pub Arc<dyn Store>);

#[async_trait::async_trait]
impl Register for StoreRegister {
    async fn enrolment(&self, id: RequestId, now: Timestamp) -> Result<Option<MobileSubject>, String> {
        let found = self.0.read(move |tx| {
            Box::pin(async move {
                let Some(request) = tx.request(id).await? else { return Ok(None) };
                let open = request.purpose == Purpose::Enrol
                    && request.means == Means::Phone
                    && request.status_at(now) == RequestStatus::Opened;
                let Some(person) = request.person.filter(|_| open) else { return Ok(None) };
                Ok(tx.person(person).await?.map(|person| MobileSubject::of(&person)))
            })
        });
        found.await.map_err(|error: StoreError| error.to_string())
    }

    async fn reissue(&self, id: CertificateOrderId, now: Timestamp) -> Result<Option<Renewal>, String> {
        let found = self.0.read(move |tx| {
            Box::pin(async move {
                let Some(order) = tx.certificate_order(id).await? else { return Ok(None) };
                let Some(identity) = tx.identity(order.identity).await? else { return Ok(None) };
                let Some(person) = tx.person(order.person).await? else { return Ok(None) };
                let open = order.is_open_for(&identity, now);
                Ok(open.then(|| Renewal {
                    subject: MobileSubject::of(&person),
                    identity: identity.id,
                    public_key: identity.public_key,
                    not_after: identity.not_after,
                }))
            })
        });
        found.await.map_err(|error: StoreError| error.to_string())
    }

    async fn revocations(&self, now: Timestamp) -> Result<Vec<Revoked>, String> {
        let all = self.0.read(move |tx| Box::pin(async move { tx.revocations(now).await }));
        let all = all.await.map_err(|error: StoreError| error.to_string())?;
        let revoked = all
            .into_iter()
            .filter_map(|one| Some(Revoked { reason: reason_of(one.status)?, serial: one.serial, at: one.at }));
        Ok(revoked.collect())
    }

    async fn status(&self, serial: &[u8]) -> Result<CertificateStatus, String> {
        let serial = serial.to_vec();
        let found = self.0.read(move |tx| {
            Box::pin(async move { Ok((tx.identity_by_serial(&serial).await?, tx.superseded_at(&serial).await?)) })
        });
        let found = found.await.map_err(|error: StoreError| error.to_string())?;
        Ok(match found {
            (None, None) => CertificateStatus::Unknown,
            // The same key and holder have a newer certificate.
            (None, Some(at)) => CertificateStatus::Revoked { at, reason: CrlReason::Superseded },
            (Some(identity), _) => match reason_of(identity.status) {
                // Active, or expired without ever having been revoked.
                None => CertificateStatus::Good,
                Some(reason) => {
                    CertificateStatus::Revoked { at: identity.ended_at.unwrap_or(identity.created_at), reason }
                }
            },
        })
    }
}

#[cfg(test)]
mod tests;
