//! The servers that this installation knows, learnt once per address from `/.well-known/zorgid-app.json`.

use crate::{failure::Failure, files, home::Home};
use protocol::{
    app_config::{AppConfig, KnownServer},
    link::ServerId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use wallet::{fetch_config, ports::Transport};

/// `servers.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Servers {
    /// Which server an address given with `--server` means.
    by_address: BTreeMap<String, ServerId>,
    known: Vec<KnownServer>,
}

impl Servers {
    /// Reads what was learnt before.
    pub fn load(home: &Home) -> Result<Self, Failure> {
        let Some(bytes) = files::read(&home.path("servers.json")).map_err(home.failed())? else {
            return Ok(Self::default());
        };
        serde_json::from_slice(&bytes)
            .map_err(|_| Failure::local("internal", "The list of servers is damaged.", "Remove servers.json."))
    }

    /// The server at an address; asked once, then remembered.
    pub async fn at(&mut self, home: &Home, transport: &dyn Transport, address: &str) -> Result<ServerId, Failure> {
        let origin = origin(address)?;
        if let Some(id) = self.by_address.get(&origin) {
            return Ok(id.clone());
        }
        let config = fetch_config(transport, &origin).await?;
        let first = config.servers.first().map(|s| s.id.clone()).ok_or(wallet::WalletError::Config)?;
        for server in config.servers {
            self.learn(server)?;
        }
        self.by_address.insert(origin, first.clone());
        let bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        files::replace(&home.path("servers.json"), &bytes).map_err(home.failed())?;
        Ok(first)
    }

    /// A known server may move, but its root certificate stays.
    fn learn(&mut self, server: KnownServer) -> Result<(), Failure> {
        match self.known.iter_mut().find(|known| known.id == server.id) {
            None => self.known.push(server),
            Some(known) if known.root == server.root && known.environment == server.environment => *known = server,
            Some(known) => {
                return Err(Failure::local(
                    "request-signature",
                    "This is not the server that was known by this name.",
                    format!("The server {} has another root certificate. Use another home folder.", known.id),
                ));
            }
        }
        Ok(())
    }

    /// The list for the wallet.
    pub fn config(&self) -> Result<AppConfig, Failure> {
        if self.known.is_empty() {
            return Err(Failure::usage("No server is known yet.", "Give --server URL the first time."));
        }
        Ok(AppConfig { servers: self.known.clone() })
    }
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> Result<String, Failure> {
    let url = reqwest::Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| Failure::usage("--server is not an address.", "For example http://localhost:8081."))?;
    Ok(url.origin().ascii_serialization())
}
