//! Soft cards behave as cards do.
#![allow(clippy::unwrap_used)]

mod support;

use protocol::jws::Algorithm;
use rsa::{pkcs1v15, signature::Verifier};
use sha2::Sha256;
use smartcard::{Card, CardError, CardSource, Pin, PinState, SoftSource};
use std::path::Path;
use support::{CLIENT_AUTH, intermediate, root, write_soft_card};
use x509_cert::ext::pkix::KeyUsages;

fn make(folder: &Path) -> (rsa::RsaPublicKey, Vec<Vec<u8>>) {
    let ca = root("CN=TEST root");
    let issuing = intermediate("CN=TEST issuing", &ca);
    let key = support::rsa_key();
    let public = key.to_public_key();
    let leaf = issuing.leaf(
        "CN=Jan de Tester,serialNumber=900000001",
        &public,
        KeyUsages::DigitalSignature,
        &[CLIENT_AUTH],
        30,
    );
    write_soft_card(&folder.join("z"), &key, &[&leaf, &issuing.der, &ca.der], "123456");
    (public, vec![leaf, issuing.der])
}

fn only(source: &mut SoftSource) -> Box<dyn Card> {
    let mut cards = source.cards().unwrap();
    assert_eq!(cards.len(), 1);
    cards.remove(0)
}

#[test]
fn signs_with_the_right_pin_and_shows_its_chain_without_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let (public, chain) = make(folder.path());
    let mut card = only(&mut SoftSource::new(folder.path()));
    assert_eq!((card.info().label.as_str(), card.info().holder.as_str()), ("z", "Jan de Tester"));
    assert_eq!(card.info().number, "900000001");
    assert!(card.info().soft);
    assert_eq!(card.chain(), chain);
    assert_eq!(card.sign(b"too early").err(), Some(CardError::KeyMissing));

    card.log_in(Some(&Pin::parse("123456").unwrap())).unwrap();
    let signed = card.sign(b"message").unwrap();
    assert_eq!(signed.algorithm, Algorithm::RS256);
    let signature = pkcs1v15::Signature::try_from(signed.signature.as_slice()).unwrap();
    pkcs1v15::VerifyingKey::<Sha256>::new(public).verify(b"message", &signature).unwrap();
}

#[test]
fn three_wrong_pins_lock_it_also_after_taking_it_out() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    let mut source = SoftSource::new(folder.path());
    let (right, wrong) = (Pin::parse("123456"), Pin::parse("654321"));
    let mut card = only(&mut source);
    assert_eq!(card.pin_state(), Ok(PinState::Fresh));
    assert_eq!(card.log_in(wrong.as_ref()), Err(CardError::PinWrong { tries_left: Some(2) }));
    card.log_in(right.as_ref()).unwrap();
    assert_eq!(card.pin_state(), Ok(PinState::Fresh));
    for left in [2, 1] {
        assert_eq!(card.log_in(wrong.as_ref()), Err(CardError::PinWrong { tries_left: Some(left) }));
    }
    drop(card);
    let mut card = only(&mut source);
    assert_eq!(card.pin_state(), Ok(PinState::TriesLeft(Some(1))));
    assert_eq!(card.log_in(wrong.as_ref()), Err(CardError::PinLocked));
    assert_eq!(card.log_in(right.as_ref()), Err(CardError::PinLocked));
    assert_eq!(card.pin_state(), Ok(PinState::Locked));
}

#[test]
fn moving_the_folder_away_is_removal() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    let mut source = SoftSource::new(folder.path());
    let mut card = only(&mut source);
    card.log_in(Pin::parse("123456").as_ref()).unwrap();
    std::fs::rename(folder.path().join("z"), folder.path().join("away")).unwrap();
    assert_eq!(card.check_present(), Err(CardError::CardRemoved));
    assert_eq!(card.sign(b"message").err(), Some(CardError::CardRemoved));
}

#[test]
fn an_empty_missing_or_broken_folder_is_told() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(SoftSource::new(folder.path()).cards().err(), Some(CardError::CardMissing));
    assert!(matches!(SoftSource::new(folder.path().join("none")).cards().err(), Some(CardError::SoftCards { .. })));
    let card = folder.path().join("broken");
    std::fs::create_dir(&card).unwrap();
    std::fs::write(card.join("auth.p12"), b"nonsense").unwrap();
    std::fs::write(card.join("info.json"), br#"{"pin":"123456"}"#).unwrap();
    assert!(matches!(SoftSource::new(folder.path()).cards().err(), Some(CardError::SoftCards { .. })));
}

#[test]
fn what_cannot_be_a_pin_costs_no_try() {
    for typed in ["", "123", "12345678901234567", "12 456", "1234\n", "12345é"] {
        assert!(Pin::parse(typed).is_none(), "{typed:?}");
    }
    assert_eq!(format!("{:?}", Pin::parse("123456").unwrap()), "Pin(…)");
}
