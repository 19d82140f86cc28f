//! The wallet as a whole: which servers know it, whether it has a PIN, whether it is unlocked.

use crate::{
    error::WalletError,
    file::{Registration, WalletFile},
    opaque,
    ports::{Device, Ecdsa, Storage, Transport},
    servers,
    vault::{Key, Vault},
    verify::KnownSigner,
};
use domain::{
    Clock, Entropy, Timestamp,
    installation::{UNLOCK_SECONDS, UnlockId},
    pin::check_new_pin,
};
use protocol::{
    app_config::{AppConfig, KnownServer},
    link::ServerId,
};
use std::{collections::BTreeMap, rc::Rc};

/// What the host brings.
#[derive(Clone)]
pub struct Ports {
    /// Key store.
    pub device: Rc<dyn Device>,
    /// Storage of the wallet's file.
    pub storage: Rc<dyn Storage>,
    /// Network.
    pub transport: Rc<dyn Transport>,
    /// Signatures.
    pub ecdsa: Rc<dyn Ecdsa>,
    /// Chance.
    pub entropy: Rc<dyn Entropy>,
    /// Clock.
    pub clock: Rc<dyn Clock>,
}

/// What the host shows first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletState {
    /// First run: let the person choose a PIN.
    NoPin,
    /// Ask the PIN.
    Locked,
    /// The current server's identities can be seen and used.
    Unlocked,
}

/// An unlocked server: all of it is wiped on [`Wallet::lock`].
pub(crate) struct Unlocked {
    pub unlock: UnlockId,
    pub mac_key: Key,
    pub vault_key: Key,
    pub at: Timestamp,
    pub expires_in: u32,
    pub vault: Vault,
}

impl Unlocked {
    fn is_fresh(&self, now: Timestamp) -> bool {
        let limit = i64::from(self.expires_in).min(UNLOCK_SECONDS);
        now >= self.at.plus_seconds(-60) && now < self.at.plus_seconds(limit)
    }
}

/// A Mobile ID wallet. One per installation; methods that take `&mut self` must not run at the same time in two tabs or
/// processes (the host holds a lock), though the worst that happens then is a refused answer.
pub struct Wallet {
    pub(crate) ports: Ports,
    pub(crate) config: AppConfig,
    pub(crate) file: WalletFile,
    pub(crate) open: BTreeMap<ServerId, Unlocked>,
    pub(crate) signer: KnownSigner,
    current: ServerId,
}

impl Wallet {
    /// Opens what is stored; locked, or without PIN. `config` is the list of servers ([`crate::fetch_config`]).
    pub async fn open(ports: Ports, config: AppConfig) -> Result<Self, WalletError> {
        let file = WalletFile::load(ports.storage.as_ref()).await?;
        let known = |id: &ServerId| config.servers.iter().any(|s| s.id == *id);
        let stored = file.current.clone().filter(known);
        let current = stored.or_else(|| config.servers.first().map(|s| s.id.clone())).ok_or(WalletError::Config)?;
        Ok(Self { ports, config, file, open: BTreeMap::new(), signer: KnownSigner::default(), current })
    }

    /// What to show first.
    pub fn state(&self) -> WalletState {
        if self.file.servers.is_empty() {
            WalletState::NoPin
        } else if self.is_unlocked(&self.current) {
            WalletState::Unlocked
        } else {
            WalletState::Locked
        }
    }
    /// The servers this app knows.
    pub fn servers(&self) -> &[KnownServer] {
        &self.config.servers
    }
    /// The id of the server that is shown and to which typed codes go.
    pub fn current(&self) -> &ServerId {
        &self.current
    }
    /// The server that is shown.
    pub fn current_server(&self) -> Result<&KnownServer, WalletError> {
        self.server(&self.current)
    }
    /// Shows another server (for example the other environment), also next time.
    pub async fn select(&mut self, server: &ServerId) -> Result<(), WalletError> {
        self.server(server)?;
        self.reload().await?;
        self.file.current = Some(server.clone());
        self.file.save(self.ports.storage.as_ref()).await?;
        self.current = server.clone();
        Ok(())
    }

    /// First run: sets the PIN at the current server and unlocks it.
    pub async fn choose_pin(&mut self, pin: &str) -> Result<(), WalletError> {
        check_new_pin(pin)?;
        self.reload().await?;
        if !self.file.servers.is_empty() {
            return Err(WalletError::PinExists);
        }
        let server = self.current.clone();
        self.register(&server, pin).await?;
        self.unlock_at(&server, pin).await
    }

    /// Unlocks the current server.
    pub async fn unlock(&mut self, pin: &str) -> Result<(), WalletError> {
        let server = self.current.clone();
        self.unlock_at(&server, pin).await
    }

    /// Unlocks one server. When the PIN was chosen but this server does not know the installation yet, the PIN is first
    /// proven at a server that does, so that all servers keep the same PIN.
    pub async fn unlock_at(&mut self, server: &ServerId, pin: &str) -> Result<(), WalletError> {
        opaque::check_form(pin)?;
        // Whoever types a wrong PIN finds the app locked, also when it was not before.
        self.open.remove(server);
        self.reload().await?;
        if !self.file.servers.contains_key(server) {
            self.server(server)?;
            let known = |id: &&ServerId| self.config.servers.iter().any(|s| s.id == **id);
            let elsewhere = self.file.servers.keys().find(known).cloned().ok_or(WalletError::NoPin)?;
            self.login(&elsewhere, pin).await?;
            self.register(server, pin).await?;
        }
        self.login(server, pin).await
    }

    /// Wipes every key from memory. The host calls it after two minutes in the background.
    pub fn lock(&mut self) {
        self.open.clear();
    }
    /// Seconds since the current server was unlocked; `None` when locked. Responses need at most 15 minutes.
    pub fn unlock_age(&self) -> Option<i64> {
        let now = self.ports.clock.now();
        self.open.get(&self.current).filter(|open| open.is_fresh(now)).map(|open| now.seconds_since(open.at))
    }
    /// Whether a server is unlocked now.
    pub fn is_unlocked(&self, server: &ServerId) -> bool {
        self.open.get(server).is_some_and(|open| open.is_fresh(self.ports.clock.now()))
    }
    /// Forgets PIN, registrations and identities of every server: *pincode vergeten*, followed by a new QR code or a
    /// back-up. Cannot be undone.
    pub async fn forget_everything(&mut self) -> Result<(), WalletError> {
        self.lock();
        self.file = WalletFile::default();
        self.file.current = Some(self.current.clone());
        self.file.save(self.ports.storage.as_ref()).await
    }
    /// Forgets one server, for example after it said `installation-unknown`. Cannot be undone.
    pub async fn forget_server(&mut self, server: &ServerId) -> Result<(), WalletError> {
        self.reload().await?;
        self.open.remove(server);
        self.file.servers.remove(server);
        self.file.save(self.ports.storage.as_ref()).await
    }

    pub(crate) fn server(&self, id: &ServerId) -> Result<&KnownServer, WalletError> {
        servers::find(&self.config, id)
    }
    /// Reads the stored file again: another tab or process may have answered in the meantime.
    pub(crate) async fn reload(&mut self) -> Result<(), WalletError> {
        self.file = WalletFile::load(self.ports.storage.as_ref()).await?;
        Ok(())
    }
    /// The registration at a server that is unlocked now; otherwise the PIN is needed first.
    pub(crate) fn unlocked(&self, server: &ServerId) -> Result<(&Registration, &Unlocked), WalletError> {
        let registration = self.file.servers.get(server);
        let open = self.open.get(server).filter(|open| open.is_fresh(self.ports.clock.now()));
        registration.zip(open).ok_or_else(|| match self.file.servers.is_empty() {
            true => WalletError::NoPin,
            false => WalletError::Locked(server.clone()),
        })
    }
    /// Changes the vault of an unlocked server: read again, changed, encrypted, durably stored; then `Ok`.
    pub(crate) async fn change_vault<T>(
        &mut self,
        server: &ServerId,
        change: impl FnOnce(&mut Vault) -> Result<T, WalletError>,
    ) -> Result<T, WalletError> {
        self.reload().await?;
        let (registration, open) = self.unlocked(server)?;
        let (installation, vault_key) = (registration.installation, open.vault_key.clone());
        let damaged = || WalletError::VaultDamaged(server.clone());
        let mut vault = Vault::open(&vault_key, server, installation, &registration.vault).ok_or_else(damaged)?;
        let result = change(&mut vault)?;
        let sealed = vault
            .seal(&vault_key, server, installation, self.ports.entropy.as_ref())
            .ok_or(WalletError::Crypto("encrypting the vault"))?;
        if let Some(registration) = self.file.servers.get_mut(server) {
            registration.vault = sealed;
        }
        self.file.save(self.ports.storage.as_ref()).await?;
        if let Some(open) = self.open.get_mut(server) {
            open.vault = vault;
        }
        Ok(result)
    }

    async fn register(&mut self, id: &ServerId, pin: &str) -> Result<(), WalletError> {
        let server = self.server(id)?.clone();
        let registered = opaque::register(&self.ports, &server, pin).await?;
        let vault = Vault::default()
            .seal(&registered.vault_key, id, registered.installation, self.ports.entropy.as_ref())
            .ok_or(WalletError::Crypto("encrypting the vault"))?;
        let registration = Registration { installation: registered.installation, root: server.root.clone(), vault };
        self.file.current = Some(self.current.clone());
        self.file.servers.insert(id.clone(), registration);
        self.file.save(self.ports.storage.as_ref()).await
    }

    async fn login(&mut self, id: &ServerId, pin: &str) -> Result<(), WalletError> {
        let server = self.server(id)?.clone();
        let registration = self.file.servers.get(id).ok_or(WalletError::NoPin)?;
        let login = opaque::login(&self.ports, &server, registration.installation, pin).await?;
        let vault = Vault::open(&login.vault_key, id, registration.installation, &registration.vault)
            .ok_or_else(|| WalletError::VaultDamaged(id.clone()))?;
        self.open.insert(
            id.clone(),
            Unlocked {
                unlock: login.unlock,
                mac_key: login.mac_key,
                vault_key: login.vault_key,
                at: self.ports.clock.now(),
                expires_in: login.expires_in,
                vault,
            },
        );
        Ok(())
    }
}

impl std::fmt::Debug for Wallet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wallet").field("current", &self.current).field("state", &self.state()).finish_non_exhaustive()
    }
}
