//! Makes and opens the CA folder of an environment.
//!
//! | File | What |
//! | --- | --- |
//! | `root.cer`, `root.key.sealed` | the root. Its key is used once, by [`init`]: move the file to an offline place |
//! | `issuing.cer`, `issuing.key.sealed` | issues Mobile IDs and CRLs; only `zorgid ca` opens it |
//! | `ocsp.cer`, `ocsp.key.sealed` | signs OCSP answers; only `zorgid ca` opens it |
//! | `request.cer`, `request.key.sealed` | signs requests to the apps; the portal opens it |
//! | `checkpoint.pub`, `checkpoint.key.sealed` | Ed25519, signs checkpoints of the log; the portal opens it |
//! | `ca.json` | environment and `public_url` |
//!
//! Certificates are DER; sealed files are age files (`age -d`).

#[cfg(test)]
mod tests;

use crate::{
    cert::{
        self, BuildError, CertificateRead, Draft, NameBuilder, attribute, authority, authority_information,
        crl_distribution_point, end_entity, extended_key_usage, key_usage, ocsp_nocheck, sha256_hex,
    },
    keys::{CheckpointKey, Credential, KeyError, Signer, SoftKey, seal, unseal},
    mobile::{IssuingCa, OcspSigner},
    request_signer::{REQUEST_SIGNING, RequestSigner},
};
use der::Decode;
use domain::{Clock, Entropy, Environment, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    sync::Arc,
};
use thiserror::Error;
use x509_cert::{Certificate, ext::pkix::KeyUsages, name::Name};

const ROOT_YEARS: i64 = 20;
const ISSUING_YEARS: i64 = 10;
const SIGNER_YEARS: i64 = 10;
const YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;

/// Why a CA folder cannot be made or opened.
#[derive(Debug, Error)]
pub enum SetupError {
    /// There is one already; it is never overwritten.
    #[error("{0} exists already")]
    Exists(String),
    /// A file.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A certificate.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The folder is of another environment or version.
    #[error("the CA folder cannot be used: {0}")]
    Other(String),
}

/// What the folder is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaInfo {
    /// The environment.
    pub environment: Environment,
    /// Where `/pki/…` is published: it stands in every certificate.
    pub public_url: String,
}

/// Makes keys and certificates in an empty (or new) folder. `root.cer` is written last: without it the folder is unfinished and may be made again.
pub fn init(
    folder: &Path,
    info: &CaInfo,
    credential: &Credential,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(), SetupError> {
    if folder.join("root.cer").exists() {
        return Err(SetupError::Exists(folder.join("root.cer").display().to_string()));
    }
    let now = clock.now();
    let keys: Vec<SoftKey> = (0..4).map(|_| SoftKey::generate(entropy)).collect::<Result<_, _>>()?;
    let [root, issuing, ocsp, request] = &keys[..] else { return Err(KeyError::Unusable("keys").into()) };
    let checkpoint = CheckpointKey::generate(entropy)?;
    let maker = Maker { info, now, entropy };
    let root_certificate = maker.root(root)?;
    let issuing_certificate = maker.issuing(issuing, root, &root_certificate)?;
    let under =
        |key, common_name, extensions| maker.signer(key, common_name, extensions, issuing, &issuing_certificate);
    let ocsp_extensions = vec![extended_key_usage(&[cert::OCSP_SIGNING]).map_err(BuildError::from)?, nocheck()?];
    let ocsp_certificate = under(ocsp, "ZORG-ID OCSP", ocsp_extensions)?;
    let request_extensions = vec![extended_key_usage(&[REQUEST_SIGNING]).map_err(BuildError::from)?];
    let request_certificate = under(request, "ZORG-ID verzoeken", request_extensions)?;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))?;
    let sealed = |secret: &[u8]| seal(secret, credential);
    write(folder, "issuing.cer", &issuing_certificate)?;
    write(folder, "ocsp.cer", &ocsp_certificate)?;
    write(folder, "request.cer", &request_certificate)?;
    write(folder, "root.key.sealed", &sealed(root.to_pkcs8())?)?;
    write(folder, "issuing.key.sealed", &sealed(issuing.to_pkcs8())?)?;
    write(folder, "ocsp.key.sealed", &sealed(ocsp.to_pkcs8())?)?;
    write(folder, "request.key.sealed", &sealed(request.to_pkcs8())?)?;
    write(folder, "checkpoint.key.sealed", &sealed(checkpoint.seed())?)?;
    write(folder, "checkpoint.pub", hex::encode(checkpoint.public_key()).as_bytes())?;
    let text = serde_json::to_vec(info).map_err(|error| SetupError::Other(error.to_string()))?;
    write(folder, "ca.json", &text)?;
    // Last: its presence says that the folder is whole.
    write(folder, "root.cer", &root_certificate)?;
    File::open(folder).and_then(|f| f.sync_all()).map_err(at(folder))
}

/// Whether [`init`] finished here.
pub fn exists(folder: &Path) -> bool {
    folder.join("root.cer").exists()
}

/// What the folder is for.
pub fn info(folder: &Path) -> Result<CaInfo, SetupError> {
    let text = read(folder, "ca.json")?;
    serde_json::from_slice(&text).map_err(|error| SetupError::Other(format!("ca.json: {error}")))
}

/// The root certificate, DER: what the apps trust.
pub fn root(folder: &Path) -> Result<Vec<u8>, SetupError> {
    read(folder, "root.cer")
}

/// The issuing CA's certificate, DER.
pub fn issuing_certificate(folder: &Path) -> Result<Vec<u8>, SetupError> {
    read(folder, "issuing.cer")
}

/// Opens what the CA process needs.
pub fn open_issuing(folder: &Path, credential: &Credential) -> Result<(IssuingCa, OcspSigner), SetupError> {
    let info = info(folder)?;
    let key = open_key(folder, "issuing.key.sealed", credential)?;
    let ca = IssuingCa::new(key, issuing_certificate(folder)?, info.environment, &info.public_url)?;
    let ocsp = open_key(folder, "ocsp.key.sealed", credential)?;
    let ocsp = OcspSigner::new(ocsp, &read(folder, "ocsp.cer")?, &ca)?;
    Ok((ca, ocsp))
}

/// Opens the key that signs requests.
pub fn open_request_signer(folder: &Path, credential: &Credential) -> Result<RequestSigner, SetupError> {
    let key = open_key(folder, "request.key.sealed", credential)?;
    let chain = vec![read(folder, "request.cer")?, issuing_certificate(folder)?];
    Ok(RequestSigner::new(key, chain)?)
}

/// Opens the key that signs checkpoints of the log.
pub fn open_checkpoint(folder: &Path, credential: &Credential) -> Result<CheckpointKey, SetupError> {
    let seed = unseal(&read(folder, "checkpoint.key.sealed")?, credential)?;
    Ok(CheckpointKey::from_seed(&seed)?)
}

/// The public key of checkpoints, 32 bytes: to verify a log without any credential.
pub fn checkpoint_public_key(folder: &Path) -> Result<Vec<u8>, SetupError> {
    let text = read(folder, "checkpoint.pub")?;
    hex::decode(&text).map_err(|_| SetupError::Other("checkpoint.pub is damaged".into()))
}

fn open_key(folder: &Path, name: &str, credential: &Credential) -> Result<Arc<dyn Signer>, SetupError> {
    Ok(Arc::new(SoftKey::from_pkcs8(&unseal(&read(folder, name)?, credential)?)?))
}

fn nocheck() -> Result<x509_cert::ext::Extension, SetupError> {
    Ok(ocsp_nocheck().map_err(BuildError::from)?)
}

struct Maker<'a> {
    info: &'a CaInfo,
    now: Timestamp,
    entropy: &'a dyn Entropy,
}

impl Maker<'_> {
    fn name(&self, common_name: &str) -> Result<Name, BuildError> {
        let environment = match self.info.environment {
            Environment::Acceptatie => "TEST ",
            Environment::Productie => "",
        };
        let name = NameBuilder::new()
            .with(attribute::COUNTRY, "NL")
            .with(attribute::ORGANISATION, "ZORG-ID")
            .with(attribute::COMMON_NAME, &format!("{environment}{common_name}"));
        Ok(name.build()?)
    }

    fn draft(&self, key: &SoftKey, subject: Name, years: i64) -> Draft {
        Draft {
            serial: cert::serial(self.entropy).to_vec(),
            subject,
            not_before: self.now.plus_seconds(-5 * 60),
            not_after: self.now.plus_seconds(years * YEAR_SECONDS),
            public_key: key.public_key().to_vec(),
            extensions: Vec::new(),
        }
    }

    fn root(&self, key: &SoftKey) -> Result<Vec<u8>, BuildError> {
        // Roots of two installations must not have the same name: a chain would be tried against the wrong one.
        let fingerprint = sha256_hex(key.public_key());
        let name = self.name(&format!("ZORG-ID Root CA {}", &fingerprint[..8]))?;
        let mut draft = self.draft(key, name.clone(), ROOT_YEARS);
        draft.extensions = vec![authority(None)?, key_usage(KeyUsages::KeyCertSign | KeyUsages::CRLSign)?];
        let key_bits = spki::SubjectPublicKeyInfoOwned::from_der(key.public_key())?;
        draft.sign(&name, &cert::key_identifier(key_bits.subject_public_key.raw_bytes()), key)
    }

    fn issuing(&self, key: &SoftKey, root: &SoftKey, root_certificate: &[u8]) -> Result<Vec<u8>, BuildError> {
        let issuer = Certificate::from_der(root_certificate)?;
        let mut draft = self.draft(key, self.name("ZORG-ID Mobile ID CA")?, ISSUING_YEARS);
        draft.extensions = vec![authority(Some(0))?, key_usage(KeyUsages::KeyCertSign | KeyUsages::CRLSign)?];
        draft.sign(&issuer.tbs_certificate.subject, &issuer.key_id(), root)
    }

    fn signer(
        &self,
        key: &SoftKey,
        common_name: &str,
        extensions: Vec<x509_cert::ext::Extension>,
        issuing: &SoftKey,
        issuing_certificate: &[u8],
    ) -> Result<Vec<u8>, BuildError> {
        let issuer = Certificate::from_der(issuing_certificate)?;
        let mut draft = self.draft(key, self.name(common_name)?, SIGNER_YEARS);
        draft.not_after = draft.not_after.min(issuer.not_after());
        let url = |path: &str| format!("{}/pki/{path}", self.info.public_url.trim_end_matches('/'));
        draft.extensions = vec![
            end_entity()?,
            key_usage(KeyUsages::DigitalSignature)?,
            crl_distribution_point(&url("ca.crl"))?,
            authority_information(&url("ocsp"), &url("ca.cer"))?,
        ];
        draft.extensions.extend(extensions);
        draft.sign(&issuer.tbs_certificate.subject, &issuer.key_id(), issuing)
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> SetupError {
    let path = path.display().to_string();
    move |error| SetupError::File { path, error }
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, SetupError> {
    let path = folder.join(name);
    fs::read(&path).map_err(at(&path))
}

/// Writes a file durably, readable by its owner only.
fn write(folder: &Path, name: &str, content: &[u8]) -> Result<(), SetupError> {
    let path = folder.join(name);
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path).map_err(at(&path))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(at(&path))
}
