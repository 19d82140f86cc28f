//! A certificate authority as `pki` makes it: root, issuing CA, request signer, Mobile IDs.

use der::{Encode, oid::ObjectIdentifier};
use domain::oids;
use p256::{
    ecdsa::{DerSignature, Signature, SigningKey, VerifyingKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use protocol::jws::{Algorithm, TYP_REQUEST, Unsigned};
use rand_chacha::ChaCha20Rng;
use serde::Serialize;
use spki::SubjectPublicKeyInfoOwned;
use std::{str::FromStr, time::Duration};
use x509_cert::{
    builder::{Builder, CertificateBuilder, Profile},
    ext::pkix::ExtendedKeyUsage,
    name::Name,
    serial_number::SerialNumber,
    time::{Time, Validity},
};

/// TLS client authentication: what a Mobile ID is for.
pub const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

pub struct Ca {
    pub root: Vec<u8>,
    pub issuing: Vec<u8>,
    issuing_key: SigningKey,
    pub request_key: SigningKey,
    pub request: Vec<u8>,
}

/// From 2024-01-01 to 2034-01-01.
fn validity() -> Validity {
    let at = |seconds| Time::try_from(std::time::UNIX_EPOCH + Duration::from_secs(seconds)).expect("a time");
    Validity { not_before: at(1_704_067_200), not_after: at(2_019_686_400) }
}

fn name(text: &str) -> Name {
    Name::from_str(text).expect("a name")
}

fn spki(key: &VerifyingKey) -> SubjectPublicKeyInfoOwned {
    SubjectPublicKeyInfoOwned::try_from(key.to_public_key_der().expect("a key").as_bytes()).expect("a key")
}

pub fn certificate(
    profile: Profile,
    subject: &str,
    key: &VerifyingKey,
    usage: Option<&str>,
    signer: &SigningKey,
    serial: u8,
) -> Vec<u8> {
    let serial = SerialNumber::new(&[serial]).expect("a serial number");
    let mut builder =
        CertificateBuilder::new(profile, serial, validity(), name(subject), spki(key), signer).expect("a certificate");
    if let Some(usage) = usage {
        let usage = ExtendedKeyUsage(vec![ObjectIdentifier::new(usage).expect("an OID")]);
        builder.add_extension(&usage).expect("an extension");
    }
    builder.build::<DerSignature>().expect("a signature").to_der().expect("DER")
}

const ROOT: &str = "CN=Test root";
const ISSUING: &str = "CN=Test issuing";

impl Ca {
    pub fn new(rng: &mut ChaCha20Rng) -> Self {
        let [root_key, issuing_key, request_key] = std::array::from_fn(|_| SigningKey::random(rng));
        let root = certificate(Profile::Root, ROOT, root_key.verifying_key(), None, &root_key, 1);
        let sub = Profile::SubCA { issuer: name(ROOT), path_len_constraint: Some(0) };
        let issuing = certificate(sub, ISSUING, issuing_key.verifying_key(), None, &root_key, 2);
        let mut ca = Self { root, issuing, issuing_key, request_key, request: Vec::new() };
        ca.request = ca.leaf("CN=Requests", &ca.request_key.verifying_key().clone(), oids::REQUEST_SIGNING);
        ca
    }
    pub fn leaf(&self, subject: &str, key: &VerifyingKey, usage: &str) -> Vec<u8> {
        let profile =
            Profile::Leaf { issuer: name(ISSUING), enable_key_agreement: false, enable_key_encipherment: false };
        certificate(profile, subject, key, Some(usage), &self.issuing_key, 3)
    }
    pub fn mobile_id(&self, key: &VerifyingKey) -> Vec<Vec<u8>> {
        vec![self.leaf("CN=Someone", key, CLIENT_AUTH), self.issuing.clone()]
    }
    pub fn request_chain(&self) -> Vec<Vec<u8>> {
        vec![self.request.clone(), self.issuing.clone()]
    }
    pub fn sign_request(&self, claims: &impl Serialize) -> String {
        sign(&self.request_key, &self.request_chain(), claims)
    }
}

pub fn sign(key: &SigningKey, chain: &[Vec<u8>], claims: &impl Serialize) -> String {
    let unsigned = Unsigned::new(Algorithm::ES256, TYP_REQUEST, chain, claims).expect("claims");
    let signature: Signature = key.sign(unsigned.signing_input());
    unsigned.with_signature(&signature.to_bytes())
}
