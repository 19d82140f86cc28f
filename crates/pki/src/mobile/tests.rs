use super::*;
use crate::{
    cert::{CertificateRead, to_pem},
    keys::{Credential, RsaBits, Signer, SoftKey},
    setup::{self, CaInfo},
    testing::{OsChance, StandingClock, openssl, present},
};
use der::Decode;
use domain::{Environment, PersonName};
use proptest::prelude::*;
use std::{fs, path::Path};
use x509_cert::Certificate;

/// A CA folder with its certificates as PEM, and the CA.
struct Bench {
    folder: tempfile::TempDir,
    ca: IssuingCa,
    ocsp: OcspSigner,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let credential = Credential::parse(&"5a".repeat(32)).unwrap();
        let info = CaInfo { environment: Environment::Acceptatie, public_url: "https://portaal.example/".into() };
        let now = present();
        setup::init(folder.path(), &info, &credential, &StandingClock::at(now), &OsChance).unwrap();
        let (ca, ocsp) = setup::open_issuing(folder.path(), &credential).unwrap();
        let pem = |name: &str| to_pem("CERTIFICATE", &fs::read(folder.path().join(format!("{name}.cer"))).unwrap());
        let both = pem("root") + &pem("issuing");
        fs::write(folder.path().join("cas.pem"), both).unwrap();
        fs::write(folder.path().join("issuing.pem"), pem("issuing")).unwrap();
        Self { folder, ca, ocsp, now }
    }
    fn at(&self) -> &Path {
        self.folder.path()
    }
    fn issue(&self, file: &str) -> Certificate {
        let key = SoftKey::generate(&OsChance).unwrap();
        let der = self.ca.issue(&subject(), key.public_key(), self.now, &OsChance).unwrap();
        fs::write(self.at().join(file), to_pem("CERTIFICATE", &der)).unwrap();
        Certificate::from_der(&der).unwrap()
    }
    fn crl(&self, revoked: &[Revoked]) {
        let der = self.ca.crl(revoked, 42, self.now).unwrap();
        fs::write(self.at().join("ca.crl"), to_pem("X509 CRL", &der)).unwrap();
    }
}

fn subject() -> MobileSubject {
    MobileSubject {
        common_name: "Zoë van der Brugge:123456789".into(),
        given_name: "Zoë".into(),
        surname: "van der Brugge".into(),
        serial_number: "123456789".into(),
    }
}

#[test]
fn the_certificate_has_the_profile() {
    let bench = Bench::new();
    let certificate = bench.issue("leaf.pem");
    let (good, text) = openssl(bench.at(), "x509 -in leaf.pem -noout -text -nameopt utf8");
    assert!(good, "{text}");
    for expected in [
        "Subject: C=NL, CN=Zoë van der Brugge:123456789, GN=Zoë, SN=van der Brugge, serialNumber=123456789\n",
        "X509v3 Basic Constraints: critical\n                CA:FALSE\n",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n",
        "Policy: 1.3.6.1.4.1.99999.1.2.2\n",
        "URI:https://portaal.example/pki/ca.crl\n",
        "OCSP - URI:https://portaal.example/pki/ocsp\n",
        "CA Issuers - URI:https://portaal.example/pki/ca.cer\n",
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
        "ecdsa-with-SHA256",
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    assert!(!text.contains("Subject Alternative Name"), "{text}");
    assert_eq!(certificate.serial().len(), 16);
    assert_ne!(certificate.serial(), bench.issue("other.pem").serial());
    assert_eq!(certificate.not_before().unix(), bench.now.plus_seconds(-300).unix());
    assert_eq!(certificate.not_after().unix(), bench.now.plus_seconds(VALIDITY_DAYS * 86_400).unix());
}

#[test]
fn no_certificate_outlives_its_issuer() {
    let bench = Bench::new();
    let key = SoftKey::generate(&OsChance).unwrap();
    let late = bench.now.plus_seconds(8 * 365 * 86_400);
    let leaf = bench.ca.issue(&subject(), key.public_key(), late, &OsChance).unwrap();
    let issuer = Certificate::from_der(bench.ca.certificate()).unwrap();
    assert_eq!(Certificate::from_der(&leaf).unwrap().not_after(), issuer.not_after());
}

#[test]
fn openssl_checks_the_crl() {
    let bench = Bench::new();
    let (hold, replaced) = (bench.issue("hold.pem"), bench.issue("replaced.pem"));
    let revoked = bench.issue("revoked.pem");
    bench.issue("good.pem");
    let entry = |certificate: &Certificate, status| Revoked {
        serial: certificate.serial(),
        at: bench.now,
        reason: reason_of(status).unwrap(),
    };
    bench.crl(&[
        entry(&hold, IdentityStatus::Blocked),
        entry(&replaced, IdentityStatus::Replaced),
        entry(&revoked, IdentityStatus::Revoked),
    ]);
    // The CRL of the root is no part of the product: the issuing CA is checked by hand when it is made.
    let verify = |file: &str| openssl(bench.at(), &format!("verify -crl_check -CAfile cas.pem -CRLfile ca.crl {file}"));
    assert!(verify("good.pem").0, "{}", verify("good.pem").1);
    for file in ["hold.pem", "replaced.pem", "revoked.pem"] {
        let (good, said) = verify(file);
        assert!(!good && said.contains("certificate revoked"), "{file}: {said}");
    }
    let (_, text) = openssl(bench.at(), "crl -in ca.crl -noout -text");
    for expected in
        ["X509v3 CRL Number: \n                42", "Certificate Hold", "Superseded", "Authority Key Identifier"]
    {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    assert!(!text.contains("Unspecified"), "left out, as RFC 5280 wants: {text}");
    let (good, said) = openssl(bench.at(), "crl -in ca.crl -noout -CAfile cas.pem");
    assert!(good && said.contains("verify OK"), "{said}");
}

#[test]
fn openssl_accepts_the_ocsp_answers() {
    let bench = Bench::new();
    let (good, held) = (bench.issue("good.pem"), bench.issue("held.pem"));
    let stranger = bench.issue("stranger.pem");
    let request = "ocsp -issuer issuing.pem -cert good.pem -cert held.pem -cert stranger.pem -reqout request.der";
    assert!(openssl(bench.at(), request).0);

    let query = bench.ocsp.read(&fs::read(bench.at().join("request.der")).unwrap()).ok().unwrap();
    let asked: Vec<&[u8]> = query.serials().collect();
    assert_eq!(asked, [good.serial(), held.serial(), stranger.serial()]);
    let lookup = |serial: &[u8]| match serial {
        serial if serial == good.serial() => CertificateStatus::Good,
        serial if serial == held.serial() => {
            CertificateStatus::Revoked { at: bench.now, reason: CrlReason::CertificateHold }
        }
        _ => CertificateStatus::Unknown,
    };
    let answer = bench.ocsp.answer(&query, lookup, bench.now).unwrap();
    fs::write(bench.at().join("answer.der"), answer).unwrap();
    let (_, said) = openssl(bench.at(), "ocsp -reqin request.der -respin answer.der -CAfile cas.pem -resp_text");
    assert!(said.contains("Response verify OK"), "{said}");
    assert!(!said.contains("nonce") && !said.contains("Nonce Verify error"), "the nonce comes back: {said}");
    assert!(said.contains("OCSP Nonce"), "{said}");
    for expected in ["Cert Status: good", "Cert Status: revoked", "certificateHold", "Cert Status: unknown", "No Check"]
    {
        assert!(said.contains(expected), "{expected} is not in {said}");
    }
}

#[test]
fn certificates_of_other_issuers_are_unknown_here() {
    let (bench, other) = (Bench::new(), Bench::new());
    other.issue("theirs.pem");
    assert!(openssl(other.at(), "ocsp -sha256 -issuer issuing.pem -cert theirs.pem -reqout request.der").0);
    let request = fs::read(other.at().join("request.der")).unwrap();
    assert_eq!(other.ocsp.read(&request).ok().unwrap().serials().count(), 1);
    let query = bench.ocsp.read(&request).ok().unwrap();
    assert_eq!(query.serials().count(), 0);
    let answer = bench.ocsp.answer(&query, |_| CertificateStatus::Good, bench.now).unwrap();
    fs::write(bench.at().join("answer.der"), answer).unwrap();
    let (_, said) = openssl(bench.at(), "ocsp -respin answer.der -CAfile cas.pem -resp_text");
    assert!(said.contains("Cert Status: unknown"), "{said}");
}

#[test]
fn malformed_ocsp_requests_get_an_answer_that_says_so() {
    let bench = Bench::new();
    for request in [&b""[..], b"hallo", &[0x30; 5000], &[0x30, 0x04, 0x30, 0x02, 0x30, 0x00]] {
        let answer = bench.ocsp.read(request).err().unwrap();
        assert_eq!(answer, [0x30, 0x03, 0x0A, 0x01, 0x01], "malformedRequest");
    }
}

#[test]
fn only_the_key_of_a_csr_is_taken() {
    let bench = Bench::new();
    assert!(openssl(bench.at(), "ecparam -name prime256v1 -genkey -noout -out key.pem").0);
    let csr =
        "req -new -key key.pem -outform DER -out csr.der -subj /CN=ik-ben-de-baas -addext basicConstraints=CA:true";
    assert!(openssl(bench.at(), csr).0);
    let csr = fs::read(bench.at().join("csr.der")).unwrap();
    let spki = csr_public_key(&csr).unwrap();
    assert!(openssl(bench.at(), "ec -in key.pem -pubout -outform DER -out key.der").0);
    assert_eq!(spki, fs::read(bench.at().join("key.der")).unwrap());

    for index in 0..csr.len() {
        let mut bytes = csr.clone();
        bytes[index] ^= 1;
        // Nothing but the right key, and that only when the signature still holds.
        assert!(csr_public_key(&bytes).is_err(), "byte {index}");
    }
    assert_eq!(csr_public_key(&vec![0x30; 5000]), Err(CsrError::TooLarge));
    assert_eq!(csr_public_key(b""), Err(CsrError::Malformed));
}

#[test]
fn other_keys_than_p256_are_refused() {
    let bench = Bench::new();
    for (make, file) in [
        ("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out k.pem", "rsa"),
        ("ecparam -name secp384r1 -genkey -noout -out k.pem", "p384"),
        ("genpkey -algorithm ED25519 -out k.pem", "ed25519"),
    ] {
        assert!(openssl(bench.at(), make).0);
        assert!(openssl(bench.at(), "req -new -key k.pem -outform DER -out c.der -subj /CN=x").0);
        assert_eq!(csr_public_key(&fs::read(bench.at().join("c.der")).unwrap()), Err(CsrError::NotP256), "{file}");
    }
    let rsa = SoftKey::generate_rsa(RsaBits::B2048).unwrap();
    assert!(bench.ca.issue(&subject(), rsa.public_key(), bench.now, &OsChance).is_err());
    assert!(spki_of_point(&[4; 65]).is_err(), "not on the curve");
    assert!(spki_of_point(&[0]).is_err(), "the point at infinity");
}

#[test]
fn a_person_becomes_a_subject() {
    let now = present();
    let name = PersonName::new(&"Maximiliaan ".repeat(9), "van der", &"Ée".repeat(50)).unwrap();
    let birth_date = domain::BirthDate::parse_iso("1980-02-29").unwrap();
    let id = domain::person::PersonId::new(now, &OsChance);
    let person = domain::person::Person::new(id, "123456789".into(), name, birth_date, true, now);
    let subject = MobileSubject::of(&person);
    assert!(subject.common_name.ends_with(":123456789"));
    assert!([&subject.common_name, &subject.given_name, &subject.surname].iter().all(|p| p.chars().count() <= 64));
    let bench = Bench::new();
    let key = SoftKey::generate(&OsChance).unwrap();
    bench.ca.issue(&subject, key.public_key(), now, &OsChance).unwrap();
    // Nobody has to have given names.
    let single = domain::person::Person { name: PersonName::new("", "", "Sukarno").unwrap(), ..person };
    let subject = MobileSubject::of(&single);
    assert_eq!((subject.common_name.as_str(), subject.given_name.as_str()), ("Sukarno:123456789", ""));
    bench.ca.issue(&subject, key.public_key(), now, &OsChance).unwrap();
}

proptest! {
    #[test]
    fn any_csr_is_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(csr_public_key(&bytes).is_err());
    }
}

#[test]
fn any_ocsp_request_is_read_without_panic() {
    let bench = Bench::new();
    bench.issue("good.pem");
    assert!(openssl(bench.at(), "ocsp -issuer issuing.pem -cert good.pem -reqout request.der").0);
    let request = fs::read(bench.at().join("request.der")).unwrap();
    for index in 0..request.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut bytes = request.clone();
            bytes[index] ^= flip;
            if let Ok(query) = bench.ocsp.read(&bytes) {
                bench.ocsp.answer(&query, |_| CertificateStatus::Good, bench.now).unwrap();
            }
        }
        assert!(bench.ocsp.read(&request[..index]).is_err());
    }
}
