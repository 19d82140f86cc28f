//! QR and launch links.

use crate::{
    limits,
    link::{LaunchLink, LinkError, QrLink, ServerId},
    nonce::Nonce,
};
use domain::request::Purpose;
use proptest::prelude::*;

fn purpose() -> impl Strategy<Value = Purpose> {
    prop::sample::select(&Purpose::ALL[..])
}

prop_compose! {
    fn link()(
        host in "[a-z][a-z0-9]{0,20}(\\.[a-z][a-z0-9]{0,10}){0,2}",
        port in prop::option::of(1024u16..),
        secure in any::<bool>(),
        kind in purpose(),
        server in "[a-z0-9-]{1,40}",
        nonce in prop::array::uniform32(any::<u8>()),
    ) -> QrLink {
        let scheme = if secure { "https" } else { "http" };
        let port = port.map(|p| format!(":{p}")).unwrap_or_default();
        QrLink {
            app_origin: format!("{scheme}://{host}{port}"),
            kind,
            server: ServerId::parse(&server).expect("a server id"),
            nonce: Nonce::from_bytes(nonce),
        }
    }
}

proptest! {
    #[test]
    fn a_link_survives_the_way_through_a_qr_code(link in link()) {
        prop_assert_eq!(QrLink::parse(&link.reveal()), Ok(link.clone()));
        let spaced = format!("  {}\n", link.reveal());
        prop_assert_eq!(QrLink::parse(&spaced), Ok(link));
    }
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,700}") {
        if let Ok(link) = QrLink::parse(&text) {
            prop_assert_eq!(link.reveal(), text.trim());
        }
        if let Ok(link) = LaunchLink::parse(&text) {
            prop_assert!(text.contains(&link.reveal()));
        }
    }
    #[test]
    fn a_lost_or_added_character_is_refused(link in link(), at in any::<prop::sample::Index>(), extra in "[/#?A]") {
        let text = link.reveal();
        let end = text.len() - 43 + at.index(43);
        let shorter = format!("{}{}", &text[..end], &text[end + 1..]);
        prop_assert_eq!(QrLink::parse(&shorter), Err(LinkError::NotOurs));
        prop_assert_eq!(QrLink::parse(&format!("{text}{extra}")), Err(LinkError::NotOurs));
    }
    #[test]
    fn a_launch_link_survives(nonce in prop::array::uniform32(any::<u8>()), slash in any::<bool>()) {
        let link = LaunchLink { token: Nonce::from_bytes(nonce) };
        let text = format!("{}{}", link.reveal(), if slash { "/" } else { "" });
        prop_assert_eq!(LaunchLink::parse(&text), Ok(link));
    }
}

#[test]
fn look_alikes_are_not_ours() {
    let nonce = Nonce::from_bytes([7; 32]).reveal();
    let good = format!("https://app.example.nl/#login/acceptatie/{nonce}");
    assert!(QrLink::parse(&good).is_ok());
    for bad in [
        String::new(),
        "https://app.example.nl/".into(),
        good.replace("/#", "/x#"),
        good.replace("https", "ftp"),
        good.replace("https", "javascript"),
        good.replace("https://app", "https://user:password@app"),
        good.replace("https://app", "HTTPS://app"),
        good.replace("app.example.nl", "app.example.nl:443"),
        good.replace("login", "Login"),
        good.replace("login", "transfer"),
        good.replace("acceptatie", ""),
        good.replace("acceptatie", "Acceptatie"),
        good.replace("acceptatie", &"a".repeat(41)),
        format!("{good}/"),
        format!("{good}="),
        format!("{good}/#login/acceptatie/{nonce}"),
    ] {
        assert_eq!(QrLink::parse(&bad), Err(LinkError::NotOurs), "{bad}");
    }
    let long = format!("https://{}.nl/#login/acceptatie/{nonce}", "a".repeat(limits::LINK));
    assert_eq!(QrLink::parse(&long), Err(LinkError::TooLong));
    assert_eq!(LaunchLink::parse(&format!("zorgid://launch/{}", "A".repeat(limits::LINK))), Err(LinkError::TooLong));
    for bad in ["zorgid://launch/", "zorgid:launch/x", "https://launch/x", "zorgid://other/x"] {
        assert_eq!(LaunchLink::parse(&bad.replace('x', &nonce)), Err(LinkError::NotOurs), "{bad}");
    }
}
