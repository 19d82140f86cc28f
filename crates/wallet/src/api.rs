//! JSON over the host's transport: one call per message, problems become errors.

use crate::{error::WalletError, ports::Transport};
use protocol::{Problem, limits};
use serde::{Serialize, de::DeserializeOwned};

/// Sends `body` to `<origin><path>` and reads the answer as `A`.
pub(crate) async fn post<A: DeserializeOwned>(
    transport: &dyn Transport,
    origin: &str,
    path: &str,
    body: &impl Serialize,
) -> Result<A, WalletError> {
    let body = post_raw(transport, origin, path, body).await?;
    serde_json::from_slice(&body).map_err(|_| WalletError::BadAnswer("unexpected JSON"))
}

/// Sends `body`; whatever a success says is ignored.
pub(crate) async fn post_unit(
    transport: &dyn Transport,
    origin: &str,
    path: &str,
    body: &impl Serialize,
) -> Result<(), WalletError> {
    post_raw(transport, origin, path, body).await.map(|_| ())
}

async fn post_raw(
    transport: &dyn Transport,
    origin: &str,
    path: &str,
    body: &impl Serialize,
) -> Result<Vec<u8>, WalletError> {
    let json = serde_json::to_string(body).map_err(|_| WalletError::Crypto("encoding a message"))?;
    let answer = transport.post(&format!("{origin}{path}"), json).await?;
    if answer.body.len() > limits::BODY {
        return Err(WalletError::BadAnswer("too large"));
    }
    match answer.status {
        200..300 => Ok(answer.body),
        status => Err(match serde_json::from_slice::<Problem>(&answer.body) {
            Ok(problem) => problem.into(),
            // A proxy in between that has no portal behind it.
            Err(_) if matches!(status, 502..=504) => WalletError::Unreachable(format!("HTTP {status}")),
            Err(_) => WalletError::BadAnswer("an error without explanation"),
        }),
    }
}
