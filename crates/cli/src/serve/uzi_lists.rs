//! UZI trust anchors and revocation lists: read from folders again every minute, fetched from configured addresses every
//! hour. Never from a card.

use crate::{failure::Failure, settings::UziSettings};
use domain::Environment;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Uri, body::Bytes};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use pki::{
    cert::{certificates_in, crls_in},
    uzi::{UziConfig, UziValidator},
};
use portal::{AppState, pki_ports::NoTrust, ports::CheckCards};
use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

const READ_EVERY: Duration = Duration::from_secs(60);
const FETCH_EVERY_MINUTES: u32 = 60;
const FETCH_PATIENCE: Duration = Duration::from_secs(60);

/// Where the lists are.
pub struct UziLists {
    settings: UziSettings,
    environment: Environment,
    fetched: PathBuf,
    said: Mutex<String>,
}

impl UziLists {
    /// `fetched` is the folder for lists that come from addresses.
    pub fn new(settings: UziSettings, environment: Environment, fetched: PathBuf) -> Result<Self, Failure> {
        for address in &settings.crl_urls {
            let uri: Result<Uri, _> = address.parse();
            if !uri.is_ok_and(|uri| uri.scheme_str() == Some("http")) {
                // A list is signed; its address needs no TLS, and the registers publish over plain HTTP.
                return Err(Failure::usage("uzi.crl_urls takes addresses that begin with http://", address));
            }
        }
        Ok(Self { settings, environment, fetched, said: Mutex::default() })
    }

    /// Reads everything. Without trust anchors every card is refused. Warnings are for the operator; what was said the
    /// last time is not said again.
    pub fn load(&self) -> Box<dyn CheckCards> {
        let trust = self.settings.trust_dir.as_deref().map(|dir| files(dir, certificates_in)).unwrap_or_default();
        let mut lists = files(&self.fetched, crls_in);
        lists.extend(self.settings.crl_dir.as_deref().map(|dir| files(dir, crls_in)).unwrap_or_default());
        let config = UziConfig { grace_hours: self.settings.grace_hours, ..UziConfig::of(self.environment) };
        match UziValidator::new(config, trust, &lists) {
            Ok(validator) => {
                self.warn(validator.warnings().join("; "));
                Box::new(validator)
            }
            Err(error) => {
                self.warn(format!("UZI-passen cannot be checked: {error}; set uzi.trust_dir and uzi.crl_dir"));
                Box::new(NoTrust)
            }
        }
    }

    fn warn(&self, warning: String) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if *said != warning {
            if !warning.is_empty() {
                tracing::warn!("{warning}");
            }
            *said = warning;
        }
    }

    /// Keeps the portal's validator fresh until the task is dropped.
    pub async fn keep_fresh(self, app: AppState) {
        let mut every = tokio::time::interval(READ_EVERY);
        let mut round = 0_u32;
        loop {
            every.tick().await;
            if round.is_multiple_of(FETCH_EVERY_MINUTES) {
                self.fetch().await;
            }
            round = round.wrapping_add(1);
            app.cards.store(std::sync::Arc::new(self.load()));
        }
    }

    async fn fetch(&self) {
        for (index, address) in self.settings.crl_urls.iter().enumerate() {
            if let Err(error) = self.fetch_one(index, address).await {
                tracing::error!(%address, %error, "the revocation list could not be fetched");
            }
        }
    }

    async fn fetch_one(&self, index: usize, address: &str) -> Result<(), String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let uri: Uri = address.parse().map_err(|error: hyper::http::uri::InvalidUri| text(&error))?;
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let answer = tokio::time::timeout(FETCH_PATIENCE, client.get(uri)).await;
        let answer = answer.map_err(|error| text(&error))?.map_err(|error| text(&error))?;
        if !answer.status().is_success() {
            return Err(answer.status().to_string());
        }
        let body = Limited::new(answer.into_body(), protocol::limits::CRL).collect();
        let body = tokio::time::timeout(FETCH_PATIENCE, body).await.map_err(|error| text(&error))?;
        let body = body.map_err(|error| text(&error))?.to_bytes();
        if crls_in(&body).is_empty() {
            return Err("the answer holds no revocation list".to_owned());
        }
        std::fs::create_dir_all(&self.fetched).map_err(|error| text(&error))?;
        let path = self.fetched.join(format!("{index}.crl"));
        let beside = path.with_extension("new");
        std::fs::write(&beside, &body).map_err(|error| text(&error))?;
        std::fs::rename(&beside, &path).map_err(|error| text(&error))
    }
}

/// What the files of a folder hold, in the order of their names. A folder that cannot be read holds nothing.
fn files(folder: &Path, read: fn(&[u8]) -> Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| {
        path.extension().is_some_and(|e| matches!(e.to_str(), Some("pem" | "cer" | "crt" | "der" | "crl")))
    });
    paths.sort();
    paths.iter().filter_map(|path| within_limit(path)).flat_map(|bytes| read(&bytes)).collect()
}

/// A file, as far as a list can be long: of a larger one the rest is missing, so that it cannot be read, which is told.
fn within_limit(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(protocol::limits::CRL as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
