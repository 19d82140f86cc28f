//! One pass: three certificates with RSA keys.

use super::{RevokedPass, TestKeys, TestRegister, YEAR_SECONDS, issuer_of, issuer_slug, make_keys};
use crate::{
    cert::{
        self, BuildError, CLIENT_AUTH, CertificateRead, Draft, EMAIL_PROTECTION, NameBuilder, SERVER_AUTH, attribute,
        authority_information, crl_distribution_point, end_entity, extended_key_usage, key_usage, policies,
        subject_alternative_names,
    },
    keys::{RsaBits, Signer, SoftKey},
};
use const_oid::ObjectIdentifier;
use der::{
    Decode,
    asn1::{Any, Ia5StringRef, Utf8StringRef},
    flagset::FlagSet,
};
use domain::{Entropy, Timestamp, uzi::CardType};
use x509_cert::{
    Certificate,
    ext::{
        Extension,
        pkix::{
            KeyUsages,
            name::{GeneralName, OtherName},
        },
    },
    name::Name,
};

const OTHER_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.5.5");
const UPN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.20.2.3");
const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.12");
const ENCRYPTING_FILES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.4");
const POLICY_AUTHENTICITY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.528.1.1007.99.211");
const POLICY_SIGNATURE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.528.1.1007.99.212");
const POLICY_CONFIDENTIALITY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.528.1.1007.99.213");

/// Passes are valid for three years.
const CARD_YEARS: i64 = 3;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Whether a pass still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardState {
    /// It does.
    Valid,
    /// On the CRL.
    Revoked,
    /// Its time is over since yesterday.
    Expired,
    /// Its time begins tomorrow.
    NotYetValid,
}

/// What stands on a pass.
#[derive(Clone, Debug)]
pub struct CardSpec {
    /// Name of its folder and token.
    pub folder: String,
    /// Type.
    pub card_type: CardType,
    /// State.
    pub state: CardState,
    /// UZI-nummer.
    pub uzi_number: String,
    /// URA.
    pub ura: String,
    /// Name of the subscriber.
    pub organisation: String,
    /// Given names (Z, N).
    pub given_name: String,
    /// Prefix, only in the common name.
    pub prefix: String,
    /// The surname attribute (Z, N).
    pub surname: String,
    /// Function (M) or host name (S).
    pub function: String,
    /// Title (Z).
    pub title: String,
    /// Role code.
    pub role_code: String,
    /// AGB-code.
    pub agb_code: String,
    /// Deviations from the profile, for tests of refusals.
    pub variation: Variation,
}

/// Deviations from the profile. All off by default.
#[derive(Clone, Debug, Default)]
pub struct Variation {
    /// The whole otherName value instead of the right one.
    pub other_name: Option<String>,
    /// UTF8String instead of IA5String.
    pub utf8: bool,
    /// No subject alternative name at all.
    pub no_names: bool,
    /// Another policy.
    pub policy: Option<ObjectIdentifier>,
    /// Issued by the CA of another type.
    pub issuer: Option<CardType>,
}

/// One certificate of a pass with its key.
pub struct TestCertificate {
    /// `auth`, `sign` or `enc`.
    pub name: &'static str,
    /// PKCS#11 id on the token.
    pub id: u8,
    /// Key.
    pub key: SoftKey,
    /// DER.
    pub certificate: Vec<u8>,
}

/// A pass.
pub struct TestCard {
    /// What it was made from.
    pub spec: CardSpec,
    /// Authenticity, signature, confidentiality.
    pub certificates: Vec<TestCertificate>,
    /// From the issuing CA up to the root.
    pub authorities: Vec<Vec<u8>>,
    /// What goes on the CRL: all three, when it is revoked.
    pub revoked: Vec<RevokedPass>,
}

impl TestCard {
    /// The authenticity certificate and the CAs: what a Desktop App sends.
    pub fn chain(&self) -> Vec<Vec<u8>> {
        let leaf = self.certificates.iter().take(1).map(|c| c.certificate.clone());
        leaf.chain(self.authorities.iter().cloned()).collect()
    }
}

impl CardSpec {
    /// `<first names> [prefix] <surname>`, the function, or the host name. The surname attribute may hold the prefix
    /// as well.
    pub fn common_name(&self) -> String {
        match self.card_type {
            CardType::Z | CardType::N => {
                let parts = [self.given_name.as_str(), &self.prefix, &self.surname];
                parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
            }
            CardType::M | CardType::S => self.function.clone(),
        }
    }

    fn subject(&self) -> der::Result<Name> {
        let name = NameBuilder::new()
            .with(attribute::COUNTRY, "NL")
            .with(attribute::ORGANISATION, &self.organisation)
            .with(attribute::TITLE, &self.title);
        let name = match self.card_type {
            CardType::S => name.with(attribute::STATE, "Utrecht").with(attribute::LOCALITY, "Zeist"),
            CardType::M => name.with(attribute::ORGANISATIONAL_UNIT, "Polikliniek"),
            CardType::Z | CardType::N => {
                name.with(attribute::SURNAME, &self.surname).with(attribute::GIVEN_NAME, &self.given_name)
            }
        };
        name.with(attribute::SERIAL_NUMBER, &self.uzi_number).with(attribute::COMMON_NAME, &self.common_name()).build()
    }

    fn oid_ca(&self) -> &'static str {
        match self.card_type {
            CardType::Z => "2.16.528.1.1007.99.217",
            CardType::N => "2.16.528.1.1007.99.218",
            CardType::M => "2.16.528.1.1007.99.219",
            CardType::S => "2.16.528.1.1007.99.2110",
        }
    }

    fn names(&self, with_upn: bool) -> der::Result<Vec<GeneralName>> {
        let right = format!(
            "{}-1-{}-{}-{}-{}-{}",
            self.oid_ca(),
            self.uzi_number,
            self.card_type.letter(),
            self.ura,
            self.role_code,
            self.agb_code
        );
        let text = self.variation.other_name.as_ref().unwrap_or(&right);
        let value = match self.variation.utf8 {
            true => Any::encode_from(&Utf8StringRef::new(text)?)?,
            false => Any::encode_from(&Ia5StringRef::new(text)?)?,
        };
        let mut names = vec![GeneralName::OtherName(OtherName { type_id: OTHER_NAME, value })];
        if with_upn {
            let upn = format!("{}@{}", self.uzi_number, self.ura);
            let value = Any::encode_from(&Utf8StringRef::new(&upn)?)?;
            names.push(GeneralName::OtherName(OtherName { type_id: UPN, value }));
        }
        Ok(names)
    }

    fn validity(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        let from = match self.state {
            CardState::Valid | CardState::Revoked => now.plus_seconds(-DAY_SECONDS),
            CardState::Expired => now.plus_seconds(-CARD_YEARS * YEAR_SECONDS - DAY_SECONDS),
            CardState::NotYetValid => now.plus_seconds(DAY_SECONDS),
        };
        (from, from.plus_seconds(CARD_YEARS * YEAR_SECONDS))
    }
}

/// Usages of the three certificates: name, PKCS#11 id, key usage, extended key usage, policy.
type Use = (&'static str, u8, FlagSet<KeyUsages>, Vec<ObjectIdentifier>, ObjectIdentifier);

fn uses(card_type: CardType) -> [Use; 3] {
    let authenticity: Use = match card_type {
        CardType::S => (
            "auth",
            1,
            KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment,
            vec![CLIENT_AUTH, SERVER_AUTH],
            POLICY_AUTHENTICITY,
        ),
        _ => (
            "auth",
            1,
            KeyUsages::DigitalSignature.into(),
            vec![CLIENT_AUTH, EMAIL_PROTECTION, DOCUMENT_SIGNING],
            POLICY_AUTHENTICITY,
        ),
    };
    [
        authenticity,
        ("sign", 2, KeyUsages::NonRepudiation.into(), vec![EMAIL_PROTECTION, DOCUMENT_SIGNING], POLICY_SIGNATURE),
        (
            "enc",
            3,
            KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment,
            vec![EMAIL_PROTECTION, ENCRYPTING_FILES],
            POLICY_CONFIDENTIALITY,
        ),
    ]
}

impl TestRegister {
    /// Makes a pass.
    pub fn issue(&self, spec: CardSpec, now: Timestamp, entropy: &dyn Entropy) -> Result<TestCard, BuildError> {
        let issuer = issuer_slug(spec.variation.issuer.unwrap_or(spec.card_type));
        let mut certificates = Vec::new();
        let uses = uses(spec.card_type);
        let keys = match self.keys {
            TestKeys::Rsa(_) => TestKeys::Rsa(RsaBits::B2048),
            TestKeys::P256 => TestKeys::P256,
        };
        let keys = make_keys(keys, uses.len(), entropy)?;
        for (one, key) in uses.into_iter().zip(keys) {
            let certificate = self.pass_certificate(&spec, issuer, &one, &key, now, entropy)?;
            certificates.push(TestCertificate { name: one.0, id: one.1, key, certificate });
        }
        let mut revoked = Vec::new();
        if spec.state == CardState::Revoked {
            for one in &certificates {
                let serial = hex::encode(Certificate::from_der(&one.certificate)?.serial());
                revoked.push(RevokedPass { issuer: issuer.into(), serial, at: now.plus_seconds(-3600) });
            }
        }
        Ok(TestCard { authorities: self.chain_of(issuer), spec, certificates, revoked })
    }

    fn pass_certificate(
        &self,
        spec: &CardSpec,
        issuer: &str,
        (name, _, usages, purposes, policy): &Use,
        key: &SoftKey,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, BuildError> {
        let authority = self.find(issuer)?;
        let (issuer_name, key_id) = issuer_of(authority)?;
        let (not_before, not_after) = spec.validity(now);
        let mut extensions: Vec<Extension> = vec![
            end_entity()?,
            key_usage(*usages)?,
            extended_key_usage(purposes)?,
            policies(&[spec.variation.policy.unwrap_or(*policy)])?,
            crl_distribution_point(&format!("http://uzi-register-test.example/cdp/{issuer}.crl"))?,
            authority_information(
                "http://ocsp.uzi-register-test.example",
                &format!("http://uzi-register-test.example/cacerts/{issuer}.cer"),
            )?,
        ];
        if !spec.variation.no_names {
            extensions.push(subject_alternative_names(spec.names(*name == "auth")?)?);
        }
        let draft = Draft {
            serial: cert::serial(entropy).to_vec(),
            subject: spec.subject()?,
            not_before,
            not_after,
            public_key: key.public_key().to_vec(),
            extensions,
        };
        draft.sign(&issuer_name, &key_id, &authority.key)
    }
}
