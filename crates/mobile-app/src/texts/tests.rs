use super::*;
use crate::problems::sentences;
use protocol::ProblemCode;

#[test]
fn no_text_is_empty_and_both_languages_have_the_same_places() {
    for text in Text::ALL {
        let (nl, en) = (text.template(Language::Dutch), text.template(Language::English));
        assert!(!nl.trim().is_empty() && !en.trim().is_empty(), "{text:?}");
        for place in ["{0}", "{1}", "{product}"] {
            assert_eq!(nl.contains(place), en.contains(place), "{text:?} {place}");
        }
    }
}

#[test]
fn the_fixed_dutch_labels_are_the_ones_that_manuals_name() {
    let labels = [
        (Text::Next, "Volgende"),
        (Text::Cancel, "Annuleren"),
        (Text::Close, "Sluiten"),
        (Text::Accept, "Accepteren"),
        (Text::Decline, "Weigeren"),
        (Text::Remove, "Verwijderen"),
        (Text::Scan, "Scan"),
        (Text::ScanQr, "Scan QR"),
        (Text::Identities, "ID en Sessies"),
        (Text::Lock, "Vergrendelen"),
    ];
    for (text, label) in labels {
        assert_eq!(text.say(Language::Dutch), label);
    }
}

/// The same things have the same names as in the portal.
#[test]
fn one_thing_has_one_name() {
    let not = [
        (Language::Dutch, ["eeft u ", "u heeft", "U heeft", "kenmerk", "UZI-kaart"]),
        (Language::English, ["administrator", "UZI card", "Registreren", "Verversen", "pincode"]),
    ];
    let said = |language| {
        let problems = ProblemCode::ALL.iter().filter_map(move |code| sentences(*code, language)).flatten();
        let texts = Text::ALL.iter().map(move |text| text.say(language));
        texts.chain(problems.map(str::to_owned)).collect::<Vec<_>>()
    };
    for (language, words) in not {
        for text in said(language) {
            assert!(!words.iter().any(|word| text.contains(word)), "{text}");
        }
    }
}

#[test]
fn values_are_filled_in_by_place() {
    assert_eq!(fill("{1} en {0}", &["a", "b"]), "b en a");
    assert_eq!(Text::WelcomeTitle.say(Language::Dutch), "Welkom bij ZORG-ID");
}
