use super::*;

fn leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}
fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Every day from 1880 to 2200 and every day that is not one.
#[test]
fn exactly_the_days_that_exist() {
    for year in 1879..=2201 {
        for month in 0..=13 {
            for day in 0..=32 {
                let exists = (1880..=2200).contains(&year)
                    && match (month, day) {
                        (0, 0) => true,
                        (1..=12, day) => day <= days(year, month),
                        _ => false,
                    };
                let date = BirthDate::new(year, month, day);
                assert_eq!(date.is_some(), exists, "{year}-{month}-{day}");
                if let Some(date) = date {
                    assert_eq!(BirthDate::parse_iso(&date.to_iso()), Some(date));
                    assert_eq!(BirthDate::parse_typed(&date.to_dutch()), Some(date));
                }
            }
        }
    }
}

#[test]
fn people_type_it_in_many_ways() {
    let date = BirthDate::new(1980, 2, 1);
    for typed in
        ["01-02-1980", "1-2-1980", "01/02/1980", "1.2.1980", "01 02 1980", " 1 - 2 - 1980 ", "01021980", "1980-02-01"]
    {
        assert_eq!(BirthDate::parse_typed(typed), date, "{typed}");
    }
    assert_eq!(BirthDate::parse_typed("00-00-1980"), BirthDate::new(1980, 0, 0));
    assert_eq!(BirthDate::parse_typed("00-05-1980"), BirthDate::new(1980, 5, 0));
}

#[test]
fn anything_else_is_refused() {
    for typed in [
        "",
        "1980",
        "1-2-80",
        "32-01-1980",
        "31-04-1980",
        "29-02-1900",
        "00-13-1980",
        "05-00-1980",
        "1-2-1980-3",
        "aa-bb-cccc",
        "+1-02-1980",
        "001-2-1980",
        "1é021980",
        "٠١-٠٢-١٩٨٠",
        "1-2-19800000000000000000000",
    ] {
        assert_eq!(BirthDate::parse_typed(typed), None, "{typed}");
    }
    for text in ["1980-2-01", "1980-+2-01", "1980-02-+1", "1980/02/01", "01-02-1980", "1980-02-01 ", "198é-02-01"] {
        assert_eq!(BirthDate::parse_iso(text), None, "{text}");
    }
}

#[test]
fn the_future_begins_tomorrow() {
    let now = Timestamp::from_unix(1_000_000_000); // 2001-09-09
    for (year, month, day, future) in [
        (2001, 9, 8, false),
        (2001, 9, 9, false),
        (2001, 9, 10, true),
        (2001, 10, 1, true),
        (2002, 1, 1, true),
        (2001, 0, 0, false),
        (2001, 9, 0, false),
        (2001, 10, 0, true),
        (2002, 0, 0, true),
    ] {
        assert_eq!(BirthDate::new(year, month, day).unwrap().is_future(now), future, "{year}-{month}-{day}");
    }
}

#[test]
fn it_compares_and_never_shows_in_debug_output() {
    let (one, two) = (BirthDate::new(1980, 2, 1).unwrap(), BirthDate::new(1980, 2, 2).unwrap());
    assert!(one.same_as(one) && !one.same_as(two));
    assert_eq!(format!("{one:?}"), "BirthDate(…)");
    assert_eq!(serde_json::to_string(&one).unwrap(), "\"1980-02-01\"");
    assert!(serde_json::from_str::<BirthDate>("\"1980-02-30\"").is_err());
}
