//! The authentication certificate is recognised by what is in it.
#![allow(clippy::unwrap_used)]

mod support;

use smartcard::{KeyKind, ProfileError, authentication_key, holder};
use support::{CLIENT_AUTH, EMAIL, root};
use x509_cert::ext::pkix::KeyUsages;

#[test]
fn only_digital_signature_with_client_auth_is_for_logging_in() {
    let ca = root("CN=TEST CA");
    let key = *p256::ecdsa::SigningKey::random(&mut rand::rngs::OsRng).verifying_key();
    let subject = "CN=Jan de Tester,serialNumber=900000001";
    let judge = |usages: KeyUsages, purposes: &[_]| authentication_key(&ca.leaf(subject, &key, usages, purposes, 30));

    assert_eq!(judge(KeyUsages::DigitalSignature, &[EMAIL, CLIENT_AUTH]), Ok(KeyKind::P256));
    assert_eq!(judge(KeyUsages::NonRepudiation, &[CLIENT_AUTH]), Err(ProfileError::KeyUsage));
    assert_eq!(judge(KeyUsages::KeyEncipherment, &[EMAIL]), Err(ProfileError::KeyUsage));
    assert_eq!(judge(KeyUsages::DigitalSignature, &[EMAIL]), Err(ProfileError::ExtendedKeyUsage));
    assert_eq!(judge(KeyUsages::DigitalSignature, &[]), Err(ProfileError::ExtendedKeyUsage));
    assert_eq!(authentication_key(&ca.der), Err(ProfileError::Issuer));
    assert_eq!(authentication_key(b"not a certificate"), Err(ProfileError::Unreadable));
    assert_eq!(authentication_key(&vec![0x30; 20_000]), Err(ProfileError::Unreadable));
}

#[test]
fn the_holder_is_read_from_the_subject() {
    let ca = root("CN=TEST CA");
    let key = support::rsa_key().to_public_key();
    let der =
        ca.leaf("C=NL,CN=Zoë van Dijk,serialNumber=900000002", &key, KeyUsages::DigitalSignature, &[CLIENT_AUTH], 30);
    assert_eq!(holder(&der), (String::from("Zoë van Dijk"), String::from("900000002")));
    assert_eq!(authentication_key(&der), Ok(KeyKind::Rsa));
    assert_eq!(holder(b""), (String::new(), String::new()));
}
