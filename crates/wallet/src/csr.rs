//! PKCS#10 (RFC 2986): proves possession of a new key. The server takes nothing but the key from it.

use crate::error::WalletError;
use der::{Encode, asn1::BitString, asn1::SetOfVec};
use p256::{
    ecdsa::{DerSignature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use spki::{AlgorithmIdentifierOwned, ObjectIdentifier, SubjectPublicKeyInfoOwned};
use std::str::FromStr;
use x509_cert::{
    name::Name,
    request::{CertReq, CertReqInfo, Version},
};

/// ecdsa-with-SHA256 (RFC 5758 §3.2).
pub(crate) const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// A certificate request for `key`, DER.
pub(crate) fn make(key: &SigningKey) -> Result<Vec<u8>, WalletError> {
    build(key).ok_or(WalletError::Crypto("making the certificate request"))
}

fn build(key: &SigningKey) -> Option<Vec<u8>> {
    let spki = key.verifying_key().to_public_key_der().ok()?;
    let info = CertReqInfo {
        version: Version::V1,
        // Of no meaning: the certificate's subject comes from the registration.
        subject: Name::from_str("CN=ZORG-ID Mobile ID").ok()?,
        public_key: SubjectPublicKeyInfoOwned::try_from(spki.as_bytes()).ok()?,
        attributes: SetOfVec::new(),
    };
    let signature: DerSignature = key.sign(&info.to_der().ok()?);
    let request = CertReq {
        info,
        algorithm: AlgorithmIdentifierOwned { oid: ECDSA_WITH_SHA256, parameters: None },
        signature: BitString::from_bytes(signature.as_bytes()).ok()?,
    };
    request.to_der().ok()
}
