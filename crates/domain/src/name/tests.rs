use super::*;
use proptest::prelude::*;

fn name(given: &str, prefix: &str, surname: &str) -> PersonName {
    PersonName::new(given, prefix, surname).unwrap()
}

#[test]
fn names_compare_as_people_mean_them() {
    for (left, right) in [
        (name("Jan", "", "Jansen"), name("JAN", "", "jansen")),
        (name("Zoë", "", "Müller"), name("Zoe", "", "Muller")),
        (name("Anne-Marie", "", "Smit"), name("Anne Marie", "", "Smit")),
        (name("Anne\u{2011}Marie", "", "Smit"), name("AnneMarie", "", "Smit")),
        (name("Piet", "", "Dijkstra"), name("Piet", "", "Dÿkstra")),
        (name("Piet", "", "\u{132}sbrand"), name("Piet", "", "IJsbrand")),
        (name("Piet", "", "Dijkstra"), name("Piet", "", "Dykstra")),
        (name("Jan", "van der", "Berg"), name("Jan", "", "Berg")),
        (name("Jan", "van der", "Berg"), name("Jan", "", "van der Berg")),
        (name("Jan", "", "Jansen-de Vries"), name("Jan", "", "Jansen de Vries")),
        // Composed and decomposed.
        (name("Ren\u{e9}", "", "Smit"), name("Rene\u{301}", "", "Smit")),
        (name("", "", "Sukarno"), name("", "", "SUKARNO")),
        (name("Yi\u{307}", "", "Şahin"), name("Yi", "", "Sahin")),
    ] {
        assert!(left.matches(&right) && right.matches(&left), "{left:?} {right:?}");
    }
}

#[test]
fn different_people_stay_different() {
    for (left, right) in [
        (name("Jan", "", "Jansen"), name("Jans", "", "Jansen")),
        (name("Jan", "", "Jansen"), name("", "", "Jansen")),
        (name("Jan", "van", "Berg"), name("Jan", "de", "Bergh")),
        (name("Jan", "van", "Berg"), name("Jan", "", "Berg van")),
        (name("Jan", "", "Smit"), name("Jan", "", "Smid")),
    ] {
        assert!(!left.matches(&right), "{left:?} {right:?}");
    }
}

#[test]
fn what_is_no_name_is_refused() {
    assert!(PersonName::new("Jan", "", "").is_none());
    assert!(PersonName::new("Jan", "", "  ").is_none());
    assert!(PersonName::new("Jan\u{0}", "", "Smit").is_none());
    assert!(PersonName::new(&"a".repeat(MAX_PART + 1), "", "Smit").is_none());
    assert!(PersonName::new(&"é".repeat(MAX_PART), "", "Smit").is_some());
    assert_eq!(name("  Jan \t Piet ", " van  der ", " Berg\n").full(), "Jan Piet van der Berg");
    assert_eq!(name("", "", "Berg").full(), "Berg");
}

#[test]
fn the_common_name_fits() {
    let number = "123456789";
    assert_eq!(name("Jan", "van der", "Berg").common_name(number), "Jan van der Berg:123456789");
    assert_eq!(name("", "", "Berg").common_name(number), "Berg:123456789");
    let long = name(&"Wolfgang ".repeat(8), "van", &"Berg".repeat(6)).common_name(number);
    assert!(
        long.chars().count() <= 64
            && long.starts_with("Wolfgang")
            && long.ends_with(&format!("{}:{number}", "Berg".repeat(6)))
    );
    let longest = name("Jan", "", &"Ë".repeat(MAX_PART)).common_name(number);
    assert_eq!(longest, format!("{}:{number}", "Ë".repeat(54)));
}

proptest! {
    #[test]
    fn any_name_matches_itself_and_fits(given in "\\PC{0,40}", prefix in "\\PC{0,10}", surname in "\\PC{1,40}") {
        if let Some(name) = PersonName::new(&given, &prefix, &surname) {
            prop_assert!(name.matches(&name));
            let common = name.common_name("123456789");
            prop_assert!(common.chars().count() <= 64, "{common}");
            prop_assert!(common.ends_with(":123456789"));
            prop_assert_eq!(PersonName::new(&name.given, &name.prefix, &name.surname), Some(name.clone()));
            let (given, bare, whole) = name.match_keys();
            prop_assert_eq!(fold(&given), given);
            prop_assert!(whole.ends_with(&bare) || whole.contains('y'));
        }
    }
}

#[test]
fn what_folds_to_more_than_an_index_takes_is_no_name() {
    // One character that folds to eighteen; whatever is only long is a name.
    let ligature = "\u{fdfa}".repeat(MAX_PART);
    assert_eq!(PersonName::new("", "", &ligature), None);
    assert!(!fits_key(&ligature, 200) && fits_key("\u{fdfa}", 40) && fits_key("", 0));
    for letter in ["\u{1ead}", "\u{540d}", "\u{10330}"] {
        let longest = letter.repeat(MAX_PART);
        assert!(PersonName::new(&longest, &longest, &longest).is_some(), "{letter}");
    }
}
