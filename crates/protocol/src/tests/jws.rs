//! Compact JWS.

use crate::{
    b64::B64,
    jws::{Algorithm, Jws, JwsError, TYP_INSTALLATION, TYP_REQUEST, TYP_RESPONSE, Unsigned, digest},
    limits,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn compact(header: &Value, payload: &[u8]) -> String {
    format!("{}.{}.{}", B64(header.to_string().into_bytes()), B64::from(payload), B64::from(&b"sig"[..]))
}

proptest! {
    #[test]
    fn what_was_put_in_comes_out(
        text in "\\PC{0,80}",
        chain in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..=limits::CHAIN_LENGTH),
        signature in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let claims = json!({ "text": text });
        let unsigned = Unsigned::new(Algorithm::ES256, TYP_REQUEST, &chain, &claims).expect("claims");
        let input = unsigned.signing_input().to_vec();
        let jws = Jws::parse(&unsigned.with_signature(&signature), TYP_REQUEST).expect("a JWS");
        prop_assert_eq!(jws.signing_input(), input.as_slice());
        prop_assert_eq!((&jws.chain, &jws.signature), (&chain, &signature));
        prop_assert_eq!(jws.claims::<Value>().expect("claims"), claims);
    }
    #[test]
    fn any_text_is_refused(text in "\\PC{0,300}") {
        prop_assert!(Jws::parse(&text, TYP_REQUEST).is_err());
    }
    #[test]
    fn any_base64url_parts_are_read_or_refused(parts in prop::collection::vec("[A-Za-z0-9_-]{0,120}", 0..5)) {
        prop_assert!(Jws::parse(&parts.join("."), TYP_REQUEST).is_err());
    }
    #[test]
    fn any_header_is_read_or_refused(header in "\\PC{0,200}", payload in prop::collection::vec(any::<u8>(), 0..100)) {
        let text = format!("{}.{}.{}", B64(header.into_bytes()), B64(payload), B64(vec![]));
        prop_assert!(Jws::parse(&text, TYP_REQUEST).is_err());
    }
    #[test]
    fn any_payload_is_claims_or_malformed(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        let header = json!({ "alg": "ES256", "typ": TYP_REQUEST });
        let jws = Jws::parse(&compact(&header, &payload), TYP_REQUEST).expect("a JWS");
        let claims = jws.claims::<crate::request::RequestClaims>();
        prop_assert!(matches!(claims, Err(JwsError::Malformed)));
    }
}

#[test]
fn only_headers_that_we_know() {
    let good = json!({ "alg": "ES256", "typ": TYP_RESPONSE });
    assert!(Jws::parse(&compact(&good, b"{}"), TYP_RESPONSE).is_ok());
    for (member, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("es256")),
        ("alg", json!(null)),
        ("crit", json!(["x"])),
        ("jwk", json!({})),
        ("kid", json!("1")),
        ("x5u", json!("https://example.org")),
        ("x5c", json!("text")),
        ("x5c", json!(["not base64!"])),
        ("b64", json!(false)),
        ("typ", json!(1)),
    ] {
        let mut header = good.clone();
        header[member] = value;
        assert_eq!(Jws::parse(&compact(&header, b"{}"), TYP_RESPONSE).err(), Some(JwsError::Malformed), "{header}");
    }
    for missing in [json!({ "alg": "ES256" }), json!({ "typ": TYP_RESPONSE }), json!([]), json!("x")] {
        assert_eq!(Jws::parse(&compact(&missing, b"{}"), TYP_RESPONSE).err(), Some(JwsError::Malformed));
    }
    let twice = r#"{"alg":"ES256","alg":"RS256","typ":"zorgid-response+jws"}"#;
    let text = format!("{}.e30.", B64(twice.as_bytes().to_vec()));
    assert_eq!(Jws::parse(&text, TYP_RESPONSE).err(), Some(JwsError::Malformed), "a member that comes twice");
}

#[test]
fn a_message_of_one_type_is_never_another() {
    let types = [TYP_REQUEST, TYP_RESPONSE, TYP_INSTALLATION];
    for made in types {
        let text = compact(&json!({ "alg": "ES256", "typ": made }), b"{}");
        for wanted in types {
            let parsed = Jws::parse(&text, wanted);
            assert_eq!(parsed.err(), (made != wanted).then_some(JwsError::WrongType));
        }
    }
}

#[test]
fn limits_hold() {
    let chain = vec!["AAAA"; limits::CHAIN_LENGTH + 1];
    let long_chain = compact(&json!({ "alg": "ES256", "typ": TYP_REQUEST, "x5c": chain }), b"{}");
    assert_eq!(Jws::parse(&long_chain, TYP_REQUEST).err(), Some(JwsError::TooLarge));
    let large = compact(&json!({ "alg": "ES256", "typ": TYP_REQUEST }), &vec![b' '; limits::JWS]);
    assert_eq!(Jws::parse(&large, TYP_REQUEST).err(), Some(JwsError::TooLarge));
}

#[test]
fn the_encoding_is_strict() {
    let good = compact(&json!({ "alg": "ES256", "typ": TYP_REQUEST }), b"{}");
    for bad in [good.clone() + "=", good.clone() + ".", format!(" {good}"), good.replacen('.', "..", 1)] {
        assert!(Jws::parse(&bad, TYP_REQUEST).is_err(), "{bad}");
    }
    // Trailing bits that mean nothing must be zero, or one message would have several texts and digests.
    assert!(B64::parse("e30").is_some() && B64::parse("e31").is_none());
}

#[test]
fn the_digest_is_sha256_of_the_text() {
    let hex: String = digest("a.b.c").iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hex, "845e30448809e2bc8958eb025bfc795235d13b077a53d0c3abbd2385170dc9b8");
}
