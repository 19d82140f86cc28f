//! The servers an app knows: `/.well-known/zorgid-app.json`. Everything else is refused.

use crate::{error::WalletError, ports::Transport};
use protocol::{
    app_config::{AppConfig, KnownServer},
    limits,
    link::ServerId,
};

/// Reads the list of servers from an origin (of the portal or of the app; without a slash at the end).
pub async fn fetch_config(transport: &dyn Transport, origin: &str) -> Result<AppConfig, WalletError> {
    let answer = transport.get(&format!("{origin}/.well-known/zorgid-app.json")).await?;
    if matches!(answer.status, 502..=504) {
        return Err(WalletError::Unreachable(format!("HTTP {}", answer.status)));
    }
    if answer.status != 200 || answer.body.len() > limits::BODY {
        return Err(WalletError::Config);
    }
    let config: AppConfig = serde_json::from_slice(&answer.body).map_err(|_| WalletError::Config)?;
    if config.servers.is_empty() { Err(WalletError::Config) } else { Ok(config) }
}

/// Finds a server by its id.
pub(crate) fn find<'a>(config: &'a AppConfig, id: &ServerId) -> Result<&'a KnownServer, WalletError> {
    config.servers.iter().find(|s| s.id == *id).ok_or_else(|| WalletError::UnknownServer(id.clone()))
}
