//! A small X.509 path check: [leaf, issuing CA] to a root that is known beforehand. All keys are P-256 with SHA-256, as
//! our own profile prescribes (ARCHITECTURE.md §3); anything else is refused.

use crate::csr::ECDSA_WITH_SHA256;
use der::{Decode, Encode, oid::AssociatedOid};
use domain::Timestamp;
use p256::ecdsa::{DerSignature, VerifyingKey, signature::Verifier};
use protocol::limits;
use std::{cell::RefCell, rc::Rc};
use thiserror::Error;
use x509_cert::{
    Certificate,
    ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages},
};

/// Certificates between leaf and root, at most.
const MAX_INTERMEDIATES: usize = 2;

/// Why a chain was refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ChainError {
    /// Not a certificate, or too large.
    #[error("a certificate cannot be read")]
    Unreadable,
    /// No leaf, or too many certificates.
    #[error("the chain is not of the expected length")]
    Length,
    /// A signature, issuer name or root is not right.
    #[error("the chain does not lead to the known root")]
    Broken,
    /// A certificate may not issue, or the leaf may not be used for this.
    #[error("a certificate is used for something it is not for")]
    Use,
}

/// A leaf whose chain was checked.
pub(crate) struct Leaf {
    certificate: Certificate,
    point: Vec<u8>,
}

impl Leaf {
    /// The P-256 key it speaks for, an uncompressed point (SEC 1).
    pub(crate) fn point(&self) -> &[u8] {
        &self.point
    }
    /// Whether a moment lies in its validity.
    pub(crate) fn is_valid_at(&self, moment: Timestamp, slack_seconds: i64) -> bool {
        let validity = &self.certificate.tbs_certificate.validity;
        let (from, to) = (unix(&validity.not_before), unix(&validity.not_after));
        (from.saturating_sub(slack_seconds)..=to.saturating_add(slack_seconds)).contains(&moment.unix())
    }
    /// Whether its extended key usage names a purpose.
    pub(crate) fn is_for(&self, purpose: &str) -> bool {
        let Ok(Some((_, usage))) = self.certificate.tbs_certificate.get::<ExtendedKeyUsage>() else { return false };
        usage.0.iter().any(|oid| oid.to_string() == purpose)
    }
}

fn unix(time: &x509_cert::time::Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

/// End of validity of a certificate.
pub(crate) fn not_after(der: &[u8]) -> Option<Timestamp> {
    let certificate = Certificate::from_der(der).ok()?;
    Some(Timestamp::from_unix(unix(&certificate.tbs_certificate.validity.not_after)))
}

fn parse(der: &[u8]) -> Result<Certificate, ChainError> {
    if der.len() > limits::CERTIFICATE {
        return Err(ChainError::Unreadable);
    }
    Certificate::from_der(der).map_err(|_| ChainError::Unreadable)
}

fn key(certificate: &Certificate) -> Result<VerifyingKey, ChainError> {
    let spki = &certificate.tbs_certificate.subject_public_key_info;
    let der = spki.to_der().map_err(|_| ChainError::Unreadable)?;
    p256::pkcs8::DecodePublicKey::from_public_key_der(&der).map_err(|_| ChainError::Broken)
}

/// Whether `issuer` signed `certificate`, by name and by signature.
fn signed_by(certificate: &Certificate, issuer: &Certificate) -> Result<(), ChainError> {
    let tbs = &certificate.tbs_certificate;
    let algorithms_fit =
        certificate.signature_algorithm.oid == ECDSA_WITH_SHA256 && tbs.signature.oid == ECDSA_WITH_SHA256;
    if !algorithms_fit || tbs.issuer != issuer.tbs_certificate.subject {
        return Err(ChainError::Broken);
    }
    let signed = tbs.to_der().map_err(|_| ChainError::Unreadable)?;
    let signature = certificate.signature.as_bytes().ok_or(ChainError::Unreadable)?;
    let signature = DerSignature::try_from(signature).map_err(|_| ChainError::Broken)?;
    key(issuer)?.verify(&signed, &signature).map_err(|_| ChainError::Broken)
}

/// Whether a certificate may issue others, with `below` issuing certificates between it and the leaf.
fn may_issue(certificate: &Certificate, below: usize) -> Result<(), ChainError> {
    let tbs = &certificate.tbs_certificate;
    let (_, constraints) = tbs.get::<BasicConstraints>().ok().flatten().ok_or(ChainError::Use)?;
    let path_fits = constraints.path_len_constraint.is_none_or(|most| below <= usize::from(most));
    let usage = tbs.get::<KeyUsage>().ok().flatten();
    let signs = usage.is_none_or(|(_, usage)| usage.0.contains(KeyUsages::KeyCertSign));
    (constraints.ca && path_fits && signs).then_some(()).ok_or(ChainError::Use)
}

/// Extensions whose meaning is respected here; another *critical* one refuses the certificate (RFC 5280 §4.2).
fn only_known_critical(certificate: &Certificate) -> Result<(), ChainError> {
    let known = [BasicConstraints::OID, KeyUsage::OID, ExtendedKeyUsage::OID];
    let extensions = certificate.tbs_certificate.extensions.iter().flatten();
    let unknown = extensions.into_iter().any(|e| e.critical && !known.contains(&e.extn_id));
    if unknown { Err(ChainError::Use) } else { Ok(()) }
}

/// The signer whose chain was verified last. A server signs for months with one certificate, and whether a chain leads to
/// a root never changes; dates, use and signature are looked at for every request.
#[derive(Default)]
pub struct KnownSigner(RefCell<Option<Known>>);

struct Known {
    chain: Vec<Vec<u8>>,
    root: Vec<u8>,
    leaf: Rc<Leaf>,
}

impl KnownSigner {
    /// As [`verify`], which is asked only when chain or root differ in any byte from the last good ones.
    pub(crate) fn verify(&self, chain: &[Vec<u8>], root: &[u8]) -> Result<Rc<Leaf>, ChainError> {
        if let Some(known) = self.0.borrow().as_ref().filter(|known| known.chain == chain && known.root == root) {
            return Ok(known.leaf.clone());
        }
        let leaf = Rc::new(verify(chain, root)?);
        self.0.replace(Some(Known { chain: chain.to_vec(), root: root.to_vec(), leaf: leaf.clone() }));
        Ok(leaf)
    }
}

/// Checks `chain` (DER, leaf first, without or with the root) up to `root`. Time is the caller's to judge.
pub(crate) fn verify(chain: &[impl AsRef<[u8]>], root: &[u8]) -> Result<Leaf, ChainError> {
    let mut certificates: Vec<&[u8]> = chain.iter().map(AsRef::as_ref).collect();
    if certificates.last().is_some_and(|last| *last == root) {
        certificates.pop();
    }
    if certificates.is_empty() || certificates.len() > MAX_INTERMEDIATES + 1 {
        return Err(ChainError::Length);
    }
    let root = parse(root)?;
    let parsed: Vec<Certificate> = certificates.into_iter().map(parse).collect::<Result<_, _>>()?;
    for (i, certificate) in parsed.iter().enumerate() {
        only_known_critical(certificate)?;
        let issuer = parsed.get(i + 1).unwrap_or(&root);
        may_issue(issuer, i)?;
        signed_by(certificate, issuer)?;
    }
    let leaf = parsed.into_iter().next().ok_or(ChainError::Length)?;
    let basic = leaf.tbs_certificate.get::<BasicConstraints>().map_err(|_| ChainError::Unreadable)?;
    if basic.is_some_and(|(_, constraints)| constraints.ca) {
        return Err(ChainError::Use);
    }
    let usage = leaf.tbs_certificate.get::<KeyUsage>().map_err(|_| ChainError::Unreadable)?;
    if usage.is_some_and(|(_, usage)| !usage.0.contains(KeyUsages::DigitalSignature)) {
        return Err(ChainError::Use);
    }
    Ok(Leaf { point: key(&leaf)?.to_encoded_point(false).as_bytes().to_vec(), certificate: leaf })
}
