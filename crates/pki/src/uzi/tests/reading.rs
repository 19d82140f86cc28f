//! What is read, and which problems are noticed.

use super::*;

fn read(change: impl FnOnce(&mut CardSpec)) -> UziCertificate {
    let bench = Bench::new();
    UziCertificate::parse(&bench.card(spec(change)).certificates[0].certificate)
}

fn problems(read: &UziCertificate) -> Vec<&str> {
    read.problems.iter().map(|problem| problem.code).collect()
}

const OTHER_NAME: &str = "2.16.528.1.1007.99.217-1-900000001-Z-90012345-01.015-01012345";

#[test]
fn a_good_pass_is_read_whole() {
    let bench = Bench::new();
    let card = bench.good(CardType::Z);
    let kinds = ["authenticity", "signature", "confidentiality"];
    for (one, kind) in card.certificates.iter().zip(kinds) {
        let read = UziCertificate::parse(&one.certificate);
        assert_eq!(problems(&read), [""; 0]);
        assert_eq!(read.kind.as_str(), kind);
        assert_eq!(read.uzi_number, "900000001");
        assert_eq!(read.card_type, "Z");
        assert_eq!(read.card_type_by_issuer, Some(CardType::Z));
        assert_eq!(read.subscriber_number, URA);
        assert_eq!(read.role_code, "01.015");
        assert_eq!(read.agb_code, "01012345");
        assert_eq!(read.oid_ca, "2.16.528.1.1007.99.217");
        assert_eq!(read.version, "1");
        assert_eq!(read.organisation, "Zorggroep Sint Jérôme");
        assert_eq!(read.title, "Arts");
        assert_eq!(read.given_name, "Zoë Anouk");
        assert_eq!(read.surname, "Brugge-Çelik");
        assert_eq!(read.common_name, "Zoë Anouk van der Brugge-Çelik");
    }
    assert_eq!(UziCertificate::parse(&card.certificates[0].certificate).upn, "900000001@90012345");
    assert_eq!(UziCertificate::parse(&card.certificates[1].certificate).upn, "");
}

#[test]
fn passes_of_all_types_are_read() {
    let bench = Bench::new();
    for card_type in [CardType::Z, CardType::N, CardType::M, CardType::S] {
        let read = UziCertificate::parse(&bench.good(card_type).certificates[0].certificate);
        assert_eq!(problems(&read), [""; 0], "{card_type:?}");
        assert_eq!(read.card_type, card_type.letter());
        assert_eq!(read.card_type_by_issuer, Some(card_type));
    }
}

#[test]
fn the_prefix_comes_from_the_common_name_or_the_surname() {
    let bench = Bench::new();
    let name =
        |card_type| UziCertificate::parse(&bench.good(card_type).certificates[0].certificate).person_name().unwrap();
    let z = name(CardType::Z);
    assert_eq!((z.given.as_str(), z.prefix.as_str(), z.surname.as_str()), ("Zoë Anouk", "van der", "Brugge-Çelik"));
    let n = name(CardType::N);
    assert_eq!((n.given.as_str(), n.prefix.as_str(), n.surname.as_str()), ("Jürgen", "de", "Vries"));
}

#[test]
fn missing_names_are_a_problem() {
    assert_eq!(problems(&read(|s| s.variation.no_names = true)), [code::SAN_MISSING]);
}

#[test]
fn a_name_in_utf8_is_read_with_a_problem() {
    let read = read(|s| s.variation.utf8 = true);
    assert_eq!(problems(&read), [code::NOT_IA5]);
    assert_eq!(read.uzi_number, "900000001");
}

#[test]
fn a_colon_as_separator_is_read_with_a_problem() {
    let read = read(|s| s.variation.other_name = Some(OTHER_NAME.replacen('-', ":", 1)));
    assert_eq!(problems(&read), [code::SEPARATOR]);
    assert_eq!((read.oid_ca.as_str(), read.version.as_str()), ("2.16.528.1.1007.99.217", "1"));
}

#[test]
fn each_wrong_field_is_its_own_problem() {
    let cases: [(&str, &str, &[&str]); 12] = [
        ("2.16.528.1.1007.99.217", "9.9.9", &[code::OID_CA_UNKNOWN, code::ISSUER_MISMATCH]),
        ("-1-", "-2-", &[code::VERSION]),
        ("900000001", "0900000001", &[code::UZI_NUMBER, code::SUBJECT_SERIAL, code::UPN]),
        ("900000001", "900000009", &[code::SUBJECT_SERIAL, code::UPN]),
        ("-Z-", "-X-", &[code::CARD_TYPE]),
        ("-Z-", "-N-", &[code::CARD_TYPE_ISSUER, code::ROLE_CODE]),
        ("-90012345-", "-9001234-", &[code::SUBSCRIBER, code::UPN]),
        ("01.015", "1.15", &[code::ROLE_CODE]),
        ("01.015", "00.000", &[code::ROLE_CODE]),
        ("-01012345", "-1012345", &[code::AGB]),
        ("-01012345", "", &[code::FIELDS, code::AGB]),
        ("-01012345", "-01012345-meer", &[code::FIELDS]),
    ];
    for (from, to, expected) in cases {
        let read = read(|s| s.variation.other_name = Some(OTHER_NAME.replacen(from, to, 1)));
        assert_eq!(problems(&read), expected, "{from} → {to}");
    }
}

#[test]
fn the_type_is_judged_by_the_issuer_as_well() {
    // An N pass whose otherName is right for N, but which the CA for Z issued.
    let bench = Bench::new();
    let mut spec = card_spec(CardType::N, CardState::Valid);
    spec.variation.issuer = Some(CardType::Z);
    let read = UziCertificate::parse(&bench.card(spec).certificates[0].certificate);
    assert_eq!(problems(&read), [code::ISSUER_MISMATCH]);
}

#[test]
fn what_is_no_certificate_is_unreadable() {
    for bytes in [&b""[..], b"hallo", &[0x30, 0x82, 0xFF, 0xFF], &vec![0x30; 20_000]] {
        let read = UziCertificate::parse(bytes);
        assert_eq!(problems(&read), [code::UNREADABLE]);
        assert_eq!(read.uzi_number, "");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        UziCertificate::parse(&bytes);
    }

    #[test]
    fn any_othername_is_read_without_panic(text in "\\PC{0,120}") {
        // Straight into the field splitter: a certificate around each would take too long.
        let mut read = UziCertificate::parse(b"");
        read.split(&text);
    }
}

#[test]
fn a_certificate_with_any_byte_changed_is_read_without_panic() {
    let bench = Bench::new();
    let good = bench.good(CardType::Z).certificates.remove(0).certificate;
    for index in 0..good.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut bytes = good.clone();
            bytes[index] ^= flip;
            let _ = UziCertificate::parse(&bytes).person_name();
        }
        UziCertificate::parse(&good[..index]);
    }
}
