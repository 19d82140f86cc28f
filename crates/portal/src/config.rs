//! What the server needs to know about itself.

use domain::{Environment, network::Proxies, retention::Retention};
use protocol::link::ServerId;

/// Version of the terms that people accept when they register.
pub const TERMS_VERSION: &str = "2026-11";

/// Settings of a running portal; the CLI builds them from its options, the data folder's `config.toml` and defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// Acceptatie or productie.
    pub environment: Environment,
    /// Short name of this server in QR links.
    pub server_id: ServerId,
    /// Origin of the portal, without a slash at the end.
    pub public_url: String,
    /// Origin of the Mobile App, without a slash at the end.
    pub app_origin: String,
    /// The portal of the other environment, linked from the login page.
    pub other_environment_url: Option<String>,
    /// The operator's name, shown to people and in the apps.
    pub operator: String,
    /// The product's name, shown as the requester.
    pub product: String,
    /// Other servers that our Mobile App may know (`/.well-known/zorgid-app.json`).
    pub other_servers: Vec<protocol::app_config::KnownServer>,
    /// Folder of the Mobile App's static files.
    pub app_dir: Option<std::path::PathBuf>,
    /// Proxies in front, whose word about the caller's address counts.
    pub proxies: Proxies,
    /// How long what nobody finished is kept.
    pub retention: Retention,
}
