//! `config.toml` and the environment variables `ZORGID_SET_…` (sections joined by `__`: `ZORGID_SET_UZI__TRUST_DIR`). Unknown keys are refused.

use crate::failure::Failure;
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Everything that can be set; each has a default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Origin under which people reach the portal; required in productie.
    pub public_url: Option<String>,
    /// Origin of the Mobile App; required in productie.
    pub app_url: Option<String>,
    /// Short name of this server in QR links; default: the environment.
    pub server_id: Option<String>,
    /// The operator's name.
    pub operator: Option<String>,
    /// The portal of the other environment.
    pub other_environment_url: Option<String>,
    /// UZI-register: trust and revocation.
    pub uzi: UziSettings,
    /// TLS of the product itself.
    pub tls: Option<TlsSettings>,
}

/// Where UZI trust anchors and CRLs come from; never from the card.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UziSettings {
    /// Folder with PEM or DER certificates that are trusted.
    pub trust_dir: Option<PathBuf>,
    /// Folder with CRLs (DER or PEM); read again every minute.
    pub crl_dir: Option<PathBuf>,
    /// Addresses of CRLs, fetched every hour into the data folder.
    pub crl_urls: Vec<String>,
    /// Hours that a CRL may be past its end; default 0.
    pub grace_hours: u32,
}

/// Certificate and key for both listeners.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// PEM chain, leaf first.
    pub certificate: PathBuf,
    /// PEM private key.
    pub key: PathBuf,
}

impl Settings {
    /// Reads a file (when there is one) and the variables over it.
    pub fn load(file: &Path) -> Result<Self, Failure> {
        Figment::new()
            .merge(Toml::file_exact(file))
            .merge(Env::prefixed("ZORGID_SET_").split("__"))
            .extract()
            .map_err(|error| Failure::usage(format!("the configuration {} cannot be used", file.display()), error))
    }
}
