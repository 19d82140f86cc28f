//! `[mail]`: the mail server and the addresses.

use crate::failure::Failure;
use domain::{EmailAddress, Environment};
use portal::config::{MailConfig, MailPassword, MailSecurity, MailServer};
use serde::{Deserialize, Deserializer, de};
use std::path::{Path, PathBuf};

/// As they stand in the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailSettings {
    /// The mail server; required in productie.
    pub host: Option<String>,
    /// Its port; default 587 with `starttls`, 465 with `tls`, 25 with `none`.
    pub port: Option<u16>,
    /// How the connection is protected; default `starttls`.
    pub security: Option<Security>,
    /// User name.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// Or a file with it.
    pub password_file: Option<PathBuf>,
    /// `From` of every mail.
    pub from: Option<String>,
    /// Shared address of the operators.
    pub operators: Option<String>,
    /// PEM of a certificate authority of one's own.
    pub extra_ca: Option<PathBuf>,
}

/// The words of `security`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, required.
    StartTls,
    /// None: this machine only.
    None,
}

/// A password as it is read. What is wrong with one is told without showing it.
#[derive(Clone, Debug)]
pub struct Secret(MailPassword);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        const WRONG: &str = "the password must be text: put it in quotes, or use password_file";
        impl de::Visitor<'_> for Text {
            type Value = Secret;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a password")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
                Ok(Secret(MailPassword::new(text)))
            }
            // An environment variable of digits only arrives as a number, perhaps without its zeros in front.
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
                Err(E::custom(WRONG))
            }
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
                Err(E::custom(WRONG))
            }
            fn visit_i128<E: de::Error>(self, _: i128) -> Result<Secret, E> {
                Err(E::custom(WRONG))
            }
            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
                Err(E::custom(WRONG))
            }
            fn visit_u128<E: de::Error>(self, _: u128) -> Result<Secret, E> {
                Err(E::custom(WRONG))
            }
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
                Err(E::custom(WRONG))
            }
        }
        from.deserialize_any(Text)
    }
}

fn wrong(what: &str, detail: impl std::fmt::Display) -> Failure {
    Failure::usage(what, detail)
}

fn file(name: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| wrong(&format!("mail.{name} {} cannot be read", path.display()), error))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

impl MailSettings {
    /// As the server wants them; refuses what cannot work or is not safe.
    pub fn checked(&self, environment: Environment) -> Result<MailConfig, Failure> {
        let address = |text: &String| {
            EmailAddress::parse(text).ok_or_else(|| wrong("mail.operators takes an e-mail address", text))
        };
        let operators = self.operators.as_ref().map(address).transpose()?;
        let server = self.server()?;
        if server.is_none() && environment == Environment::Productie {
            return Err(wrong("productie needs a mail server", "set mail.host and mail.from in config.toml"));
        }
        let from = self.from.clone().unwrap_or_default();
        if server.is_some() && from.is_empty() {
            let example = "for example \"ZORG-ID <noreply@zorg-id.example>\"";
            return Err(wrong("a mail server needs the setting mail.from", example));
        }
        Ok(MailConfig { operators, from, server })
    }

    fn server(&self) -> Result<Option<MailServer>, Failure> {
        let Some(host) = self.host.clone() else {
            let given = [self.port.is_some(), self.security.is_some(), self.user.is_some(), self.extra_ca.is_some()];
            return match given.contains(&true) || self.password.is_some() || self.password_file.is_some() {
                true => Err(wrong("the settings under [mail] name no server", "set mail.host")),
                false => Ok(None),
            };
        };
        let (security, port) = match self.security.unwrap_or(Security::StartTls) {
            Security::Tls => (MailSecurity::Tls, 465),
            Security::StartTls => (MailSecurity::StartTls, 587),
            Security::None => (MailSecurity::None, 25),
        };
        if security == MailSecurity::None && !is_this_machine(&host) {
            return Err(wrong("mail.security may be none only for a mail server on this machine", host));
        }
        let extra_ca = self.extra_ca.as_deref().map(|path| file("extra_ca", path)).transpose()?;
        if extra_ca.as_ref().is_some_and(|pem| pki::cert::certificates_in(pem).is_empty()) {
            return Err(wrong("mail.extra_ca holds no certificate", "expected PEM"));
        }
        let login = self.login()?;
        Ok(Some(MailServer { host, port: self.port.unwrap_or(port), security, login, extra_ca }))
    }

    fn login(&self) -> Result<Option<(String, MailPassword)>, Failure> {
        let password = match (&self.password, &self.password_file) {
            (Some(_), Some(_)) => {
                return Err(wrong("mail.password and mail.password_file are both set", "choose one"));
            }
            (Some(Secret(password)), None) => Some(password.clone()),
            (None, Some(path)) => {
                let bytes = zeroize::Zeroizing::new(file("password_file", path)?);
                let text = std::str::from_utf8(&bytes).map_err(|_| wrong("mail.password_file is not text", ""))?;
                Some(MailPassword::new(text.trim_end_matches(['\r', '\n'])))
            }
            (None, None) => None,
        };
        match (&self.user, password) {
            (Some(user), Some(password)) => Ok(Some((user.clone(), password))),
            (None, None) => Ok(None),
            _ => Err(wrong("mail.user and its password belong together", "set both, or neither")),
        }
    }
}

#[cfg(test)]
mod tests;
