//! Every reason for refusal, and the evidence of an acceptance.

use super::*;
use crate::cert::sha256_hex;

#[test]
fn good_passes_count_and_leave_evidence() {
    let bench = Bench::new();
    for (card_type, uzi_number) in [(CardType::Z, "900000001"), (CardType::N, "900000002")] {
        let card = bench.good(card_type);
        let lists = bench.lists(&card);
        let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &lists);
        let (read, evidence) = validator.validate(&card.chain(), bench.now).unwrap();
        assert_eq!(read.uzi_number.as_str(), uzi_number);
        assert_eq!(read.card_type, card_type);
        assert_eq!(read.ura.as_str(), URA);
        assert_eq!(read.role_code.is_none(), card_type == CardType::N);
        assert_eq!(read.agb.is_none(), card_type == CardType::N);
        assert_eq!(read.sha256_hex, sha256_hex(&card.certificates[0].certificate));
        assert!(read.not_before < bench.now && bench.now < read.not_after);

        assert_eq!(evidence.checked_at, bench.now);
        assert_eq!(evidence.path_sha256.len(), 4, "leaf, CA, level 2, root");
        assert_eq!(evidence.path_sha256[0], read.sha256_hex);
        assert_eq!(evidence.policy, "2.16.528.1.1007.99.211");
        assert_eq!(evidence.crls.len(), 3);
        for crl in &evidence.crls {
            assert!(lists.iter().any(|der| sha256_hex(der) == crl.sha256));
            assert_eq!(crl.this_update.unix(), bench.now.plus_seconds(-3600).unix());
            assert_eq!(crl.next_update.seconds_since(crl.this_update), 48 * 3600);
            assert_eq!(crl.number, crl.this_update.unix().to_string());
        }
        let text = serde_json::to_string(&evidence).unwrap();
        assert_eq!(serde_json::from_str::<Evidence>(&text).unwrap(), evidence);
    }
}

#[test]
fn rsa_passes_as_real_ones_count() {
    let now = present();
    let register = TestRegister::new(TestKeys::Rsa(crate::keys::RsaBits::B2048), now, &OsChance).unwrap();
    let bench = Bench { register, now };
    assert!(bench.validate(&bench.good(CardType::Z)).is_ok());
}

#[test]
fn the_pass_need_not_bring_its_authorities() {
    let bench = Bench::new();
    let card = bench.good(CardType::Z);
    let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &bench.lists(&card));
    assert!(validator.validate(&card.chain()[..1], bench.now).is_ok());
}

#[test]
fn states_of_a_pass() {
    let bench = Bench::new();
    let refusal = |state| bench.validate(&bench.card(card_spec(CardType::N, state))).unwrap_err();
    assert_eq!(refusal(CardState::Revoked), UziRefusal::Revoked);
    assert_eq!(refusal(CardState::Expired), UziRefusal::Expired);
    assert_eq!(refusal(CardState::NotYetValid), UziRefusal::NotYetValid);
}

#[test]
fn other_types_are_refused_by_name() {
    let bench = Bench::new();
    for card_type in [CardType::M, CardType::S] {
        assert_eq!(bench.validate(&bench.good(card_type)).unwrap_err(), UziRefusal::WrongType(card_type));
    }
}

#[test]
fn other_certificates_of_the_pass_are_refused() {
    let bench = Bench::new();
    let card = bench.good(CardType::Z);
    let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &bench.lists(&card));
    for other in &card.certificates[1..] {
        let refusal = validator.validate(std::slice::from_ref(&other.certificate), bench.now).unwrap_err();
        assert!(matches!(refusal, UziRefusal::WrongCertificate(_)), "{}: {refusal:?}", other.name);
    }
}

#[test]
fn another_policy_is_refused() {
    let bench = Bench::new();
    let odd = ObjectIdentifier::new_unwrap("2.16.528.1.1007.99.212");
    let refusal = bench.validate(&bench.card(spec(|s| s.variation.policy = Some(odd)))).unwrap_err();
    assert_eq!(refusal, UziRefusal::WrongCertificate("certificate policy".into()));
}

#[test]
fn a_forged_register_is_not_trusted() {
    let (bench, forger) = (Bench::new(), Bench::new());
    // The forger's CAs have the same names; the card brings them along.
    let card = forger.good(CardType::Z);
    let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &forger.lists(&card));
    let refusal = validator.validate(&card.chain(), bench.now).unwrap_err();
    assert!(matches!(refusal, UziRefusal::Untrusted(_)), "{refusal:?}");
    assert!(matches!(validator.validate(&[], bench.now), Err(UziRefusal::Untrusted(_))));
}

#[test]
fn a_changed_certificate_is_not_trusted() {
    let bench = Bench::new();
    let mut card = bench.good(CardType::Z);
    let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &bench.lists(&card));
    let der = &mut card.certificates[0].certificate;
    let at = der.windows(9).position(|w| w == b"900000001").unwrap();
    der[at + 8] = b'7';
    assert!(matches!(validator.validate(&card.chain(), bench.now), Err(UziRefusal::Untrusted(_))));
}

#[test]
fn issuer_oid_and_letter_must_agree() {
    let bench = Bench::new();
    // The CA for N signs what claims to be a Z pass: by the OID, by the letter, by both.
    let mut forged = spec(|s| s.variation.issuer = Some(CardType::N));
    assert!(matches!(bench.validate(&bench.card(forged.clone())), Err(UziRefusal::Unreadable(_))));
    forged.variation.other_name = Some(format!("2.16.528.1.1007.99.218-1-900000001-Z-{URA}-01.015-01012345"));
    let refusal = bench.validate(&bench.card(forged)).unwrap_err();
    let UziRefusal::Unreadable(problems) = &refusal else { panic!("{refusal:?}") };
    assert_eq!(problems[0].code, code::CARD_TYPE_ISSUER);
}

#[test]
fn sloppy_encoding_counts_in_acceptatie_only() {
    let bench = Bench::new();
    let card = bench.card(spec(|s| s.variation.utf8 = true));
    assert!(bench.validate(&card).is_ok());
    let mut strict = UziConfig::of(Environment::Acceptatie);
    strict.overlook.clear();
    let refusal = bench.validator(strict, &bench.lists(&card)).validate(&card.chain(), bench.now).unwrap_err();
    assert!(matches!(refusal, UziRefusal::Unreadable(_)));
    assert!(UziConfig::of(Environment::Productie).overlook.is_empty());
}

#[test]
fn test_passes_count_nowhere_in_productie() {
    let bench = Bench::new();
    let card = bench.good(CardType::Z);
    // Even if somebody put the TEST root into the trust folder.
    let validator = bench.validator(UziConfig::of(Environment::Productie), &bench.lists(&card));
    assert!(matches!(validator.validate(&card.chain(), bench.now), Err(UziRefusal::Untrusted(_))));
}

#[test]
fn a_missing_list_of_any_issuer_fails_closed() {
    let bench = Bench::new();
    let card = bench.good(CardType::Z);
    let all = bench.register.crls(&[], bench.now, 48).unwrap();
    for missing in ["zorgverlener", "level2-persoon", "root"] {
        let lists: Vec<Vec<u8>> = all.iter().filter(|(slug, _)| *slug != missing).map(|(_, der)| der.clone()).collect();
        let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &lists);
        let refusal = validator.validate(&card.chain(), bench.now).unwrap_err();
        assert!(matches!(refusal, UziRefusal::CrlMissing(_)), "{missing}: {refusal:?}");
        assert_eq!(refusal.name(), "crl-missing");
    }
    let none = bench.validator(UziConfig::of(Environment::Acceptatie), &[]);
    assert!(matches!(none.validate(&card.chain(), bench.now), Err(UziRefusal::CrlMissing(_))));
    assert_eq!(none.crls_until(), None);
}

#[test]
fn a_list_signed_by_somebody_else_is_no_list() {
    let (bench, forger) = (Bench::new(), Bench::new());
    let card = bench.good(CardType::Z);
    let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &forger.lists(&card));
    assert!(matches!(validator.validate(&card.chain(), bench.now), Err(UziRefusal::CrlMissing(_))));
}

#[test]
fn a_stale_list_fails_closed_after_its_grace() {
    let bench = Bench::new();
    let card = bench.good(CardType::Z);
    let lists = bench.lists(&card);
    let mut config = UziConfig::of(Environment::Acceptatie);
    let end = bench.now.plus_seconds(47 * 3600);
    let validator = bench.validator(config.clone(), &lists);
    assert!(validator.validate(&card.chain(), end.plus_seconds(-1)).is_ok());
    let refusal = validator.validate(&card.chain(), end.plus_seconds(1)).unwrap_err();
    assert!(
        matches!(&refusal, UziRefusal::CrlStale { issuer, .. } if issuer == "TEST UZI-register Zorgverlener CA G3")
    );

    config.grace_hours = 2;
    let lenient = bench.validator(config, &lists);
    assert!(lenient.validate(&card.chain(), end.plus_seconds(7199)).is_ok());
    assert!(matches!(lenient.validate(&card.chain(), end.plus_seconds(7201)), Err(UziRefusal::CrlStale { .. })));
}

#[test]
fn revoked_in_a_stale_list_is_revoked() {
    let bench = Bench::new();
    let card = bench.card(card_spec(CardType::Z, CardState::Revoked));
    let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &bench.lists(&card));
    assert_eq!(validator.validate(&card.chain(), bench.now.plus_seconds(90 * 3600)), Err(UziRefusal::Revoked));
}

#[test]
fn the_newest_of_two_lists_counts() {
    let bench = Bench::new();
    let card = bench.card(card_spec(CardType::Z, CardState::Revoked));
    let older = bench.register.crls(&[], bench.now.plus_seconds(-7200), 48).unwrap();
    let mut lists: Vec<Vec<u8>> = older.into_iter().map(|(_, der)| der).collect();
    lists.extend(bench.lists(&card));
    let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &lists);
    assert_eq!(validator.validate(&card.chain(), bench.now), Err(UziRefusal::Revoked));
}

/// The forger's lists have the same names and come later; without them the pass is good, or revoked, as before.
#[test]
fn a_newer_list_by_a_forger_hides_nothing() {
    let (bench, forger) = (Bench::new(), Bench::new());
    let forged = forger.register.crls(&[], bench.now, 48).unwrap().into_iter().map(|(_, der)| der);
    let forged: Vec<Vec<u8>> = forged.collect();
    for state in [CardState::Valid, CardState::Revoked] {
        let card = bench.card(card_spec(CardType::Z, state));
        let genuine = bench.lists(&card);
        let all: Vec<Vec<u8>> = forged.iter().chain(&genuine).cloned().collect();
        let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &all);
        assert_eq!(validator.warnings().len(), forged.len());
        assert!(validator.warnings()[0].contains("did not sign it"), "{:?}", validator.warnings());
        match (state, validator.validate(&card.chain(), bench.now)) {
            (CardState::Revoked, refused) => assert_eq!(refused, Err(UziRefusal::Revoked)),
            (_, outcome) => {
                let (_, evidence) = outcome.unwrap();
                assert!(evidence.crls.iter().all(|used| genuine.iter().any(|der| sha256_hex(der) == used.sha256)));
            }
        }
        // The genuine one ends first: then nothing fresh is left, and a forged one does not help.
        let late = bench.now.plus_seconds(47 * 3600 + 1);
        let refused = validator.validate(&card.chain(), late).unwrap_err();
        assert_eq!(refused.name(), if state == CardState::Valid { "crl-stale" } else { "card-revoked" });
    }
}

#[test]
fn one_changed_byte_makes_a_list_no_list() {
    let bench = Bench::new();
    let card = bench.good(CardType::Z);
    let older = bench.lists(&card);
    let mut newer: Vec<Vec<u8>> =
        bench.register.crls(&[], bench.now, 48).unwrap().into_iter().map(|(_, der)| der).collect();
    for list in &mut newer {
        *list.last_mut().unwrap() ^= 1;
    }
    let alone = bench.validator(UziConfig::of(Environment::Acceptatie), &newer);
    assert!(matches!(alone.validate(&card.chain(), bench.now), Err(UziRefusal::CrlMissing(_))));
    assert_eq!(alone.crls_until(), None);
    newer.extend(older);
    let both = bench.validator(UziConfig::of(Environment::Acceptatie), &newer);
    assert!(both.validate(&card.chain(), bench.now).is_ok());
    assert_eq!(both.crls_until().unwrap().unix(), bench.now.plus_seconds(47 * 3600).unix());
}

/// CAs that only the pass brings: their lists are judged when it comes.
#[test]
fn lists_of_authorities_that_the_pass_brings_are_held_against_their_keys() {
    let (bench, forger) = (Bench::new(), Bench::new());
    let card = bench.good(CardType::Z);
    let anchors = split_trust(bench.register.trust()).0;
    let forged = forger.register.crls(&[], bench.now, 48).unwrap().into_iter().map(|(_, der)| der);
    let forged: Vec<Vec<u8>> = forged.collect();
    let of = |lists: &[Vec<u8>]| {
        let config = UziConfig::of(Environment::Acceptatie);
        UziValidator::new(config, anchors.clone(), lists).unwrap().validate(&card.chain(), bench.now)
    };
    let all: Vec<Vec<u8>> = forged.iter().cloned().chain(bench.lists(&card)).collect();
    assert!(of(&all).is_ok());
    assert!(matches!(of(&forged), Err(UziRefusal::CrlMissing(_))));
}

#[test]
fn an_older_list_that_ended_does_not_count_against_a_newer_one() {
    let bench = Bench::new();
    let card = bench.good(CardType::Z);
    let ended = bench.register.crls(&[], bench.now.plus_seconds(-7200), 1).unwrap().into_iter().map(|(_, der)| der);
    let lists: Vec<Vec<u8>> = ended.chain(bench.lists(&card)).collect();
    let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &lists);
    assert!(validator.validate(&card.chain(), bench.now).is_ok());
    assert!(validator.crls_until().unwrap() > bench.now);
}

#[test]
fn garbage_among_the_lists_is_left_out_with_a_warning() {
    let bench = Bench::new();
    let card = bench.good(CardType::Z);
    let mut lists = bench.lists(&card);
    lists.insert(0, b"<html>404</html>".to_vec());
    let validator = bench.validator(UziConfig::of(Environment::Acceptatie), &lists);
    assert_eq!(validator.warnings().len(), 1);
    assert!(validator.validate(&card.chain(), bench.now).is_ok());
}

#[test]
fn a_trust_folder_without_anchor_is_refused() {
    let bench = Bench::new();
    let config = UziConfig::of(Environment::Acceptatie);
    let intermediates = split_trust(bench.register.trust()).1;
    assert_eq!(intermediates.len(), 6);
    let none = UziValidator::new(config.clone(), intermediates, &[]);
    assert!(matches!(none, Err(UziSetupError::NoAnchor)));
    // A pass in the trust folder makes nothing trusted.
    let leaf = bench.good(CardType::Z).certificates.remove(0).certificate;
    assert!(matches!(UziValidator::new(config.clone(), vec![leaf], &[]), Err(UziSetupError::NoAnchor)));
    let odd = UziConfig { policies: vec!["geen oid".into()], ..config };
    assert!(matches!(UziValidator::new(odd, bench.register.trust(), &[]), Err(UziSetupError::Oid(_))));
}

#[test]
fn the_configuration_is_data() {
    let config = UziConfig::of(Environment::Productie);
    let text = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<UziConfig>(&text).unwrap(), config);
    assert!(serde_json::from_str::<UziConfig>(r#"{"grace":1}"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_chain_and_list_is_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let bench = Bench::new();
        let validator = bench.validator(UziConfig::of(Environment::Acceptatie), std::slice::from_ref(&bytes));
        prop_assert!(validator.validate(&[bytes.clone(), bytes], bench.now).is_err());
    }
}

/// A pass that was found good, and is looked for in the lists that came since.
#[test]
fn a_pass_that_was_good_is_found_in_later_lists() {
    let (bench, forger) = (Bench::new(), Bench::new());
    let card = bench.card(card_spec(CardType::Z, CardState::Revoked));
    let other = bench.good(CardType::Z);
    let config = || UziConfig::of(Environment::Acceptatie);
    let (leaf, good) = (&card.certificates[0].certificate, &other.certificates[0].certificate);
    let serial = UziCertificate::parse(leaf).serial_hex;
    let lists = bench.lists(&card);
    let validator = bench.validator(config(), &lists);
    assert!(validator.names_serial(&serial) && validator.is_revoked(leaf, None));
    assert!(!validator.names_serial(&UziCertificate::parse(good).serial_hex) && !validator.is_revoked(good, None));
    for nonsense in ["", "zz", "00"] {
        assert!(!validator.names_serial(nonsense));
    }
    assert!(!validator.is_revoked(b"no certificate", None));

    // Of two lists the newest counts, and a forged one is none.
    let later = bench.register.crls(&[], bench.now, 48).unwrap().into_iter().map(|(_, der)| der);
    let later: Vec<Vec<u8>> = later.chain(lists.clone()).collect();
    let both = bench.validator(config(), &later);
    assert!(both.names_serial(&serial) && !both.is_revoked(leaf, None));
    let forged = forger.register.crls(&card.revoked, bench.now, 48).unwrap().into_iter().map(|(_, der)| der);
    assert!(!bench.validator(config(), &forged.collect::<Vec<_>>()).is_revoked(leaf, None));

    // A CA that only passes bring along: its list counts when it is known who that is.
    let anchors = split_trust(bench.register.trust()).0;
    let brought = UziValidator::new(config(), anchors, &lists).unwrap();
    assert!(brought.names_serial(&serial) && !brought.is_revoked(leaf, None));
    assert!(brought.is_revoked(leaf, Some(&card.chain()[1])));
}
