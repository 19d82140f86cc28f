//! The request object: what the portal asks of a phone or a card, signed by the portal.

use crate::{code::Digits4, code::ShortCode, link::ServerId, nonce::Nonce};
use domain::{Environment, request::Purpose, request::RequestId};
use serde::{Deserialize, Serialize};

/// Claims of the request JWS (`typ` [`crate::jws::TYP_REQUEST`]). The server alone judges expiry; the app shows
/// `expires_in` counted from receipt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestClaims {
    /// The server that asks.
    pub iss: ServerId,
    /// Who it is for.
    pub aud: Audience,
    /// Acceptatie or productie.
    pub env: Environment,
    /// The request's id, in the address of the answer.
    pub request_id: RequestId,
    /// What it is for.
    pub purpose: Purpose,
    /// Who asks: the portal, or a care application's registered name.
    pub requester: String,
    /// On behalf of which organisation, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationLabel>,
    /// What is signed, in words. Always present with [`Purpose::Sign`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<Sentence>,
    /// The browser that shows the page, when a browser asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<BrowserLabel>,
    /// Seconds since the page asked, at the moment of signing.
    pub age: u32,
    /// Seconds left to answer.
    pub expires_in: u32,
    /// Seconds since 1970 at the server when it signed this.
    pub iat: i64,
    /// 256 random bits.
    pub challenge: Nonce,
    /// With [`Purpose::Enrol`]: whose identity this becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolment: Option<EnrolmentOffer>,
    /// Who shows the code face to face: full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// For the Desktop App: the *controlecode* that the page shows too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_code: Option<Digits4>,
}

/// Which program may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// The Mobile App.
    MobileApp,
    /// The Desktop App.
    DesktopApp,
}

/// An organisation as the person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationLabel {
    /// Its name.
    pub name: String,
    /// Its URA, 8 digits.
    pub ura: String,
}

/// The sentence that is shown, signed and then executed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Dutch.
    pub nl: String,
    /// English.
    pub en: String,
}

/// The asking browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrowserLabel {
    /// For example `Firefox op Windows`.
    pub name: String,
}

impl BrowserLabel {
    /// For readers of English; the name itself is Dutch.
    pub fn in_english(&self) -> String {
        self.name.replace(" op ", " on ").replace("Onbekende browser", "Unknown browser")
    }
}

/// Whose identity an enrolment makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentOffer {
    /// The person's full name.
    pub name: String,
    /// Whether the person types the birth date (self-registration).
    pub birth_date_required: bool,
}

/// Body of `POST /api/v1/requests/redeem`: exactly one of the two.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// From the QR code or link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
    /// Typed by a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ShortCode>,
}

/// Answer to [`Redeem`] and to a launch token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Redeemed {
    /// The request JWS.
    pub request: String,
}
