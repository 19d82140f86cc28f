//! The passes of the development environment. People and organisations are made up.

use super::card::{CardSpec, CardState, Variation};
use domain::uzi::CardType;

/// The organisation of all passes but one.
pub const ORGANISATION: &str = "Zorggroep Sint Jérôme";
/// Its URA.
pub const URA: &str = "90012345";
/// A URA that no organisation has.
pub const UNKNOWN_URA: &str = "90099999";

/// A pass of a type in a state, as it is in `cards/<letter>[-revoked|-expired]`.
pub fn card_spec(card_type: CardType, state: CardState) -> CardSpec {
    let suffix = match state {
        CardState::Valid => "",
        CardState::Revoked => "-revoked",
        CardState::Expired => "-expired",
        CardState::NotYetValid => "-future",
    };
    let row = match state {
        CardState::Valid => 0,
        CardState::Revoked => 1,
        CardState::Expired => 2,
        CardState::NotYetValid => 3,
    };
    let column = match card_type {
        CardType::Z => 1,
        CardType::N => 2,
        CardType::M => 3,
        CardType::S => 4,
    };
    // The surname of an N pass holds its prefix, that of a Z pass does not: both are met.
    let (given_name, prefix, surname) = match (card_type, state) {
        (CardType::Z, CardState::Valid) => ("Zoë Anouk", "van der", "Brugge-Çelik"),
        (CardType::Z, CardState::Revoked) => ("Ingrid", "", "Bröring"),
        (CardType::Z, _) => ("Pieter", "in 't", "Veld"),
        (CardType::N, CardState::Valid) => ("Jürgen", "", "de Vries"),
        (CardType::N, CardState::Revoked) => ("Samira", "", "el Amrani"),
        (CardType::N, _) => ("Wouter", "", "IJsbrandij"),
        (CardType::M | CardType::S, _) => ("", "", ""),
    };
    let function = match card_type {
        CardType::M => "Balie polikliniek",
        CardType::S => "zorg.example.nl",
        CardType::Z | CardType::N => "",
    };
    let is_z = card_type == CardType::Z;
    CardSpec {
        folder: format!("{}{suffix}", card_type.letter().to_lowercase()),
        card_type,
        state,
        uzi_number: format!("9000{row}000{column}"),
        ura: URA.into(),
        organisation: ORGANISATION.into(),
        given_name: given_name.into(),
        prefix: prefix.into(),
        surname: surname.into(),
        function: function.into(),
        title: if is_z { "Arts" } else { "" }.into(),
        role_code: if is_z { "01.015" } else { "00.000" }.into(),
        agb_code: if is_z { "01012345" } else { "00000000" }.into(),
        variation: Variation::default(),
    }
}

/// All passes: four types in three states, an N pass of an organisation that nobody knows, and a second N pass of the
/// same person under another UZI number.
pub fn all_cards() -> Vec<CardSpec> {
    let types = [CardType::Z, CardType::N, CardType::M, CardType::S];
    let states = [CardState::Valid, CardState::Revoked, CardState::Expired];
    let mut cards: Vec<_> =
        types.into_iter().flat_map(|kind| states.into_iter().map(move |state| card_spec(kind, state))).collect();
    let mut unknown = card_spec(CardType::N, CardState::Valid);
    unknown.folder = "n-unknown-ura".into();
    unknown.uzi_number = "900090002".into();
    unknown.ura = UNKNOWN_URA.into();
    unknown.organisation = "Praktijk Onbekend".into();
    unknown.given_name = "Noor".into();
    unknown.surname = "Hendriks".into();
    cards.push(unknown);
    let mut again = card_spec(CardType::N, CardState::Valid);
    again.folder = "n-new-number".into();
    again.uzi_number = "900090003".into();
    cards.push(again);
    cards
}
