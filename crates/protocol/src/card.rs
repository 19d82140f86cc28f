//! Between the Desktop App and the portal.

use crate::nonce::Nonce;
use serde::{Deserialize, Serialize};

/// Body of `POST /api/v1/launch/redeem`; the answer is [`crate::request::Redeemed`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchRedeem {
    /// From the launch link.
    pub token: Nonce,
}

/// Body of `POST /api/v1/launch/next`: a Desktop App with an open card session asks for the wizard's next request.
/// The server holds the call for at most 25 seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesktopNext {
    /// From [`crate::response::Responded::desktop_session`].
    pub session: Nonce,
    /// The card was removed or the window closed: end the session.
    #[serde(default)]
    pub end: bool,
}

/// Answer to [`DesktopNext`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum DesktopNextAnswer {
    /// Nothing yet; ask again.
    Waiting,
    /// A further request, as [`crate::request::Redeemed`].
    Request {
        /// The request JWS.
        request: String,
    },
    /// Finished, or 10 minutes passed.
    Ended,
}
