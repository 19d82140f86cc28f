//! Carrying an unlock from one process to the next, for `zorgid-wallet` and benchmarks only.
//!
//! A phone app must not do this: whoever then holds the device key has, for 15 minutes, what otherwise only the PIN
//! gives. The headless client is started anew for every command and its device key is a file anyway. What is carried
//! holds no PIN and nothing derived from the PIN alone; the server still refuses it after 15 minutes.

use crate::{
    error::WalletError,
    vault::{Sealed, Vault, open_bytes, seal_bytes},
    wallet::{Unlocked, Wallet},
};
use domain::{Timestamp, installation::UnlockId};
use protocol::{B64, link::ServerId};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

const LABEL: &[u8] = b"zorgid headless unlock v1";

#[derive(Serialize, Deserialize)]
struct Carried {
    server: ServerId,
    unlock: UnlockId,
    mac_key: B64,
    vault_key: B64,
    at: Timestamp,
    expires_in: u32,
}

impl Drop for Carried {
    fn drop(&mut self) {
        self.mac_key.0.zeroize();
        self.vault_key.0.zeroize();
    }
}

impl Wallet {
    /// The present unlocks, encrypted under a key of the device key.
    pub async fn seal_unlocks(&self) -> Result<Vec<u8>, WalletError> {
        let carried: Vec<Carried> = self
            .open
            .iter()
            .map(|(server, open)| Carried {
                server: server.clone(),
                unlock: open.unlock,
                mac_key: open.mac_key.as_slice().into(),
                vault_key: open.vault_key.as_slice().into(),
                at: open.at,
                expires_in: open.expires_in,
            })
            .collect();
        let failed = || WalletError::Crypto("sealing the unlock");
        let plain = Zeroizing::new(serde_json::to_vec(&carried).map_err(|_| failed())?);
        let key = Zeroizing::new(self.ports.device.hmac(LABEL).await?);
        let sealed = seal_bytes(&key, LABEL, &plain, self.ports.entropy.as_ref()).ok_or_else(failed)?;
        serde_json::to_vec(&sealed).map_err(|_| failed())
    }

    /// Takes up unlocks of an earlier process; what is too old, damaged or of another device is ignored.
    pub async fn resume_unlocks(&mut self, sealed: &[u8]) -> Result<(), WalletError> {
        let Ok(sealed) = serde_json::from_slice::<Sealed>(sealed) else { return Ok(()) };
        let key = Zeroizing::new(self.ports.device.hmac(LABEL).await?);
        let Some(plain) = open_bytes(&key, LABEL, &sealed) else { return Ok(()) };
        let carried: Vec<Carried> = serde_json::from_slice(&plain).unwrap_or_default();
        for one in &carried {
            let Some(registration) = self.file.servers.get(&one.server) else { continue };
            let keys = <[u8; 32]>::try_from(one.mac_key.as_ref()).ok().zip(one.vault_key.as_ref().try_into().ok());
            let Some((mac_key, vault_key)) = keys else { continue };
            let vault_key = Zeroizing::new(vault_key);
            let opened = Vault::open(&vault_key, &one.server, registration.installation, &registration.vault);
            let Some(vault) = opened else { return Err(WalletError::VaultDamaged(one.server.clone())) };
            self.open.insert(
                one.server.clone(),
                Unlocked {
                    unlock: one.unlock,
                    mac_key: Zeroizing::new(mac_key),
                    vault_key,
                    at: one.at,
                    expires_in: one.expires_in,
                    vault,
                },
            );
        }
        Ok(())
    }
}
