//! Which servers this computer knows: from its configuration, or (acceptatie only) from the list that a server
//! publishes itself.

use crate::{
    config::{Config, ConfigError},
    http::Http,
};
use domain::Environment;
use protocol::{
    B64, ProblemCode,
    app_config::{AppConfig, KnownServer},
    link::ServerId,
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A server in the configuration file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerEntry {
    /// Its short name, as in its requests.
    pub id: ServerId,
    /// Its address, without a slash at the end.
    pub api_origin: String,
    /// Acceptatie or productie.
    pub environment: Environment,
    /// File with its root certificate, DER or PEM; a relative path starts at the configuration file.
    pub root: PathBuf,
    /// Who runs it.
    #[serde(default)]
    pub operator: String,
}

/// Why there is no list of servers.
#[derive(Debug, Error)]
pub enum ServersError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A published list could not be fetched.
    #[error("{url}: {cause}")]
    Fetch {
        /// Where it should be.
        url: String,
        /// Why not.
        cause: String,
        /// Nobody answered, as opposed to a wrong answer.
        unreachable: bool,
    },
}

impl ServersError {
    /// The code that the person sees.
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Fetch { unreachable: true, .. } => ProblemCode::Unreachable,
            _ => ProblemCode::ServerUnknown,
        }
    }
}

impl ServerEntry {
    fn read(&self, base: &Path) -> Result<KnownServer, ConfigError> {
        let path = base.join(&self.root);
        let bytes = std::fs::read(&path).map_err(|e| ConfigError::File(path.clone(), e.to_string()))?;
        let root = if bytes.starts_with(b"-----BEGIN") {
            CertificateDer::from_pem_slice(&bytes).map_err(|e| ConfigError::File(path, e.to_string()))?.to_vec()
        } else {
            bytes
        };
        Ok(KnownServer {
            id: self.id.clone(),
            api_origin: self.api_origin.trim_end_matches('/').to_owned(),
            app_origin: String::new(),
            environment: self.environment,
            root: B64(root),
            operator: self.operator.clone(),
        })
    }
}

/// All known servers, the configured ones first.
pub async fn known(config: &Config, http: &Http) -> Result<Vec<KnownServer>, ServersError> {
    let mut servers = Vec::new();
    for entry in &config.servers {
        servers.push(entry.read(&config.folder)?);
    }
    for url in &config.servers_from {
        servers.extend(fetch(url, http).await?);
    }
    Ok(servers)
}

async fn fetch(url: &str, http: &Http) -> Result<Vec<KnownServer>, ServersError> {
    let failed = |cause: String, unreachable| ServersError::Fetch { url: url.to_owned(), cause, unreachable };
    let answer = http.get(url, "nl").await.map_err(|e| failed(e.to_string(), true))?;
    if answer.status != 200 {
        return Err(failed(format!("status {}", answer.status), answer.status >= 500));
    }
    let list: AppConfig =
        serde_json::from_slice(&answer.body).map_err(|e| failed(format!("not a list of servers: {e}"), false))?;
    // Trusting a root that came over the wire is fit for tests only; a productie server stands in the configuration.
    let (kept, refused): (Vec<_>, Vec<_>) =
        list.servers.into_iter().partition(|s| s.environment == Environment::Acceptatie);
    for server in refused {
        tracing::warn!(server = %server.id, "a productie server must be configured with its root certificate");
    }
    Ok(kept)
}
