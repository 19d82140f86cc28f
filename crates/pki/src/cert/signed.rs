//! Whether a key signed a certificate or CRL, with every algorithm that path validation knows.

use der::{
    Decode, Encode, Sequence,
    asn1::{AnyRef, BitStringRef},
};
use webpki::ALL_VERIFICATION_ALGS;

/// The outer form of everything that X.509 signs.
#[derive(Sequence)]
struct Signed<'a> {
    body: AnyRef<'a>,
    algorithm: AnyRef<'a>,
    signature: BitStringRef<'a>,
}

#[derive(Sequence)]
struct PublicKey<'a> {
    algorithm: AnyRef<'a>,
    key: BitStringRef<'a>,
}

/// Whether the signature of a document (DER) is by a key (SubjectPublicKeyInfo, DER). False for whatever cannot be read.
pub(crate) fn is_signed_by(document: &[u8], key: &[u8]) -> bool {
    let (Ok(signed), Ok(key)) = (Signed::from_der(document), PublicKey::from_der(key)) else { return false };
    let (Some(signature), Some(point)) = (signed.signature.as_bytes(), key.key.as_bytes()) else { return false };
    let Ok(body) = signed.body.to_der() else { return false };
    let fits = |rule: &&&dyn rustls_pki_types::SignatureVerificationAlgorithm| {
        *rule.signature_alg_id() == *signed.algorithm.value() && *rule.public_key_alg_id() == *key.algorithm.value()
    };
    let mut rules = ALL_VERIFICATION_ALGS.iter().filter(fits);
    rules.any(|rule| rule.verify_signature(point, &body, signature).is_ok())
}
