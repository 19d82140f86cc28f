//! The portal's end of the socket.

use super::{
    IssueError, Issuer,
    socket::ShortPath,
    wire::{Answer, Der, MAX_ANSWER, Question, receive, send},
};
use domain::{
    identity::{CertificateOrderId, IdentityId},
    request::RequestId,
};
use std::{io, path::PathBuf, sync::Mutex, sync::PoisonError, time::Duration};
use tokio::net::UnixStream;

/// How long the CA may take for one question.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections that are kept open while idle.
const KEPT: usize = 32;

/// Talks to a CA process; keeps connections for the next question.
pub struct CaClient {
    socket: PathBuf,
    idle: Mutex<Vec<UnixStream>>,
}

impl CaClient {
    /// For the socket of a CA process. Connects when it is asked something.
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self { socket: socket.into(), idle: Mutex::default() }
    }

    async fn ask(&self, question: Question) -> Result<Vec<Vec<u8>>, IssueError> {
        let unavailable = |error: io::Error| IssueError::Unavailable(error.to_string());
        let asked = tokio::time::timeout(PATIENCE, self.exchange(&question)).await;
        match asked.map_err(|_| IssueError::Unavailable("no answer in time".into()))?.map_err(unavailable)? {
            Answer::Done(ders) => Ok(ders.into_iter().map(|der| der.0).collect()),
            Answer::Refused(error) => Err(error),
        }
    }

    async fn exchange(&self, question: &Question) -> io::Result<Answer> {
        // A kept connection may be one to a CA process that was restarted since. Every question may be asked twice
        // (the same key gets the same certificate), so a fresh connection then asks again.
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(stream) = kept
            && let Ok(answer) = self.exchange_on(stream, question).await
        {
            return Ok(answer);
        }
        let short = ShortPath::of(&self.socket)?;
        let stream = UnixStream::connect(&short).await?;
        self.exchange_on(stream, question).await
    }

    async fn exchange_on(&self, mut stream: UnixStream, question: &Question) -> io::Result<Answer> {
        send(&mut stream, question).await?;
        let answer = receive(&mut stream, MAX_ANSWER).await?;
        let answer = answer.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(stream);
        }
        Ok(answer)
    }
}

fn one(ders: Vec<Vec<u8>>) -> Result<Vec<u8>, IssueError> {
    ders.into_iter().next().ok_or_else(|| IssueError::Unavailable("an empty answer".into()))
}

#[async_trait::async_trait]
impl Issuer for CaClient {
    async fn issue(
        &self,
        enrolment: RequestId,
        identity: IdentityId,
        spki: Vec<u8>,
    ) -> Result<Vec<Vec<u8>>, IssueError> {
        self.ask(Question::Issue { enrolment, identity, spki: Der(spki) }).await
    }
    async fn reissue(&self, order: CertificateOrderId) -> Result<Vec<Vec<u8>>, IssueError> {
        self.ask(Question::Reissue { order }).await
    }
    async fn crl(&self) -> Result<Vec<u8>, IssueError> {
        self.ask(Question::Crl).await.and_then(one)
    }
    async fn ocsp(&self, request: Vec<u8>) -> Result<Vec<u8>, IssueError> {
        self.ask(Question::Ocsp { der: Der(request) }).await.and_then(one)
    }
}
