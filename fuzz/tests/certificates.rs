//! Certificates, revocation lists and certificate requests: whatever bytes come, the answer is a refusal, never a panic.
//! The examples are from `zorgid dev-pki` and openssl; that they expire does not matter here.

use domain::{Environment, Timestamp};
use fuzz::Bend;
use pki::{
    mobile::{csr_public_key, verify_identity_chain},
    request_signer::verify_request_chain,
    uzi::{UziCertificate, UziConfig, UziValidator},
};

const PASS: &[u8] = include_bytes!("../examples/uzi-n-auth.der");
const SERVER: &[u8] = include_bytes!("../examples/uzi-s-auth.der");
const ISSUER: &[u8] = include_bytes!("../examples/medewerker-op-naam.cer");
const LEVEL_2: &[u8] = include_bytes!("../examples/level2-persoon.cer");
const ROOT: &[u8] = include_bytes!("../examples/root.cer");
const ISSUER_CRL: &[u8] = include_bytes!("../examples/medewerker-op-naam.crl");
const LEVEL_2_CRL: &[u8] = include_bytes!("../examples/level2-persoon.crl");
const ROOT_CRL: &[u8] = include_bytes!("../examples/root.crl");
const CSR: &[u8] = include_bytes!("../examples/phone.csr");

#[test]
fn fuzz_uzi_certificate() {
    let good = UziCertificate::parse(PASS);
    assert_eq!(good.uzi_number.len(), 9, "the example is read: {good:?}");
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let bytes = bend.bytes(&[PASS, SERVER, ISSUER]);
        let read = UziCertificate::parse_with(&bytes, &UziConfig::of(Environment::Acceptatie));
        let _ = (read.person_name(), format!("{read:?}"));
    });
}

/// A moment at which the examples are valid (2026-11-25).
const THEN: Timestamp = Timestamp(1_795_564_800_000);

fn validator(crls: &[Vec<u8>]) -> UziValidator {
    let trust = [ROOT, LEVEL_2, ISSUER].map(<[u8]>::to_vec).to_vec();
    UziValidator::new(UziConfig::of(Environment::Acceptatie), trust, crls).expect("the anchors are usable")
}

#[test]
fn fuzz_card_chain() {
    let validator = validator(&[ROOT_CRL, LEVEL_2_CRL, ISSUER_CRL].map(<[u8]>::to_vec));
    let chain = [PASS, ISSUER, LEVEL_2].map(<[u8]>::to_vec).to_vec();
    validator.validate(&chain, THEN).expect("the example is a good pass");
    bolero::check!().with_type::<(Bend, u8)>().for_each(|(bend, place)| {
        let place = usize::from(*place) % chain.len();
        let mut chain = chain.clone();
        let bent = bend.bytes(&[&chain[place]]);
        let changed = bent != chain[place];
        chain[place] = bent;
        let outcome = validator.validate(&chain, THEN);
        assert!(!(changed && place == 0 && outcome.is_ok()), "a changed pass was accepted");
        let identity = verify_identity_chain(&chain, ROOT, THEN);
        assert!(!(changed && place == 0 && identity.is_ok()), "a changed certificate was accepted");
        assert!(verify_request_chain(&chain, ROOT, THEN).is_err(), "a pass signs no requests");
    });
}

#[test]
fn fuzz_crl() {
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let crl = bend.bytes(&[ISSUER_CRL]);
        let mut lists = pki::cert::crls_in(&crl);
        lists.extend([ROOT_CRL, LEVEL_2_CRL].map(<[u8]>::to_vec));
        let outcome = validator(&lists).validate(&[PASS, ISSUER, LEVEL_2].map(<[u8]>::to_vec), THEN);
        // Bytes after the list's own end are not part of it.
        assert!(crl.starts_with(ISSUER_CRL) || outcome.is_err(), "a changed revocation list was believed");
    });
}

#[test]
fn fuzz_csr() {
    csr_public_key(CSR).expect("the example is valid");
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let csr = bend.bytes(&[CSR]);
        if let Ok(key) = csr_public_key(&csr) {
            assert_eq!(key.len(), 91, "a P-256 SubjectPublicKeyInfo");
        }
    });
}
