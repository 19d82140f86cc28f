//! Test certificates and keys, made on the spot.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use der::{
    Decode, Encode,
    asn1::{BitString, ObjectIdentifier},
    flagset::FlagSet,
};
use p256::ecdsa::DerSignature;
use rsa::pkcs8::EncodePrivateKey;
use signature::Signer;
use std::{path::Path, str::FromStr, time::Duration};
use x509_cert::{
    Certificate, TbsCertificate, Version,
    ext::{
        AsExtension,
        pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages},
    },
    name::Name,
    serial_number::SerialNumber,
    spki::{AlgorithmIdentifierOwned, EncodePublicKey, SubjectPublicKeyInfoOwned},
    time::Validity,
};

pub const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
pub const EMAIL: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");

/// An issuer: its key, name and certificate.
pub struct Issuer {
    key: p256::ecdsa::SigningKey,
    name: Name,
    pub der: Vec<u8>,
}

pub fn root(name: &str) -> Issuer {
    let key = p256::ecdsa::SigningKey::random(&mut rand::rngs::OsRng);
    issue_ca(&key, name, &key, name)
}

pub fn intermediate(name: &str, parent: &Issuer) -> Issuer {
    let key = p256::ecdsa::SigningKey::random(&mut rand::rngs::OsRng);
    issue_ca(&key, name, &parent.key, &parent.name.to_string())
}

fn issue_ca(key: &p256::ecdsa::SigningKey, name: &str, by: &p256::ecdsa::SigningKey, issuer: &str) -> Issuer {
    let usages = KeyUsages::KeyCertSign | KeyUsages::CRLSign;
    let der = build(name, issuer, &spki(key.verifying_key()), by, usages, &[], true, 3650);
    Issuer { key: key.clone(), name: Name::from_str(name).unwrap(), der }
}

impl Issuer {
    pub fn leaf(
        &self,
        subject: &str,
        key: &impl EncodePublicKey,
        usages: impl Into<FlagSet<KeyUsages>>,
        purposes: &[ObjectIdentifier],
        days: u64,
    ) -> Vec<u8> {
        build(subject, &self.name.to_string(), &spki(key), &self.key, usages, purposes, false, days)
    }
}

fn spki(key: &impl EncodePublicKey) -> SubjectPublicKeyInfoOwned {
    SubjectPublicKeyInfoOwned::from_der(key.to_public_key_der().unwrap().as_bytes()).unwrap()
}

#[allow(clippy::too_many_arguments)]
fn build(
    subject: &str,
    issuer: &str,
    key: &SubjectPublicKeyInfoOwned,
    signer: &p256::ecdsa::SigningKey,
    usages: impl Into<FlagSet<KeyUsages>>,
    purposes: &[ObjectIdentifier],
    ca: bool,
    days: u64,
) -> Vec<u8> {
    let subject = Name::from_str(subject).unwrap();
    let mut extensions = Vec::new();
    let basic = BasicConstraints { ca, path_len_constraint: None };
    extensions.push(basic.to_extension(&subject, &extensions).unwrap());
    extensions.push(KeyUsage(usages.into()).to_extension(&subject, &extensions).unwrap());
    if !purposes.is_empty() {
        extensions.push(ExtendedKeyUsage(purposes.to_vec()).to_extension(&subject, &extensions).unwrap());
    }
    let mut number = [1; 8];
    rand::RngCore::fill_bytes(&mut rand::rngs::OsRng, &mut number[1..]);
    let signature = AlgorithmIdentifierOwned { oid: ECDSA_SHA256, parameters: None };
    let tbs_certificate = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::new(&number).unwrap(),
        signature: signature.clone(),
        issuer: Name::from_str(issuer).unwrap(),
        validity: Validity::from_now(Duration::from_secs(days * 86_400)).unwrap(),
        subject,
        subject_public_key_info: key.clone(),
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(extensions),
    };
    let signed: DerSignature = signer.sign(&tbs_certificate.to_der().unwrap());
    let certificate = Certificate {
        tbs_certificate,
        signature_algorithm: signature,
        signature: BitString::from_bytes(signed.as_bytes()).unwrap(),
    };
    certificate.to_der().unwrap()
}

pub fn rsa_key() -> rsa::RsaPrivateKey {
    rsa::RsaPrivateKey::new(&mut rand::rngs::OsRng, 2048).unwrap()
}

/// Writes a soft card as `zorgid dev-pki` does.
pub fn write_soft_card(folder: &Path, key: &impl EncodePrivateKey, chain: &[&[u8]], pin: &str) {
    std::fs::create_dir_all(folder).unwrap();
    let certificates = chain.iter().map(|der| p12_keystore::Certificate::from_der(der).unwrap());
    let entry = p12_keystore::PrivateKeyChain::new(key.to_pkcs8_der().unwrap().as_bytes(), b"auth", certificates);
    let mut store = p12_keystore::KeyStore::new();
    store.add_entry("auth", p12_keystore::KeyStoreEntry::PrivateKeyChain(entry));
    std::fs::write(
        folder.join("auth.p12"),
        store.writer(pin).encryption_iterations(1000).mac_iterations(1000).write().unwrap(),
    )
    .unwrap();
    std::fs::write(folder.join("info.json"), format!(r#"{{"pin":"{pin}","uziNumber":"900000001"}}"#)).unwrap();
}
