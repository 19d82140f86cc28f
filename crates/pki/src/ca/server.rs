//! Offers an issuer on a Unix socket that only its owner may open.

use super::{
    Issuer,
    socket::ShortPath,
    wire::{Answer, Der, MAX_QUESTION, Question, receive, send},
};
use std::{io, os::unix::fs::PermissionsExt, path::Path, sync::Arc};
use tokio::net::{UnixListener, UnixStream};

/// Listens on a socket file (mode 0600; an old one is replaced) and answers until the future `stop` is ready. `ready`
/// runs when questions are answered.
pub async fn serve(
    socket: &Path,
    issuer: Arc<dyn Issuer>,
    ready: impl FnOnce(),
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let short = ShortPath::of(socket)?;
    if UnixStream::connect(&short).await.is_ok() {
        return Err(io::Error::new(io::ErrorKind::AddrInUse, "another CA process answers on this socket"));
    }
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = bind_private(socket)?;
    ready();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                tokio::spawn(converse(stream, issuer.clone()));
            }
        }
    }
    std::fs::remove_file(socket)
}

/// Binds under another name, takes all rights from others, and only then gives it its name.
fn bind_private(socket: &Path) -> io::Result<UnixListener> {
    let temporary = socket.with_extension("new");
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let short = ShortPath::of(&temporary)?;
    let listener = UnixListener::bind(&short)?;
    std::fs::set_permissions(&temporary, std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(&temporary, socket)?;
    Ok(listener)
}

async fn converse(mut stream: UnixStream, issuer: Arc<dyn Issuer>) {
    loop {
        let question = match receive::<Question>(&mut stream, MAX_QUESTION).await {
            Ok(Some(question)) => question,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "the CA was asked something it does not understand");
                return;
            }
        };
        let answer = match question {
            Question::Issue { enrolment, identity, spki } => issuer.issue(enrolment, identity, spki.0).await,
            Question::Reissue { order } => issuer.reissue(order).await,
            Question::Crl => issuer.crl().await.map(|der| vec![der]),
            Question::Ocsp { der } => issuer.ocsp(der.0).await.map(|der| vec![der]),
        };
        let answer = match answer {
            Ok(ders) => Answer::Done(ders.into_iter().map(Der).collect()),
            Err(error) => Answer::Refused(error),
        };
        if send(&mut stream, &answer).await.is_err() {
            return;
        }
    }
}
