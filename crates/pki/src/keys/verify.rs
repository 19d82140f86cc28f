//! Signatures of others, as they stand in a JWS (RFC 7518 §3.3, §3.4).

use super::Algorithm;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use der::Decode;
use thiserror::Error;
use x509_cert::Certificate;

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SignatureError {
    /// The certificate or key cannot be read.
    #[error("the certificate cannot be read")]
    Unreadable,
    /// The algorithm does not fit the key.
    #[error("the algorithm does not fit the key")]
    Algorithm,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Wrong,
}

/// Verifies a JWS signature (ES256: 64 bytes `r ‖ s`; RS256: PKCS#1) with the key in a certificate. Judges only the
/// signature, not the certificate.
pub fn verify_signature(
    leaf: &[u8],
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let certificate = Certificate::from_der(leaf).map_err(|_| SignatureError::Unreadable)?;
    let spki = &certificate.tbs_certificate.subject_public_key_info;
    let (expected, rule): (_, &dyn VerificationAlgorithm) = match algorithm {
        Algorithm::Es256 => (crate::cert::EC_PUBLIC_KEY, &ECDSA_P256_SHA256_FIXED),
        Algorithm::Rs256 => (crate::cert::RSA_ENCRYPTION, &RSA_PKCS1_2048_8192_SHA256),
    };
    if spki.algorithm.oid != expected {
        return Err(SignatureError::Algorithm);
    }
    let key = spki.subject_public_key.as_bytes().ok_or(SignatureError::Unreadable)?;
    if algorithm == Algorithm::Es256 && key.len() != 65 {
        return Err(SignatureError::Algorithm);
    }
    UnparsedPublicKey::new(rule, key).verify(message, signature).map_err(|_| SignatureError::Wrong)
}
