//! Live events for pages that wait (`text/event-stream`, one JSON object per event) and the same by polling.

use domain::request::RequestStatus;
use serde::{Deserialize, Serialize};

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusEvent {
    /// The status.
    pub status: RequestStatus,
    /// The page should ask for the *koppelcode*.
    pub pairing: bool,
    /// Seconds left.
    pub expires_in: u32,
    /// Why the answer was refused (a problem code), when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}
