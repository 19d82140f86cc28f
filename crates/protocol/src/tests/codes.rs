//! Codes that people read and type.

use crate::code::{Base32Code, Digits4, EnrolCode, LoginCode, RevocationCode, ShortCode};
use proptest::prelude::*;

fn typed_as(code: &str, style: u8) -> String {
    match style {
        0 => code.to_ascii_lowercase(),
        1 => code.replace('0', "o").replace('1', "l"),
        2 => code.replace('0', "O").replace('1', "i"),
        _ => code.replace('-', " "),
    }
}

proptest! {
    #[test]
    fn a_code_survives_being_read_aloud_and_typed(
        login in prop::array::uniform8(any::<u8>()),
        enrol in prop::array::uniform16(any::<u8>()),
        revocation in prop::array::uniform20(any::<u8>()),
        style in 0u8..4,
    ) {
        let login = LoginCode::from_random(&login);
        prop_assert_eq!(LoginCode::parse(&typed_as(&login.grouped(), style)), Some(login.clone()));
        prop_assert_eq!(ShortCode::parse(&typed_as(&login.grouped(), style)), Some(ShortCode::Login(login)));
        let enrol = EnrolCode::from_random(&enrol);
        prop_assert_eq!(ShortCode::parse(&typed_as(&enrol.grouped(), style)), Some(ShortCode::Enrol(enrol)));
        let revocation = RevocationCode::from_random(&revocation);
        prop_assert_eq!(RevocationCode::parse(&typed_as(&revocation.grouped(), style)), Some(revocation.clone()));
        prop_assert_eq!(revocation.grouped().len(), 23);
    }
    #[test]
    fn any_text_is_a_code_of_the_right_length_or_none(text in "\\PC{0,60}") {
        if let Some(code) = ShortCode::parse(&text) {
            prop_assert!(matches!(code.reveal().len(), 8 | 16));
            prop_assert!(code.reveal().bytes().all(|b| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&b)));
        }
        if let Some(digits) = Digits4::parse(&text) {
            prop_assert!(digits.reveal().len() == 4 && digits.reveal().bytes().all(|b| b.is_ascii_digit()));
        }
    }
    #[test]
    fn any_random_bytes_give_four_digits(bytes in prop::array::uniform4(any::<u8>())) {
        let digits = Digits4::from_random(bytes);
        prop_assert_eq!(Digits4::parse(digits.reveal()), Some(digits));
    }
}

#[test]
fn what_is_not_a_code() {
    for bad in ["", "1234567", "123456789", "ABCDEFGU", "ABCD_EFG", "１２３４５６７８", "ABCDEFGÉ"] {
        assert_eq!(ShortCode::parse(bad), None, "{bad}");
    }
    assert_eq!(LoginCode::parse(&format!("{}12345678", "-".repeat(40))), None, "too long to be typed by a person");
    for bad in ["", "123", "12345", "12a4", "-123", "１２３４"] {
        assert_eq!(Digits4::parse(bad), None, "{bad}");
    }
    assert_eq!(Digits4::parse(" 12 34 ").expect("digits").reveal(), "1234");
}

#[test]
fn groups() {
    assert_eq!(Base32Code::<8>::parse("ABCDEFGH").expect("a code").grouped(), "ABCD-EFGH");
    assert_eq!(Base32Code::<16>::parse("ABCDEFGH01234567").expect("a code").grouped(), "ABCD-EFGH-0123-4567");
    let revocation = RevocationCode::parse("ABCDE FGHJK MNPQR STVWX").expect("a code");
    assert_eq!(revocation.grouped(), "ABCDE-FGHJK-MNPQR-STVWX");
}

#[test]
fn every_character_of_the_alphabet_is_made() {
    let made: std::collections::BTreeSet<char> =
        (0..=255).flat_map(|b| LoginCode::from_random(&[b; 8]).reveal().chars().next()).collect();
    assert_eq!(made.len(), 32);
}
