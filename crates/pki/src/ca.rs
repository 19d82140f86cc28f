//! The issuing process: signs only for a stored, unused enrolment, keeps its own record, and is reached through a
//! local socket.
//!
//! [`CaService`] is the work, [`serve`] offers it on a Unix socket, [`CaClient`] is the portal's end. All three are an
//! [`Issuer`], so that tests can use the service without a process.

mod client;
mod record;
mod server;
mod service;
mod socket;
#[cfg(test)]
mod tests;
mod wire;

pub use client::CaClient;
pub use record::{Record, RecordError};
pub use server::serve;
pub use service::{CaService, Issuance};

use crate::mobile::{CertificateStatus, MobileSubject, Revoked};
use domain::{
    Timestamp,
    identity::{CertificateOrderId, IdentityId},
    request::RequestId,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why the CA did not do it.
#[derive(Clone, Debug, Error, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssueError {
    /// There is no such enrolment, or it may not be used now (not opened, expired, for a card, used …).
    #[error("no open enrolment")]
    NoEnrolment,
    /// There is no such order for a new certificate, or it is done, or its identity ended.
    #[error("no open order")]
    NoOrder,
    /// A certificate was issued for this enrolment before, for another key or identity.
    #[error("this enrolment has a certificate already")]
    OtherKey,
    /// The key is not one that we certify.
    #[error("the key cannot be certified: {0}")]
    Key(String),
    /// The CA, its record or the database is not available.
    #[error("the CA is not available: {0}")]
    Unavailable(String),
}

/// What issues, wherever it runs.
#[async_trait::async_trait]
pub trait Issuer: Send + Sync {
    /// Issues a certificate for an enrolment. The same key and identity again get the same certificate again. Returns
    /// the chain: leaf, issuing CA; DER.
    async fn issue(
        &self,
        enrolment: RequestId,
        identity: IdentityId,
        spki: Vec<u8>,
    ) -> Result<Vec<Vec<u8>>, IssueError>;
    /// Issues a new certificate on the key that an identity has, as an order in the database says. The same order again
    /// gets the same certificate, until it is done. Returns the chain as [`Issuer::issue`].
    async fn reissue(&self, order: CertificateOrderId) -> Result<Vec<Vec<u8>>, IssueError>;
    /// The present CRL, DER.
    async fn crl(&self) -> Result<Vec<u8>, IssueError>;
    /// Answers an OCSP request, DER to DER.
    async fn ocsp(&self, request: Vec<u8>) -> Result<Vec<u8>, IssueError>;
}

/// A new certificate for an identity: everything that it will say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// Whom it is for, as registered now.
    pub subject: MobileSubject,
    /// The identity that gets it.
    pub identity: IdentityId,
    /// The key that the identity has: uncompressed P-256 point (SEC 1).
    pub public_key: Vec<u8>,
    /// When the present certificate ends: a correction makes nothing valid longer.
    pub not_after: Timestamp,
}

/// What the CA reads from the database, by its own eyes.
#[async_trait::async_trait]
pub trait Register: Send + Sync {
    /// Whom an enrolment is for, if a certificate may be issued for it now.
    async fn enrolment(&self, id: RequestId, now: Timestamp) -> Result<Option<MobileSubject>, String>;
    /// What an order asks for, if it is open now.
    async fn reissue(&self, order: CertificateOrderId, now: Timestamp) -> Result<Option<Renewal>, String>;
    /// All blocked, revoked and replaced certificates that would otherwise be valid.
    async fn revocations(&self, now: Timestamp) -> Result<Vec<Revoked>, String>;
    /// What is known of a serial number; [`CertificateStatus::Unknown`] when no identity has it.
    async fn status(&self, serial: &[u8]) -> Result<CertificateStatus, String>;
}
