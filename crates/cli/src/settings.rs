//! `config.toml` and the environment variables `ZORGID_SET_…` (sections joined by `__`: `ZORGID_SET_UZI__TRUST_DIR`). Unknown keys are refused.

mod mail;

pub use mail::MailSettings;

use crate::failure::Failure;
use domain::{
    network::{ForwardedHeader, Network, Proxies},
    retention::Retention,
    times::Times,
};
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use portal::config::{ContactAddress, OperatorContact};
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
    /// How long things are kept.
    pub keep: KeepSettings,
    /// How long sessions and QR codes at the desk last.
    pub times: TimeSettings,
    /// Mails.
    pub mail: MailSettings,
    /// Operators.
    pub operators: OperatorSettings,
}

/// The operators' own rules.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OperatorSettings {
    /// What reaches far needs a second operator; default: in productie yes, in acceptatie no.
    pub second: Option<bool>,
    /// Where people reach the operator: an e-mail address or an `https` address. Shown on the help pages.
    pub contact: Option<String>,
    /// Where weaknesses are reported, for `/.well-known/security.txt`; default: `contact`.
    pub security_contact: Option<String>,
}

impl OperatorSettings {
    /// The addresses, checked.
    pub fn contact(&self) -> Result<OperatorContact, Failure> {
        let read = |name: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => ContactAddress::parse(text).map(Some).ok_or_else(|| {
                Failure::usage(format!("operators.{name} is an e-mail address or begins with https://"), text)
            }),
        };
        let people = read("contact", &self.contact)?;
        Ok(OperatorContact { security: read("security_contact", &self.security_contact)?, people })
    }
}

/// How long sessions and QR codes at the desk last; each has a default ([`Times::default`]) and bounds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeSettings {
    /// Minutes without activity after which a session of the portal ends.
    pub session_idle_minutes: Option<u32>,
    /// Hours after which a session of the portal ends, however active.
    pub session_hours: Option<u32>,
    /// Minutes that a beheerder's QR code can be scanned.
    pub desk_qr_minutes: Option<u32>,
}

impl TimeSettings {
    /// As the rules want them; refuses what is outside their bounds.
    pub fn checked(&self) -> Result<Times, Failure> {
        let seconds = |given: Option<u32>, unit: i64, default: i64| given.map_or(default, |n| i64::from(n) * unit);
        let default = Times::default();
        let times = Times {
            session_idle: seconds(self.session_idle_minutes, 60, default.session_idle),
            session_absolute: seconds(self.session_hours, 60 * 60, default.session_absolute),
            desk_qr: seconds(self.desk_qr_minutes, 60, default.desk_qr),
        };
        times.checked().map_err(|error| Failure::usage("the settings under [times] cannot be used", error))
    }
}

/// How long things are kept; each has a default ([`Retention::default`]).
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
    /// Days that a change is kept that was not executed, after its end.
    pub change_days: Option<u32>,
    /// Days that a mail is kept after it was sent or given up.
    pub mail_days: Option<u32>,
    /// Days that a prepared colleague is kept who was not registered.
    pub prepared_days: Option<u32>,
    /// Years that the number of an identity document is kept after the last membership ended.
    pub document_years: Option<u32>,
    /// Years that the content of the log is kept.
    pub log_years: Option<u32>,
}

impl KeepSettings {
    /// As the rules want it; refuses periods in which somebody may still be at it.
    pub fn retention(&self) -> Result<Retention, Failure> {
        let seconds = |given: Option<u32>, unit: i64, default: i64| given.map_or(default, |n| i64::from(n) * unit);
        let (hour, day, default) = (60 * 60, 24 * 60 * 60, Retention::default());
        let year = domain::retention::YEAR;
        let retention = Retention {
            unconfirmed: seconds(self.unconfirmed_registration_hours, hour, default.unconfirmed),
            registration: seconds(self.registration_days, day, default.registration),
            request: seconds(self.request_days, day, default.request),
            installation: seconds(self.installation_hours, hour, default.installation),
            change: seconds(self.change_days, day, default.change),
            mail: seconds(self.mail_days, day, default.mail),
            prepared: seconds(self.prepared_days, day, default.prepared),
            document: seconds(self.document_years, year, default.document),
            log: seconds(self.log_years, year, default.log),
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
