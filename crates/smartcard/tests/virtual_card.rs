//! A card in a reader, through PC/SC and OpenSC's PKCS#11 module: PIN counter and removal, which SoftHSM has not. The
//! card is Nitrokey's PIV applet (`e2e/virtual-card`), so neither card nor module is of our making.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;
#[path = "support/virtual_card.rs"]
mod virtual_card;

use protocol::jws::Algorithm;
use rsa::{pkcs1v15, signature::Verifier};
use sha2::Sha256;
use smartcard::{Card, CardError, CardSource, ModuleChoice, Pin, PinState, Pkcs11Source, Presence, ReaderWatch};
use std::path::{Path, PathBuf};
use support::{CLIENT_AUTH, root, write_soft_card};
use virtual_card::{VirtualCard, folder, in_child, reader, wait_until};
use x509_cert::ext::pkix::KeyUsages;

const PIN: &str = "123456";
const WRONG: &str = "999999";
const MODULES: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib64/opensc-pkcs11.so",
    "/usr/lib/opensc-pkcs11.so",
];

/// A card like a UZI-pas: RSA-2048 and a certificate for authentication.
fn card_in_reader() -> (VirtualCard, rsa::RsaPublicKey) {
    let ca = root("CN=TEST UZI-register Zorgverlener CA G3");
    let key = support::rsa_key();
    let public = key.to_public_key();
    let subject = "C=NL,CN=Jan de Tester,serialNumber=900000001";
    let leaf = ca.leaf(subject, &public, KeyUsages::DigitalSignature, &[CLIENT_AUTH], 30);
    let pass = folder().join("pass");
    write_soft_card(&pass, &key, &[&leaf], PIN);
    (VirtualCard::start(&pass.join("auth.p12")), public)
}

fn source() -> Pkcs11Source {
    let module = MODULES.iter().map(PathBuf::from).find(|path| Path::exists(path)).expect("opensc-pkcs11 is missing");
    Pkcs11Source::new(ModuleChoice::only(module))
}

fn only_card(source: &mut Pkcs11Source) -> Box<dyn Card> {
    let mut cards = source.cards().unwrap();
    assert_eq!(cards.len(), 1);
    cards.remove(0)
}

fn pin(text: &str) -> Option<Pin> {
    Pin::parse(text)
}

#[test]
fn signs() {
    in_child("child_signs");
}
#[test]
#[ignore = "run by `signs` with a reader of its own"]
fn child_signs() {
    let (_virtual_card, public) = card_in_reader();
    let mut card = only_card(&mut source());
    assert_eq!((card.info().holder.as_str(), card.info().number.as_str()), ("Jan de Tester", "900000001"));
    assert_eq!(card.pin_state(), Ok(PinState::Fresh));
    card.log_in(pin(PIN).as_ref()).unwrap();
    card.check_present().unwrap();
    let signed = card.sign(b"message").unwrap();
    assert_eq!(signed.algorithm, Algorithm::RS256);
    let signature = pkcs1v15::Signature::try_from(signed.signature.as_slice()).unwrap();
    pkcs1v15::VerifyingKey::<Sha256>::new(public).verify(b"message", &signature).unwrap();
}

#[test]
fn wrong_pins_are_counted_as_the_card_counts_them_until_it_locks() {
    in_child("child_wrong_pins");
}
#[test]
#[ignore = "run by `wrong_pins_are_counted_as_the_card_counts_them_until_it_locks`"]
fn child_wrong_pins() {
    let (mut virtual_card, _) = card_in_reader();
    let mut source = source();
    let mut card = only_card(&mut source);
    // PKCS#11 has no number for two tries left, only for the last; nothing is said that the card did not say.
    let expected = [
        (CardError::PinWrong { tries_left: None }, 2),
        (CardError::PinWrong { tries_left: Some(1) }, 1),
        (CardError::PinLocked, 0),
    ];
    for (error, tries) in expected {
        assert_eq!(card.log_in(pin(WRONG).as_ref()), Err(error));
        assert_eq!(virtual_card.tries(), tries);
    }
    assert_eq!(card.pin_state(), Ok(PinState::Locked));
    assert_eq!(card.log_in(pin(PIN).as_ref()), Err(CardError::PinLocked), "the right PIN comes too late");
    assert_eq!(card.sign(b"message").err(), Some(CardError::KeyMissing));
    // Taking it out changes nothing about that.
    virtual_card.remove();
    virtual_card.insert();
    drop(card);
    let mut card = only_card(&mut source);
    assert_eq!(card.log_in(pin(PIN).as_ref()), Err(CardError::PinLocked));
    assert_eq!(virtual_card.tries(), 0);
}

#[test]
fn the_right_pin_gives_all_tries_back() {
    in_child("child_tries_back");
}
#[test]
#[ignore = "run by `the_right_pin_gives_all_tries_back`"]
fn child_tries_back() {
    let (mut virtual_card, _) = card_in_reader();
    let mut source = source();
    let mut card = only_card(&mut source);
    for _ in 0..2 {
        assert!(matches!(card.log_in(pin(WRONG).as_ref()), Err(CardError::PinWrong { .. })));
    }
    assert_eq!(card.pin_state(), Ok(PinState::TriesLeft(Some(1))));
    card.log_in(pin(PIN).as_ref()).unwrap();
    assert_eq!(virtual_card.tries(), 3);
    card.sign(b"message").unwrap();
    drop(card);
    // Counted anew, from three.
    let wrong = only_card(&mut source).log_in(pin(WRONG).as_ref());
    assert_eq!((wrong, virtual_card.tries()), (Err(CardError::PinWrong { tries_left: None }), 2));
}

#[test]
fn pulled_out_before_the_pin() {
    in_child("child_pulled_out_before_the_pin");
}
#[test]
#[ignore = "run by `pulled_out_before_the_pin`"]
fn child_pulled_out_before_the_pin() {
    let (mut virtual_card, _) = card_in_reader();
    let mut source = source();
    let mut card = only_card(&mut source);
    virtual_card.remove();
    assert_eq!(card.check_present(), Err(CardError::CardRemoved));
    assert_eq!(card.log_in(pin(PIN).as_ref()), Err(CardError::CardRemoved));
    assert_eq!(source.cards().err(), Some(CardError::CardMissing), "the module's memory of it does not count");
    virtual_card.insert();
    assert_eq!(card.check_present(), Err(CardError::CardRemoved), "it was away: start again");
    assert_eq!(card.log_in(pin(PIN).as_ref()), Err(CardError::CardRemoved));
    assert_eq!(virtual_card.tries(), 3);
    drop(card);
    let mut card = only_card(&mut source);
    card.log_in(pin(PIN).as_ref()).unwrap();
    card.sign(b"message").unwrap();
}

#[test]
fn pulled_out_while_it_judges_the_pin() {
    in_child("child_pulled_out_during_the_pin");
}
#[test]
#[ignore = "run by `pulled_out_while_it_judges_the_pin`"]
fn child_pulled_out_during_the_pin() {
    let (mut virtual_card, _) = card_in_reader();
    let mut source = source();
    let mut card = only_card(&mut source);
    assert_eq!(virtual_card.tell("pull pin"), "armed");
    assert_eq!(card.log_in(pin(PIN).as_ref()), Err(CardError::CardRemoved));
    assert_eq!(virtual_card.tries(), 3, "it never judged it");
    drop(card);
    wait_until(|state| state.contains(pcsc::State::EMPTY));
    virtual_card.insert();
    only_card(&mut source).log_in(pin(PIN).as_ref()).unwrap();
}

#[test]
fn pulled_out_before_and_while_signing() {
    in_child("child_pulled_out_at_signing");
}
#[test]
#[ignore = "run by `pulled_out_before_and_while_signing`"]
fn child_pulled_out_at_signing() {
    let (mut virtual_card, _) = card_in_reader();
    let mut source = source();
    let mut card = only_card(&mut source);
    card.log_in(pin(PIN).as_ref()).unwrap();
    assert_eq!(virtual_card.tell("pull sign"), "armed");
    assert_eq!(card.sign(b"message").err(), Some(CardError::CardRemoved));
    drop(card);
    wait_until(|state| state.contains(pcsc::State::EMPTY));
    virtual_card.insert();
    let mut card = only_card(&mut source);
    assert_eq!(card.sign(b"message").err(), Some(CardError::KeyMissing), "the login went with the card");
    card.log_in(pin(PIN).as_ref()).unwrap();
    virtual_card.remove();
    assert_eq!(card.sign(b"message").err(), Some(CardError::CardRemoved));
}

#[test]
fn the_watch_sees_the_card_go_and_come() {
    in_child("child_watch");
}
#[test]
#[ignore = "run by `the_watch_sees_the_card_go_and_come`"]
fn child_watch() {
    let (mut virtual_card, _) = card_in_reader();
    let mut watch = ReaderWatch::start(&reader()).unwrap();
    assert_eq!(watch.look(), Presence::Present);
    assert_eq!(watch.look(), Presence::Present);
    virtual_card.remove();
    assert_eq!(watch.look(), Presence::Removed);
    assert!(ReaderWatch::start(&reader()).is_none(), "nothing to watch in an empty reader");
    virtual_card.insert();
    assert_eq!(watch.look(), Presence::Removed, "gone and back is not the same card");
    assert_eq!(watch.look(), Presence::Removed, "and stays so");
    let mut again = ReaderWatch::start(&reader()).unwrap();
    assert_eq!(again.look(), Presence::Present);
    // Out and in faster than anybody looks.
    virtual_card.remove();
    virtual_card.insert();
    assert_eq!(again.look(), Presence::Removed);
    // The service itself stops.
    let mut last = ReaderWatch::start(&reader()).unwrap();
    drop(virtual_card);
    assert_eq!(last.look(), Presence::Removed);
}
