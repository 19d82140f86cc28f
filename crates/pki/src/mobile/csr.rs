//! PKCS#10 of a phone: only its key is used.

use crate::cert::{EC_PUBLIC_KEY, ECDSA_SHA256, P256};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use const_oid::ObjectIdentifier;
use der::{Decode, Encode, asn1::BitString};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use thiserror::Error;
use x509_cert::request::CertReq;

/// The largest request that is looked at.
const MAX_SIZE: usize = 4 * 1024;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CsrError {
    /// Too large.
    #[error("larger than {MAX_SIZE} bytes")]
    TooLarge,
    /// Not PKCS#10.
    #[error("not a PKCS#10 request")]
    Malformed,
    /// Another key than P-256, or another signature than ECDSA with SHA-256.
    #[error("not a P-256 key")]
    NotP256,
    /// The request is not signed by its own key.
    #[error("not signed by its own key")]
    Signature,
}

/// The public key (SubjectPublicKeyInfo, DER) of a PKCS#10 request that is signed by it.
pub fn csr_public_key(der: &[u8]) -> Result<Vec<u8>, CsrError> {
    if der.len() > MAX_SIZE {
        return Err(CsrError::TooLarge);
    }
    let request = CertReq::from_der(der).map_err(|_| CsrError::Malformed)?;
    let spki = &request.info.public_key;
    let point = p256_point(spki)?;
    if request.algorithm.oid != ECDSA_SHA256 {
        return Err(CsrError::NotP256);
    }
    let message = request.info.to_der().map_err(|_| CsrError::Malformed)?;
    let signature = request.signature.as_bytes().ok_or(CsrError::Malformed)?;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point)
        .verify(&message, signature)
        .map_err(|_| CsrError::Signature)?;
    // Our own encoding of the key, not the stranger's.
    spki_of_point(&point)
}

/// The SubjectPublicKeyInfo of an uncompressed P-256 point (SEC1, 65 bytes).
pub fn spki_of_point(point: &[u8]) -> Result<Vec<u8>, CsrError> {
    let point = p256::PublicKey::from_sec1_bytes(point).map_err(|_| CsrError::NotP256)?;
    let bits = BitString::from_bytes(&point.to_sec1_bytes()).map_err(|_| CsrError::Malformed)?;
    let parameters = der::asn1::Any::encode_from(&P256).map_err(|_| CsrError::Malformed)?;
    let algorithm = AlgorithmIdentifierOwned { oid: EC_PUBLIC_KEY, parameters: Some(parameters) };
    SubjectPublicKeyInfoOwned { algorithm, subject_public_key: bits }.to_der().map_err(|_| CsrError::Malformed)
}

/// The point of a P-256 key, checked to be on the curve.
pub(crate) fn p256_point(spki: &SubjectPublicKeyInfoOwned) -> Result<Vec<u8>, CsrError> {
    let curve = spki.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    if spki.algorithm.oid != EC_PUBLIC_KEY || curve != Some(P256) {
        return Err(CsrError::NotP256);
    }
    let point = spki.subject_public_key.as_bytes().ok_or(CsrError::Malformed)?;
    if point.len() != 65 {
        return Err(CsrError::NotP256);
    }
    p256::PublicKey::from_sec1_bytes(point).map_err(|_| CsrError::NotP256)?;
    Ok(point.to_vec())
}
