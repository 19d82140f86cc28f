use super::*;

const NOON: Timestamp = Timestamp(1_700_000_000_000 / 86_400_000 * 86_400_000 + 43_200_000);
const DAY: i64 = 86_400;

fn browser() -> Browser {
    Browser::first_seen(PersonId(uuid::Uuid::nil()), [1; 32], "Firefox op Linux".into(), NOON)
}

#[test]
fn it_is_unknown_at_first_and_all_that_day() {
    let mut browser = browser();
    assert!(!browser.is_trusted());
    browser.logged_in(NOON.plus_seconds(DAY / 2 - 1));
    assert!(!browser.is_trusted());
    assert_eq!(browser.latest_at, NOON.plus_seconds(DAY / 2 - 1));
}

#[test]
fn a_login_on_another_day_earns_trust_once() {
    let mut browser = browser();
    browser.logged_in(NOON.plus_seconds(DAY / 2));
    assert_eq!(browser.trusted_at, Some(NOON.plus_seconds(DAY / 2)));
    browser.logged_in(NOON.plus_seconds(3 * DAY));
    assert_eq!(browser.trusted_at, Some(NOON.plus_seconds(DAY / 2)));
}

#[test]
fn a_desktop_return_earns_trust_at_once() {
    let mut browser = browser();
    browser.desktop_return(NOON);
    assert!(browser.is_trusted());
}

#[test]
fn a_reported_browser_is_never_trusted() {
    let mut before = browser();
    before.reported = true;
    before.logged_in(NOON.plus_seconds(DAY));
    before.desktop_return(NOON.plus_seconds(DAY));
    assert!(!before.is_trusted() && before.trusted_at.is_none());
    let mut after = browser();
    after.desktop_return(NOON);
    after.reported = true;
    assert!(!after.is_trusted());
}
