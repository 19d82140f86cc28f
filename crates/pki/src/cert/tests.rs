use super::*;
use crate::{
    keys::SoftKey,
    testing::{OsChance, certificate_for},
};
use der::asn1::{Any, Ia5StringRef, PrintableStringRef, Utf8StringRef};
use proptest::prelude::*;

#[test]
fn texts_of_all_types_are_read() {
    assert_eq!(read_text(&Any::encode_from(&Utf8StringRef::new("Zoë").unwrap()).unwrap()).as_deref(), Some("Zoë"));
    assert_eq!(read_text(&Any::encode_from(&Ia5StringRef::new("a@b").unwrap()).unwrap()).as_deref(), Some("a@b"));
    assert_eq!(read_text(&Any::encode_from(&PrintableStringRef::new("NL").unwrap()).unwrap()).as_deref(), Some("NL"));
    assert_eq!(read_text(&Any::new(der::Tag::TeletexString, &b"Zo\xEB"[..]).unwrap()).as_deref(), Some("Zoë"));
    assert_eq!(read_text(&Any::new(der::Tag::BmpString, &b"\0Z\0o\0\xEB"[..]).unwrap()).as_deref(), Some("Zoë"));
    assert_eq!(read_text(&Any::new(der::Tag::BmpString, &b"\0Z\0"[..]).unwrap()), None);
    assert_eq!(read_text(&Any::new(der::Tag::Utf8String, &b"Zo\xEB"[..]).unwrap()), None);
    assert_eq!(read_text(&Any::null()), None);
}

#[test]
fn files_hold_pem_or_der() {
    let one = certificate_for(&SoftKey::generate(&OsChance).unwrap());
    let two = certificate_for(&SoftKey::generate(&OsChance).unwrap());
    assert_eq!(certificates_in(&one), std::slice::from_ref(&one));
    let pem = format!("Bag Attributes\n{}ruis\n{}", to_pem("CERTIFICATE", &one), to_pem("CERTIFICATE", &two));
    assert_eq!(certificates_in(pem.as_bytes()), [one.clone(), two]);
    assert!(crls_in(pem.as_bytes()).is_empty());
    assert!(certificates_in(b"").is_empty());
    assert!(certificates_in(b"hallo").is_empty());
}

#[test]
fn serial_numbers_never_begin_with_zero() {
    struct Zeros(std::sync::atomic::AtomicU8);
    impl domain::Entropy for Zeros {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        }
    }
    assert_eq!(serial(&Zeros(0.into())), [1; 16]);
}

proptest! {
    #[test]
    fn any_file_is_looked_at_without_panic(file in proptest::collection::vec(any::<u8>(), 0..400)) {
        certificates_in(&file);
        crls_in(&file);
    }
}
