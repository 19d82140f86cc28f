//! `/.well-known/zorgid-app.json`: the servers that the Mobile App and the Desktop App know. Others are refused.

use crate::{b64::B64, link::ServerId};
use domain::Environment;
use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AppConfig {
    /// Known servers, the default one first.
    pub servers: Vec<KnownServer>,
}

/// One server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KnownServer {
    /// Short name, part of every QR link.
    pub id: ServerId,
    /// Origin of its API and portal, without a slash at the end.
    pub api_origin: String,
    /// Origin of its Mobile App.
    pub app_origin: String,
    /// Acceptatie or productie.
    pub environment: Environment,
    /// DER root certificate to which request signatures chain.
    pub root: B64,
    /// The operator's name, shown to people.
    pub operator: String,
}
