//! What the server needs to know about itself.

use domain::{Environment, network::Proxies, retention::Retention, times::Times};
use protocol::link::ServerId;

/// Version of the terms that people accept when they register; `pages::info::terms` has the text of each.
pub const TERMS_VERSION: &str = "2026-11";

/// Settings of a running portal; the CLI builds them from its options, the data folder's `config.toml` and defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// Acceptatie or productie.
    pub environment: Environment,
    /// Short name of this server in QR links.
    pub server_id: ServerId,
    /// Origin of the portal, without a slash at the end.
    pub public_url: String,
    /// Origin of the Mobile App, without a slash at the end.
    pub app_origin: String,
    /// The portal of the other environment, linked from the login page.
    pub other_environment_url: Option<String>,
    /// The operator's name, shown to people and in the apps.
    pub operator: String,
    /// How people reach the operator.
    pub contact: OperatorContact,
    /// The product's name, shown as the requester.
    pub product: String,
    /// Other servers that our Mobile App may know (`/.well-known/zorgid-app.json`).
    pub other_servers: Vec<protocol::app_config::KnownServer>,
    /// Mails.
    pub mail: MailConfig,
    /// Inviting operators, approving, correcting, merging and revoking need a second operator.
    pub second_operator: bool,
    /// Folder of the Mobile App's static files.
    pub app_dir: Option<std::path::PathBuf>,
    /// Proxies in front, whose word about the caller's address counts.
    pub proxies: Proxies,
    /// How long things are kept.
    pub retention: Retention,
    /// How long sessions and QR codes at the desk last.
    pub times: Times,
}

/// How people reach the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperatorContact {
    /// For everybody; shown on the help pages.
    pub people: Option<ContactAddress>,
    /// For who found a weakness (`/.well-known/security.txt`); default: the address for everybody, else the help pages.
    pub security: Option<ContactAddress>,
}

/// An address that a page can link to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactAddress {
    /// An e-mail address.
    Mail(domain::EmailAddress),
    /// A page: `https://…`, printable ASCII without spaces.
    Page(String),
}

impl ContactAddress {
    /// Reads an e-mail address or an `https` address.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("https://") {
            let plain = !rest.is_empty() && text.len() <= 200 && text.bytes().all(|b| b.is_ascii_graphic());
            return plain.then(|| Self::Page(text.to_owned()));
        }
        domain::EmailAddress::parse(text).map(Self::Mail)
    }
    /// What a link leads to (RFC 3986, RFC 6068).
    pub fn href(&self) -> String {
        match self {
            Self::Mail(address) => {
                let plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$'*+=@".contains(c);
                // What else an address has is ASCII: one byte each.
                let escaped = |c: char| if plain(c) { c.to_string() } else { format!("%{:02X}", u32::from(c)) };
                format!("mailto:{}", address.as_str().chars().map(escaped).collect::<String>())
            }
            Self::Page(address) => address.clone(),
        }
    }
    /// What people read.
    pub fn text(&self) -> String {
        match self {
            Self::Mail(address) => address.to_string(),
            Self::Page(address) => address.clone(),
        }
    }
}

/// How mails are sent.
#[derive(Clone, Debug, Default)]
pub struct MailConfig {
    /// Shared address of the operators: is told of new applications.
    pub operators: Option<domain::EmailAddress>,
    /// `From` of every mail, for example `ZORG-ID <noreply@zorg-id.example>`.
    pub from: String,
    /// The mail server; without one (acceptatie only) mails are shown on `/dev/mail`.
    pub server: Option<MailServer>,
}

/// A mail server (SMTP submission, RFC 6409).
#[derive(Clone, Debug)]
pub struct MailServer {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// User name and password.
    pub login: Option<(String, MailPassword)>,
    /// PEM of a certificate authority of one's own.
    pub extra_ca: Option<Vec<u8>>,
}

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte (port 465, RFC 8314).
    Tls,
    /// STARTTLS, required (port 587).
    StartTls,
    /// None: a mail server on this machine only.
    None,
}

/// A password that no log shows, and no message about settings.
#[derive(Clone)]
pub struct MailPassword(pub zeroize::Zeroizing<String>);

impl MailPassword {
    /// Wraps it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(zeroize::Zeroizing::new(text.into()))
    }
}

impl std::fmt::Debug for MailPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailPassword(…)")
    }
}

#[cfg(test)]
mod tests;
