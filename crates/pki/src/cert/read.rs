//! Reading certificates of anybody: what can be read is read.

use const_oid::{AssociatedOid, ObjectIdentifier};
use der::{Decode, Tag, Tagged, asn1::Any};
use domain::Timestamp;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, pem::PemObject};
use sha2::{Digest, Sha256};
use x509_cert::{Certificate, ext::pkix::SubjectKeyIdentifier, name::Name};

/// What the rest of this crate asks a certificate.
pub trait CertificateRead {
    /// The value of the first extension of this kind, when it is there and can be read.
    fn find<T: for<'a> Decode<'a> + AssociatedOid>(&self) -> Option<T>;
    /// Start of validity.
    fn not_before(&self) -> Timestamp;
    /// End of validity.
    fn not_after(&self) -> Timestamp;
    /// The subject key identifier, or the one that we would give the key.
    fn key_id(&self) -> Vec<u8>;
    /// First value of an attribute of the subject, `""` without.
    fn subject_text(&self, attribute: ObjectIdentifier) -> String;
    /// First value of an attribute of the issuer, `""` without.
    fn issuer_text(&self, attribute: ObjectIdentifier) -> String;
    /// The serial number, big-endian, without leading zeros.
    fn serial(&self) -> Vec<u8>;
}

impl CertificateRead for Certificate {
    fn find<T: for<'a> Decode<'a> + AssociatedOid>(&self) -> Option<T> {
        let extensions = self.tbs_certificate.extensions.as_deref().unwrap_or_default();
        let found = extensions.iter().find(|e| e.extn_id == T::OID)?;
        T::from_der(found.extn_value.as_bytes()).ok()
    }
    fn not_before(&self) -> Timestamp {
        moment(self.tbs_certificate.validity.not_before)
    }
    fn not_after(&self) -> Timestamp {
        moment(self.tbs_certificate.validity.not_after)
    }
    fn key_id(&self) -> Vec<u8> {
        match self.find::<SubjectKeyIdentifier>() {
            Some(identifier) => identifier.0.as_bytes().to_vec(),
            None => super::key_identifier(self.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes()),
        }
    }
    fn subject_text(&self, attribute: ObjectIdentifier) -> String {
        text_of(&self.tbs_certificate.subject, attribute)
    }
    fn issuer_text(&self, attribute: ObjectIdentifier) -> String {
        text_of(&self.tbs_certificate.issuer, attribute)
    }
    fn serial(&self) -> Vec<u8> {
        let bytes = self.tbs_certificate.serial_number.as_bytes();
        bytes.iter().copied().skip_while(|b| *b == 0).collect()
    }
}

/// A certificate's or CRL's moment.
pub(crate) fn moment(time: x509_cert::time::Time) -> Timestamp {
    Timestamp::from_unix(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX / 1000))
}

fn text_of(name: &Name, attribute: ObjectIdentifier) -> String {
    let mut values = name.0.iter().flat_map(|rdn| rdn.0.iter()).filter(|pair| pair.oid == attribute);
    values.next().and_then(|pair| read_text(&pair.value)).unwrap_or_default()
}

/// The text of a string of any of the types that certificates use.
pub fn read_text(value: &Any) -> Option<String> {
    let bytes = value.value();
    match value.tag() {
        Tag::Utf8String => String::from_utf8(bytes.to_vec()).ok(),
        Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::VisibleString => {
            bytes.is_ascii().then(|| bytes.iter().map(|b| char::from(*b)).collect())
        }
        // T.61 as everybody wrote it: Latin-1.
        Tag::TeletexString => Some(bytes.iter().map(|b| char::from(*b)).collect()),
        Tag::BmpString => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            rest.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
        }
        _ => None,
    }
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The certificates in a file: all PEM blocks, or the one DER document.
pub fn certificates_in(file: &[u8]) -> Vec<Vec<u8>> {
    match is_pem(file) {
        true => CertificateDer::pem_slice_iter(file).filter_map(Result::ok).map(|der| der.to_vec()).collect(),
        false => vec![file.to_vec()],
    }
}

/// The CRLs in a file: all PEM blocks, or the one DER document.
pub fn crls_in(file: &[u8]) -> Vec<Vec<u8>> {
    match is_pem(file) {
        true => {
            CertificateRevocationListDer::pem_slice_iter(file).filter_map(Result::ok).map(|der| der.to_vec()).collect()
        }
        false => vec![file.to_vec()],
    }
}

/// DER of our kind is a SEQUENCE with a long length; PEM files may begin with any text.
fn is_pem(file: &[u8]) -> bool {
    !matches!(file, [0x30, length, ..] if *length >= 0x80)
}

/// A PEM block (RFC 7468).
pub fn to_pem(label: &str, der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}
