//! The PKCS#11 path against SoftHSM. Its configuration comes from the environment of the process, so each case runs in
//! a child process: this same test program with `SOFTHSM2_CONF` set.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    object::{Attribute, CertificateType, KeyType, ObjectClass},
    session::UserType,
    types::AuthPin,
};
use protocol::jws::Algorithm;
use rsa::{
    pkcs1v15,
    signature::Verifier,
    traits::{PrivateKeyParts, PublicKeyParts},
};
use sha2::Sha256;
use smartcard::{Card, CardError, CardSource, ModuleChoice, Pin, Pkcs11Source};
use std::{path::Path, process::Command};
use support::{CLIENT_AUTH, EMAIL, root};
use x509_cert::ext::pkix::KeyUsages;

const PIN: &str = "123456";
const MODULES: [&str; 2] = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];

fn module() -> &'static str {
    MODULES.into_iter().find(|p| Path::new(p).exists()).expect("softhsm2 is not installed")
}

/// Runs the ignored test `name` of this program with an empty token store of its own.
fn in_child(name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let conf = folder.path().join("softhsm2.conf");
    std::fs::write(&conf, format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display()))
        .unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env("SOFTHSM2_CONF", &conf)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

fn pkcs11() -> Pkcs11 {
    let module = Pkcs11::new(module()).unwrap();
    module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
    module
}

/// Makes a token; `fill` puts objects on it.
fn token(module: &Pkcs11, label: &str, fill: impl FnOnce(&cryptoki::session::Session)) {
    let slot = *module.get_all_slots().unwrap().last().unwrap();
    let so = AuthPin::from("12345678");
    module.init_token(slot, &so, label).unwrap();
    let session = module.open_rw_session(slot).unwrap();
    session.login(UserType::So, Some(&so)).unwrap();
    session.init_pin(&AuthPin::from(PIN)).unwrap();
    session.logout().unwrap();
    session.login(UserType::User, Some(&AuthPin::from(PIN))).unwrap();
    fill(&session);
    session.logout().unwrap();
}

fn put_certificate(session: &cryptoki::session::Session, id: u8, der: &[u8]) {
    let subject = vec![0x30, 0x00];
    session
        .create_object(&[
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Id(vec![id]),
            Attribute::Subject(subject),
            Attribute::Value(der.to_vec()),
        ])
        .unwrap();
}

fn put_key(session: &cryptoki::session::Session, id: u8, key: &rsa::RsaPrivateKey) {
    let mut key = key.clone();
    key.precompute().unwrap();
    let (p, q) = (key.primes()[0].to_bytes_be(), key.primes()[1].to_bytes_be());
    session
        .create_object(&[
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::KeyType(KeyType::RSA),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Sign(true),
            Attribute::Id(vec![id]),
            Attribute::Modulus(key.n().to_bytes_be()),
            Attribute::PublicExponent(key.e().to_bytes_be()),
            Attribute::PrivateExponent(key.d().to_bytes_be()),
            Attribute::Prime1(p),
            Attribute::Prime2(q),
            Attribute::Exponent1(key.dp().unwrap().to_bytes_be()),
            Attribute::Exponent2(key.dq().unwrap().to_bytes_be()),
            Attribute::Coefficient(key.qinv().unwrap().to_bytes_be().1),
        ])
        .unwrap();
}

/// A token as a UZI-pas is: three certificates, of which one is for logging in, in an order that says nothing.
fn uzi_token(module: &Pkcs11) -> rsa::RsaPublicKey {
    let ca = root("CN=TEST UZI-register Zorgverlener CA G3");
    let key = support::rsa_key();
    let public = key.to_public_key();
    let subject = "C=NL,CN=Jan de Tester,serialNumber=900000001";
    let make = |usages: KeyUsages, purposes: &[_]| ca.leaf(subject, &public, usages, purposes, 30);
    token(module, "UZI-pas Z", |session| {
        put_certificate(session, 1, &make(KeyUsages::NonRepudiation, &[EMAIL]));
        put_certificate(session, 2, &make(KeyUsages::KeyEncipherment, &[EMAIL]));
        put_certificate(session, 3, &make(KeyUsages::DigitalSignature, &[CLIENT_AUTH, EMAIL]));
        put_certificate(session, 4, &ca.der);
        put_key(session, 3, &key);
    });
    public
}

fn source() -> Pkcs11Source {
    Pkcs11Source::new(ModuleChoice::only(module()))
}

#[test]
fn signs() {
    in_child("child_signs");
}
#[test]
#[ignore = "run by `signs` with its own token store"]
fn child_signs() {
    let public = uzi_token(&pkcs11());
    let mut cards = source().cards().unwrap();
    assert_eq!(cards.len(), 1);
    let card: &mut Box<dyn Card> = &mut cards[0];
    assert_eq!(card.info().label, "UZI-pas Z");
    assert_eq!((card.info().holder.as_str(), card.info().number.as_str()), ("Jan de Tester", "900000001"));
    assert!(!card.info().soft && !card.info().keypad);
    assert_eq!(card.chain().len(), 1, "a self-signed root stays at home");
    card.log_in(Pin::parse(PIN).as_ref()).unwrap();
    card.check_present().unwrap();
    let signed = card.sign(b"message").unwrap();
    assert_eq!(signed.algorithm, Algorithm::RS256);
    let signature = pkcs1v15::Signature::try_from(signed.signature.as_slice()).unwrap();
    pkcs1v15::VerifyingKey::<Sha256>::new(public).verify(b"message", &signature).unwrap();
}

#[test]
fn wrong_pin_is_told_and_the_right_one_still_works() {
    in_child("child_wrong_pin");
}
#[test]
#[ignore = "run by `wrong_pin_is_told_and_the_right_one_still_works`"]
fn child_wrong_pin() {
    uzi_token(&pkcs11());
    let mut source = source();
    let mut card = source.cards().unwrap().remove(0);
    assert!(matches!(card.log_in(Pin::parse("999999").as_ref()), Err(CardError::PinWrong { .. })));
    assert_eq!(card.sign(b"message").err(), Some(CardError::KeyMissing));
    assert_eq!(card.log_in(None), Err(CardError::PinForm));
    card.log_in(Pin::parse(PIN).as_ref()).unwrap();
    card.sign(b"message").unwrap();
    // A new card object starts locked: the login went with the old one.
    drop(card);
    let mut card = source.cards().unwrap().remove(0);
    assert!(matches!(card.log_in(Pin::parse("999999").as_ref()), Err(CardError::PinWrong { .. })));
}

#[test]
fn no_token_is_no_card() {
    in_child("child_no_token");
}
#[test]
#[ignore = "run by `no_token_is_no_card`"]
fn child_no_token() {
    assert_eq!(source().cards().err(), Some(CardError::CardMissing));
}

#[test]
fn another_kind_of_card_is_told() {
    in_child("child_other_card");
}
#[test]
#[ignore = "run by `another_kind_of_card_is_told`"]
fn child_other_card() {
    let module = pkcs11();
    let ca = root("CN=TEST CA");
    let key = support::rsa_key();
    let der = ca.leaf("CN=Somebody", &key.to_public_key(), KeyUsages::DigitalSignature, &[EMAIL], 30);
    token(&module, "other", |session| put_certificate(session, 1, &der));
    assert!(matches!(source().cards().err(), Some(CardError::NotUsable { .. })));
}

#[test]
fn a_certificate_without_its_key_is_told() {
    in_child("child_no_key");
}
#[test]
#[ignore = "run by `a_certificate_without_its_key_is_told`"]
fn child_no_key() {
    let module = pkcs11();
    let ca = root("CN=TEST CA");
    let der = ca.leaf("CN=A", &support::rsa_key().to_public_key(), KeyUsages::DigitalSignature, &[CLIENT_AUTH], 30);
    token(&module, "no key", |session| put_certificate(session, 1, &der));
    let mut card = source().cards().unwrap().remove(0);
    assert_eq!(card.log_in(Pin::parse(PIN).as_ref()), Err(CardError::KeyMissing));
}
