//! Links, codes, dates and messages: parsing never panics, and what is accepted survives being written and read again.

use domain::{BirthDate, Ura, UziNumber};
use fuzz::Bend;
use protocol::{
    app_config::AppConfig,
    b64::B64,
    browser_key::BrowserProof,
    card::{DesktopNext, LaunchRedeem},
    code::{Digits4, RevocationCode, ShortCode},
    enrol::Enrol,
    jws::{Jws, TYP_REQUEST, TYP_RESPONSE},
    limits,
    link::{LaunchLink, QrLink},
    request::{Redeem, RequestClaims},
    response::ResponseClaims,
};

const NONCE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

#[test]
fn fuzz_qr_link() {
    let example = format!("https://app.example.nl/#login/acceptatie/{NONCE}");
    let local = format!("http://localhost:8081/#enrol/a-1/{NONCE}");
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let text = bend.text(&[&example, &local]);
        if let Ok(link) = QrLink::parse(&text) {
            assert_eq!(QrLink::parse(&link.reveal()).as_ref(), Ok(&link));
            assert_eq!(link.reveal(), text.trim(), "one link has one form");
            assert!(!format!("{link:?}").contains(&link.nonce.reveal()), "Debug tells no secret");
        }
    });
}

#[test]
fn fuzz_launch_link() {
    let example = format!("zorgid://launch/{NONCE}");
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        if let Ok(link) = LaunchLink::parse(&bend.text(&[&example])) {
            assert_eq!(LaunchLink::parse(&link.reveal()), Ok(link));
        }
    });
}

#[test]
fn fuzz_codes() {
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let text = bend.text(&["0123-4567", "ABCD-EFGH-JKMN-PQRS", "OIL0-11oi", "01234-56789-ABCDE-FGHJK", "04 17"]);
        if let Some(code) = ShortCode::parse(&text) {
            assert!(matches!(code.reveal().len(), 8 | 16) && text.len() <= limits::CODE);
            assert_eq!(ShortCode::parse(code.reveal()), Some(code));
        }
        if let Some(code) = RevocationCode::parse(&text) {
            assert_eq!(RevocationCode::parse(&code.grouped()), Some(code));
        }
        if let Some(code) = Digits4::parse(&text) {
            assert_eq!(code.reveal().len(), 4);
        }
    });
}

#[test]
fn fuzz_birth_date() {
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let text = bend.text(&["01-02-1980", "1980-02-01", "00-00-1980", "29.02.2000", "31121999"]);
        for date in [BirthDate::parse_typed(&text), BirthDate::parse_iso(&text)].into_iter().flatten() {
            assert_eq!(BirthDate::parse_iso(&date.to_iso()), Some(date));
            assert_eq!(BirthDate::parse_typed(&date.to_dutch()), Some(date));
            assert!(date.same_as(date) && !format!("{date:?}").contains(&date.to_iso()));
        }
    });
}

#[test]
fn fuzz_numbers() {
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let text = bend.text(&["00001234", "000012345", " 90000380 "]);
        if let Some(ura) = Ura::parse(&text) {
            assert_eq!(ura.as_str().len(), 8);
        }
        if let Some(number) = UziNumber::parse(&text) {
            assert_eq!(number.as_str().len(), 9);
        }
    });
}

#[test]
fn fuzz_jws() {
    let header = B64(br#"{"alg":"ES256","typ":"zorgid-request+jws","x5c":["AAAA"]}"#.to_vec()).to_string();
    let response = B64(br#"{"alg":"RS256","typ":"zorgid-response+jws"}"#.to_vec()).to_string();
    let body = B64(br#"{"a":1}"#.to_vec()).to_string();
    let examples = [format!("{header}.{body}.AAAA"), format!("{response}.{body}.")];
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let text = bend.text(&[&examples[0], &examples[1]]);
        for typ in [TYP_REQUEST, TYP_RESPONSE] {
            if let Ok(jws) = Jws::parse(&text, typ) {
                assert!(text.starts_with(std::str::from_utf8(jws.signing_input()).unwrap()));
                assert!(jws.chain.len() <= limits::CHAIN_LENGTH && jws.header.typ == typ);
                let _ = jws.claims::<RequestClaims>();
            }
        }
    });
}

#[test]
fn fuzz_browser_proof() {
    let mut point = vec![7; 65];
    point[0] = 4;
    let (key, signature) = (B64(point).to_string(), B64(vec![9; 64]).to_string());
    BrowserProof::parse(&key, &signature).expect("the example is valid");
    let example = format!("{key}\n{signature}");
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let text = bend.text(&[&example]);
        let (key, signature) = text.split_once('\n').unwrap_or((&text, ""));
        if let Some(proof) = BrowserProof::parse(key, signature) {
            assert_eq!((key.len(), signature.len()), (limits::BROWSER_KEY, limits::BROWSER_SIGNATURE));
            assert_eq!(B64::from(proof.key().as_slice()).to_string(), key, "one key has one form");
            assert_eq!(B64::from(proof.signature().as_slice()).to_string(), signature);
        }
    });
}

#[test]
fn fuzz_claims() {
    let id = "00000000-0000-4000-8000-000000000001";
    let request = format!(
        r#"{{"iss":"acceptatie","aud":"mobile-app","env":"acceptatie","request_id":"{id}","purpose":"login","requester":"Portaal","age":1,"expires_in":299,"iat":1700000000,"challenge":"{NONCE}"}}"#
    );
    let response = format!(
        r#"{{"iss":"123456789","aud":"acceptatie","env":"acceptatie","request_id":"{id}","request_digest":"AAAA","purpose":"login","decision":"accepted","iat":1700000000}}"#
    );
    let redeem = format!(r#"{{"nonce":"{NONCE}"}}"#);
    let launch = format!(r#"{{"token":"{NONCE}"}}"#);
    let next = format!(r#"{{"session":"{NONCE}","end":true}}"#);
    let enrol = format!(r#"{{"nonce":"{NONCE}","csr":"AAAA","installation":"{id}","unlock":"{id}","mac":"AAAA"}}"#);
    let config = r#"{"servers":[{"id":"a","api_origin":"http://localhost","app_origin":"http://localhost:1","environment":"acceptatie","root":"AA","operator":"x"}]}"#;
    serde_json::from_str::<RequestClaims>(&request).expect("the example is valid");
    serde_json::from_str::<ResponseClaims>(&response).expect("the example is valid");
    serde_json::from_str::<Enrol>(&enrol).expect("the example is valid");
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let text = bend.text(&[&request, &response, &redeem, &launch, &next, &enrol, config]);
        if let Ok(claims) = serde_json::from_str::<RequestClaims>(&text) {
            let again = serde_json::to_string(&claims).unwrap();
            assert_eq!(again, serde_json::to_string(&serde_json::from_str::<RequestClaims>(&again).unwrap()).unwrap());
        }
        let _ = serde_json::from_str::<ResponseClaims>(&text);
        let _ = serde_json::from_str::<Redeem>(&text);
        let _ = serde_json::from_str::<LaunchRedeem>(&text);
        let _ = serde_json::from_str::<DesktopNext>(&text);
        let _ = serde_json::from_str::<Enrol>(&text);
        let _ = serde_json::from_str::<AppConfig>(&text);
    });
}
