//! Mobile ID certificates: what they look like, their CRL and OCSP (ARCHITECTURE.md, certificate profile).

mod csr;
mod issuing;
mod ocsp;
#[cfg(test)]
mod tests;

pub use csr::{CsrError, csr_public_key, spki_of_point};
pub use issuing::{IssuingCa, MobileSubject, Revoked, VALIDITY_DAYS};
pub use ocsp::{CertificateStatus, OcspQuery, OcspSigner};

use crate::{ChainError, cert::CLIENT_AUTH, chain};
use domain::{Timestamp, identity::IdentityStatus};
use x509_cert::ext::pkix::CrlReason;

/// Verifies the chain of a Mobile ID (leaf first, then the issuing CA) up to the environment's root. Revocation is the
/// database's word, not looked at here.
pub fn verify_identity_chain(chain: &[Vec<u8>], root: &[u8], now: Timestamp) -> Result<(), ChainError> {
    chain::verify(chain, root, CLIENT_AUTH, now)
}

/// The CRL reason of a status; `None` for one that is on no CRL.
pub fn reason_of(status: IdentityStatus) -> Option<CrlReason> {
    match status {
        IdentityStatus::Active | IdentityStatus::Expired => None,
        IdentityStatus::Pending | IdentityStatus::Blocked => Some(CrlReason::CertificateHold),
        IdentityStatus::Replaced => Some(CrlReason::Superseded),
        IdentityStatus::Revoked => Some(CrlReason::Unspecified),
    }
}
