//! `config.toml` and the environment variables `ZORGID_SET_…` (sections joined by `__`: `ZORGID_SET_UZI__TRUST_DIR`). Unknown keys are refused.

use crate::failure::Failure;
use domain::{
    network::{ForwardedHeader, Network, Proxies},
    retention::Retention,
};
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
    /// Networks of proxies in front of both listeners (`10.0.0.0/8`, `2001:db8::1`); default none.
    pub trusted_proxies: Vec<String>,
    /// The header in which they say who called: `x-forwarded-for` (default) or `forwarded`.
    pub forwarded_header: Option<String>,
    /// How long what nobody finished is kept.
    pub keep: KeepSettings,
}

/// How long what nobody finished is kept; each has a default ([`Retention::default`]).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeepSettings {
    /// Hours that a registration is kept that was not confirmed with the pass.
    pub unconfirmed_registration_hours: Option<u32>,
    /// Days that a registration is kept after its last step.
    pub registration_days: Option<u32>,
    /// Days that a request is kept after its end.
    pub request_days: Option<u32>,
    /// Hours that an app is known that never set its PIN.
    pub installation_hours: Option<u32>,
}

impl KeepSettings {
    /// As the rules want it; refuses periods in which somebody may still be at it.
    pub fn retention(&self) -> Result<Retention, Failure> {
        let seconds = |given: Option<u32>, unit: i64, default: i64| given.map_or(default, |n| i64::from(n) * unit);
        let (hour, day, default) = (60 * 60, 24 * 60 * 60, Retention::default());
        let retention = Retention {
            unconfirmed: seconds(self.unconfirmed_registration_hours, hour, default.unconfirmed),
            registration: seconds(self.registration_days, day, default.registration),
            request: seconds(self.request_days, day, default.request),
            installation: seconds(self.installation_hours, hour, default.installation),
        };
        retention.checked().map_err(|error| Failure::usage("the settings under [keep] cannot be used", error))
    }
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
    /// The proxies whose word about the caller's address counts.
    pub fn proxies(&self) -> Result<Proxies, Failure> {
        let wrong = |what: &str, text: &str| Failure::usage(what, text);
        let network = |text: &String| {
            Network::parse(text).ok_or_else(|| wrong("trusted_proxies takes networks such as 10.0.0.0/8", text))
        };
        let trusted = self.trusted_proxies.iter().map(network).collect::<Result<Vec<_>, _>>()?;
        let header = match self.forwarded_header.as_deref() {
            None => ForwardedHeader::default(),
            Some(text) => ForwardedHeader::parse(text)
                .ok_or_else(|| wrong("forwarded_header is x-forwarded-for or forwarded", text))?,
        };
        Ok(Proxies { trusted, header })
    }

    /// Reads a file (when there is one) and the variables over it.
    pub fn load(file: Option<&Path>) -> Result<Self, Failure> {
        let from_file = file.map_or_else(Figment::new, |file| Figment::new().merge(Toml::file_exact(file)));
        let settings = from_file.merge(Env::prefixed("ZORGID_SET_").split("__"));
        // What is wrong names the file or the variable itself.
        settings.extract().map_err(|error| Failure::usage("the configuration cannot be used", error))
    }
}
