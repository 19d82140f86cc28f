//! Signed certificates and CRLs.

use super::{ECDSA_SHA256, RSA_SHA256, authority_key_identifier, extension, subject_key_identifier};
use crate::keys::{Algorithm, KeyError, Signer};
use const_oid::AssociatedOid;
use der::{
    Decode, Encode,
    asn1::{Any, BitString, GeneralizedTime, Uint, UtcTime},
};
use domain::{Entropy, Timestamp};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use std::time::Duration;
use thiserror::Error;
use x509_cert::{
    Certificate, TbsCertificate, Version,
    crl::{CertificateList, RevokedCert, TbsCertList},
    ext::{
        Extension,
        pkix::{CrlNumber, CrlReason},
    },
    name::Name,
    serial_number::SerialNumber,
    time::{Time, Validity},
};

/// Why no certificate or CRL came out.
#[derive(Debug, Error)]
pub enum BuildError {
    /// A value does not fit into DER.
    #[error("cannot be encoded: {0}")]
    Encoding(#[from] der::Error),
    /// The key did not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A serial number of 128 random bits.
pub fn serial(entropy: &dyn Entropy) -> [u8; 16] {
    let mut serial = entropy.array::<16>();
    // A first byte of zero would be dropped by DER, and stored and read serials would differ.
    while serial[0] == 0 {
        serial = entropy.array::<16>();
    }
    serial
}

/// A certificate before it is signed. Subject and authority key identifiers are added by itself.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Who.
    pub subject: Name,
    /// From.
    pub not_before: Timestamp,
    /// Until.
    pub not_after: Timestamp,
    /// Whose key: SubjectPublicKeyInfo, DER.
    pub public_key: Vec<u8>,
    /// Everything but the key identifiers.
    pub extensions: Vec<Extension>,
}

impl Draft {
    /// Signs it: `issuer` is the issuer's name and key identifier, its own for a root.
    pub fn sign(&self, issuer: &Name, issuer_key: &[u8], signer: &dyn Signer) -> Result<Vec<u8>, BuildError> {
        let key = SubjectPublicKeyInfoOwned::from_der(&self.public_key)?;
        let mut extensions = self.extensions.clone();
        extensions.push(subject_key_identifier(&super::key_identifier(key.subject_public_key.raw_bytes()))?);
        extensions.push(authority_key_identifier(issuer_key)?);
        let algorithm = algorithm_identifier(signer.algorithm());
        let tbs = TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::new(&self.serial)?,
            signature: algorithm.clone(),
            issuer: issuer.clone(),
            validity: Validity { not_before: time(self.not_before)?, not_after: time(self.not_after)? },
            subject: self.subject.clone(),
            subject_public_key_info: key,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(extensions),
        };
        let signature = BitString::from_bytes(&signer.sign(&tbs.to_der()?)?)?;
        Ok(Certificate { tbs_certificate: tbs, signature_algorithm: algorithm, signature }.to_der()?)
    }
}

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlEntry {
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Since when.
    pub at: Timestamp,
    /// Why; *unspecified* is left out (RFC 5280 §5.3.1).
    pub reason: CrlReason,
}

/// A CRL before it is signed.
#[derive(Clone, Debug)]
pub struct CrlDraft {
    /// What is revoked.
    pub entries: Vec<CrlEntry>,
    /// Rises with every CRL.
    pub number: u64,
    /// From.
    pub this_update: Timestamp,
    /// A newer one comes before this.
    pub next_update: Timestamp,
}

/// Signs a CRL.
pub fn crl(draft: &CrlDraft, issuer: &Name, issuer_key: &[u8], signer: &dyn Signer) -> Result<Vec<u8>, BuildError> {
    let entry = |entry: &CrlEntry| {
        let reason = match entry.reason {
            CrlReason::Unspecified => None,
            reason => Some(vec![extension(CrlReason::OID, false, &reason)?]),
        };
        Ok(RevokedCert {
            serial_number: SerialNumber::new(&entry.serial)?,
            revocation_date: time(entry.at)?,
            crl_entry_extensions: reason,
        })
    };
    let revoked = draft.entries.iter().map(entry).collect::<der::Result<Vec<_>>>()?;
    let algorithm = algorithm_identifier(signer.algorithm());
    let tbs = TbsCertList {
        version: Version::V2,
        signature: algorithm.clone(),
        issuer: issuer.clone(),
        this_update: time(draft.this_update)?,
        next_update: Some(time(draft.next_update)?),
        revoked_certificates: (!revoked.is_empty()).then_some(revoked),
        crl_extensions: Some(vec![
            authority_key_identifier(issuer_key)?,
            extension(CrlNumber::OID, false, &CrlNumber(Uint::new(&draft.number.to_be_bytes())?))?,
        ]),
    };
    let signature = BitString::from_bytes(&signer.sign(&tbs.to_der()?)?)?;
    Ok(CertificateList { tbs_cert_list: tbs, signature_algorithm: algorithm, signature }.to_der()?)
}

/// The AlgorithmIdentifier of a signature.
pub(crate) fn algorithm_identifier(algorithm: Algorithm) -> AlgorithmIdentifierOwned {
    match algorithm {
        Algorithm::Es256 => AlgorithmIdentifierOwned { oid: ECDSA_SHA256, parameters: None },
        Algorithm::Rs256 => AlgorithmIdentifierOwned { oid: RSA_SHA256, parameters: Some(Any::null()) },
    }
}

/// UTCTime until 2049, GeneralizedTime after it.
fn time(moment: Timestamp) -> der::Result<Time> {
    let since = Duration::from_secs(u64::try_from(moment.unix()).unwrap_or(0));
    match UtcTime::from_unix_duration(since) {
        Ok(time) => Ok(Time::UtcTime(time)),
        Err(_) => GeneralizedTime::from_unix_duration(since).map(Time::GeneralTime),
    }
}
