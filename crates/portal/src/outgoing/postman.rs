//! One mail to the mail server (SMTP submission, RFC 6409), and what its answer means.

use crate::config::{MailConfig, MailSecurity, MailServer};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use domain::mail::{Attempt, Mail};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use std::time::{Duration, SystemTime};

/// Connecting may take this long, and a whole test of the connection too.
const CONNECT: Duration = Duration::from_secs(20);
/// And a whole mail this long; much shorter than a mail is in hand.
const WHOLE: Duration = Duration::from_secs(90);
/// What is kept of an answer.
const MOST_SAID: usize = 500;
/// About our login (RFC 4954 §6), not about the mail: somebody repairs the settings, and then it goes.
const LOGIN_REFUSED: [u16; 4] = [530, 534, 535, 538];

/// Brings mails to one server.
pub struct Postman {
    from: Mailbox,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// What must not be repeated when the server does.
    secrets: Vec<String>,
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// For the outbox.
    pub attempt: Attempt,
    /// `250`, `451`, `550`, or a word; without addresses.
    pub code: String,
}

impl Postman {
    /// For these settings; `None` without a server. `public_url` says how we introduce ourselves.
    pub fn new(config: &MailConfig, public_url: &str) -> Result<Option<Self>, String> {
        let Some(server) = &config.server else { return Ok(None) };
        let from: Mailbox = config.from.parse().map_err(|error| format!("from: {error}"))?;
        let tls = tls(server).map_err(|error| format!("extra_ca: {error}"))?;
        let host = url::Url::parse(public_url).ok().and_then(|url| url.domain().map(str::to_owned));
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(CONNECT))
            .hello_name(host.map_or_else(ClientId::default, ClientId::Domain));
        let mut secrets = Vec::new();
        if let Some((user, password)) = &server.login {
            let password = password.0.as_str();
            builder = builder.credentials(Credentials::new(user.clone(), password.to_owned()));
            let shapes = [BASE64.encode(format!("\0{user}\0{password}")), BASE64.encode(password), password.to_owned()];
            secrets.extend(shapes.into_iter().filter(|shape| !shape.is_empty()));
        }
        Ok(Some(Self { from, transport: builder.build(), secrets }))
    }

    /// Whether the server answers and takes our login.
    pub async fn test(&self) -> Result<(), String> {
        match tokio::time::timeout(CONNECT, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("it answers, but not well".to_owned()),
            Ok(Err(error)) => Err(self.said(&error)),
            Err(_) => Err("no answer in time".to_owned()),
        }
    }

    /// Sends one.
    pub async fn send(&self, mail: &Mail) -> Told {
        let message = match self.message(mail) {
            Ok(message) => message,
            Err(error) => return Told { attempt: Attempt::Never(error), code: "not a message".to_owned() },
        };
        match tokio::time::timeout(WHOLE, self.transport.send(message)).await {
            Ok(Ok(_)) => Told { attempt: Attempt::Sent, code: "250".to_owned() },
            Ok(Err(error)) => self.told(&error),
            Err(_) => {
                let said = "no answer in time".to_owned();
                Told { attempt: Attempt::Later(said.clone()), code: said }
            }
        }
    }

    fn told(&self, error: &Error) -> Told {
        let said = self.said(error);
        let Some(code) = error.status() else {
            // No connection, a broken one, a wrong certificate: nothing was said about the mail.
            let code = if error.is_tls() { "no safe connection" } else { "no connection" };
            return Told { attempt: Attempt::Later(said), code: code.to_owned() };
        };
        let code: u16 = code.into();
        let never = error.is_permanent() && !LOGIN_REFUSED.contains(&code);
        let attempt = if never { Attempt::Never(said) } else { Attempt::Later(said) };
        Told { attempt, code: code.to_string() }
    }

    /// What happened, without our password, on one line and not too long.
    fn said(&self, error: &Error) -> String {
        let mut text = error.to_string();
        for secret in &self.secrets {
            text = text.replace(secret, "…");
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_SAID).collect()
    }

    fn message(&self, mail: &Mail) -> Result<Message, String> {
        let to: Address = mail.to.as_str().parse().map_err(|error| format!("{error}"))?;
        let seconds = u64::try_from(mail.created_at.unix()).unwrap_or_default();
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            // The moment of writing: a mail that is sent twice is the same mail.
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
            .message_id(Some(id))
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("Content-Language", mail.language.as_str()))
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|error| error.to_string())
    }
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn tls(server: &MailServer) -> Result<Tls, Error> {
    if server.security == MailSecurity::None {
        return Ok(Tls::None);
    }
    let mut parameters = TlsParameters::builder(server.host.clone());
    if let Some(pem) = &server.extra_ca {
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem)?);
    }
    let parameters = parameters.build_rustls()?;
    Ok(if server.security == MailSecurity::Tls { Tls::Wrapper(parameters) } else { Tls::Required(parameters) })
}
