//! What forms and lists share.

use crate::{
    caller::Lang,
    pages::{dutch_time, form, texts},
};
use domain::Timestamp;

fn at(text: &str) -> Timestamp {
    let parsed = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339);
    Timestamp::from(parsed.unwrap())
}

#[test]
fn moments_are_read_as_people_in_the_netherlands_mean_them() {
    for (typed, utc) in [
        ("2026-11-22T14:30", "2026-11-22T13:30:00Z"),
        ("2026-07-01T14:30", "2026-07-01T12:30:00Z"),
        ("2026-07-01 14:30:00", "2026-07-01T12:30:00Z"),
        ("01-07-2026T14:30", "2026-07-01T12:30:00Z"),
        // There twice: the first one. Skipped: as winter time.
        ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),
        ("2026-03-29T02:30", "2026-03-29T01:30:00Z"),
    ] {
        assert_eq!(dutch_time::parse_moment(typed), Some(at(utc)), "{typed}");
    }
    for wrong in ["", "morgen", "2026-02-30T10:00", "2026-11-22T25:00", "2026-11-22", "2026-11-22T14:30:00+09:00"] {
        assert_eq!(dutch_time::parse_moment(wrong), None, "{wrong}");
    }
    assert!(dutch_time::parse_date("31-02-2026").is_none() && dutch_time::parse_date("é1-02-2026").is_none());
}

#[test]
fn the_pager_keeps_what_was_asked_and_stays_within_the_list() {
    let t = texts::of(Lang::Nl);
    let pager = form::Pager::new(&t, "/lijst", &[("zoek", "de linde&x=1"), ("filter", "")], 2, 151);
    assert_eq!(pager.text, "Pagina 2 van 4, 151 in totaal");
    assert_eq!(pager.next.as_deref(), Some("/lijst?zoek=de+linde%26x%3D1&pagina=3"));
    assert_eq!(pager.last.as_deref(), Some("/lijst?zoek=de+linde%26x%3D1&pagina=4"));
    assert!(pager.previous.is_some());
    let beyond = form::Pager::new(&t, "/lijst", &[], 99, 151);
    assert_eq!((beyond.text.as_str(), beyond.next, beyond.last), ("Pagina 4 van 4, 151 in totaal", None, None));
    let empty = form::Pager::new(&t, "/lijst", &[], 1, 0);
    assert_eq!((empty.previous, empty.next), (None, None));
    for (typed, page) in
        [(None, 1), (Some("7"), 7), (Some("0"), 1), (Some("-3"), 1), (Some("x"), 1), (Some("9999999"), 1)]
    {
        assert_eq!(form::page_number(typed), page);
    }
}

#[test]
fn only_our_own_words_are_told_after_a_change() {
    let t = texts::of(Lang::Nl);
    assert!(form::flash(&t, Some("goedgekeurd")).is_some_and(|text| text.contains("goedgekeurd")));
    for other in [None, Some(""), Some("iets anders"), Some("<b>"), Some("nergens-bekend")] {
        assert_eq!(form::flash(&t, other), None, "{other:?}");
    }
}

#[test]
fn what_does_not_show_as_what_it_is_cannot_be_stored() {
    assert_eq!(form::tidy("  De \t Linde\n"), "De Linde");
    for good in ["De Linde", "Zoë", "张伟", "محمد", "🏥", "O'Brien-Çelik"] {
        assert!(form::fits(good, 20), "{good}");
    }
    for bad in ["", "a\u{7}b", "a\u{202e}b", "\u{2066}x", "\u{0}", "éééééé", "\u{fdfa}\u{fdfa}"] {
        assert!(!form::fits(bad, 5), "{bad:?}");
    }
}
