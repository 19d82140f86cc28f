//! The PIN: choosing, the four states, no oracle, the vault.

use super::world::{PIN, TestDevice, World, now_or_never};
use crate::{PinState, WalletError, WalletState, ports::Device};
use domain::pin::PinRule;
use protocol::{B64, ProblemCode, link::ServerId};
use serde_json::json;
use std::rc::Rc;

fn server(id: &str) -> ServerId {
    ServerId::parse(id).expect("an id")
}

#[test]
fn first_run_chooses_a_pin_and_is_unlocked() {
    let world = World::new();
    let mut wallet = world.wallet();
    assert_eq!(wallet.state(), WalletState::NoPin);
    assert!(matches!(now_or_never(wallet.unlock(PIN)), Err(WalletError::NoPin)));
    now_or_never(wallet.choose_pin(PIN)).expect("a PIN");
    assert_eq!((wallet.state(), wallet.unlock_age()), (WalletState::Unlocked, Some(0)));
    assert!(matches!(now_or_never(wallet.choose_pin("246813")), Err(WalletError::PinExists)));
    wallet.lock();
    assert_eq!((wallet.state(), wallet.unlock_age()), (WalletState::Locked, None));
    let mut again = world.wallet();
    assert_eq!(again.state(), WalletState::Locked);
    now_or_never(again.unlock(PIN)).expect("the right PIN");
    assert_eq!(again.state(), WalletState::Unlocked);
}

#[test]
fn a_pin_against_the_rules_is_refused_before_anything_is_sent() {
    let world = World::new();
    let mut wallet = world.wallet();
    for (pin, rule) in [("12345", PinRule::SixDigits), ("111111", PinRule::AllSame), ("123456", PinRule::Run)] {
        let refused = now_or_never(wallet.choose_pin(pin)).expect_err(pin);
        assert!(matches!(refused, WalletError::PinRule(r) if r == rule), "{pin}: {refused}");
    }
    now_or_never(wallet.choose_pin(PIN)).expect("a PIN");
    let tries = world.calls("login/start");
    for typed in ["", "13579", "1357901", "13579a", "１３５７９０"] {
        assert!(matches!(now_or_never(wallet.unlock(typed)), Err(WalletError::PinRule(PinRule::SixDigits))));
    }
    assert_eq!(world.calls("login/start"), tries, "no try was spent");
}

#[test]
fn wrong_pins_count_down_then_wait_then_the_right_one_clears() {
    let world = World::new();
    let mut wallet = world.fresh();
    let mut wrong = || now_or_never(wallet.unlock("246813")).expect_err("a wrong PIN");
    for left in [3, 2, 1] {
        assert!(matches!(wrong(), WalletError::Pin(PinState::Wrong { tries_left }) if tries_left == left));
    }
    let until = world.now().plus_seconds(60);
    let expected = PinState::Wait { until, seconds: 60 };
    assert!(matches!(wrong(), WalletError::Pin(state) if state == expected), "the fourth");
    assert!(matches!(wrong(), WalletError::Pin(state) if state == expected), "refused by the server");
    world.pass(59);
    let early = now_or_never(wallet.unlock(PIN)).expect_err("still waiting");
    assert!(matches!(early, WalletError::Pin(PinState::Wait { seconds: 1, .. })));
    assert_eq!((early.code(), wallet.state()), (ProblemCode::PinWait, WalletState::Locked));
    world.pass(1);
    now_or_never(wallet.unlock(PIN)).expect("the right PIN");
    wallet.lock();
    let cleared = now_or_never(wallet.unlock("246813")).expect_err("a wrong PIN");
    assert!(matches!(cleared, WalletError::Pin(PinState::Wrong { tries_left: 3 })));
}

#[test]
fn sixteen_wrong_pins_block_for_good() {
    let world = World::new();
    let mut wallet = world.fresh();
    let mut last = None;
    for _ in 0..16 {
        last = now_or_never(wallet.unlock("246813")).err();
        world.pass(60 * 60);
    }
    assert!(matches!(last, Some(WalletError::Pin(PinState::Blocked))));
    world.pass(1_000_000);
    let refused = now_or_never(wallet.unlock(PIN)).expect_err("blocked, even with the right PIN");
    assert!(matches!(refused, WalletError::Pin(PinState::Blocked)));
}

#[test]
fn no_network_is_no_wrong_pin() {
    let world = World::new();
    let mut wallet = world.fresh();
    wallet.lock();
    world.network.offline.set(true);
    let error = now_or_never(wallet.unlock(PIN)).expect_err("offline");
    assert!(matches!(error, WalletError::Unreachable(_)));
    assert_eq!(error.code(), ProblemCode::Unreachable);
    world.network.offline.set(false);
    now_or_never(wallet.unlock(PIN)).expect("online again");
}

#[test]
fn an_unlock_lasts_fifteen_minutes() {
    let world = World::new();
    let wallet = world.fresh();
    world.pass(15 * 60 - 1);
    assert_eq!((wallet.state(), wallet.unlock_age()), (WalletState::Unlocked, Some(899)));
    world.pass(1);
    assert_eq!((wallet.state(), wallet.unlock_age()), (WalletState::Locked, None));
}

#[test]
fn the_pin_goes_nowhere_but_into_the_device_hmac_with_the_server_id() {
    let world = World::new();
    let mut wallet = world.fresh();
    now_or_never(wallet.unlock(PIN)).expect("the right PIN");
    let maced = world.device.maced.borrow().clone();
    assert!(maced.iter().all(|message| message == b"acc\x00135790"), "{maced:?}");
    let file = world.storage.bytes.borrow().clone().expect("a file");
    assert!(!String::from_utf8_lossy(&file).contains(PIN));
}

#[test]
fn nothing_that_the_phone_can_compute_alone_opens_the_vault() {
    let world = World::new();
    drop(world.activated());
    let stored = world.stored();
    let entry = &stored["servers"]["acc"];
    let sealed = serde_json::from_value(entry["vault"].clone()).expect("a sealed vault");
    let installation = serde_json::from_value(entry["installation"].clone()).expect("an id");
    let password = now_or_never(world.device.hmac(b"acc\x00135790")).expect("a MAC");
    for key in [password, protocol::pin::derive(&password, protocol::pin::VAULT_KEY)] {
        let key = zeroize::Zeroizing::new(key);
        assert!(crate::vault::Vault::open(&key, &server("acc"), installation, &sealed).is_none());
    }
}

#[test]
fn another_device_with_the_same_file_and_pin_gets_nowhere() {
    let world = World::new();
    drop(world.fresh());
    let mut ports = world.ports();
    ports.device = Rc::new(TestDevice::new(99));
    let mut thief = now_or_never(crate::Wallet::open(ports, world.config())).expect("a wallet");
    let refused = now_or_never(thief.unlock(PIN)).expect_err("another key");
    assert!(matches!(refused, WalletError::Server(p) if p.code == ProblemCode::ResponseSignature));
}

#[test]
fn a_changed_vault_is_noticed() {
    let world = World::new();
    drop(world.activated());
    let good = world.stored();
    let text = good["servers"]["acc"]["vault"]["ciphertext"].as_str().expect("text");
    let bytes = B64::parse(text).expect("base64url").0;
    for position in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[position] ^= 1;
        let mut file = good.clone();
        file["servers"]["acc"]["vault"]["ciphertext"] = json!(B64(changed));
        world.store(&file);
        let error = now_or_never(world.wallet().unlock(PIN)).expect_err("changed");
        assert!(matches!(error, WalletError::VaultDamaged(s) if s == server("acc")), "byte {position}");
    }
    world.store(&good);
    now_or_never(world.wallet().unlock(PIN)).expect("the good one still opens");
}

#[test]
fn a_vault_of_another_place_does_not_open() {
    let world = World::new();
    let mut wallet = world.fresh();
    now_or_never(wallet.unlock_at(&server("acc2"), PIN)).expect("a second server");
    let mut file = world.stored();
    file["servers"]["acc"]["vault"] = file["servers"]["acc2"]["vault"].clone();
    world.store(&file);
    assert!(matches!(now_or_never(world.wallet().unlock(PIN)), Err(WalletError::VaultDamaged(_))));
}

#[test]
fn a_file_of_another_version_or_none_at_all_is_refused_clearly() {
    let world = World::new();
    for bytes in [&b"{\"version\":2,\"servers\":{}}"[..], b"{\"version\":1}", b"garbage", b""] {
        *world.storage.bytes.borrow_mut() = Some(bytes.to_vec());
        let opened = now_or_never(crate::Wallet::open(world.ports(), world.config()));
        assert!(matches!(opened, Err(WalletError::File(_))));
    }
}

#[test]
fn a_second_server_gets_the_same_pin_only() {
    let world = World::new();
    let mut wallet = world.fresh();
    let second = server("prod");
    let wrong = now_or_never(wallet.unlock_at(&second, "246813")).expect_err("not the PIN of the first");
    assert!(matches!(wrong, WalletError::Pin(PinState::Wrong { tries_left: 3 })));
    assert!(world.server(2, |s| s.calls.is_empty()), "the second server was not asked");
    now_or_never(wallet.unlock_at(&second, PIN)).expect("registered and unlocked");
    assert!(wallet.is_unlocked(&second) && wallet.is_unlocked(&server("acc")));
    now_or_never(wallet.select(&second)).expect("switched");
    assert_eq!(world.wallet().current(), &second, "also next time");
    let unknown = now_or_never(wallet.select(&server("elsewhere")));
    assert!(matches!(unknown, Err(WalletError::UnknownServer(_))));
}

#[test]
fn a_server_that_lost_us_can_be_forgotten() {
    let world = World::new();
    let mut wallet = world.fresh();
    world.server(0, |s| *s = super::fake::FakeServer::new("acc", domain::Environment::Acceptatie, 10));
    let lost = now_or_never(wallet.unlock(PIN)).expect_err("unknown installation");
    assert_eq!(lost.code(), ProblemCode::InstallationUnknown);
    now_or_never(wallet.forget_server(&server("acc"))).expect("forgotten");
    assert_eq!(wallet.state(), WalletState::NoPin);
    now_or_never(wallet.choose_pin("246813")).expect("a new PIN");
    now_or_never(wallet.forget_everything()).expect("forgotten");
    assert_eq!(world.wallet().state(), WalletState::NoPin);
}

#[test]
fn an_unlock_can_be_carried_to_the_next_process_of_the_same_device_only() {
    let world = World::new();
    let (wallet, _) = world.activated();
    let sealed = now_or_never(wallet.seal_unlocks()).expect("sealed");
    let mut next = world.wallet();
    now_or_never(next.resume_unlocks(&sealed)).expect("resumed");
    assert_eq!((next.state(), next.identities().len()), (WalletState::Unlocked, 1));

    let mut ports = world.ports();
    ports.device = Rc::new(TestDevice::new(99));
    let mut thief = now_or_never(crate::Wallet::open(ports, world.config())).expect("a wallet");
    for bytes in [sealed.as_slice(), b"", b"{}", &sealed[..sealed.len() - 9]] {
        now_or_never(thief.resume_unlocks(bytes)).expect("ignored");
        assert_eq!(thief.state(), WalletState::Locked);
    }
    world.pass(15 * 60);
    let mut late = world.wallet();
    now_or_never(late.resume_unlocks(&sealed)).expect("ignored");
    assert_eq!(late.state(), WalletState::Locked);
}
