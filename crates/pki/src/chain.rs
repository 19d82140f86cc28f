//! Paths of our own certificates, up to the one root.

use crate::cert::CertificateRead;
use const_oid::ObjectIdentifier;
use der::Decode;
use domain::Timestamp;
use rustls_pki_types::{CertificateDer, UnixTime};
use std::time::Duration;
use thiserror::Error;
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert,
};
use x509_cert::{Certificate, ext::pkix::ExtendedKeyUsage};

/// Why a chain does not count.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ChainError {
    /// Nothing to verify.
    #[error("no certificate")]
    Empty,
    /// Longer than ours can be.
    #[error("too many certificates")]
    TooLong,
    /// Not issued under this root, expired, for another purpose, …
    #[error("the chain does not hold: {0}")]
    Broken(String),
}

/// Verifies a chain (leaf first) up to a root, at a moment, for an extended key usage that the leaf must have.
/// Revocation is not looked at.
pub(crate) fn verify(
    chain: &[Vec<u8>],
    root: &[u8],
    usage: ObjectIdentifier,
    now: Timestamp,
) -> Result<(), ChainError> {
    let broken = |error: webpki::Error| ChainError::Broken(error.to_string());
    let leaf = CertificateDer::from(chain.first().ok_or(ChainError::Empty)?.as_slice());
    if chain.len() > 3 {
        return Err(ChainError::TooLong);
    }
    let intermediates: Vec<CertificateDer<'_>> =
        chain.iter().skip(1).map(|der| CertificateDer::from(der.as_slice())).collect();
    let root = CertificateDer::from(root);
    let anchors = [anchor_from_trusted_cert(&root).map_err(broken)?];
    let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.unix()).unwrap_or(0)));
    EndEntityCert::try_from(&leaf)
        .and_then(|leaf| {
            leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &intermediates, time, AnyUsage, None, None)
                .map(|_| ())
        })
        .map_err(broken)?;
    // webpki would ask the CA certificates for the usage as well; ours have none, as RFC 5280 §4.2.1.12 expects.
    let purposes = Certificate::from_der(&leaf).ok().and_then(|leaf| leaf.find::<ExtendedKeyUsage>());
    match purposes {
        Some(purposes) if purposes.0.contains(&usage) => Ok(()),
        _ => Err(ChainError::Broken(format!("the certificate is not for {usage}"))),
    }
}

/// The usage is judged by [`verify`] itself.
struct AnyUsage;
impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}
