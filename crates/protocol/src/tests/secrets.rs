//! Secrets do not show in `Debug`, which is what ends up in logs.

use crate::{
    b64::B64,
    code::{Digits4, LoginCode, RevocationCode, ShortCode},
    link::{LaunchLink, QrLink, ServerId},
    nonce::Nonce,
    request::Redeem,
};
use domain::request::Purpose;
use proptest::prelude::*;

proptest! {
    #[test]
    fn no_nonce_or_code_in_debug_output(bytes in prop::array::uniform32(any::<u8>()), digits in prop::array::uniform4(any::<u8>())) {
        let nonce = Nonce::from_bytes(bytes);
        let secret = nonce.reveal();
        let link = QrLink {
            app_origin: "https://app.test".into(),
            kind: Purpose::Login,
            server: ServerId::parse("acc").expect("an id"),
            nonce: nonce.clone(),
        };
        let redeem = Redeem { nonce: Some(nonce.clone()), code: None };
        let launch = LaunchLink { token: nonce.clone() };
        for shown in [format!("{nonce:?}"), format!("{link:?}"), format!("{redeem:?}"), format!("{launch:?}"), format!("{:#?}", link)] {
            prop_assert!(!shown.contains(&secret), "{shown}");
            prop_assert!(shown.contains('…'), "{shown}");
        }
        let code = LoginCode::from_random(&std::array::from_fn(|i| bytes[i]));
        let shown = format!("{:?} {:?}", ShortCode::Login(code.clone()), Redeem { nonce: None, code: Some(ShortCode::Login(code.clone())) });
        prop_assert!(!shown.contains(code.reveal()), "{shown}");
        let revocation = RevocationCode::from_random(&std::array::from_fn(|i| bytes[i]));
        let shown = format!("{revocation:?}");
        prop_assert!(!shown.contains(revocation.reveal()), "{shown}");
        let digits = Digits4::from_random(digits);
        prop_assert_eq!(format!("{digits:?}"), "Digits4(…)");
    }
}

#[test]
fn bytes_show_their_length_only() {
    assert_eq!(format!("{:?}", B64(vec![65; 3])), "B64(3 bytes)");
}

#[test]
fn an_enrolment_shows_no_birth_date_and_no_revocation_code() {
    let id = "0198d2c0-0000-7000-8000-000000000001";
    let enrol: crate::enrol::Enrol = serde_json::from_value(serde_json::json!({
        "csr": "MDA", "birth_date": "1980-02-01", "installation": id, "unlock": id, "mac": "AAAA",
    }))
    .expect("a message");
    assert!(!format!("{enrol:?}").contains("1980"));
    let enrolled: crate::enrol::Enrolled = serde_json::from_value(serde_json::json!({
        "chain": [], "identity": id, "name": "Anna", "organisations": [], "revocation_code": "ABCDE-FGHJK",
    }))
    .expect("a message");
    assert!(!format!("{enrolled:?}").contains("ABCDE"));
}

#[test]
fn an_answer_shows_no_return_code() {
    let responded: crate::response::Responded = serde_json::from_value(serde_json::json!({
        "decision": "accepted", "pairing_code": "4711", "return_url": "https://portal.test/desktop/return#ABCDEFGH",
    }))
    .expect("a message");
    let shown = format!("{responded:?}");
    assert!(!shown.contains("ABCDEFGH") && !shown.contains("4711"), "{shown}");
}

#[test]
fn a_nonce_has_one_text_and_its_hash_is_sha256() {
    let nonce = Nonce::from_bytes([0; 32]);
    let hex: String = nonce.hash().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hex, "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
    assert_eq!(Nonce::parse(&nonce.reveal()), Some(nonce));
    for bad in ["", "A", &"A".repeat(42), &"A".repeat(44), &("A".repeat(42) + "B"), &("A".repeat(42) + "=")] {
        assert_eq!(Nonce::parse(bad), None, "{bad}");
    }
}
