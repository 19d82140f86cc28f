//! Both languages are complete, every problem is explained, and templates stay within the Content-Security-Policy.

use crate::{
    caller::Lang,
    pages::{log::words, statics, texts},
};
use protocol::ProblemCode;
use std::collections::{BTreeMap, BTreeSet};

/// Key → the variables that its text uses.
fn keys(lang: &str) -> BTreeMap<String, BTreeSet<String>> {
    let file = texts::Files::get(&format!("{lang}/portal.ftl")).unwrap();
    let text = String::from_utf8(file.data.into_owned()).unwrap();
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '}'])) {
            assert!(keys.insert(key.to_owned(), BTreeSet::new()).is_none(), "{key} is there twice in {lang}");
            current = Some(key.to_owned());
        }
        let used = line
            .split('$')
            .skip(1)
            .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>());
        if let Some(variables) = current.as_ref().and_then(|key| keys.get_mut(key)) {
            variables.extend(used);
        }
    }
    keys
}

#[test]
fn dutch_and_english_have_the_same_keys_and_variables() {
    let (dutch, english) = (keys("nl"), keys("en"));
    assert!(dutch.len() > 400, "{}", dutch.len());
    assert_eq!(dutch, english);
}

#[test]
fn every_problem_has_its_three_texts() {
    for lang in [Lang::Nl, Lang::En] {
        let known = keys(lang.as_str());
        for code in ProblemCode::ALL {
            let text = texts::problem(lang, *code);
            for (part, text) in [("title", &text.title), ("why", &text.why), ("next", &text.next)] {
                assert!(known.contains_key(&format!("problem-{code}-{part}")), "{code} has no {part}");
                assert!(text.len() > 5 && !text.contains("No localization"), "{lang:?} {code} {part}: {text}");
            }
        }
    }
}

#[test]
fn every_event_and_mail_of_the_log_has_words() {
    for lang in [Lang::Nl, Lang::En] {
        let (known, t) = (keys(lang.as_str()), texts::of(lang));
        for event in domain::log::Event::ALL {
            assert!(known.contains_key(&words::key(*event)), "{lang:?} {event:?}");
            let text = words::event(&t, *event);
            assert!(text.len() > 4 && !text.contains("No localization"), "{lang:?} {event:?}: {text}");
        }
        for kind in domain::mail::MailKind::ALL {
            assert!(known.contains_key(&format!("log-mail-{}", kind.as_str())), "{lang:?} {kind:?}");
        }
    }
}

#[test]
fn no_problem_is_told_in_the_words_ongeldig_or_onbekende_fout() {
    for code in ProblemCode::ALL {
        let text = texts::problem(Lang::Nl, *code);
        let all = format!("{} {} {}", text.title, text.why, text.next).to_lowercase();
        assert!(!all.contains("ongeldig") && !all.contains("onbekende fout"), "{code}: {all}");
    }
}

fn templates(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            templates(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn templates_hold_nothing_inline_and_nothing_from_elsewhere() {
    let mut found = Vec::new();
    templates(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut found);
    assert!(found.len() > 20);
    for (name, html) in found {
        let lower = html.to_lowercase();
        for bad in ["style=", "<style", "javascript:", "http:", "https:", "src=\"//", "<script>", "|safe"] {
            let drawn = bad == "|safe" && lower.matches("|safe").count() == lower.matches("qr|safe").count();
            // Programs that show mails know no style sheets; a mail is no page of ours.
            let allowed = drawn || (bad == "style=" && name.ends_with("templates/mail.html"));
            assert!(!lower.contains(bad) || allowed, "{name} has {bad}");
        }
        for attribute in lower.split_whitespace().filter(|word| word.starts_with("on")) {
            assert!(!attribute.contains("=\""), "{name} has {attribute}");
        }
        let forms = lower.matches("method=\"post\"").count();
        assert_eq!(forms, lower.matches("name=\"csrf\"").count(), "{name}: a form without csrf");
    }
}

#[test]
fn styles_and_scripts_load_nothing_from_elsewhere() {
    for path in statics::Files::iter().filter(|path| path.ends_with(".css") || path.ends_with(".js")) {
        let text = String::from_utf8(statics::Files::get(&path).unwrap().data.into_owned()).unwrap();
        let external = text.contains("://") || text.contains("url(\"//") || text.contains("@import");
        assert!(!external, "{path} refers to another site");
        assert!(!text.contains("eval(") && !text.contains("innerHTML"), "{path}");
    }
}
