use super::*;

const NOON: Timestamp = Timestamp(1_700_000_000_000 / 86_400_000 * 86_400_000 + 43_200_000);
const DAY: i64 = 86_400;
const KEY: [u8; 32] = [2; 32];
const OTHER: [u8; 32] = [3; 32];

fn browser() -> Browser {
    let mut browser = Browser::first_seen(PersonId(uuid::Uuid::nil()), [1; 32], "Firefox op Linux".into(), NOON);
    browser.logged_in(Some(KEY), NOON);
    browser
}

#[test]
fn it_is_unknown_at_first_and_all_that_day() {
    let mut browser = browser();
    assert!(!browser.is_trusted(Some(&KEY)));
    browser.logged_in(Some(KEY), NOON.plus_seconds(DAY / 2 - 1));
    assert!(!browser.is_trusted(Some(&KEY)));
    assert_eq!(browser.latest_at, NOON.plus_seconds(DAY / 2 - 1));
}

#[test]
fn a_login_on_another_day_earns_trust_once() {
    let mut browser = browser();
    browser.logged_in(Some(KEY), NOON.plus_seconds(DAY / 2));
    assert_eq!(browser.trusted_at, Some(NOON.plus_seconds(DAY / 2)));
    browser.logged_in(Some(KEY), NOON.plus_seconds(3 * DAY));
    assert_eq!(browser.trusted_at, Some(NOON.plus_seconds(DAY / 2)));
}

#[test]
fn a_desktop_return_earns_trust_at_once() {
    let mut browser = browser();
    browser.desktop_return(Some(KEY), NOON);
    assert!(browser.is_trusted(Some(&KEY)));
}

#[test]
fn a_reported_browser_is_never_trusted() {
    let mut before = browser();
    before.reported = true;
    before.logged_in(Some(KEY), NOON.plus_seconds(DAY));
    before.desktop_return(Some(KEY), NOON.plus_seconds(DAY));
    before.desktop_return(Some(OTHER), NOON.plus_seconds(DAY));
    assert!(!before.is_trusted(Some(&OTHER)) && before.trusted_at.is_none());
    let mut after = browser();
    after.desktop_return(Some(KEY), NOON);
    after.reported = true;
    assert!(!after.is_trusted(Some(&KEY)));
}

#[test]
fn the_cookie_without_the_key_is_an_unknown_browser() {
    let mut browser = browser();
    browser.desktop_return(Some(KEY), NOON);
    assert!(!browser.is_trusted(None) && !browser.is_trusted(Some(&OTHER)));
    // A login without the key takes nothing from the browser that has it.
    browser.logged_in(None, NOON.plus_seconds(DAY));
    assert!(browser.is_trusted(Some(&KEY)));
}

#[test]
fn without_a_key_nothing_is_earned() {
    let mut browser = Browser::first_seen(PersonId(uuid::Uuid::nil()), [1; 32], "Lynx".into(), NOON);
    browser.logged_in(None, NOON);
    browser.logged_in(None, NOON.plus_seconds(DAY));
    browser.desktop_return(None, NOON.plus_seconds(2 * DAY));
    assert!(browser.trusted_at.is_none() && !browser.is_trusted(None));
    // Marked as trusted before keys were kept: the first key begins anew.
    browser.trusted_at = Some(NOON);
    assert!(!browser.is_trusted(None) && !browser.is_trusted(Some(&KEY)));
    browser.logged_in(Some(KEY), NOON.plus_seconds(3 * DAY));
    assert!(!browser.is_trusted(Some(&KEY)));
}

#[test]
fn another_key_behind_the_same_cookie_begins_anew() {
    let mut browser = browser();
    browser.desktop_return(Some(KEY), NOON);
    browser.logged_in(Some(OTHER), NOON.plus_seconds(DAY));
    assert!(!browser.is_trusted(Some(&OTHER)) && !browser.is_trusted(Some(&KEY)));
    assert_eq!(browser.first_at, NOON.plus_seconds(DAY));
    browser.logged_in(Some(OTHER), NOON.plus_seconds(2 * DAY));
    assert!(browser.is_trusted(Some(&OTHER)) && !browser.is_trusted(Some(&KEY)));
}

#[test]
fn a_forgotten_browser_earns_trust_anew() {
    let mut browser = browser();
    browser.desktop_return(Some(KEY), NOON);
    assert!(browser.is_trusted(Some(&KEY)));
    browser.forget(NOON.plus_seconds(DAY));
    assert!(!browser.is_trusted(Some(&KEY)) && !browser.is_trusted(None));
    browser.logged_in(Some(KEY), NOON.plus_seconds(DAY + 1));
    assert!(!browser.is_trusted(Some(&KEY)));
}

#[test]
fn another_key_or_none_behind_a_known_cookie_is_another_browser() {
    let mut browser = browser();
    assert!(!browser.is_another(Some(&KEY)));
    assert!(browser.is_another(Some(&OTHER)) && browser.is_another(None));
    browser.forget(NOON);
    assert!(!browser.is_another(None) && !browser.is_another(Some(&OTHER)), "it never proved a key");
}
