//! The wallet's one file: which servers know this installation, and the sealed vault of each.

use crate::{error::WalletError, ports::Storage, vault::Sealed};
use domain::installation::InstallationId;
use protocol::{B64, limits, link::ServerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const VERSION: u32 = 1;

/// What is stored. Nothing in it depends on the PIN alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WalletFile {
    version: u32,
    /// The server that the app shows.
    #[serde(default)]
    pub current: Option<ServerId>,
    /// Where this installation is registered.
    pub servers: BTreeMap<ServerId, Registration>,
}

/// This installation at one server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Registration {
    /// The installation's id there.
    pub installation: InstallationId,
    /// The root certificate (DER) known when the PIN was set; a list of servers that changes it later is not believed.
    pub root: B64,
    /// The identities of this server.
    pub vault: Sealed,
}

impl Default for WalletFile {
    fn default() -> Self {
        Self { version: VERSION, current: None, servers: BTreeMap::new() }
    }
}

impl WalletFile {
    /// Reads the stored file; an empty one before the first time.
    pub(crate) async fn load(storage: &dyn Storage) -> Result<Self, WalletError> {
        let Some(bytes) = storage.load().await? else { return Ok(Self::default()) };
        if bytes.len() > limits::WALLET_FILE {
            return Err(WalletError::File("damaged"));
        }
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let version: Version = serde_json::from_slice(&bytes).map_err(|_| WalletError::File("damaged"))?;
        if version.version != VERSION {
            return Err(WalletError::File("made by another version of the app"));
        }
        serde_json::from_slice(&bytes).map_err(|_| WalletError::File("damaged"))
    }
    /// Stores it durably.
    pub(crate) async fn save(&self, storage: &dyn Storage) -> Result<(), WalletError> {
        let bytes = serde_json::to_vec(self).map_err(|_| WalletError::File("cannot be written"))?;
        Ok(storage.save(&bytes).await?)
    }
}
