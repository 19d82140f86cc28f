//! What the CA reads from the database.

use domain::{
    Timestamp,
    request::{Means, Purpose, RequestId, RequestStatus},
};
use pki::{
    ca::Register,
    mobile::{CertificateStatus, MobileSubject, Revoked, reason_of},
};
use std::sync::Arc;
use storage::{Store, StoreError};

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
        let found = self.0.read(move |tx| Box::pin(async move { tx.identity_by_serial(&serial).await }));
        let found = found.await.map_err(|error: StoreError| error.to_string())?;
        Ok(match found {
            None => CertificateStatus::Unknown,
            Some(identity) => match reason_of(identity.status) {
                // Active, or expired without ever having been revoked.
                None => CertificateStatus::Good,
                Some(reason) => {
                    CertificateStatus::Revoked { at: identity.ended_at.unwrap_or(identity.created_at), reason }
                }
            },
        })
    }
}
