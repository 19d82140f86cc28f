use super::*;
use crate::{
    test_register::{CardSpec, CardState, TestCard, TestKeys, TestRegister, URA, card_spec},
    testing::{OsChance, present},
};
use const_oid::ObjectIdentifier;
use domain::{Environment, Timestamp, uzi::CardType};
use problem_code as code;
use proptest::prelude::*;

mod reading;
mod validating;

/// A register with its lists of an hour ago, valid for two days.
struct Bench {
    register: TestRegister,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        let now = present();
        Self { register: TestRegister::new(TestKeys::P256, now, &OsChance).unwrap(), now }
    }
    fn card(&self, spec: CardSpec) -> TestCard {
        self.register.issue(spec, self.now, &OsChance).unwrap()
    }
    fn good(&self, card_type: CardType) -> TestCard {
        self.card(card_spec(card_type, CardState::Valid))
    }
    fn lists(&self, card: &TestCard) -> Vec<Vec<u8>> {
        let made = self.now.plus_seconds(-3600);
        self.register.crls(&card.revoked, made, 48).unwrap().into_iter().map(|(_, der)| der).collect()
    }
    fn validator(&self, config: UziConfig, lists: &[Vec<u8>]) -> UziValidator {
        UziValidator::new(config, self.register.trust(), lists).unwrap()
    }
    fn validate(&self, card: &TestCard) -> Result<(UziCard, Evidence), UziRefusal> {
        let validator = self.validator(UziConfig::of(Environment::Acceptatie), &self.lists(card));
        validator.validate(&card.chain(), self.now)
    }
}

fn spec(change: impl FnOnce(&mut CardSpec)) -> CardSpec {
    let mut spec = card_spec(CardType::Z, CardState::Valid);
    change(&mut spec);
    spec
}
