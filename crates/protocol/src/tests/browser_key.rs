//! The proof of a browser's key.

use crate::{
    b64::B64,
    browser_key::{BrowserProof, ProofStep, signed_text},
};
use domain::request::RequestId;

fn field(first: u8, length: usize) -> String {
    let mut bytes = vec![7; length];
    bytes[0] = first;
    B64(bytes).to_string()
}

#[test]
fn a_point_and_a_signature_are_read() {
    let proof = BrowserProof::parse(&field(4, 65), &field(9, 64)).expect("a good proof");
    assert_eq!((proof.key()[0], proof.signature()[0]), (4, 9));
    let other = BrowserProof::parse(&field(4, 65), &field(8, 64)).expect("a good proof");
    assert_eq!(proof.key_hash(), other.key_hash(), "the hash names the key alone");
}

#[test]
fn everything_else_is_refused() {
    let (key, signature) = (field(4, 65), field(9, 64));
    let bad = [
        (field(2, 65), signature.clone()),
        (field(4, 64), signature.clone()),
        (field(4, 66), signature.clone()),
        (key.clone(), field(9, 63)),
        (key.clone(), field(9, 65)),
        (format!("{key}="), signature.clone()),
        (key.replace('B', "+"), signature.clone()),
        (key.clone(), String::new()),
        (String::new(), signature),
        (key, "A".repeat(100_000)),
    ];
    for (key, signature) in bad {
        assert_eq!(BrowserProof::parse(&key, &signature), None, "{key} {signature}");
    }
}

#[test]
fn what_is_signed_names_origin_step_request_and_challenge() {
    let id = RequestId::parse("00000000-0000-4000-8000-000000000001").expect("an id");
    let text = signed_text("https://portaal.example", ProofStep::Ask, id, "AAAA");
    let lines: Vec<_> = text.lines().collect();
    let name = id.to_string();
    assert_eq!(lines, ["zorgid-browser-key-1", "https://portaal.example", "ask", name.as_str(), "AAAA"]);
    assert!(signed_text("o", ProofStep::Take, id, "c").contains("\ntake\n"));
}
