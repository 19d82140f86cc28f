//! A TEST register: CAs and passes that mirror the UZI-register (CPS UZI-register §7), for *acceptatie* and for tests.
//! Its root is made anew each time, so nothing that it issues counts anywhere else.

mod card;
mod cards;

pub use card::{CardSpec, CardState, TestCard, TestCertificate, Variation};
pub use cards::{ORGANISATION, UNKNOWN_URA, URA, all_cards, card_spec};

use crate::{
    cert::{
        self, BuildError, CertificateRead, CrlDraft, CrlEntry, Draft, NameBuilder, attribute, authority, key_usage,
    },
    keys::{KeyError, RsaBits, Signer, SoftKey},
};
use der::Decode;
use domain::{Entropy, Timestamp, uzi::CardType};
use x509_cert::{
    Certificate,
    ext::pkix::{CrlReason, KeyUsages},
    name::Name,
};

const YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;
const AUTHORITY_YEARS: i64 = 10;

/// One CA.
pub struct Authority {
    /// Name for files.
    pub slug: &'static str,
    /// Its key.
    pub key: SoftKey,
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
}

/// What a CA looks like: slug, common name, slug of its issuer (its own for a root).
const AUTHORITIES: [(&str, &str, &str); 8] = [
    ("root", "TEST Zorg CSP Root CA G3", "root"),
    ("level2-persoon", "TEST Zorg CSP Level 2 Persoon CA G3", "root"),
    ("level2-services", "TEST Zorg CSP Level 2 Services CA G3", "root"),
    ("private-root", "TEST Zorg CSP Private Root CA G1", "private-root"),
    ("zorgverlener", "TEST UZI-register Zorgverlener CA G3", "level2-persoon"),
    ("medewerker-op-naam", "TEST UZI-register Medewerker op naam CA G3", "level2-persoon"),
    ("medewerker-niet-op-naam", "TEST UZI-register Medewerker niet op naam CA G3", "level2-services"),
    ("private-server", "TEST UZI-register Private Server CA G1", "private-root"),
];

/// The slugs of all CAs, issuers first.
pub fn authority_slugs() -> impl Iterator<Item = &'static str> {
    AUTHORITIES.iter().map(|(slug, ..)| *slug)
}

/// The CA that issues a type of pass.
pub fn issuer_slug(card_type: CardType) -> &'static str {
    match card_type {
        CardType::Z => "zorgverlener",
        CardType::N => "medewerker-op-naam",
        CardType::M => "medewerker-niet-op-naam",
        CardType::S => "private-server",
    }
}

/// One revoked pass certificate, by the CA that issued it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RevokedPass {
    /// Slug of the CA.
    pub issuer: String,
    /// Serial number, hex.
    pub serial: String,
    /// Since when.
    pub at: Timestamp,
}

/// Which keys the register makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestKeys {
    /// RSA of these sizes for CAs; passes have RSA-2048, as real ones.
    Rsa(RsaBits),
    /// P-256 everywhere: quick, for tests of everything but RSA.
    P256,
}

/// The register.
pub struct TestRegister {
    keys: TestKeys,
    authorities: Vec<Authority>,
}

impl TestRegister {
    /// Makes all CAs.
    pub fn new(keys: TestKeys, now: Timestamp, entropy: &dyn Entropy) -> Result<Self, BuildError> {
        let mut register = Self { keys, authorities: Vec::new() };
        let keys = make_keys(keys, AUTHORITIES.len(), entropy)?;
        for ((slug, common_name, issuer), key) in AUTHORITIES.into_iter().zip(keys) {
            let certificate =
                register.authority(&key, common_name, (slug != issuer).then_some(issuer), now, entropy)?;
            register.authorities.push(Authority { slug, key, certificate });
        }
        Ok(register)
    }

    /// From keys (PKCS#8) and certificates that were kept, in the order of [`authority_slugs`].
    pub fn from_kept(kept: Vec<(SoftKey, Vec<u8>)>) -> Option<Self> {
        let same = kept.len() == AUTHORITIES.len();
        let authority = |(slug, (key, certificate))| Authority { slug, key, certificate };
        let authorities = authority_slugs().zip(kept).map(authority);
        same.then(|| Self { keys: TestKeys::Rsa(RsaBits::B4096), authorities: authorities.collect() })
    }

    /// All CAs, issuers first.
    pub fn authorities(&self) -> &[Authority] {
        &self.authorities
    }

    /// Certificates to trust, DER.
    pub fn trust(&self) -> Vec<Vec<u8>> {
        self.authorities.iter().map(|a| a.certificate.clone()).collect()
    }

    /// One CRL per CA: slug and DER.
    pub fn crls(
        &self,
        revoked: &[RevokedPass],
        now: Timestamp,
        valid_hours: u32,
    ) -> Result<Vec<(&'static str, Vec<u8>)>, BuildError> {
        let crl = |authority: &Authority| {
            let (name, key_id) = issuer_of(authority)?;
            let own = revoked.iter().filter(|pass| pass.issuer == authority.slug);
            let entries = own.filter_map(|pass| {
                let serial = hex::decode(&pass.serial).ok()?;
                Some(CrlEntry { serial, at: pass.at, reason: CrlReason::KeyCompromise })
            });
            let draft = CrlDraft {
                entries: entries.collect(),
                number: u64::try_from(now.unix()).unwrap_or(0),
                this_update: now,
                next_update: now.plus_seconds(i64::from(valid_hours) * 3600),
            };
            Ok((authority.slug, cert::crl(&draft, &name, &key_id, &authority.key)?))
        };
        self.authorities.iter().map(crl).collect()
    }

    fn find(&self, slug: &str) -> Result<&Authority, BuildError> {
        let found = self.authorities.iter().find(|authority| authority.slug == slug);
        found.ok_or(BuildError::Key(KeyError::Unusable("no such CA")))
    }

    /// From a CA up to the root, as it stands on a pass.
    fn chain_of(&self, slug: &str) -> Vec<Vec<u8>> {
        let mut chain = Vec::new();
        let mut at = slug;
        while let Some((own, _, issuer)) = AUTHORITIES.iter().find(|(own, ..)| *own == at) {
            chain.extend(self.find(own).ok().map(|authority| authority.certificate.clone()));
            if own == issuer {
                break;
            }
            at = issuer;
        }
        chain
    }

    fn authority(
        &self,
        key: &SoftKey,
        common_name: &str,
        issuer: Option<&str>,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, BuildError> {
        let name = NameBuilder::new()
            .with(attribute::COUNTRY, "NL")
            .with(attribute::ORGANISATION, "CIBG (nagebootst, alleen voor tests)")
            .with(attribute::ORGANISATION_IDENTIFIER, "NTRNL-50000535")
            .with(attribute::COMMON_NAME, common_name)
            .build()?;
        let draft = Draft {
            serial: cert::serial(entropy).to_vec(),
            subject: name.clone(),
            // Old enough for passes that expired.
            not_before: now.plus_seconds(-AUTHORITY_YEARS * YEAR_SECONDS),
            not_after: now.plus_seconds(AUTHORITY_YEARS * YEAR_SECONDS),
            public_key: key.public_key().to_vec(),
            extensions: vec![authority(None)?, key_usage(KeyUsages::KeyCertSign | KeyUsages::CRLSign)?],
        };
        match issuer {
            Some(slug) => {
                let issuer = self.find(slug)?;
                let (name, key_id) = issuer_of(issuer)?;
                draft.sign(&name, &key_id, &issuer.key)
            }
            None => {
                let spki = spki::SubjectPublicKeyInfoOwned::from_der(key.public_key())?;
                draft.sign(&name, &cert::key_identifier(spki.subject_public_key.raw_bytes()), key)
            }
        }
    }
}

/// Makes keys, RSA ones side by side: the one thing here that takes long.
fn make_keys(keys: TestKeys, count: usize, entropy: &dyn Entropy) -> Result<Vec<SoftKey>, KeyError> {
    let TestKeys::Rsa(bits) = keys else { return (0..count).map(|_| SoftKey::generate(entropy)).collect() };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(|| SoftKey::generate_rsa(bits))).collect();
        let lost = || Err(KeyError::Unusable("RSA generation"));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| lost())).collect()
    })
}

fn issuer_of(authority: &Authority) -> Result<(Name, Vec<u8>), BuildError> {
    let read = Certificate::from_der(&authority.certificate)?;
    let key_id = read.key_id();
    Ok((read.tbs_certificate.subject, key_id))
}
