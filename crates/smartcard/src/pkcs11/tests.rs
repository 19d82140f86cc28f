use super::*;
use rsa::{Pkcs1v15Sign, RsaPrivateKey, pkcs1v15::SigningKey};
use signature::{SignatureEncoding, Signer};

#[test]
fn hashing_here_gives_the_signature_the_card_would_make() {
    let key = RsaPrivateKey::new(&mut rand::rngs::OsRng, 2048).unwrap();
    let bare = key.sign(Pkcs1v15Sign::new_unprefixed(), &digest_info(b"message")).unwrap();
    assert_eq!(bare, SigningKey::<Sha256>::new(key).sign(b"message").to_vec());
}

#[test]
fn a_missing_module_says_where_was_looked() {
    let mut source = Pkcs11Source::new(ModuleChoice::only("no/such/module.so"));
    assert_eq!(source.cards().err(), Some(CardError::ModuleMissing { tried: vec![String::from("no/such/module.so")] }));
}

#[test]
fn a_file_that_is_no_module_is_told_apart_from_a_missing_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("module.so");
    std::fs::write(&file, b"not a library").unwrap();
    let mut source = Pkcs11Source::new(ModuleChoice::only(&file));
    assert!(matches!(source.cards().err(), Some(CardError::ModuleFailed { .. })));
}
