//! The work of the CA.

use super::{
    IssueError, Issuer, Register, Renewal,
    record::{Known, Line, Record, RecordError},
};
use crate::{
    cert::{CertificateRead, sha256_hex},
    mobile::{CertificateStatus, IssuingCa, OcspSigner, Revoked, spki_of_point},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use der::Decode;
use domain::{
    Clock, Entropy, Timestamp,
    identity::{CertificateOrderId, IdentityId},
    request::RequestId,
};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::Mutex;
use x509_cert::Certificate;

/// A new CRL is made after an hour, or when something was revoked.
const CRL_REFRESH_SECONDS: i64 = 60 * 60;

/// One issuance asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Issuance {
    /// The enrolment request in the database.
    pub enrolment: RequestId,
    /// The id that the identity will have.
    pub identity: IdentityId,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
}

struct Crl {
    der: Vec<u8>,
    number: u64,
    made: Timestamp,
    revoked: Vec<Revoked>,
}

/// The CA in this process.
pub struct CaService<R> {
    ca: IssuingCa,
    ocsp: OcspSigner,
    record: Record,
    register: R,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    crl: Mutex<Option<Crl>>,
}

impl<R: Register> CaService<R> {
    /// Puts it together.
    pub fn new(
        ca: IssuingCa,
        ocsp: OcspSigner,
        record: Record,
        register: R,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { ca, ocsp, record, register, clock, entropy, crl: Mutex::new(None) }
    }

    /// The certificate of an enrolment or order: the one that it has, or a new one from `make`.
    async fn certificate(
        &self,
        issuance: Issuance,
        make: impl AsyncFnOnce(&Issuance, Timestamp) -> Result<Vec<u8>, IssueError>,
    ) -> Result<Vec<Vec<u8>>, IssueError> {
        let (enrolment, key) = (issuance.enrolment, Sha256::digest(&issuance.spki).into());
        let certificate = match self.record.reserve(enrolment).map_err(unavailable)? {
            Known::Busy => return Err(IssueError::Unavailable("this enrolment is being issued".into())),
            Known::Issued { identity, key: known, certificate } => {
                if identity != issuance.identity || known != key {
                    return Err(IssueError::OtherKey);
                }
                certificate
            }
            Known::Reserved => {
                let _reservation = Reservation { record: &self.record, enrolment };
                let now = self.clock.now();
                let certificate = make(&issuance, now).await?;
                self.note(&issuance, key, &certificate, now).await?;
                certificate
            }
        };
        Ok(vec![certificate, self.ca.certificate().to_vec()])
    }

    /// Writes down what was signed, before it leaves the CA.
    async fn note(
        &self,
        issuance: &Issuance,
        key: [u8; 32],
        certificate: &[u8],
        now: Timestamp,
    ) -> Result<(), IssueError> {
        let read = Certificate::from_der(certificate).map_err(|error| IssueError::Key(error.to_string()))?;
        let line = Line {
            at: now,
            enrolment: issuance.enrolment,
            identity: issuance.identity,
            serial: hex::encode(read.serial()),
            key: hex::encode(key),
            certificate: STANDARD.encode(certificate),
        };
        self.record.append(&line).await.map_err(unavailable)?;
        tracing::debug!(enrolment = %issuance.enrolment, sha256 = sha256_hex(certificate), "issued");
        Ok(())
    }
}

fn unfit(error: impl std::fmt::Display) -> IssueError {
    IssueError::Key(error.to_string())
}

fn unavailable(error: RecordError) -> IssueError {
    IssueError::Unavailable(error.to_string())
}

/// Gives the reservation back when the issuance fails or is dropped half-way.
struct Reservation<'a> {
    record: &'a Record,
    enrolment: RequestId,
}
impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.record.release(self.enrolment);
    }
}

#[async_trait::async_trait]
impl<R: Register> Issuer for CaService<R> {
    async fn issue(
        &self,
        enrolment: RequestId,
        identity: IdentityId,
        spki: Vec<u8>,
    ) -> Result<Vec<Vec<u8>>, IssueError> {
        let issuance = Issuance { enrolment, identity, spki };
        self.certificate(issuance, async |issuance, now| {
            let subject = self.register.enrolment(issuance.enrolment, now).await.map_err(IssueError::Unavailable)?;
            let subject = subject.ok_or(IssueError::NoEnrolment)?;
            self.ca.issue(&subject, &issuance.spki, now, self.entropy.as_ref()).map_err(unfit)
        })
        .await
    }

    async fn reissue(&self, order: CertificateOrderId) -> Result<Vec<Vec<u8>>, IssueError> {
        let asked = self.register.reissue(order, self.clock.now()).await.map_err(IssueError::Unavailable)?;
        let Renewal { subject, identity, public_key, not_after } = asked.ok_or(IssueError::NoOrder)?;
        let spki = spki_of_point(&public_key).map_err(unfit)?;
        // One record for both: ids of enrolments and orders are random.
        let issuance = Issuance { enrolment: RequestId(order.0), identity, spki };
        self.certificate(issuance, async |issuance, now| {
            self.ca.issue_until(&subject, &issuance.spki, now, not_after, self.entropy.as_ref()).map_err(unfit)
        })
        .await
    }

    async fn crl(&self) -> Result<Vec<u8>, IssueError> {
        let now = self.clock.now();
        let mut last = self.crl.lock().await;
        let revoked = self.register.revocations(now).await.map_err(IssueError::Unavailable)?;
        if let Some(crl) = last.as_ref() {
            let fresh = now >= crl.made && now.seconds_since(crl.made) < CRL_REFRESH_SECONDS;
            if fresh && crl.revoked == revoked {
                return Ok(crl.der.clone());
            }
        }
        // Seconds since 1970 rise over restarts too; two lists in one second count on.
        let seconds = u64::try_from(now.unix()).unwrap_or(0);
        let number = last.as_ref().map_or(seconds, |crl| seconds.max(crl.number + 1));
        let der = self.ca.crl(&revoked, number, now).map_err(|error| IssueError::Unavailable(error.to_string()))?;
        *last = Some(Crl { der: der.clone(), number, made: now, revoked });
        Ok(der)
    }

    async fn ocsp(&self, request: Vec<u8>) -> Result<Vec<u8>, IssueError> {
        let query = match self.ocsp.read(&request) {
            Ok(query) => query,
            Err(answer) => return Ok(answer),
        };
        let mut known = HashMap::new();
        for serial in query.serials() {
            // Never issued here: the database is not asked.
            let status = match self.record.issued(serial) {
                true => self.register.status(serial).await.map_err(IssueError::Unavailable)?,
                false => CertificateStatus::Unknown,
            };
            known.insert(serial.to_vec(), status);
        }
        let lookup = |serial: &[u8]| known.get(serial).copied().unwrap_or(CertificateStatus::Unknown);
        let answer = self.ocsp.answer(&query, lookup, self.clock.now());
        answer.map_err(|error| IssueError::Unavailable(error.to_string()))
    }
}
