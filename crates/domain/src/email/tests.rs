#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn addresses_that_mail_servers_take() {
    for good in ["a@b.nl", " jan.de-vries+zorg@ziekenhuis.example ", "o'neil@x-y.co.uk", "1@2.example"] {
        assert_eq!(EmailAddress::parse(good).unwrap().as_str(), good.trim());
    }
}

#[test]
fn everything_else_is_refused() {
    let long = format!("{}@example.nl", "a".repeat(65));
    let longer = format!("a@{}.nl", "b.".repeat(130));
    for bad in [
        "",
        "a",
        "a@",
        "@b.nl",
        "a@b",
        "a@@b.nl",
        "a@b@c.nl",
        ".a@b.nl",
        "a.@b.nl",
        "a..b@c.nl",
        "a b@c.nl",
        "a@-b.nl",
        "a@b-.nl",
        "a@b..nl",
        "a@1.2.3.4",
        "a\n@b.nl",
        "a@b.nl\r\nBcc: x@y.nl",
        "\"a\"@b.nl",
        "ä@b.nl",
        "a@b\u{202e}.nl",
        &long,
        &longer,
    ] {
        assert!(EmailAddress::parse(bad).is_none(), "{bad:?}");
    }
}
