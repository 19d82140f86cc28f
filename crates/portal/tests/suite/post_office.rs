//! A mail server on a real port, with real TLS: takes mails, or answers as a test wants.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use portal::config::{MailConfig, MailPassword, MailSecurity, MailServer};
use std::{
    collections::VecDeque,
    process::Command,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

pub const USER: &str = "zorgid";
pub const PASSWORD: &str = "Geheim-van-de-post-42";

/// What it does with the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// 451 to the recipient.
    Later,
    /// 550 to the recipient.
    Never,
    /// Hangs up when the mail is under way.
    HangUp,
    /// Takes the mail, and hangs up instead of saying so.
    TakeSilently,
}

/// A mail that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    pub to: String,
    pub data: String,
    pub secure: bool,
    pub login: Option<String>,
}

impl Taken {
    /// The value of a header on one line.
    pub fn header(&self, name: &str) -> &str {
        let start = format!("{name}: ");
        self.data.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default()
    }
}

struct Desk {
    tls: TlsAcceptor,
    implicit: bool,
    offers_tls: bool,
    asks_login: bool,
    says: Mutex<VecDeque<Say>>,
    taken: Mutex<Vec<Taken>>,
    lines: Mutex<Vec<String>>,
}

pub struct PostOffice {
    desk: Arc<Desk>,
    port: u16,
    authority: Vec<u8>,
    task: JoinHandle<()>,
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn openssl(at: &std::path::Path, line: &str) {
    let output = Command::new("openssl").args(line.split(' ')).current_dir(at).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

impl PostOffice {
    /// With STARTTLS and a login.
    pub async fn open() -> Self {
        Self::with(false, true, true).await
    }

    pub async fn with(implicit: bool, offers_tls: bool, asks_login: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let key = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
        openssl(at, &format!("{key} -keyout ca.key -out ca.pem -subj /CN=Post"));
        openssl(
            at,
            &format!(
                "{key} -keyout own.key -out own.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost -addext \
                 basicConstraints=critical,CA:FALSE -CA ca.pem -CAkey ca.key"
            ),
        );
        let certificate = CertificateDer::from_pem_file(at.join("own.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(at.join("own.key")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let desk = Arc::new(Desk {
            tls: TlsAcceptor::from(Arc::new(config)),
            implicit,
            offers_tls,
            asks_login,
            says: Mutex::default(),
            taken: Mutex::default(),
            lines: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = desk.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(served.clone(), stream));
            }
        });
        Self { desk, port, authority: std::fs::read(at.join("ca.pem")).unwrap(), task }
    }

    /// What the portal must know to send here.
    pub fn config(&self) -> MailConfig {
        let security = match (self.desk.implicit, self.desk.offers_tls) {
            (true, _) => MailSecurity::Tls,
            (false, true) => MailSecurity::StartTls,
            (false, false) => MailSecurity::None,
        };
        let login = self.desk.asks_login.then(|| (USER.to_owned(), MailPassword::new(PASSWORD)));
        MailConfig {
            operators: None,
            from: "ZORG-ID <noreply@zorg-id.example>".into(),
            server: Some(MailServer {
                host: "localhost".into(),
                port: self.port,
                security,
                login,
                extra_ca: Some(self.authority.clone()),
            }),
        }
    }
    pub fn will(&self, says: &[Say]) {
        self.desk.says.lock().unwrap().extend(says);
    }
    pub fn taken(&self) -> Vec<Taken> {
        self.desk.taken.lock().unwrap().clone()
    }
    /// Every line that came in outside TLS or before it was known who calls.
    pub fn lines(&self) -> Vec<String> {
        self.desk.lines.lock().unwrap().clone()
    }
}

async fn serve(desk: Arc<Desk>, stream: TcpStream) {
    if desk.implicit {
        if let Ok(stream) = desk.tls.accept(stream).await {
            talk(&desk, stream, true, true).await;
        }
    } else if let Some(stream) = talk(&desk, stream, false, true).await
        && let Ok(stream) = desk.tls.accept(stream).await
    {
        talk(&desk, stream, true, false).await;
    }
}

/// One conversation; ends with the stream when the caller wants TLS on it.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(desk: &Desk, stream: S, secure: bool, greet: bool) -> Option<S> {
    let mut stream = BufReader::new(stream);
    let (mut login, mut to, mut say) = (None, String::new(), None);
    if greet {
        stream.write_all(b"220 post.example ESMTP\r\n").await.ok()?;
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        desk.lines.lock().unwrap().push(line.to_owned());
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                let tls = if desk.offers_tls && !secure { "250-STARTTLS\r\n" } else { "" };
                let auth = if desk.asks_login { "250-AUTH PLAIN\r\n" } else { "" };
                format!("250-post.example\r\n{tls}{auth}250 8BITMIME")
            }
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n").await.ok()?;
                return Some(stream.into_inner());
            }
            "AUTH" => {
                let given = rest.strip_prefix("PLAIN ").unwrap_or_default();
                if given == BASE64.encode(format!("\0{USER}\0{PASSWORD}")) {
                    login = Some(USER.to_owned());
                    "235 welcome".to_owned()
                } else {
                    // A careless one repeats what it got.
                    format!("535 5.7.8 not with {given}")
                }
            }
            "MAIL" if desk.asks_login && login.is_none() => "530 5.7.0 who are you".to_owned(),
            "MAIL" => {
                say = desk.says.lock().unwrap().pop_front();
                "250 fine".to_owned()
            }
            "RCPT" if say == Some(Say::Later) => "451 4.7.1 come back later".to_owned(),
            "RCPT" if say == Some(Say::Never) => format!("550 5.1.1 nobody here is {rest}"),
            "RCPT" => {
                to = rest.trim_start_matches("TO:").trim_matches(['<', '>']).to_owned();
                "250 fine".to_owned()
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let mut data = String::new();
                while !data.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut data).await.ok()? == 0 || say == Some(Say::HangUp) {
                        return None;
                    }
                }
                let taken = Taken { to: to.clone(), data, secure, login: login.clone() };
                desk.taken.lock().unwrap().push(taken);
                if say == Some(Say::TakeSilently) {
                    return None;
                }
                "250 taken".to_owned()
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await.ok()?;
                return None;
            }
            "NOOP" | "RSET" => "250 fine".to_owned(),
            _ => "500 what".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
}
