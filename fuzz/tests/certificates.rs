//! Certificates, revocation lists and certificate requests: whatever bytes come, the answer is a refusal, never a panic.
//! The examples are from `zorgid dev-pki` and openssl; that they expire does not matter here.

use der::{Decode, Encode};
use domain::Environment;
use fuzz::{Bend, THEN, authority};
use pki::{
    mobile::{CertificateStatus, csr_public_key, verify_identity_chain},
    request_signer::verify_request_chain,
    setup,
    uzi::{UziCertificate, UziConfig, UziValidator},
};
use std::panic::AssertUnwindSafe;
use x509_cert::{Certificate, serial_number::SerialNumber};
use x509_ocsp::{
    BasicOcspResponse, OcspResponse, OcspResponseStatus, Request, builder::OcspRequestBuilder, ext::Nonce,
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

/// A changed list is no list: alone it stops the pass, beside the genuine one it neither counts nor hides it.
#[test]
fn fuzz_crl() {
    bolero::check!().with_type::<(Bend, bool)>().for_each(|(bend, beside)| {
        let crl = bend.bytes(&[ISSUER_CRL]);
        let mut lists = pki::cert::crls_in(&crl);
        lists.extend([ROOT_CRL, LEVEL_2_CRL].map(<[u8]>::to_vec));
        if *beside {
            lists.push(ISSUER_CRL.to_vec());
        }
        let outcome = validator(&lists).validate(&[PASS, ISSUER, LEVEL_2].map(<[u8]>::to_vec), THEN);
        // Bytes after the list's own end are not part of it.
        let genuine = *beside || crl.starts_with(ISSUER_CRL);
        assert!(genuine || outcome.is_err(), "a changed revocation list was believed");
        assert!(!beside || outcome.is_ok(), "a changed list hid the genuine one: {outcome:?}");
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

#[test]
fn fuzz_ocsp_request() {
    let (folder, credential) = authority();
    let (ca, signer) = setup::open_issuing(folder.path(), &credential).expect("the CA opens");
    // A key that signs has no state that a panic could leave half changed.
    let signer = AssertUnwindSafe(signer);
    let issuer = Certificate::from_der(ca.certificate()).expect("a certificate");
    let ask = |serial: &[u8]| {
        let serial = SerialNumber::new(serial).expect("a serial number");
        Request::from_issuer::<sha2::Sha256>(&issuer, serial).expect("a request")
    };
    let plain = OcspRequestBuilder::default().with_request(ask(&[7; 16])).build().to_der().expect("DER");
    let nonce = Nonce::new([5; 32]).expect("a nonce");
    let both = OcspRequestBuilder::default().with_request(ask(&[1])).with_request(ask(&[0x80, 2]));
    let both = both.with_extension(nonce).expect("an extension").build().to_der().expect("DER");
    let read = |der: &[u8]| signer.read(der).map(|query| query.serials().count());
    assert_eq!((read(&plain), read(&both)), (Ok(1), Ok(2)), "the examples ask about our own certificates");
    bolero::check!().with_type::<Bend>().for_each(|bend| match signer.read(&bend.bytes(&[&plain, &both])) {
        Err(answer) => {
            let answer = OcspResponse::from_der(&answer).expect("a refusal is an OCSP response");
            assert_eq!(answer.response_status, OcspResponseStatus::MalformedRequest);
        }
        Ok(query) => {
            let asked = query.serials().count();
            assert!(asked <= 16 && query.serials().all(|serial| serial.first() != Some(&0)));
            let answer = signer.answer(&query, |_| CertificateStatus::Good, THEN).expect("what was read is answered");
            let answer = OcspResponse::from_der(&answer).expect("an OCSP response");
            let basic = answer.response_bytes.expect("content").response;
            let basic = BasicOcspResponse::from_der(basic.as_bytes()).expect("a basic response");
            assert!(basic.tbs_response_data.responses.len() >= asked);
        }
    });
}
