use super::*;
use crate::testing::{OsChance, certificate_for};

#[test]
fn a_sealed_key_opens_with_its_credential_only() {
    let key = SoftKey::generate(&OsChance).unwrap();
    for right in [Credential::parse("vier woorden maken zin").unwrap(), Credential::parse(&"7a".repeat(32)).unwrap()] {
        let sealed = seal(key.to_pkcs8(), &right).unwrap();
        assert!(sealed.starts_with(b"age-encryption.org/v1"), "age -d opens it");
        assert_eq!(*unseal(&sealed, &right).unwrap(), **key.to_pkcs8());
        let wrong = Credential::parse("vier andere woorden").unwrap();
        assert!(matches!(unseal(&sealed, &wrong), Err(KeyError::WrongCredential)));
        let mut damaged = sealed.clone();
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        assert!(unseal(&damaged, &right).is_err());
        assert!(unseal(b"no age file", &right).is_err());
    }
}

#[test]
fn credentials_are_told_apart_by_their_form() {
    assert!(matches!(Credential::parse(&"0f".repeat(32)), Some(Credential::Raw(_))));
    assert!(matches!(Credential::parse("0f0f"), Some(Credential::Passphrase(_))));
    assert!(Credential::parse(" \n").is_none());
    assert!(!format!("{:?}", Credential::parse("geheim")).contains("geheim"));
}

#[test]
fn signatures_verify_with_their_own_key_and_algorithm_only() {
    let ec = SoftKey::generate(&OsChance).unwrap();
    let rsa = SoftKey::generate_rsa(RsaBits::B2048).unwrap();
    let (ec_leaf, rsa_leaf) = (certificate_for(&ec), certificate_for(&rsa));
    let der = ec.sign(b"message").unwrap();
    let fixed = p256::ecdsa::Signature::from_der(&der).unwrap().to_bytes();
    let pkcs1 = rsa.sign(b"message").unwrap();

    assert_eq!(verify_signature(&ec_leaf, Algorithm::Es256, b"message", &fixed), Ok(()));
    assert_eq!(verify_signature(&rsa_leaf, Algorithm::Rs256, b"message", &pkcs1), Ok(()));
    assert_eq!(verify_signature(&ec_leaf, Algorithm::Es256, b"massage", &fixed), Err(SignatureError::Wrong));
    assert_eq!(verify_signature(&ec_leaf, Algorithm::Es256, b"message", &der), Err(SignatureError::Wrong));
    assert_eq!(verify_signature(&rsa_leaf, Algorithm::Es256, b"message", &fixed), Err(SignatureError::Algorithm));
    assert_eq!(verify_signature(&ec_leaf, Algorithm::Rs256, b"message", &pkcs1), Err(SignatureError::Algorithm));
    assert_eq!(verify_signature(b"", Algorithm::Es256, b"message", &fixed), Err(SignatureError::Unreadable));
    assert_eq!(verify_signature(&ec_leaf, Algorithm::Es256, b"message", &[0; 64]), Err(SignatureError::Wrong));
}

#[test]
fn algorithms_are_a_closed_list() {
    assert_eq!(Algorithm::parse("ES256"), Some(Algorithm::Es256));
    for other in ["none", "HS256", "es256", "PS256", ""] {
        assert_eq!(Algorithm::parse(other), None);
    }
}

#[test]
fn a_checkpoint_key_comes_back_from_its_seed() {
    let key = CheckpointKey::generate(&OsChance).unwrap();
    let again = CheckpointKey::from_seed(key.seed()).unwrap();
    assert_eq!(key.public_key(), again.public_key());
    assert_eq!(key.sign(b"tree"), again.sign(b"tree"));
    assert!(CheckpointKey::from_seed(&[0; 31]).is_err());
}
