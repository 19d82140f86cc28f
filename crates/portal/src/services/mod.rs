//! The flows, one file each: every step is one transaction with its log entry. Handlers of pages and API call these.

pub mod applications;
pub mod attributes;
pub mod browser_key;
pub mod card;
mod card_session;
pub mod changes;
pub mod contacts;
pub mod desk;
pub mod email;
pub mod ending;
pub mod enrol;
pub mod enrolment_qr;
pub mod files;
pub mod identities;
pub mod journal;
pub mod limits;
pub mod live;
pub mod log;
pub mod login;
pub mod lost_phone;
pub mod mail;
mod newcomer;
pub mod notices;
pub mod office;
pub mod organisations;
pub mod overview;
pub mod own;
pub mod people;
pub mod pin;
pub mod proofing;
pub mod purge;
pub mod redeem;
pub mod registration;
pub mod reissue;
pub mod respond;
mod respond_card;
mod respond_phone;
pub mod roles;
pub mod session;
pub mod validation;

use domain::request::RequestId;
use protocol::{
    code::{Digits4, EnrolCode, LoginCode},
    link::{LaunchLink, QrLink},
};

/// A QR code to show.
#[derive(Clone)]
pub struct ShownRequest {
    /// The request, for the live channel.
    pub id: RequestId,
    /// What the QR code and the link under it hold.
    pub link: QrLink,
    /// The *korte code*, grouped.
    pub code: String,
    /// Seconds that it may be scanned.
    pub expires_in: u32,
}

/// Without the korte code.
impl std::fmt::Debug for ShownRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownRequest").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A launch of the Desktop App to show.
#[derive(Clone, Debug)]
pub struct ShownLaunch {
    /// The request, for the live channel.
    pub id: RequestId,
    /// Opens the Desktop App.
    pub link: LaunchLink,
    /// The *controlecode* that page and Desktop App show.
    pub control_code: Digits4,
    /// Seconds that the launch may be redeemed.
    pub expires_in: u32,
    /// A Desktop App that already holds the card gets the request by itself.
    pub desktop_holds_card: bool,
}

fn grouped_login(code: &LoginCode) -> String {
    code.grouped()
}
fn grouped_enrol(code: &EnrolCode) -> String {
    code.grouped()
}

/// Topic that wakes pages waiting for a request.
pub fn request_topic(id: RequestId) -> String {
    format!("request:{id}")
}
/// Topic that wakes a Desktop App waiting for the wizard's next request.
pub fn desktop_topic(session: &[u8; 32]) -> String {
    format!("desktop:{}", hex::encode(session))
}
