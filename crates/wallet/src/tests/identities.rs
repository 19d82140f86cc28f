//! Activating, listing, renaming, removing identities.

use super::world::{PIN, World, now_or_never};
use crate::{PinState, WalletError};
use domain::{
    BirthDate,
    identity::IdentityId,
    request::{Decision, Purpose},
};
use p256::ecdsa::SigningKey;
use protocol::{ProblemCode, link::ServerId};

fn acc() -> ServerId {
    ServerId::parse("acc").expect("an id")
}

#[test]
fn an_identity_is_activated_listed_and_kept() {
    let world = World::new();
    let mut wallet = world.fresh();
    let asked = world.ask(&wallet, 0, Purpose::Enrol).expect("an enrolment");
    assert_eq!(asked.claims.enrolment.as_ref().expect("an offer").name, "Anna de Vries");
    let activated = now_or_never(wallet.activate(&asked, BirthDate::new(1980, 2, 1))).expect("an identity");
    assert_eq!(activated.revocation_code, "ABCDE-FGHJK-MNPQR-STVWX");
    let mut again = world.wallet();
    assert!(again.identities().is_empty(), "locked: nothing is shown");
    now_or_never(again.unlock(PIN)).expect("the right PIN");
    let listed = again.identities();
    assert_eq!(listed, wallet.identities());
    let [one] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!((one.id, one.name.as_str(), one.answers), (activated.identity, "Anna de Vries", 0));
    assert_eq!(one.organisations[0].ura, "90000001");
    assert_eq!(one.not_after.expect("an end").unix(), 2_019_686_400);
    let stored = world.stored().to_string();
    assert!(!stored.contains("Anna") && !stored.contains("ABCDE"), "names are in the vault only");
}

#[test]
fn a_typed_enrolment_code_activates_too() {
    let world = World::new();
    let mut wallet = world.fresh();
    let now = world.now();
    world.server(0, |s| {
        s.ask(now, Purpose::Enrol, |_| {});
    });
    let asked = now_or_never(wallet.inspect("0123-4567-89ab-cdef")).expect("an enrolment");
    now_or_never(wallet.activate(&asked, BirthDate::new(1980, 2, 1))).expect("an identity");
}

#[test]
fn the_birth_date_is_asked_and_may_be_tried_again() {
    let world = World::new();
    let mut wallet = world.fresh();
    let asked = world.ask(&wallet, 0, Purpose::Enrol).expect("an enrolment");
    assert!(matches!(now_or_never(wallet.activate(&asked, None)), Err(WalletError::BirthDateRequired)));
    assert_eq!(world.calls("enrol"), 0);
    let wrong = now_or_never(wallet.activate(&asked, BirthDate::new(1981, 2, 1))).expect_err("wrong");
    assert_eq!(wrong.code(), ProblemCode::BirthDateWrong);
    now_or_never(wallet.activate(&asked, BirthDate::new(1980, 2, 1))).expect("right");
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_key_also_after_a_restart() {
    let world = World::new();
    let mut wallet = world.fresh();
    let asked = world.ask(&wallet, 0, Purpose::Enrol).expect("an enrolment");
    world.network.loses.set(true);
    let lost = now_or_never(wallet.activate(&asked, BirthDate::new(1980, 2, 1))).expect_err("no answer");
    assert!(matches!(lost, WalletError::Unreachable(_)), "{lost}");
    assert!(wallet.identities().is_empty());
    // The app was closed; the request that it had opened is examined again.
    let link = world.server(0, |s| s.link());
    let mut again = world.wallet();
    now_or_never(again.unlock(PIN)).expect("the right PIN");
    let asked = again.examine(&link, asked.jws().to_owned()).expect("the same request");
    let activated = now_or_never(again.activate(&asked, BirthDate::new(1980, 2, 1))).expect("an identity");
    assert_eq!(again.identities().iter().map(|one| one.id).collect::<Vec<_>>(), [activated.identity]);
    world.server(0, |s| assert_eq!(s.identities.len(), 1));
    // The next enrolment gets a key of its own.
    world.activate(&mut again, 0);
    world.server(0, |s| assert_eq!(s.identities.len(), 2));
}

#[test]
fn a_birth_date_that_is_not_asked_is_not_sent() {
    let world = World::new();
    let mut wallet = world.fresh();
    let asked = world
        .ask_spoiled(&wallet, 0, Purpose::Enrol, |claims| {
            claims.enrolment.as_mut().expect("an offer").birth_date_required = false;
        })
        .expect("an enrolment");
    let activated = now_or_never(wallet.activate(&asked, None)).expect("an identity");
    assert_eq!(activated.pairing_code.expect("digits for who shows the code").reveal(), "4321");
}

#[test]
fn a_certificate_for_another_key_or_from_elsewhere_is_not_kept() {
    let world = World::new();
    let mut wallet = world.fresh();
    let foreign = SigningKey::random(&mut rand::rngs::OsRng);
    world.server(0, |s| s.certify = Some(*foreign.verifying_key()));
    let asked = world.ask(&wallet, 0, Purpose::Enrol).expect("an enrolment");
    let refused = now_or_never(wallet.activate(&asked, BirthDate::new(1980, 2, 1))).expect_err("another key");
    assert!(matches!(refused, WalletError::BadAnswer(_)), "{refused}");
    assert!(wallet.identities().is_empty());
}

#[test]
fn each_kind_of_request_has_its_own_screen() {
    let world = World::new();
    let (mut wallet, _) = world.activated();
    let login = world.ask(&wallet, 0, Purpose::Login).expect("a login");
    assert!(matches!(now_or_never(wallet.activate(&login, None)), Err(WalletError::WrongKind)));
    let enrol = world.ask(&wallet, 0, Purpose::Enrol).expect("an enrolment");
    let answered = now_or_never(wallet.answer(&enrol, Decision::Accepted, None));
    assert!(matches!(answered, Err(WalletError::WrongKind)));
}

#[test]
fn rename_and_remove() {
    let world = World::new();
    let (mut wallet, id) = world.activated();
    now_or_never(wallet.rename_identity(&acc(), id, "  Werk\u{7} ")).expect("renamed");
    assert_eq!(wallet.identities()[0].label.as_deref(), Some("Werk"));
    now_or_never(wallet.rename_identity(&acc(), id, " ")).expect("renamed");
    assert_eq!(wallet.identities()[0].label, None);
    let unknown = IdentityId::new(world.now(), &super::world::SeededEntropy::new(5));
    for result in [
        now_or_never(wallet.rename_identity(&acc(), unknown, "x")),
        now_or_never(wallet.remove_identity(&acc(), unknown)),
    ] {
        assert!(matches!(result, Err(WalletError::NoIdentity(_))));
    }
    now_or_never(wallet.remove_identity(&acc(), id)).expect("removed");
    let mut again = world.wallet();
    now_or_never(again.unlock(PIN)).expect("the right PIN");
    assert!(again.identities().is_empty());
}

#[test]
fn of_one_person_the_newest_answers_of_several_people_one_chooses() {
    let world = World::new();
    let (mut wallet, older) = world.activated();
    let newer = world.activate(&mut wallet, 0);
    let answer = |wallet: &mut crate::Wallet, identity| {
        let asked = world.ask(wallet, 0, Purpose::Login).expect("a login");
        now_or_never(wallet.answer(&asked, Decision::Accepted, identity))
    };
    let last = || world.server(0, |s| s.responses.last().and_then(|r| r.phone.clone()).expect("one").identity);
    answer(&mut wallet, None).expect("answered");
    assert_eq!(last(), newer);
    answer(&mut wallet, Some(older)).expect("answered");
    assert_eq!(last(), older);

    let asked = world
        .ask_spoiled(&wallet, 0, Purpose::Enrol, |claims| {
            claims.enrolment.as_mut().expect("an offer").name = "Bert Bakker".into();
        })
        .expect("an enrolment");
    let bert = now_or_never(wallet.activate(&asked, BirthDate::new(1980, 2, 1))).expect("an identity").identity;
    let choose = answer(&mut wallet, None).expect_err("a choice");
    assert!(matches!(choose, WalletError::ChooseIdentity(ids) if ids == [older, newer, bert]));
    answer(&mut wallet, Some(bert)).expect("answered");
}

#[test]
fn what_the_server_ended_is_remembered_as_ended() {
    let world = World::new();
    let (mut wallet, id) = world.activated();
    let mut refused = |code| {
        let asked = world.ask(&wallet, 0, Purpose::Login).expect("a login");
        world.server(0, |s| s.refuse = Some(code));
        let error = now_or_never(wallet.answer(&asked, Decision::Accepted, Some(id))).expect_err("refused");
        (error, wallet.identities()[0].ended)
    };
    let (blocked, ended) = refused(ProblemCode::IdentityBlocked);
    assert_eq!((blocked.code(), ended), (ProblemCode::IdentityBlocked, None), "may be unblocked");
    let (revoked, ended) = refused(ProblemCode::IdentityRevoked);
    assert!(matches!(revoked, WalletError::Pin(PinState::Revoked)));
    assert_eq!(ended, Some(ProblemCode::IdentityRevoked));
}
