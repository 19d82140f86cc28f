//! Messages on the CA's socket: four bytes length (big-endian), then JSON.

use super::IssueError;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    identity::{CertificateOrderId, IdentityId},
    request::RequestId,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The largest question.
pub(super) const MAX_QUESTION: usize = 64 * 1024;
/// The largest answer (a CRL with a million entries).
pub(super) const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// DER, as base64 in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Der(pub Vec<u8>);

impl Serialize for Der {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}
impl<'de> Deserialize<'de> for Der {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Question {
    Issue { enrolment: RequestId, identity: IdentityId, spki: Der },
    Reissue { order: CertificateOrderId },
    Crl,
    Ocsp { der: Der },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answer {
    /// Certificates, a CRL, an OCSP response.
    Done(Vec<Der>),
    Refused(IssueError),
}

pub(super) async fn send(stream: &mut (impl AsyncWrite + Unpin), message: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    let length = u32::try_from(text.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut frame = Vec::with_capacity(text.len() + 4);
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&text);
    stream.write_all(&frame).await?;
    stream.flush().await
}

/// `None` when the other side is done.
pub(super) async fn receive<T: DeserializeOwned>(
    stream: &mut (impl AsyncRead + Unpin),
    most: usize,
) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match stream.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > most {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "message too large"));
    }
    let mut text = vec![0; length];
    stream.read_exact(&mut text).await?;
    Ok(Some(serde_json::from_slice(&text)?))
}
