//! What a decision about a pass relied on, stored beside the decision.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// One revocation list that was relied on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrlEvidence {
    /// Common name of its issuer.
    pub issuer: String,
    /// CRL number, decimal or hexadecimal as stored; `""` without.
    pub number: String,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one was due.
    pub next_update: Timestamp,
    /// SHA-256 of the list, hex.
    pub sha256: String,
}

/// The evidence of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The moment for which it was checked.
    pub checked_at: Timestamp,
    /// The verified path, leaf first, anchor last: DER in base64.
    pub path: Vec<String>,
    /// SHA-256 of each certificate of the path, hex.
    pub path_sha256: Vec<String>,
    /// Policy that made the leaf acceptable.
    pub policy: String,
    /// One per certificate of the path below the anchor, in the path's order.
    pub crls: Vec<CrlEvidence>,
}
