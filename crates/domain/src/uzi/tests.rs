use super::*;
use proptest::prelude::*;

#[test]
fn numbers_keep_their_leading_zeros() {
    assert_eq!(Ura::parse("00001234").unwrap().as_str(), "00001234");
    assert_eq!(Ura::parse(" 00001234 ").unwrap().to_string(), "00001234");
    for wrong in ["", "1234567", "123456789", "1234567a", "1234 678", "-1234567", "１２３４５６７８"] {
        assert_eq!(Ura::parse(wrong), None, "{wrong}");
    }
    assert!(UziNumber::parse("900012345").is_some() && UziNumber::parse("90001234").is_none());
    assert!(serde_json::from_str::<Ura>("\"1234\"").is_err());
    assert_eq!(serde_json::from_str::<Ura>("\"00001234\"").unwrap(), Ura::parse("00001234").unwrap());
}

#[test]
fn only_z_and_n_name_a_person() {
    for (letter, personal) in [("Z", true), ("N", true), ("M", false), ("S", false)] {
        let kind = CardType::parse(letter).unwrap();
        assert_eq!((kind.letter(), kind.is_personal()), (letter, personal));
    }
    assert_eq!(CardType::parse("z"), None);
}

#[test]
fn role_codes() {
    assert!(RoleCode::parse("00.000").unwrap().is_none());
    assert!(!RoleCode::parse("01.015").unwrap().is_none());
    for wrong in ["", "01015", "01.01", "1.0150", "01.0155", "0a.015", "01,015"] {
        assert_eq!(RoleCode::parse(wrong), None, "{wrong}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC{0,12}") {
        let _ = (Ura::parse(&text), UziNumber::parse(&text), AgbCode::parse(&text), RoleCode::parse(&text), CardType::parse(&text));
    }
}
