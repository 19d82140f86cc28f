//! The data folder: which environment it is of, its secrets (mode 0600) and its database.
//!
//! ```text
//! environment      "acceptatie" or "productie", and the layout's version
//! config.toml      settings (optional)
//! zorgid.sqlite    the database, unless --database names another
//! ca/              certificates, sealed keys, the CA's own record
//! log-checkpoint   the log's latest checkpoint, outside the database
//! secrets/         server-key, node-key, ca-passphrase (acceptatie), opaque-setup (sealed by the server key)
//! ```

use crate::{edge::OsEntropy, failure::Failure, settings::Settings};
use domain::{Clock, Entropy, Environment};
use std::{
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};
use storage::Store;
use zeroize::Zeroizing;

/// Version of the folder's layout that this program writes; a higher one is refused.
const LAYOUT: u32 = 1;

/// An opened data folder.
#[derive(Clone, Debug)]
pub struct DataDir {
    root: PathBuf,
    environment: Environment,
}

impl DataDir {
    /// Opens a folder; an empty or missing one is made for `environment` (default: acceptatie). A folder of the other
    /// environment, or of a newer version, is refused.
    pub fn open_or_create(root: &Path, environment: Option<Environment>) -> Result<Self, Failure> {
        match read_marker(root)? {
            Some(found) => Self::of(root, found, environment),
            None => {
                let environment = environment.unwrap_or(Environment::Acceptatie);
                let data = Self { root: root.to_owned(), environment };
                let failed = |error| Failure::usage(format!("cannot make the data folder {}", root.display()), error);
                for folder in [root.to_owned(), root.join("ca"), root.join("secrets")] {
                    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
                }
                for secret in ["server-key", "node-key"] {
                    data.make_secret(secret)?;
                }
                // Last: a folder without this marker is begun again.
                write_new(&root.join("environment"), format!("{environment} {LAYOUT}\n").as_bytes()).map_err(failed)?;
                Ok(data)
            }
        }
    }

    /// Opens a folder that exists.
    pub fn open(root: &Path) -> Result<Self, Failure> {
        match read_marker(root)? {
            Some(found) => Self::of(root, found, None),
            None => Err(Failure::usage(format!("{} is not a data folder", root.display()), "run `zorgid serve` first")),
        }
    }

    fn of(root: &Path, found: Environment, wanted: Option<Environment>) -> Result<Self, Failure> {
        match wanted {
            Some(wanted) if wanted != found => Err(Failure::usage(
                format!("{} is a data folder of the environment {found}, not of {wanted}", root.display()),
                "",
            )),
            _ => Ok(Self { root: root.to_owned(), environment: found }),
        }
    }

    /// Its environment.
    pub fn environment(&self) -> Environment {
        self.environment
    }
    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
    /// The CA's folder.
    pub fn ca(&self) -> PathBuf {
        self.root.join("ca")
    }
    /// Settings of `config.toml` in the folder, or of another file.
    pub fn settings(&self, file: Option<&Path>) -> Result<Settings, Failure> {
        let own = self.root.join("config.toml");
        Settings::load(file.or_else(|| own.exists().then_some(own.as_path())))
    }
    /// A 32-byte secret.
    pub fn secret(&self, name: &str) -> Result<Zeroizing<[u8; 32]>, Failure> {
        let path = self.root.join("secrets").join(name);
        let bytes = Zeroizing::new(std::fs::read(&path).map_err(|error| cannot_read(&path, error))?);
        let bytes: [u8; 32] =
            bytes.as_slice().try_into().map_err(|_| cannot_read(&path, "it does not hold 32 bytes"))?;
        Ok(Zeroizing::new(bytes))
    }
    /// A file among the secrets, made by `fresh` the first time.
    pub fn secret_file(&self, name: &str, fresh: impl FnOnce() -> Vec<u8>) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let path = self.root.join("secrets").join(name);
        if !path.exists() {
            let bytes = Zeroizing::new(fresh());
            write_new(&path, &bytes).map_err(|error| cannot_read(&path, error))?;
        }
        std::fs::read(&path).map(Zeroizing::new).map_err(|error| cannot_read(&path, error))
    }
    fn make_secret(&self, name: &str) -> Result<(), Failure> {
        let entropy: &dyn Entropy = &OsEntropy;
        self.secret_file(name, || entropy.array::<32>().to_vec()).map(|_| ())
    }
    /// Passphrase of the sealed CA keys: from `ZORGID_CA_PASSPHRASE_FILE`, a systemd credential `ca-passphrase`, or (in
    /// acceptatie) made once among the secrets.
    pub fn ca_passphrase(&self) -> Result<Zeroizing<String>, Failure> {
        let given = std::env::var_os("ZORGID_CA_PASSPHRASE_FILE").map(PathBuf::from).or_else(|| {
            let folder = PathBuf::from(std::env::var_os("CREDENTIALS_DIRECTORY")?);
            Some(folder.join("ca-passphrase")).filter(|file| file.exists())
        });
        let bytes = match given {
            Some(path) => std::fs::read(&path).map(Zeroizing::new).map_err(|error| cannot_read(&path, error))?,
            None if self.environment == Environment::Acceptatie => {
                let entropy: &dyn Entropy = &OsEntropy;
                self.secret_file("ca-passphrase", || hex::encode(entropy.array::<32>()).into_bytes())?
            }
            None => {
                return Err(Failure::usage(
                    "productie needs the passphrase of the CA's keys",
                    "set ZORGID_CA_PASSPHRASE_FILE or a systemd credential ca-passphrase",
                ));
            }
        };
        let text =
            std::str::from_utf8(&bytes).map_err(|error| Failure::usage("the CA passphrase is not text", error))?;
        Ok(Zeroizing::new(text.trim().to_owned()))
    }
    /// URL of the database: the given one, or the folder's own SQLite file.
    pub fn database_url(&self, given: Option<&str>) -> String {
        given.map_or_else(|| format!("sqlite:{}", self.root.join("zorgid.sqlite").display()), str::to_owned)
    }
    /// Opens the database and brings its schema up to date.
    pub async fn open_store(&self, given: Option<&str>, clock: Arc<dyn Clock>) -> Result<Arc<dyn Store>, Failure> {
        let options = storage_sql::Options {
            url: self.database_url(given),
            environment: self.environment,
            entropy: Arc::new(OsEntropy),
            clock,
            node_key: *self.secret("node-key")?,
        };
        let store = storage_sql::open(options).await;
        store.map(|store| Arc::new(store) as Arc<dyn Store>).map_err(|error| match error {
            storage_sql::OpenError::Unavailable(_) => Failure::unreachable("the database", error),
            _ => Failure::usage("the database cannot be used", error),
        })
    }
}

fn read_marker(root: &Path) -> Result<Option<Environment>, Failure> {
    let path = root.join("environment");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let (environment, layout) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let layout: u32 = layout.parse().map_err(|_| cannot_read(&path, "it is not of the form `environment version`"))?;
    if layout > LAYOUT {
        return Err(Failure::usage(
            format!(
                "{} was made by a newer version of zorgid (layout {layout}; this one knows {LAYOUT})",
                root.display()
            ),
            "",
        ));
    }
    let environment = Environment::parse(environment);
    environment.map(Some).ok_or_else(|| cannot_read(&path, "it names no environment"))
}

/// Whole or not at all, readable by its owner only.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

fn cannot_read(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::usage(format!("{} cannot be used", path.display()), error)
}
