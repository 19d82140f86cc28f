//! The profile as data, so that another register or a new generation is a change of configuration.

use crate::cert::CertificateRead;
use const_oid::ObjectIdentifier;
use der::Decode;
use domain::{Environment, uzi::CardType};
use serde::{Deserialize, Serialize};
use x509_cert::{Certificate, ext::pkix::BasicConstraints};

/// What one CA of the register issues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerRule {
    /// Common name of the CA.
    pub common_name: String,
    /// The OID that stands first in the otherName.
    pub oid_ca: String,
    /// The one type it issues.
    pub card_type: CardType,
}

/// What a pass must look like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UziConfig {
    /// The CAs.
    pub issuers: Vec<IssuerRule>,
    /// Type of the otherName that holds the UZI attributes.
    pub other_name: String,
    /// Accepted versions of it.
    pub versions: Vec<String>,
    /// One of these policies makes a certificate the authenticity certificate.
    pub policies: Vec<String>,
    /// Exactly these key usages.
    pub key_usage: Vec<String>,
    /// At least these extended key usages.
    pub extended_key_usage: Vec<String>,
    /// Accepted types.
    pub card_types: Vec<CardType>,
    /// Problems ([`super::problem_code`]) that are overlooked: test material of others is sloppy.
    pub overlook: Vec<String>,
    /// Hours that a revocation list may be relied on after its end.
    pub grace_hours: u32,
}

/// Type of the otherName with the UZI attributes.
pub(super) const OTHER_NAME: &str = "2.5.5.5";

const ISSUERS: [(Environment, &str, &str, CardType); 8] = {
    use CardType::{M, N, S, Z};
    use Environment::{Acceptatie, Productie};
    [
        (Productie, "UZI-register Zorgverlener CA G3", "2.16.528.1.1003.1.3.5.5.2", Z),
        (Productie, "UZI-register Medewerker op naam CA G3", "2.16.528.1.1003.1.3.5.5.3", N),
        (Productie, "UZI-register Medewerker niet op naam CA G3", "2.16.528.1.1003.1.3.5.5.4", M),
        (Productie, "UZI-register Private Server CA G1", "2.16.528.1.1003.1.3.5.5.5", S),
        (Acceptatie, "TEST UZI-register Zorgverlener CA G3", "2.16.528.1.1007.99.217", Z),
        (Acceptatie, "TEST UZI-register Medewerker op naam CA G3", "2.16.528.1.1007.99.218", N),
        // Not published; the next in the row of Z and N.
        (Acceptatie, "TEST UZI-register Medewerker niet op naam CA G3", "2.16.528.1.1007.99.219", M),
        (Acceptatie, "TEST UZI-register Private Server CA G1", "2.16.528.1.1007.99.2110", S),
    ]
};
/// PKIoverheid, domains *Organisatie* (persons) and *Organisatie Services*: authenticity.
const POLICIES_PRODUCTIE: [&str; 2] = ["2.16.528.1.1003.1.2.5.1", "2.16.528.1.1003.1.2.5.4"];
/// As seen on certificates of the test register.
const POLICIES_ACCEPTATIE: [&str; 1] = ["2.16.528.1.1007.99.211"];

impl UziConfig {
    /// The UZI-register of an environment.
    pub fn of(environment: Environment) -> Self {
        let issuers = ISSUERS.iter().filter(|(e, ..)| *e == environment).map(issuer_rule).collect();
        let (policies, overlook): (&[&str], &[&str]) = match environment {
            Environment::Productie => (&POLICIES_PRODUCTIE, &[]),
            Environment::Acceptatie => {
                (&POLICIES_ACCEPTATIE, &[super::problem_code::NOT_IA5, super::problem_code::SEPARATOR])
            }
        };
        Self {
            issuers,
            other_name: OTHER_NAME.into(),
            versions: vec!["1".into()],
            policies: policies.iter().map(|s| (*s).into()).collect(),
            key_usage: vec!["digitalSignature".into()],
            extended_key_usage: vec![crate::cert::CLIENT_AUTH.to_string()],
            card_types: vec![CardType::Z, CardType::N],
            overlook: overlook.iter().map(|s| (*s).into()).collect(),
            grace_hours: 0,
        }
    }
    /// Both environments' CAs, for a reader that is given anything.
    pub fn any() -> Self {
        Self { issuers: ISSUERS.iter().map(issuer_rule).collect(), ..Self::of(Environment::Productie) }
    }
    /// The type that a CA issues, by the OID in the otherName.
    pub fn type_by_oid(&self, oid_ca: &str) -> Option<CardType> {
        self.issuers.iter().find(|rule| rule.oid_ca == oid_ca).map(|rule| rule.card_type)
    }
    /// The rule of a CA, by its common name.
    pub fn rule_by_name(&self, common_name: &str) -> Option<&IssuerRule> {
        self.issuers.iter().find(|rule| rule.common_name == common_name)
    }
    /// The first value that is not an OID, if any.
    pub(super) fn wrong_oid(&self) -> Option<&str> {
        let oids = self.policies.iter().chain(&self.extended_key_usage).chain([&self.other_name]);
        oids.map(String::as_str).find(|oid| ObjectIdentifier::new(oid).is_err())
    }
}

impl Default for UziConfig {
    fn default() -> Self {
        Self::of(Environment::Productie)
    }
}

fn issuer_rule(
    (_, common_name, oid_ca, card_type): &(Environment, &'static str, &'static str, CardType),
) -> IssuerRule {
    IssuerRule { common_name: (*common_name).into(), oid_ca: (*oid_ca).into(), card_type: *card_type }
}

/// Splits the certificates of a trust folder into anchors (self-issued) and intermediates. What is no CA certificate
/// is left out.
pub fn split_trust(certificates: Vec<Vec<u8>>) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let is_ca = |certificate: &Certificate| certificate.find::<BasicConstraints>().is_some_and(|b| b.ca);
    let mut split = (Vec::new(), Vec::new());
    for der in certificates {
        match Certificate::from_der(&der) {
            Ok(read) if is_ca(&read) && read.tbs_certificate.subject == read.tbs_certificate.issuer => {
                split.0.push(der)
            }
            Ok(read) if is_ca(&read) => split.1.push(der),
            _ => {}
        }
    }
    split
}
