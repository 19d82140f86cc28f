//! Revocation lists: read once, and held against the keys that may sign them. A list that its CA did not sign is no list:
//! it neither counts nor hides an older one that is genuine.

use super::evidence::CrlEvidence;
use crate::cert::{attribute, is_signed_by, moment, sha256_hex};
use der::{Decode, Encode};
use domain::Timestamp;
use webpki::{CertRevocationList, OwnedCertRevocationList};
use x509_cert::{Certificate, crl::CertificateList, ext::pkix::CrlNumber};

/// One list.
pub(super) struct Crl {
    pub list: CertRevocationList<'static>,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
    number: String,
    sha256: String,
    signer: Signer,
}

/// Who signed a list.
enum Signer {
    /// These trusted keys (SubjectPublicKeyInfo, DER; in practice one).
    Keys(Vec<Vec<u8>>),
    /// Its issuer is not among the trusted CAs; when a card brings that CA, the list (DER) is held against its key.
    NotKnown(Vec<u8>),
}

/// Name and key of a trusted CA.
struct Authority {
    name: Vec<u8>,
    key: Vec<u8>,
}

/// The genuine lists, newest first, and what was left out, in words. `trust`: CA certificates, DER.
pub(super) fn read<'t>(lists: &[Vec<u8>], trust: impl Iterator<Item = &'t Vec<u8>>) -> (Vec<Crl>, Vec<String>) {
    let authorities: Vec<Authority> = trust.filter_map(|der| authority(der)).collect();
    let (mut usable, mut warnings) = (Vec::new(), Vec::new());
    for (index, der) in lists.iter().enumerate() {
        match list(der, &authorities) {
            Ok(list) => usable.push(list),
            Err(why) => warnings.push(format!("revocation list {} cannot be used: {why}", index + 1)),
        }
    }
    usable.sort_by_key(|crl: &Crl| std::cmp::Reverse(crl.this_update));
    (usable, warnings)
}

/// When the first of the newest lists of each CA ends; `None` without lists.
pub(super) fn fresh_until(newest_first: &[Crl]) -> Option<Timestamp> {
    let is_newest = |(index, crl): &(usize, &Crl)| {
        newest_first.iter().take(*index).all(|newer| newer.list.issuer() != crl.list.issuer())
    };
    newest_first.iter().enumerate().filter(is_newest).map(|(_, crl)| crl.next_update).min()
}

fn authority(der: &[u8]) -> Option<Authority> {
    let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
    let key = certificate.subject_public_key_info.to_der().ok()?;
    Some(Authority { name: certificate.subject.to_der().ok()?, key })
}

fn list(der: &[u8], authorities: &[Authority]) -> Result<Crl, String> {
    let list = OwnedCertRevocationList::from_der(der).map_err(|error| error.to_string())?;
    let read = CertificateList::from_der(der).map_err(|error| error.to_string())?.tbs_cert_list;
    let next_update = read.next_update.ok_or("it has no nextUpdate")?;
    let extensions = read.crl_extensions.unwrap_or_default();
    let number = extensions.iter().find(|e| e.extn_id == <CrlNumber as const_oid::AssociatedOid>::OID);
    let number = number.and_then(|e| CrlNumber::from_der(e.extn_value.as_bytes()).ok());
    let issuer = read.issuer.to_der().map_err(|error| error.to_string())?;
    let mut known = authorities.iter().filter(|authority| authority.name == issuer).peekable();
    let signer = match known.peek() {
        None => Signer::NotKnown(der.to_vec()),
        Some(_) => Signer::Keys(known.filter(|a| is_signed_by(der, &a.key)).map(|a| a.key.clone()).collect()),
    };
    let list = CertRevocationList::Owned(list);
    if matches!(&signer, Signer::Keys(keys) if keys.is_empty()) {
        return Err(format!("{} did not sign it", common_name(list.issuer())));
    }
    Ok(Crl {
        list,
        this_update: moment(read.this_update),
        next_update: moment(next_update),
        number: number.map(|n| number_text(n.0.as_bytes())).unwrap_or_default(),
        sha256: sha256_hex(der),
        signer,
    })
}

impl Crl {
    /// Whether it is of an issuer (its name as webpki keeps it) and signed by that issuer's key (SubjectPublicKeyInfo, DER).
    pub(super) fn is_of(&self, issuer: &[u8], key: &[u8]) -> bool {
        self.list.issuer() == issuer
            && match &self.signer {
                Signer::Keys(keys) => keys.iter().any(|known| known == key),
                Signer::NotKnown(der) => is_signed_by(der, key),
            }
    }
    /// Whether it is the list of the CA that signed this certificate, by the key of a trusted CA or by that of a CA that
    /// only the pass brought along (`brought`, SubjectPublicKeyInfo, DER). `issuer`: the name in the certificate.
    pub(super) fn is_about(&self, certificate: &[u8], issuer: &[u8], brought: Option<&[u8]>) -> bool {
        self.list.issuer() == issuer
            && match &self.signer {
                Signer::Keys(keys) => keys.iter().any(|key| is_signed_by(certificate, key)),
                Signer::NotKnown(der) => {
                    brought.is_some_and(|key| is_signed_by(certificate, key) && is_signed_by(der, key))
                }
            }
    }
    /// Whether it names this serial number, as it stands in DER.
    pub(super) fn names(&self, serial: &[u8]) -> bool {
        matches!(self.list.find_serial(serial), Ok(Some(_)))
    }
    /// What is stored of it beside a decision.
    pub(super) fn evidence(&self) -> CrlEvidence {
        CrlEvidence {
            issuer: common_name(self.list.issuer()),
            number: self.number.clone(),
            this_update: self.this_update,
            next_update: self.next_update,
            sha256: self.sha256.clone(),
        }
    }
}

fn number_text(bytes: &[u8]) -> String {
    match bytes.len() {
        0..=16 => bytes.iter().fold(0u128, |number, byte| number << 8 | u128::from(*byte)).to_string(),
        _ => format!("0x{}", hex::encode(bytes)),
    }
}

/// The common name in a name's DER without its outer header, as webpki keeps it.
pub(super) fn common_name(inner: &[u8]) -> String {
    let header = der::Length::try_from(inner.len())
        .and_then(|length| der::Header::new(der::Tag::Sequence, length))
        .and_then(|header| header.to_der());
    let Ok(mut name) = header else { return String::new() };
    name.extend_from_slice(inner);
    let Ok(name) = x509_cert::name::Name::from_der(&name) else { return String::new() };
    let mut pairs = name.0.iter().flat_map(|rdn| rdn.0.iter());
    let found = pairs.find(|pair| pair.oid == attribute::COMMON_NAME);
    found.and_then(|pair| crate::cert::read_text(&pair.value)).unwrap_or_default()
}
