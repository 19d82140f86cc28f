//! `desktop.toml`: which servers, which card software. Unknown keys are refused.

use crate::{servers::ServerEntry, texts::Language};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Where a developer's own server publishes its list.
pub const DEVELOPMENT_LIST: &str = "http://localhost:8081/.well-known/zorgid-app.json";

/// The configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Servers with their root certificates.
    #[serde(default)]
    pub servers: Vec<ServerEntry>,
    /// Addresses of `zorgid-app.json`; only acceptatie servers are taken from there.
    #[serde(default)]
    pub servers_from: Vec<String>,
    /// PKCS#11 modules, tried in this order; empty: the well-known ones.
    #[serde(default)]
    pub modules: Vec<PathBuf>,
    /// Folder with soft cards, used only for acceptatie servers.
    pub cards_dir: Option<PathBuf>,
    /// PEM file with CAs to trust for HTTPS beside the computer's own.
    pub extra_ca: Option<PathBuf>,
    /// `nl` or `en`; else the computer's language.
    pub language: Option<Language>,
    /// Where relative paths start.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, String),
    /// It is not TOML, or has unknown keys.
    #[error("{}: {}", .0.display(), .1)]
    Form(PathBuf, String),
}

/// Where the computer keeps its settings, as the environment tells; a parameter so that tests decide.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `ZORGID_DESKTOP_CONFIG`.
    pub configured: Option<PathBuf>,
    /// `XDG_CONFIG_HOME` or its default, `%APPDATA%` on Windows.
    pub settings: Option<PathBuf>,
    /// For every user of the computer.
    pub system: Option<PathBuf>,
}

impl Places {
    /// From the environment of this process.
    pub fn from_environment() -> Self {
        let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let settings = if cfg!(target_os = "windows") {
            var("APPDATA")
        } else if cfg!(target_os = "macos") {
            var("HOME").map(|home| home.join("Library/Application Support"))
        } else {
            var("XDG_CONFIG_HOME").or_else(|| var("HOME").map(|home| home.join(".config")))
        };
        let system = if cfg!(target_os = "windows") { var("ProgramData") } else { Some(PathBuf::from("/etc")) };
        Self { configured: var("ZORGID_DESKTOP_CONFIG"), settings, system }
    }

    fn candidates(&self) -> Vec<PathBuf> {
        [&self.settings, &self.system].into_iter().flatten().map(|f| f.join("zorgid").join("desktop.toml")).collect()
    }
}

impl Config {
    /// The file that was named, else the environment's, else the person's, else the computer's; without any, a
    /// developer's own server.
    pub fn load(named: Option<&Path>, places: &Places) -> Result<Self, ConfigError> {
        let named = named.map(Path::to_path_buf).or_else(|| places.configured.clone());
        let found = named.or_else(|| places.candidates().into_iter().find(|path| path.is_file()));
        match found {
            Some(path) => Self::read(&path),
            None => Ok(Self { servers_from: vec![DEVELOPMENT_LIST.to_owned()], ..Self::default() }),
        }
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| ConfigError::File(path.into(), e.to_string()))?;
        let mut config: Self = toml::from_str(&text).map_err(|e| ConfigError::Form(path.into(), e.to_string()))?;
        config.folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        config.cards_dir = config.cards_dir.map(|p| config.folder.join(p));
        config.extra_ca = config.extra_ca.map(|p| config.folder.join(p));
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_refused_and_paths_start_at_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desktop.toml");
        std::fs::write(&file, "cards_dir = \"cards\"\nlanguage = \"en\"\n").unwrap();
        let config = Config::load(Some(&file), &Places::default()).unwrap();
        assert_eq!(config.cards_dir, Some(folder.path().join("cards")));
        assert_eq!(config.language, Some(Language::English));
        std::fs::write(&file, "cardsdir = \"cards\"\n").unwrap();
        assert!(matches!(Config::load(Some(&file), &Places::default()), Err(ConfigError::Form(..))));
        assert!(matches!(
            Config::load(Some(&folder.path().join("no")), &Places::default()),
            Err(ConfigError::File(..))
        ));
    }

    #[test]
    fn the_persons_own_file_is_found_and_without_any_it_is_development() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places { settings: Some(folder.path().into()), ..Places::default() };
        assert_eq!(Config::load(None, &places).unwrap().servers_from, [DEVELOPMENT_LIST]);
        std::fs::create_dir(folder.path().join("zorgid")).unwrap();
        std::fs::write(folder.path().join("zorgid/desktop.toml"), "modules = [\"/x.so\"]\n").unwrap();
        let config = Config::load(None, &places).unwrap();
        assert_eq!((config.modules.len(), config.servers_from.len()), (1, 0));
    }
}
