//! What strangers can send: nothing of it may panic, and nothing of it may reach a server.

use super::{fake::FakeServer, world::World};
use crate::{
    WalletError,
    chain::{self, ChainError},
    ports::RustCrypto,
    verify::{self, Expected, KnownSigner, RequestError},
};
use domain::request::Purpose;
use proptest::prelude::*;
use protocol::request::Audience;
use std::sync::OnceLock;

/// A good request JWS with the root it chains to.
fn good() -> &'static (String, Vec<u8>) {
    static GOOD: OnceLock<(String, Vec<u8>)> = OnceLock::new();
    GOOD.get_or_init(|| {
        let world = World::new();
        let now = world.now();
        world.server(0, |s| (s.ask(now, Purpose::Login, |_| {}).jws.clone(), s.ca.root.clone()))
    })
}

fn check(jws: &str) -> Result<(), RequestError> {
    let server = protocol::link::ServerId::parse("acc").expect("an id");
    let expected = Expected {
        server: &server,
        environment: domain::Environment::Acceptatie,
        root: &good().1,
        audience: Audience::MobileApp,
    };
    verify::request(jws, expected, &KnownSigner::default(), &RustCrypto, |_| true).map(|_| ())
}

#[test]
fn the_good_one_is_good() {
    check(&good().0).expect("verified");
}

#[test]
fn a_remembered_signer_opens_no_other_root_or_chain() {
    let (jws, root) = good();
    let chain = protocol::jws::Jws::parse(jws, protocol::jws::TYP_REQUEST).expect("a JWS").chain;
    let signer = KnownSigner::default();
    let leaf = signer.verify(&chain, root).expect("good");
    assert!(std::rc::Rc::ptr_eq(&leaf, &signer.verify(&chain, root).expect("still good")), "not verified again");
    for place in 0..chain.len() {
        for byte in [0, chain[place].len() / 2, chain[place].len() - 1] {
            let mut changed = chain.clone();
            changed[place][byte] ^= 1;
            assert!(signer.verify(&changed, root).is_err(), "certificate {place}, byte {byte}");
        }
    }
    let other = FakeServer::new("acc", domain::Environment::Acceptatie, 77);
    assert_eq!(signer.verify(&chain, &other.ca.root).err(), Some(ChainError::Broken));
    assert_eq!(signer.verify(&chain[..1], root).err(), Some(ChainError::Broken));
    assert!(signer.verify(&chain, root).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_scanned_without_a_call(text in "\\PC{0,600}") {
        let world = World::new();
        let wallet = world.wallet();
        let scanned = wallet.scan(&text);
        if text.len() > 100 {
            prop_assert!(matches!(scanned, Err(WalletError::NotOurs)));
        }
        prop_assert!(world.server(0, |s| s.calls.is_empty()));
    }
}

proptest! {
    #[test]
    fn links_of_unknown_servers_are_refused(server in "[a-z0-9-]{5,40}", nonce in proptest::array::uniform32(any::<u8>())) {
        let nonce = protocol::Nonce::from_bytes(nonce).reveal();
        let wallet = World::new().wallet();
        let scanned = wallet.scan(&format!("https://app.test/#login/{server}/{nonce}"));
        prop_assert!(matches!(scanned, Err(WalletError::UnknownServer(_))));
    }

    #[test]
    fn any_text_is_no_request(text in "\\PC{0,400}") {
        prop_assert!(check(&text).is_err());
    }

    #[test]
    fn any_change_of_one_character_is_refused(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
        let (jws, _) = good();
        let at = at.index(jws.len());
        prop_assume!(jws[at..=at] != to);
        let changed = format!("{}{to}{}", &jws[..at], &jws[at + 1..]);
        prop_assert!(check(&changed).is_err());
    }

    #[test]
    fn any_bytes_are_no_chain(bytes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..5)) {
        prop_assert!(chain::verify(&bytes, &good().1).is_err());
    }
}

#[test]
fn a_huge_certificate_is_not_even_parsed() {
    let huge = vec![0x30; protocol::limits::CERTIFICATE + 1];
    assert!(matches!(chain::verify(&[huge], &good().1), Err(ChainError::Unreadable)));
}

#[test]
fn a_huge_wallet_file_is_not_even_parsed() {
    let world = World::new();
    let mut wallet = world.fresh();
    let mut stored = world.stored();
    stored["padding"] = "x".repeat(protocol::limits::WALLET_FILE).into();
    world.store(&stored);
    let refused = super::world::now_or_never(wallet.unlock(super::world::PIN));
    assert!(matches!(refused, Err(WalletError::File(_))), "{refused:?}");
}
