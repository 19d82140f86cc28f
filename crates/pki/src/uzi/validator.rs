//! Decides whether a pass counts: path, revocation, profile. Fails closed.

use super::{
    certificate::UziCertificate,
    config::UziConfig,
    evidence::{CrlEvidence, Evidence},
    lists::{self, Crl, common_name},
    problem::{UziProblem, UziRefusal},
};
use crate::cert::{CertificateRead, attribute, sha256_hex};
use base64::{Engine, engine::general_purpose::STANDARD};
use der::{Decode, Encode};
use domain::{
    PersonName, Timestamp,
    uzi::{AgbCode, CardType, RoleCode, Ura, UziNumber},
};
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::time::Duration;
use thiserror::Error;
use webpki::{
    ALL_VERIFICATION_ALGS, CertRevocationList, EndEntityCert, KeyUsage as WebpkiUsage, RevocationOptionsBuilder,
    VerifiedPath, anchor_from_trusted_cert,
};
use x509_cert::{
    Certificate,
    ext::pkix::{CertificatePolicies, ExtendedKeyUsage, KeyUsage, KeyUsages},
};

/// The most certificates of a chain that are looked at.
const MAX_CHAIN: usize = 5;

/// A pass that counts, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UziCard {
    /// UZI-nummer.
    pub uzi_number: UziNumber,
    /// Type: what the letter says *and* the issuer issues.
    pub card_type: CardType,
    /// The subscriber.
    pub ura: Ura,
    /// `00.000` on an N pass.
    pub role_code: RoleCode,
    /// AGB-code, when there is one.
    pub agb: Option<AgbCode>,
    /// Whose.
    pub name: PersonName,
    /// Name of the subscriber.
    pub organisation_name: String,
    /// Title (*Arts*), empty when there is none.
    pub title: String,
    /// Serial number of the certificate, hex: what the CRL lists.
    pub serial_hex: String,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// SHA-256 of the certificate, hex.
    pub sha256_hex: String,
}

/// The trust folder is not usable.
#[derive(Debug, Error)]
pub enum UziSetupError {
    /// Nothing to trust.
    #[error("no self-signed CA certificate among the trusted certificates")]
    NoAnchor,
    /// A configured OID is none.
    #[error("{0:?} is not an object identifier")]
    Oid(String),
}

struct Anchor {
    anchor: TrustAnchor<'static>,
    der: Vec<u8>,
    /// SubjectPublicKeyInfo, DER.
    key: Vec<u8>,
    not_after: Timestamp,
}

/// Checks passes against fixed trust anchors and revocation lists. When either changes, make a new one.
pub struct UziValidator {
    config: UziConfig,
    anchors: Vec<Anchor>,
    intermediates: Vec<CertificateDer<'static>>,
    crls: Vec<Crl>,
    warnings: Vec<String>,
}

impl UziValidator {
    /// Takes the trusted CA certificates (self-signed ones are anchors, the others help to build paths) and the
    /// revocation lists, all DER. A list that cannot be read, or that its CA did not sign, is left out, with a warning:
    /// without an older genuine one, passes of its issuer are then refused.
    pub fn new(config: UziConfig, trust: Vec<Vec<u8>>, crls: &[Vec<u8>]) -> Result<Self, UziSetupError> {
        if let Some(wrong) = config.wrong_oid() {
            return Err(UziSetupError::Oid(wrong.to_owned()));
        }
        let (roots, intermediates) = super::config::split_trust(trust);
        let anchors: Vec<Anchor> = roots.into_iter().filter_map(anchor).collect();
        if anchors.is_empty() {
            return Err(UziSetupError::NoAnchor);
        }
        let (crls, warnings) = lists::read(crls, anchors.iter().map(|anchor| &anchor.der).chain(&intermediates));
        let intermediates = intermediates.into_iter().map(CertificateDer::from).collect();
        Ok(Self { config, anchors, intermediates, crls, warnings })
    }

    /// What was left out, in words for the operator.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// When the first of the revocation lists ends, of each CA's the newest; `None` without lists.
    pub fn crls_until(&self) -> Option<Timestamp> {
        lists::fresh_until(&self.crls)
    }

    /// Checks a pass: its authenticity certificate first, then any others that the card holds.
    pub fn validate(&self, chain: &[Vec<u8>], now: Timestamp) -> Result<(UziCard, Evidence), UziRefusal> {
        let leaf = chain.first().ok_or_else(|| UziRefusal::Untrusted("no certificate".into()))?;
        let read = UziCertificate::parse_with(leaf, &self.config);
        let unreadable = || UziRefusal::Unreadable(read.problems.clone());
        let certificate = Certificate::from_der(leaf).map_err(|_| unreadable())?;
        let der = CertificateDer::from(leaf.as_slice());
        let end_entity = EndEntityCert::try_from(&der).map_err(|error| UziRefusal::Untrusted(error.to_string()))?;
        let given = chain.iter().skip(1).take(MAX_CHAIN).map(|der| CertificateDer::from(der.as_slice()));
        let intermediates: Vec<CertificateDer<'_>> = self.intermediates.iter().cloned().chain(given).collect();

        // The path first, without revocation: only what is genuine deserves further words.
        let anchors: Vec<TrustAnchor<'_>> = self.anchors.iter().map(|a| a.anchor.clone()).collect();
        let path = self.path(&end_entity, &anchors, &intermediates, now, None)?;
        let anchor = self.anchor_of(&path, now)?;
        let card_type = self.card_type(&read, &certificate)?;
        let policy = self.right_certificate(&certificate)?;
        if !self.acceptable(&read.problems) {
            return Err(unreadable());
        }
        let crls = self.revocation(&end_entity, &anchors, &intermediates, (&path, anchor), now)?;

        let mut ders = vec![leaf.clone()];
        ders.extend(path.intermediate_certificates().map(|cert| cert.der().to_vec()));
        ders.push(anchor.der.clone());
        let evidence = Evidence {
            checked_at: now,
            path_sha256: ders.iter().map(|der| sha256_hex(der)).collect(),
            path: ders.iter().map(|der| STANDARD.encode(der)).collect(),
            policy,
            crls,
        };
        let card = card(&read, card_type).ok_or_else(unreadable)?;
        Ok((card, evidence))
    }

    /// Whether any list names this serial number (hex): then [`Self::is_revoked`] is worth its signatures.
    pub fn names_serial(&self, serial: &str) -> bool {
        let Ok(mut serial) = hex::decode(serial) else { return false };
        if serial.first().is_none_or(|first| *first >= 0x80) {
            // In DER a number that begins with a high bit gets a zero.
            serial.insert(0, 0);
        }
        self.crls.iter().any(|crl| crl.names(&serial))
    }

    /// Whether the newest list of its CA names a certificate (DER) that was found good before. Also when that list is past
    /// its end: revoked in a stale list is still revoked. `issuer` is the CA's certificate (DER): needed for a CA that
    /// only passes bring along.
    pub fn is_revoked(&self, certificate: &[u8], issuer: Option<&[u8]>) -> bool {
        let der = CertificateDer::from(certificate);
        let Ok(leaf) = EndEntityCert::try_from(&der) else { return false };
        let issuer = issuer.and_then(|der| Certificate::from_der(der).ok());
        let key = issuer.and_then(|issuer| issuer.tbs_certificate.subject_public_key_info.to_der().ok());
        let newest = self.crls.iter().find(|crl| crl.is_about(certificate, leaf.issuer(), key.as_deref()));
        newest.is_some_and(|crl| crl.names(leaf.serial()))
    }

    fn path<'p>(
        &self,
        end_entity: &'p EndEntityCert<'p>,
        anchors: &'p [TrustAnchor<'p>],
        intermediates: &'p [CertificateDer<'p>],
        now: Timestamp,
        revocation: Option<webpki::RevocationOptions<'_>>,
    ) -> Result<VerifiedPath<'p>, UziRefusal> {
        let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.unix()).unwrap_or(0)));
        let usage = WebpkiUsage::client_auth();
        let verified =
            end_entity.verify_for_usage(ALL_VERIFICATION_ALGS, anchors, intermediates, time, usage, revocation, None);
        verified.map_err(|error| refusal(&error))
    }

    fn anchor_of(&self, path: &VerifiedPath<'_>, now: Timestamp) -> Result<&Anchor, UziRefusal> {
        let used = path.anchor();
        let mut found = self.anchors.iter().filter(|a| {
            a.anchor.subject == used.subject && a.anchor.subject_public_key_info == used.subject_public_key_info
        });
        found.find(|a| now < a.not_after).ok_or_else(|| UziRefusal::Untrusted("the trust anchor has expired".into()))
    }

    /// The issuer's (verified) name, the OID in the otherName and the letter must agree.
    fn card_type(&self, read: &UziCertificate, certificate: &Certificate) -> Result<CardType, UziRefusal> {
        let issuer = certificate.issuer_text(attribute::COMMON_NAME);
        let Some(rule) = self.config.rule_by_name(&issuer) else {
            return Err(UziRefusal::Untrusted(format!("{issuer:?} issues no passes")));
        };
        if !self.config.card_types.contains(&rule.card_type) {
            return Err(UziRefusal::WrongType(rule.card_type));
        }
        if read.oid_ca != rule.oid_ca || CardType::parse(&read.card_type) != Some(rule.card_type) {
            return Err(UziRefusal::Unreadable(read.problems.clone()));
        }
        Ok(rule.card_type)
    }

    fn right_certificate(&self, certificate: &Certificate) -> Result<String, UziRefusal> {
        let wrong = |what: &str| Err(UziRefusal::WrongCertificate(what.to_owned()));
        let Some(KeyUsage(usages)) = certificate.find::<KeyUsage>() else { return wrong("no key usage") };
        let names: Vec<&str> = usages.into_iter().map(usage_name).collect();
        let same = names.len() == self.config.key_usage.len()
            && self.config.key_usage.iter().all(|wanted| names.contains(&wanted.as_str()));
        if !same {
            return wrong(&format!("key usage {}", names.join(", ")));
        }
        let purposes = certificate.find::<ExtendedKeyUsage>().map(|e| e.0).unwrap_or_default();
        let missing = |wanted: &&String| !purposes.iter().any(|oid| oid.to_string() == **wanted);
        if let Some(missing) = self.config.extended_key_usage.iter().find(missing) {
            return wrong(&format!("extended key usage {missing} is missing"));
        }
        let policies = certificate.find::<CertificatePolicies>().map(|p| p.0).unwrap_or_default();
        let mut policies = policies.iter().map(|policy| policy.policy_identifier.to_string());
        policies
            .find(|oid| self.config.policies.contains(oid))
            .ok_or_else(|| UziRefusal::WrongCertificate("certificate policy".into()))
    }

    fn acceptable(&self, problems: &[UziProblem]) -> bool {
        problems.iter().all(|problem| self.config.overlook.iter().any(|code| code == problem.code))
    }

    fn revocation<'p>(
        &self,
        end_entity: &'p EndEntityCert<'p>,
        anchors: &'p [TrustAnchor<'p>],
        intermediates: &'p [CertificateDer<'p>],
        (path, anchor): (&VerifiedPath<'_>, &Anchor),
        now: Timestamp,
    ) -> Result<Vec<CrlEvidence>, UziRefusal> {
        // Which list serves which certificate of the path: the newest that its issuer signed.
        let mut issuers = vec![end_entity.issuer().to_vec()];
        issuers.extend(path.intermediate_certificates().map(|cert| cert.issuer().to_vec()));
        let mut keys: Vec<Vec<u8>> =
            path.intermediate_certificates().map(|cert| cert.subject_public_key_info().to_vec()).collect();
        keys.push(anchor.key.clone());
        let mut used = Vec::new();
        for (issuer, key) in issuers.iter().zip(&keys) {
            let found = self.crls.iter().find(|crl| crl.is_of(issuer, key));
            used.push(found.ok_or_else(|| UziRefusal::CrlMissing(common_name(issuer)))?);
        }
        let lists: Vec<&CertRevocationList<'_>> = used.iter().map(|crl| &crl.list).collect();
        // Ends of lists are judged below, with the configured grace; revoked in a stale list is still revoked.
        let options =
            RevocationOptionsBuilder::new(&lists).map_err(|_| UziRefusal::CrlMissing("any issuer".into()))?.build();
        self.path(end_entity, anchors, intermediates, now, Some(options))?;
        let grace = i64::from(self.config.grace_hours) * 3600;
        if let Some(stale) = used.iter().find(|crl| now >= crl.next_update.plus_seconds(grace)) {
            let issuer = common_name(stale.list.issuer());
            return Err(UziRefusal::CrlStale { issuer, next_update: stale.next_update });
        }
        Ok(used.into_iter().map(Crl::evidence).collect())
    }
}

fn refusal(error: &webpki::Error) -> UziRefusal {
    use webpki::Error;
    match error {
        Error::CertExpired { .. } => UziRefusal::Expired,
        Error::CertNotValidYet { .. } => UziRefusal::NotYetValid,
        Error::CertRevoked => UziRefusal::Revoked,
        Error::UnknownRevocationStatus => UziRefusal::CrlMissing("an issuer in the chain".into()),
        Error::InvalidCrlSignatureForPublicKey
        | Error::IssuerNotCrlSigner
        | Error::UnsupportedCrlSignatureAlgorithmContext(_)
        | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => {
            UziRefusal::CrlMissing(format!("an issuer in the chain that can be verified ({error})"))
        }
        Error::RequiredEkuNotFoundContext(_) => UziRefusal::WrongCertificate("extended key usage".into()),
        other => UziRefusal::Untrusted(other.to_string()),
    }
}

fn anchor(der: Vec<u8>) -> Option<Anchor> {
    let read = Certificate::from_der(&der).ok()?;
    let key = read.tbs_certificate.subject_public_key_info.to_der().ok()?;
    let anchor = anchor_from_trusted_cert(&CertificateDer::from(der.as_slice())).ok()?.to_owned();
    Some(Anchor { anchor, der, key, not_after: read.not_after() })
}

fn usage_name(usage: KeyUsages) -> &'static str {
    match usage {
        KeyUsages::DigitalSignature => "digitalSignature",
        KeyUsages::NonRepudiation => "nonRepudiation",
        KeyUsages::KeyEncipherment => "keyEncipherment",
        KeyUsages::DataEncipherment => "dataEncipherment",
        KeyUsages::KeyAgreement => "keyAgreement",
        KeyUsages::KeyCertSign => "keyCertSign",
        KeyUsages::CRLSign => "cRLSign",
        KeyUsages::EncipherOnly => "encipherOnly",
        KeyUsages::DecipherOnly => "decipherOnly",
    }
}

fn card(read: &UziCertificate, card_type: CardType) -> Option<UziCard> {
    Some(UziCard {
        uzi_number: UziNumber::parse(&read.uzi_number)?,
        card_type,
        ura: Ura::parse(&read.subscriber_number)?,
        role_code: RoleCode::parse(&read.role_code)?,
        agb: AgbCode::parse(&read.agb_code).filter(|agb| agb.as_str() != "00000000"),
        name: read.person_name()?,
        organisation_name: read.organisation.clone(),
        title: read.title.clone(),
        serial_hex: read.serial_hex.clone(),
        not_before: read.not_before?,
        not_after: read.not_after?,
        sha256_hex: read.sha256_hex.clone(),
    })
}
