//! Requests: whom the phone believes, and what it answers.

use super::{
    ca,
    fake::FakeServer,
    world::{PIN, World, now_or_never},
};
use crate::{WalletError, WalletState, verify::RequestError};
use domain::{
    Environment,
    request::{Decision, Purpose},
};
use p256::ecdsa::{SigningKey, VerifyingKey};
use protocol::{ProblemCode, link::ServerId, request::Audience, response::Renewed};

#[test]
fn a_login_is_shown_accepted_and_counted() {
    let world = World::new();
    let (mut wallet, identity) = world.activated();
    let asked = world.ask(&wallet, 0, Purpose::Login).expect("a request");
    assert_eq!(asked.claims.requester, "ZORG-ID portaal");
    assert_eq!(asked.seconds_left(world.now().plus_seconds(100)), 200);
    let answered = now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect("answered");
    assert_eq!((answered.decision, answered.request_id), (Decision::Accepted, asked.request_id()));
    assert!(answered.pairing_code.is_none());
    world.server(0, |s| {
        let response = s.responses.last().expect("a response").clone();
        let phone = response.phone.expect("a phone's proof");
        assert_eq!((phone.identity, phone.counter, response.decision), (identity, 1, Decision::Accepted));
    });
    let twice = now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect_err("used");
    assert_eq!(twice.code(), ProblemCode::RequestUsed);
}

#[test]
fn session_and_sign_work_alike_and_declining_too() {
    let world = World::new();
    let (mut wallet, identity) = world.activated();
    world.server(0, |s| s.pairing = true);
    for purpose in [Purpose::Session, Purpose::Sign, Purpose::Login] {
        let asked = world.ask(&wallet, 0, purpose).expect("a request");
        assert_eq!(asked.claims.sentence.is_some(), purpose == Purpose::Sign);
        let answered = now_or_never(wallet.answer(&asked, Decision::Declined, Some(identity))).expect("answered");
        assert_eq!(answered.decision, Decision::Declined);
        assert_eq!(answered.pairing_code.expect("a code").reveal(), "4321");
    }
}

/// The renewed certificates of a phone: on its own key, on another, from another CA.
#[test]
fn a_new_certificate_is_kept_when_it_is_for_the_same_key() {
    let world = World::new();
    let (mut wallet, identity) = world.activated();
    let stranger = *SigningKey::from_slice(&[9; 32]).expect("a key").verifying_key();
    let name_of = |wallet: &crate::Wallet| wallet.identities()[0].name.clone();
    let give = |key: Option<VerifyingKey>, from: usize| {
        let own = world.server(0, |s| s.identities[&identity].0);
        let chain = world.server(from, |s| {
            vec![s.ca.leaf("CN=Anna Jansen", &key.unwrap_or(own), ca::CLIENT_AUTH), s.ca.issuing.clone()]
        });
        let chain = chain.into_iter().map(Into::into).collect();
        world.server(0, |s| s.renewed = Some(Renewed { chain, name: "Anna Jansen".into() }));
    };
    let answer = |wallet: &mut crate::Wallet| {
        let asked = world.ask(wallet, 0, Purpose::Login).expect("a request");
        now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect("answered");
    };
    for (key, from) in [(Some(stranger), 0), (None, 1)] {
        give(key, from);
        answer(&mut wallet);
        assert_eq!(name_of(&wallet), "Anna de Vries");
    }
    give(None, 0);
    answer(&mut wallet);
    assert_eq!(name_of(&wallet), "Anna Jansen");
    // Kept: also by the app that is opened next, which shows the new one (the server here takes no other for it).
    let mut wallet = world.wallet();
    now_or_never(wallet.unlock(PIN)).expect("the right PIN");
    assert_eq!(name_of(&wallet), "Anna Jansen");
    answer(&mut wallet);
    assert!(world.server(0, |s| s.shown_renewed));
}

#[test]
fn a_typed_code_is_as_good_as_a_link_but_only_for_its_kind() {
    let world = World::new();
    let (mut wallet, _) = world.activated();
    let now = world.now();
    let code = world.server(0, |s| s.ask(now, Purpose::Login, |_| {}).code.clone());
    let asked = now_or_never(wallet.inspect(code.reveal())).expect("a request");
    now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect("answered");

    // The server of a short code suddenly offers an enrolment.
    let code = world.server(0, |s| s.ask(now, Purpose::Login, |claims| claims.purpose = Purpose::Enrol).code.clone());
    let refused = now_or_never(wallet.inspect(code.reveal())).expect_err("another purpose");
    assert!(matches!(refused, WalletError::Request(RequestError::Purpose)));
}

#[test]
fn nothing_is_used_up_while_locked() {
    let world = World::new();
    let (mut wallet, _) = world.activated();
    wallet.lock();
    let before = world.calls("redeem");
    let refused = world.ask(&wallet, 0, Purpose::Login).expect_err("locked");
    assert!(matches!(refused, WalletError::Locked(_)));
    assert_eq!(world.calls("redeem"), before);
    let link = world.server(0, |s| s.link());
    now_or_never(wallet.unlock(PIN)).expect("the right PIN");
    now_or_never(wallet.inspect(&link)).expect("the same link still works");
    assert!(matches!(world.ask(&World::new().wallet(), 0, Purpose::Login), Err(WalletError::NoPin)));
}

#[test]
fn spoiled_claims_are_refused() {
    let world = World::new();
    let (wallet, _) = world.activated();
    type Spoil = fn(&mut protocol::request::RequestClaims);
    let cases: [(Purpose, Spoil, RequestError); 8] = [
        (Purpose::Login, |c| c.iss = ServerId::parse("prod").expect("an id"), RequestError::Address),
        (Purpose::Login, |c| c.aud = Audience::DesktopApp, RequestError::Address),
        (Purpose::Login, |c| c.env = Environment::Productie, RequestError::Environment),
        (Purpose::Login, |c| c.purpose = Purpose::Sign, RequestError::Purpose),
        (Purpose::Sign, |c| c.sentence = None, RequestError::Purpose),
        (Purpose::Enrol, |c| c.enrolment = None, RequestError::Purpose),
        (Purpose::Login, |c| c.iat = 1_600_000_000, RequestError::Validity),
        (Purpose::Login, |c| c.iat = 2_100_000_000, RequestError::Validity),
    ];
    for (purpose, spoil, expected) in cases {
        match world.ask_spoiled(&wallet, 0, purpose, spoil) {
            Err(WalletError::Request(error)) => assert_eq!(error, expected),
            other => panic!("expected {expected:?}, got {other:?}"),
        }
    }
}

#[test]
fn the_phones_own_clock_does_not_matter() {
    let world = World::new();
    let (wallet, _) = world.activated();
    let server_now = world.now().plus_seconds(400 * 24 * 3600);
    let link = world.server(0, |s| {
        s.ask(server_now, Purpose::Login, |_| {});
        s.link()
    });
    now_or_never(wallet.inspect(&link)).expect("the server alone judges time");
}

/// Puts another JWS in the place of the latest request's and scans.
fn scan_instead(world: &World, wallet: &crate::Wallet, make: impl FnOnce(&FakeServer) -> String) -> RequestError {
    let now = world.now();
    let link = world.server(0, |s| {
        s.ask(now, Purpose::Login, |_| {});
        let jws = make(s);
        s.asking.last_mut().expect("a request").jws = jws;
        s.link()
    });
    match now_or_never(wallet.inspect(&link)) {
        Err(WalletError::Request(error)) => error,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_changed_request_is_refused() {
    let world = World::new();
    let (wallet, _) = world.activated();
    let changed = scan_instead(&world, &wallet, |s| {
        let asking = s.asking.last().expect("a request");
        let mut claims = asking.claims.clone();
        claims.requester = "Iemand anders".into();
        let other = s.ca.sign_request(&claims);
        let good: Vec<&str> = asking.jws.split('.').collect();
        let evil: Vec<&str> = other.split('.').collect();
        format!("{}.{}.{}", good[0], evil[1], good[2])
    });
    assert_eq!(changed, RequestError::Signature);
    let cut = scan_instead(&world, &wallet, |s| s.asking.last().expect("a request").jws[..40].to_owned());
    assert!(matches!(cut, RequestError::Jws(_)));
}

#[test]
fn a_signer_of_another_root_or_another_use_is_refused() {
    use crate::chain::ChainError;
    let world = World::new();
    let (wallet, _) = world.activated();
    let claims = |s: &FakeServer| s.asking.last().expect("a request").claims.clone();
    let broken = RequestError::Chain(ChainError::Broken);

    let foreign = FakeServer::new("acc", Environment::Acceptatie, 77);
    let other_root = scan_instead(&world, &wallet, |s| foreign.ca.sign_request(&claims(s)));
    assert_eq!(other_root, broken);

    let mixed = scan_instead(&world, &wallet, |s| {
        let chain = [foreign.ca.request.clone(), s.ca.issuing.clone()];
        ca::sign(&foreign.ca.request_key, &chain, &claims(s))
    });
    assert_eq!(mixed, broken);

    // A Mobile ID under the same root poses as the portal.
    let key = SigningKey::random(&mut rand::rngs::OsRng);
    let mobile = scan_instead(&world, &wallet, |s| ca::sign(&key, &s.ca.mobile_id(key.verifying_key()), &claims(s)));
    assert_eq!(mobile, RequestError::Chain(ChainError::Use));

    // ... or plays CA itself.
    let below = SigningKey::random(&mut rand::rngs::OsRng);
    let plays_ca = scan_instead(&world, &wallet, |s| {
        let issuer = std::str::FromStr::from_str("CN=Someone").expect("a name");
        let profile =
            x509_cert::builder::Profile::Leaf { issuer, enable_key_agreement: false, enable_key_encipherment: false };
        let usage = Some(domain::oids::REQUEST_SIGNING);
        let leaf = ca::certificate(profile, "CN=Evil", below.verifying_key(), usage, &key, 9);
        let mut chain = vec![leaf];
        chain.extend(s.ca.mobile_id(key.verifying_key()));
        ca::sign(&below, &chain, &claims(s))
    });
    assert_eq!(plays_ca, RequestError::Chain(ChainError::Use));

    // The right chain with another key.
    let other_key = scan_instead(&world, &wallet, |s| ca::sign(&key, &s.ca.request_chain(), &claims(s)));
    assert_eq!(other_key, RequestError::Signature);
    let bare = scan_instead(&world, &wallet, |s| ca::sign(&s.ca.request_key, &[], &claims(s)));
    assert_eq!(bare, RequestError::Chain(ChainError::Length));
}

#[test]
fn a_list_of_servers_with_another_root_is_not_believed_later() {
    let world = World::new();
    drop(world.activated());
    let foreign = FakeServer::new("acc", Environment::Acceptatie, 77);
    let mut config = world.config();
    config.servers[0].root = foreign.ca.root.clone().into();
    let mut wallet = now_or_never(crate::Wallet::open(world.ports(), config)).expect("a wallet");
    now_or_never(wallet.unlock(PIN)).expect("the right PIN");
    world.ask(&wallet, 0, Purpose::Login).expect("the real server is still known");
    scan_instead(&world, &wallet, |s| foreign.ca.sign_request(&s.asking.last().expect("a request").claims));
}

#[test]
fn links_of_other_servers_and_environments() {
    let world = World::new();
    let (mut wallet, _) = world.activated();
    let second = world.ask(&wallet, 1, Purpose::Login).expect_err("not registered there");
    let second = match second {
        WalletError::Locked(server) => server,
        other => panic!("{other:?}"),
    };
    now_or_never(wallet.unlock_at(&second, PIN)).expect("registered there");
    let nobody = world.ask(&wallet, 1, Purpose::Login).expect_err("no identity there");
    assert!(matches!(nobody, WalletError::NoIdentity(s) if s == second));
    assert!(world.server(1, |s| !s.calls.iter().any(|c| c.ends_with("redeem"))), "the QR code was not used up");
    world.activate(&mut wallet, 1);
    let asked = world.ask(&wallet, 1, Purpose::Login).expect("known there now");
    now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect("answered");

    let other = world.ask(&wallet, 2, Purpose::Login).expect_err("productie");
    assert!(matches!(other, WalletError::OtherEnvironment { environment: Environment::Productie, .. }));
    let link = world.server(0, |s| s.link_as(Purpose::Login)).replace("/acc/", "/elsewhere/");
    assert!(matches!(now_or_never(wallet.inspect(&link)), Err(WalletError::UnknownServer(_))));
}

#[test]
fn the_counter_rises_across_restarts_and_is_stored_before_sending() {
    let world = World::new();
    let (mut wallet, _) = world.activated();
    let asked = world.ask(&wallet, 0, Purpose::Login).expect("a request");
    world.network.offline.set(true);
    let lost = now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect_err("offline");
    assert!(matches!(lost, WalletError::Unreachable(_)));
    drop(wallet);

    let mut wallet = world.wallet();
    world.network.offline.set(false);
    now_or_never(wallet.unlock(PIN)).expect("the right PIN");
    now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect("answered after all");
    for wanted in 3..6 {
        wallet = world.wallet();
        now_or_never(wallet.unlock(PIN)).expect("the right PIN");
        let asked = world.ask(&wallet, 0, Purpose::Login).expect("a request");
        now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect("answered");
        let counter = world.server(0, |s| s.responses.last().and_then(|r| r.phone.clone()).expect("one").counter);
        assert_eq!(counter, wanted);
    }
}

#[test]
fn two_tabs_never_use_the_same_counter() {
    let world = World::new();
    let (mut one, _) = world.activated();
    let mut two = world.wallet();
    now_or_never(two.unlock(PIN)).expect("the right PIN");
    for _ in 0..2 {
        for wallet in [&mut one, &mut two] {
            let asked = world.ask(wallet, 0, Purpose::Login).expect("a request");
            now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect("answered");
        }
    }
    assert_eq!(world.server(0, |s| s.responses.len()), 4);
}

#[test]
fn a_counter_that_cannot_be_stored_is_not_used() {
    let world = World::new();
    let (mut wallet, _) = world.activated();
    let asked = world.ask(&wallet, 0, Purpose::Login).expect("a request");
    world.storage.full.set(true);
    let refused = now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect_err("full");
    assert!(matches!(refused, WalletError::Storage(_)));
    assert_eq!(world.calls("response"), 0, "nothing was sent");
}

#[test]
fn when_the_server_wants_the_pin_again_the_same_request_can_be_answered() {
    let world = World::new();
    let (mut wallet, _) = world.activated();
    let asked = world.ask(&wallet, 0, Purpose::Login).expect("a request");
    world.server(0, |s| s.unlocks.clear());
    let refused = now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect_err("the server forgot");
    assert!(matches!(refused, WalletError::Locked(_)));
    assert_eq!(wallet.state(), WalletState::Locked);
    now_or_never(wallet.unlock(PIN)).expect("the right PIN");
    now_or_never(wallet.answer(&asked, Decision::Accepted, None)).expect("answered");
}

#[test]
fn an_interrupted_request_can_be_taken_up() {
    let world = World::new();
    let (wallet, _) = world.activated();
    let asked = world.ask(&wallet, 0, Purpose::Login).expect("a request");
    let link = world.server(0, |s| s.link());
    let jws = asked.jws().to_owned();
    assert!(
        matches!(now_or_never(wallet.inspect(&link)), Err(WalletError::Server(p)) if p.code == ProblemCode::RequestUsed)
    );
    assert_eq!(wallet.examine(&link, jws).expect("the same").digest(), asked.digest());
}
