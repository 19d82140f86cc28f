//! Which certificate on a card is the one to log in with: judged by its contents, never by labels
//! (CPS UZI-register §7: authenticity = KU digitalSignature with EKU clientAuth).

use der::{Decode, oid::ObjectIdentifier};
use protocol::{jws::Algorithm, limits};
use thiserror::Error;
use x509_cert::{
    Certificate,
    ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage},
};

const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.5");

/// The key kinds we sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA, signed as RS256: every UZI-pas of today.
    Rsa,
    /// P-256, signed as ES256.
    P256,
}

impl KeyKind {
    /// The JWS algorithm.
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Rsa => Algorithm::RS256,
            Self::P256 => Algorithm::ES256,
        }
    }
}

/// Why a certificate is not one to log in with.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    /// Not a certificate, or too large.
    #[error("it cannot be read")]
    Unreadable,
    /// An issuer's certificate.
    #[error("it belongs to an issuer")]
    Issuer,
    /// No key usage digitalSignature: the pass's certificate for signing documents or for encryption.
    #[error("it is not meant for authentication (key usage)")]
    KeyUsage,
    /// No extended key usage clientAuth.
    #[error("it is not meant for client authentication (extended key usage)")]
    ExtendedKeyUsage,
    /// Neither RSA nor P-256.
    #[error("its key is of a kind that is not supported")]
    Key,
}

/// Judges one DER certificate.
pub fn authentication_key(der: &[u8]) -> Result<KeyKind, ProfileError> {
    let certificate = read(der)?;
    let tbs = &certificate.tbs_certificate;
    if matches!(tbs.get::<BasicConstraints>(), Ok(Some((_, basic))) if basic.ca) {
        return Err(ProfileError::Issuer);
    }
    match tbs.get::<KeyUsage>() {
        Ok(Some((_, usage))) if usage.digital_signature() => {}
        _ => return Err(ProfileError::KeyUsage),
    }
    match tbs.get::<ExtendedKeyUsage>() {
        Ok(Some((_, usage))) if usage.0.contains(&CLIENT_AUTH) => {}
        _ => return Err(ProfileError::ExtendedKeyUsage),
    }
    let key = &tbs.subject_public_key_info.algorithm;
    if key.oid == RSA {
        return Ok(KeyKind::Rsa);
    }
    let curve = key.parameters.as_ref().and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
    if key.oid == EC && curve == Some(P256) { Ok(KeyKind::P256) } else { Err(ProfileError::Key) }
}

/// Common name and serial number of the subject: who holds the card, and the UZI number. Empty where absent.
pub fn holder(der: &[u8]) -> (String, String) {
    let Ok(certificate) = read(der) else { return Default::default() };
    let find = |wanted: ObjectIdentifier| {
        let mut parts = certificate.tbs_certificate.subject.0.iter().flat_map(|rdn| rdn.0.iter());
        let value = parts.find(|part| part.oid == wanted).map(|part| part.value.value().to_vec());
        value.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    };
    (find(COMMON_NAME), find(SERIAL_NUMBER))
}

/// Last second of validity, to prefer the newest of several.
pub(crate) fn not_after(der: &[u8]) -> u64 {
    read(der).map_or(0, |c| c.tbs_certificate.validity.not_after.to_unix_duration().as_secs())
}

/// Orders the issuers found on a card behind the leaf; what does not belong to its chain is left out, and so is a
/// self-signed root (the server has its own).
pub(crate) fn chain_of(leaf: &[u8], others: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut chain = vec![leaf.to_vec()];
    let parsed: Vec<(Certificate, &Vec<u8>)> = others.iter().filter_map(|d| Some((read(d).ok()?, d))).collect();
    let Ok(mut current) = read(leaf) else { return chain };
    while chain.len() < limits::CHAIN_LENGTH {
        let issuer = &current.tbs_certificate.issuer;
        let next = parsed.iter().find(|(c, _)| {
            c.tbs_certificate.subject == *issuer && c.tbs_certificate.issuer != c.tbs_certificate.subject
        });
        let Some((certificate, der)) = next else { break };
        if chain.contains(der) {
            break;
        }
        chain.push((*der).clone());
        current = certificate.clone();
    }
    chain
}

fn read(der: &[u8]) -> Result<Certificate, ProfileError> {
    if der.len() > limits::CERTIFICATE {
        return Err(ProfileError::Unreadable);
    }
    Certificate::from_der(der).map_err(|_| ProfileError::Unreadable)
}
