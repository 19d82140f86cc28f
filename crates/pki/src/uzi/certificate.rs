//! Reads a certificate of a UZI-pas: whatever can be read, and what is wrong with the rest.

use super::{
    config::UziConfig,
    problem::{UziProblem, problem_code as code},
};
use crate::cert::{CertificateRead, attribute, read_text, sha256_hex};
use const_oid::ObjectIdentifier;
use der::{Decode, Tag, Tagged};
use domain::{
    PersonName,
    uzi::{AgbCode, CardType, RoleCode, Ura, UziNumber},
};
use x509_cert::{
    Certificate,
    ext::pkix::{KeyUsage, KeyUsages, SubjectAltName, name::GeneralName},
};

/// The largest certificate that is looked at.
const MAX_SIZE: usize = 16 * 1024;
/// Microsoft user principal name.
const UPN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.20.2.3");

/// Which of the pass' certificates, judged by its key usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateKind {
    /// To log in.
    Authenticity,
    /// To sign (*onweerlegbaarheid*).
    Signature,
    /// To decrypt.
    Confidentiality,
    /// A server's.
    Server,
    /// None of these.
    Unknown,
}

impl CertificateKind {
    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authenticity => "authenticity",
            Self::Signature => "signature",
            Self::Confidentiality => "confidentiality",
            Self::Server => "server",
            Self::Unknown => "unknown",
        }
    }
}

/// What was read. Texts are empty when they are not there; nothing is invented or corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The names are those of the profile.
pub struct UziCertificate {
    pub oid_ca: String,
    pub version: String,
    pub uzi_number: String,
    /// The letter as written.
    pub card_type: String,
    /// What the CA issues, by the OID in the otherName or else by the issuer's name.
    pub card_type_by_issuer: Option<CardType>,
    /// URA.
    pub subscriber_number: String,
    pub role_code: String,
    pub agb_code: String,
    /// `<UZI-nummer>@<URA>`, on authenticity certificates.
    pub upn: String,
    pub given_name: String,
    pub surname: String,
    pub common_name: String,
    pub organisation: String,
    pub title: String,
    /// Common name of the issuer.
    pub issuer: String,
    pub kind: CertificateKind,
    pub serial_hex: String,
    pub sha256_hex: String,
    /// Unless the certificate is unreadable.
    pub not_before: Option<domain::Timestamp>,
    /// Unless the certificate is unreadable.
    pub not_after: Option<domain::Timestamp>,
    /// What is not as it should be.
    pub problems: Vec<UziProblem>,
}

impl UziCertificate {
    /// Reads a DER certificate with the CAs of both environments.
    pub fn parse(der: &[u8]) -> Self {
        Self::parse_with(der, &UziConfig::any())
    }

    /// Reads a DER certificate against a profile.
    pub fn parse_with(der: &[u8], config: &UziConfig) -> Self {
        let mut read = Self::empty(der);
        if der.len() > MAX_SIZE {
            read.problem(code::UNREADABLE, format!("larger than {MAX_SIZE} bytes"));
            return read;
        }
        match Certificate::from_der(der) {
            Ok(certificate) => read.fill(&certificate, config),
            Err(error) => read.problem(code::UNREADABLE, format!("not an X.509 certificate: {error}")),
        }
        read
    }

    /// Given names, prefix and surname. The prefix is what the common name has between given names and surname, or
    /// else the surname's leading words without capital.
    pub fn person_name(&self) -> Option<PersonName> {
        let between = self
            .common_name
            .strip_prefix(&self.given_name)
            .and_then(|rest| rest.strip_suffix(&self.surname))
            .map(str::trim)
            .filter(|prefix| !prefix.is_empty() && !self.given_name.is_empty());
        if let Some(prefix) = between {
            return PersonName::new(&self.given_name, prefix, &self.surname);
        }
        let words: Vec<&str> = self.surname.split_whitespace().collect();
        let small = words.iter().take_while(|w| w.chars().next().is_some_and(char::is_lowercase)).count();
        // A surname of small words only has no prefix.
        let small = if small == words.len() { 0 } else { small };
        PersonName::new(&self.given_name, &words[..small].join(" "), &words[small..].join(" "))
    }

    fn empty(der: &[u8]) -> Self {
        Self {
            oid_ca: String::new(),
            version: String::new(),
            uzi_number: String::new(),
            card_type: String::new(),
            card_type_by_issuer: None,
            subscriber_number: String::new(),
            role_code: String::new(),
            agb_code: String::new(),
            upn: String::new(),
            given_name: String::new(),
            surname: String::new(),
            common_name: String::new(),
            organisation: String::new(),
            title: String::new(),
            issuer: String::new(),
            kind: CertificateKind::Unknown,
            serial_hex: String::new(),
            sha256_hex: sha256_hex(der),
            not_before: None,
            not_after: None,
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, code: &'static str, detail: impl Into<String>) {
        self.problems.push(UziProblem { code, detail: detail.into() });
    }

    fn fill(&mut self, certificate: &Certificate, config: &UziConfig) {
        self.given_name = certificate.subject_text(attribute::GIVEN_NAME);
        self.surname = certificate.subject_text(attribute::SURNAME);
        self.common_name = certificate.subject_text(attribute::COMMON_NAME);
        self.organisation = certificate.subject_text(attribute::ORGANISATION);
        self.title = certificate.subject_text(attribute::TITLE);
        self.issuer = certificate.issuer_text(attribute::COMMON_NAME);
        self.serial_hex = hex::encode(certificate.serial());
        self.not_before = Some(certificate.not_before());
        self.not_after = Some(certificate.not_after());
        self.read_names(certificate, config);
        self.card_type_by_issuer =
            config.type_by_oid(&self.oid_ca).or_else(|| config.rule_by_name(&self.issuer).map(|rule| rule.card_type));
        self.kind = kind(certificate, &self.card_type);
        self.judge(certificate, config);
    }

    fn read_names(&mut self, certificate: &Certificate, config: &UziConfig) {
        let Some(names) = certificate.find::<SubjectAltName>() else {
            self.problem(code::SAN_MISSING, "no readable subjectAltName");
            return;
        };
        let others = |oid: ObjectIdentifier| {
            names.0.iter().filter_map(move |name| match name {
                GeneralName::OtherName(other) if other.type_id == oid => Some(&other.value),
                _ => None,
            })
        };
        self.upn = others(UPN).next().and_then(read_text).unwrap_or_default();
        let Ok(wanted) = ObjectIdentifier::new(&config.other_name) else {
            self.problem(code::OTHER_NAME_MISSING, "the configured otherName type is not an OID");
            return;
        };
        let found: Vec<_> = others(wanted).collect();
        let Some(value) = found.first() else {
            self.problem(code::OTHER_NAME_MISSING, format!("no otherName {wanted} in the subjectAltName"));
            return;
        };
        if found.len() > 1 {
            self.problem(code::OTHER_NAME_REPEATED, format!("{} otherNames {wanted}", found.len()));
        }
        let tag = value.tag();
        let Some(text) = read_text(value) else {
            self.problem(code::FIELDS, format!("the otherName is no text ({tag})"));
            return;
        };
        if tag != Tag::Ia5String {
            self.problem(code::NOT_IA5, format!("the otherName is a {tag}, not an IA5String"));
        }
        self.split(&text);
    }

    pub(super) fn split(&mut self, text: &str) {
        let separators = text.matches(':').count();
        if separators > 0 {
            self.problem(code::SEPARATOR, "':' instead of '-' as separator");
        }
        let fields: Vec<&str> = text.split(['-', ':']).collect();
        if fields.len() != 7 {
            self.problem(code::FIELDS, format!("{} fields instead of 7 in {text:?}", fields.len()));
        }
        let mut fields = fields.into_iter().map(str::to_owned);
        let mut next = || fields.next().unwrap_or_default();
        self.oid_ca = next();
        self.version = next();
        self.uzi_number = next();
        self.card_type = next();
        self.subscriber_number = next();
        self.role_code = next();
        self.agb_code = next();
    }

    fn judge(&mut self, certificate: &Certificate, config: &UziConfig) {
        if self.oid_ca.is_empty() {
            return;
        }
        let by_oid = config.type_by_oid(&self.oid_ca);
        if by_oid.is_none() {
            self.problem(code::OID_CA_UNKNOWN, format!("{} is no CA of the UZI-register", self.oid_ca));
        }
        if let Some(rule) = config.rule_by_name(&self.issuer).filter(|rule| rule.oid_ca != self.oid_ca) {
            let detail = format!("issued by {}, whose OID is {}, not {}", self.issuer, rule.oid_ca, self.oid_ca);
            self.problem(code::ISSUER_MISMATCH, detail);
        }
        if !config.versions.contains(&self.version) {
            self.problem(code::VERSION, format!("version {:?}", self.version));
        }
        if UziNumber::parse(&self.uzi_number).is_none() {
            self.problem(code::UZI_NUMBER, format!("{:?} does not have 9 digits", self.uzi_number));
        }
        let letter = CardType::parse(&self.card_type);
        match (letter, self.card_type_by_issuer) {
            (None, _) => self.problem(code::CARD_TYPE, format!("{:?} is not Z, N, M or S", self.card_type)),
            (Some(letter), Some(issued)) if letter != issued => {
                let detail = format!("{} on a certificate of a CA for {}", letter.letter(), issued.letter());
                self.problem(code::CARD_TYPE_ISSUER, detail);
            }
            _ => {}
        }
        if Ura::parse(&self.subscriber_number).is_none() {
            self.problem(code::SUBSCRIBER, format!("{:?} does not have 8 digits", self.subscriber_number));
        }
        match RoleCode::parse(&self.role_code) {
            None => self.problem(code::ROLE_CODE, format!("{:?} is not of the form 01.000", self.role_code)),
            Some(role) if letter.is_some_and(|l| (l == CardType::Z) == role.is_none()) => {
                self.problem(code::ROLE_CODE, format!("{role} on a pass of type {}", self.card_type));
            }
            Some(_) => {}
        }
        if AgbCode::parse(&self.agb_code).is_none() {
            self.problem(code::AGB, format!("{:?} does not have 8 digits", self.agb_code));
        }
        let serial = certificate.subject_text(attribute::SERIAL_NUMBER);
        if serial != self.uzi_number {
            self.problem(code::SUBJECT_SERIAL, format!("serialNumber {serial:?} is not the UZI-nummer"));
        }
        if letter.is_some_and(CardType::is_personal) && self.surname.is_empty() {
            self.problem(code::NAME, "no surname");
        }
        if !self.upn.is_empty() && self.upn != format!("{}@{}", self.uzi_number, self.subscriber_number) {
            self.problem(code::UPN, format!("the UPN is {:?}", self.upn));
        }
    }
}

fn kind(certificate: &Certificate, letter: &str) -> CertificateKind {
    let Some(KeyUsage(usages)) = certificate.find::<KeyUsage>() else { return CertificateKind::Unknown };
    if CardType::parse(letter) == Some(CardType::S) {
        return CertificateKind::Server;
    }
    if usages.contains(KeyUsages::NonRepudiation) {
        CertificateKind::Signature
    } else if usages.contains(KeyUsages::KeyEncipherment) || usages.contains(KeyUsages::DataEncipherment) {
        CertificateKind::Confidentiality
    } else if usages.contains(KeyUsages::DigitalSignature) {
        CertificateKind::Authenticity
    } else {
        CertificateKind::Unknown
    }
}
