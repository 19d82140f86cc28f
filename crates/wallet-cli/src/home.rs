//! The home folder: one installation. Commands that run at the same time wait for each other.
//!
//! | File | What |
//! | --- | --- |
//! | `device.json` | the device keys ([`crate::device`]) |
//! | `wallet.json` | the wallet's own file, vaults encrypted |
//! | `servers.json` | the servers it knows ([`crate::servers`]) |
//! | `unlock.sealed` | the unlock of at most 15 minutes ago, under the device key ([`wallet::headless`]) |
//! | `opened.json` | requests that were opened and not answered yet |
//! | `problems.log` | failures of this machine, by reference |

use crate::{failure::Failure, files};
use async_trait::async_trait;
use std::{
    collections::BTreeMap,
    fs::File,
    io,
    path::{Path, PathBuf},
};
use wallet::ports::{Storage, StorageError};

/// An opened and locked home folder.
pub struct Home {
    folder: PathBuf,
    // Held until the program ends; the operating system lets go of it then, also after a crash.
    _lock: File,
}

fn failed(folder: &Path) -> impl Fn(io::Error) -> Failure {
    let folder = folder.display().to_string();
    move |error| Failure::local("internal", "The home folder cannot be used.", format!("{folder}: {error}"))
}

impl Home {
    /// Opens the folder, makes it when needed, and waits for other commands on it.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let failed = failed(folder);
        files::make_folder(folder).map_err(&failed)?;
        let lock = File::options().create(true).write(true).truncate(false).open(folder.join("lock"));
        let lock = lock.map_err(&failed)?;
        lock.lock().map_err(&failed)?;
        Ok(Self { folder: folder.to_owned(), _lock: lock })
    }
    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
    /// Turns a file error into a failure.
    pub fn failed(&self) -> impl Fn(io::Error) -> Failure {
        failed(&self.folder)
    }
    /// Where the wallet keeps its file.
    pub fn storage(&self) -> FileStorage {
        FileStorage(self.path("wallet.json"))
    }

    fn opened(&self) -> Result<BTreeMap<String, String>, Failure> {
        let bytes = files::read(&self.path("opened.json")).map_err(self.failed())?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }
    /// The request that an earlier command opened with this link or code.
    pub fn opened_request(&self, ticket: &str) -> Result<Option<String>, Failure> {
        Ok(self.opened()?.remove(&ticket_name(ticket)))
    }
    /// Remembers an opened request (`Some`), or forgets it once it was answered. The link itself is not written down.
    pub fn remember_opened(&self, ticket: &str, request: Option<&str>) -> Result<(), Failure> {
        // One open request is what a person can have; older ones are over.
        let opened: BTreeMap<String, &str> = request.map(|jws| (ticket_name(ticket), jws)).into_iter().collect();
        let path = self.path("opened.json");
        match opened.is_empty() {
            true => files::remove(&path),
            false => files::replace(&path, &serde_json::to_vec(&opened).unwrap_or_default()),
        }
        .map_err(self.failed())
    }
}

fn ticket_name(ticket: &str) -> String {
    protocol::B64::from(protocol::jws::digest(ticket.trim()).as_slice()).to_string()
}

/// `wallet.json`.
pub struct FileStorage(PathBuf);

#[async_trait(?Send)]
impl Storage for FileStorage {
    async fn load(&self) -> Result<Option<Vec<u8>>, StorageError> {
        files::read(&self.0).map_err(|error| StorageError(error.to_string()))
    }
    async fn save(&self, bytes: &[u8]) -> Result<(), StorageError> {
        files::replace(&self.0, bytes).map_err(|error| StorageError(error.to_string()))
    }
}
