//! The issuing CA: certificates and CRLs of Mobile IDs.

use super::csr::{CsrError, p256_point};
use crate::{
    cert::{
        self, BuildError, CertificateRead, CrlDraft, CrlEntry, Draft, NameBuilder, attribute, authority_information,
        crl_distribution_point, end_entity, extended_key_usage, key_usage, policies,
    },
    keys::{KeyError, Signer},
};
use const_oid::ObjectIdentifier;
use der::Decode;
use domain::{Entropy, Environment, Timestamp, oids, person::Person};
use spki::SubjectPublicKeyInfoOwned;
use std::sync::Arc;
use x509_cert::{
    Certificate,
    ext::pkix::{CrlReason, KeyUsages},
    name::Name,
};

/// Mobile IDs are valid for three years, or until the issuing CA ends.
pub const VALIDITY_DAYS: i64 = domain::identity::VALIDITY_DAYS;
/// Certificates are valid from five minutes ago, for clocks that are behind.
const BACKDATE_SECONDS: i64 = 5 * 60;
/// A CRL is made every hour and valid for a day.
pub(crate) const CRL_SECONDS: i64 = 24 * 60 * 60;

/// Whom a certificate names. No organisation, birth date or UZI-nummer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MobileSubject {
    /// `Jan van der Berg:123456789`.
    pub common_name: String,
    /// Given names; may be empty.
    pub given_name: String,
    /// Surname with its prefix.
    pub surname: String,
    /// The person's number.
    pub serial_number: String,
}

impl MobileSubject {
    /// The subject for a person. Given names and surname are cut at 64 characters each (RFC 5280 allows more, readers
    /// seldom do), never in the middle of a character.
    pub fn of(person: &Person) -> Self {
        let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>().trim().to_owned();
        let surname = [person.name.prefix.as_str(), person.name.surname.as_str()].join(" ");
        Self {
            common_name: person.name.common_name(&person.number),
            given_name: cut(&person.name.given, 64),
            surname: cut(surname.trim(), 64),
            serial_number: person.number.clone(),
        }
    }
    fn name(&self) -> der::Result<Name> {
        NameBuilder::new()
            .with(attribute::COUNTRY, "NL")
            .with(attribute::COMMON_NAME, &self.common_name)
            .with(attribute::GIVEN_NAME, &self.given_name)
            .with(attribute::SURNAME, &self.surname)
            .with(attribute::SERIAL_NUMBER, &self.serial_number)
            .build()
    }
}

/// A certificate that is blocked, revoked or replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub reason: CrlReason,
}

/// The CA that issues Mobile IDs.
pub struct IssuingCa {
    signer: Arc<dyn Signer>,
    der: Vec<u8>,
    certificate: Certificate,
    key_id: Vec<u8>,
    policy: ObjectIdentifier,
    public_url: String,
}

impl IssuingCa {
    /// A CA with its certificate (DER). `public_url` is where `/pki/ca.crl`, `/pki/ocsp` and `/pki/ca.cer` are
    /// published.
    pub fn new(
        signer: Arc<dyn Signer>,
        certificate: Vec<u8>,
        environment: Environment,
        public_url: &str,
    ) -> Result<Self, KeyError> {
        let read = Certificate::from_der(&certificate).map_err(|_| KeyError::Unusable("issuing certificate"))?;
        let own = SubjectPublicKeyInfoOwned::from_der(signer.public_key());
        if own.ok().as_ref() != Some(&read.tbs_certificate.subject_public_key_info) {
            return Err(KeyError::Unusable("the issuing key is not the one of its certificate"));
        }
        let policy = match environment {
            Environment::Acceptatie => oids::POLICY_MOBILE_ACCEPTATIE,
            Environment::Productie => oids::POLICY_MOBILE_PRODUCTIE,
        };
        Ok(Self {
            key_id: read.key_id(),
            certificate: read,
            der: certificate,
            signer,
            policy: ObjectIdentifier::new(policy).map_err(|_| KeyError::Unusable("policy OID"))?,
            public_url: public_url.trim_end_matches('/').to_owned(),
        })
    }
    /// Its certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.der
    }
    pub(crate) fn parsed(&self) -> &Certificate {
        &self.certificate
    }

    /// Issues a certificate for a P-256 key (SubjectPublicKeyInfo, DER). Returns DER.
    pub fn issue(
        &self,
        subject: &MobileSubject,
        spki: &[u8],
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, BuildError> {
        self.issue_until(subject, spki, now, now.plus_seconds(VALIDITY_DAYS * 24 * 60 * 60), entropy)
    }

    /// Issues a certificate that ends at `until`, or with the CA's own.
    pub fn issue_until(
        &self,
        subject: &MobileSubject,
        spki: &[u8],
        now: Timestamp,
        until: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, BuildError> {
        let key = SubjectPublicKeyInfoOwned::from_der(spki)?;
        p256_point(&key).map_err(|_: CsrError| KeyError::Unusable("only P-256 keys are certified"))?;
        let until = until.min(self.certificate.not_after());
        let url = |path: &str| format!("{}/pki/{path}", self.public_url);
        let draft = Draft {
            serial: cert::serial(entropy).to_vec(),
            subject: subject.name()?,
            not_before: now.plus_seconds(-BACKDATE_SECONDS),
            not_after: until,
            public_key: spki.to_vec(),
            extensions: vec![
                end_entity()?,
                key_usage(KeyUsages::DigitalSignature)?,
                extended_key_usage(&[cert::CLIENT_AUTH])?,
                policies(&[self.policy])?,
                crl_distribution_point(&url("ca.crl"))?,
                authority_information(&url("ocsp"), &url("ca.cer"))?,
            ],
        };
        draft.sign(&self.certificate.tbs_certificate.subject, &self.key_id, self.signer.as_ref())
    }

    /// A CRL, valid for 24 hours. `number` must rise.
    pub fn crl(&self, revoked: &[Revoked], number: u64, now: Timestamp) -> Result<Vec<u8>, BuildError> {
        let entry = |one: &Revoked| CrlEntry { serial: one.serial.clone(), at: one.at, reason: one.reason };
        let draft = CrlDraft {
            entries: revoked.iter().map(entry).collect(),
            number,
            this_update: now,
            next_update: now.plus_seconds(CRL_SECONDS),
        };
        cert::crl(&draft, &self.certificate.tbs_certificate.subject, &self.key_id, self.signer.as_ref())
    }
}
