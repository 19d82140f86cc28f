//! What can be wrong with a pass: things a reader notices, and reasons for refusal.

use domain::{Timestamp, uzi::CardType};
use serde::Serialize;
use thiserror::Error;

/// Codes of [`UziProblem`].
pub mod problem_code {
    /// The file is not an X.509 certificate.
    pub const UNREADABLE: &str = "unreadable";
    /// No subject alternative name.
    pub const SAN_MISSING: &str = "san-missing";
    /// The subject alternative name holds no otherName 2.5.5.5.
    pub const OTHER_NAME_MISSING: &str = "othername-missing";
    /// It holds more than one.
    pub const OTHER_NAME_REPEATED: &str = "othername-repeated";
    /// The otherName is not an IA5String.
    pub const NOT_IA5: &str = "othername-not-ia5";
    /// The otherName does not have seven fields.
    pub const FIELDS: &str = "othername-fields";
    /// A `:` stands where a `-` belongs.
    pub const SEPARATOR: &str = "separator";
    /// The OID of the CA is not one of the UZI-register's.
    pub const OID_CA_UNKNOWN: &str = "oid-ca-unknown";
    /// The version is not 1.
    pub const VERSION: &str = "version";
    /// The UZI-nummer does not have 9 digits.
    pub const UZI_NUMBER: &str = "uzi-number";
    /// The card type is not Z, N, M or S.
    pub const CARD_TYPE: &str = "card-type";
    /// The card type is not the one that this CA issues.
    pub const CARD_TYPE_ISSUER: &str = "card-type-issuer";
    /// The issuer's name belongs to another CA than the OID says.
    pub const ISSUER_MISMATCH: &str = "issuer-mismatch";
    /// The URA does not have 8 digits.
    pub const SUBSCRIBER: &str = "subscriber-number";
    /// The role code is not `dd.ddd`, or is missing on a Z pass, or stands on another.
    pub const ROLE_CODE: &str = "role-code";
    /// The AGB-code does not have 8 digits.
    pub const AGB: &str = "agb-code";
    /// The subject's serial number is not the UZI-nummer.
    pub const SUBJECT_SERIAL: &str = "subject-serial";
    /// A Z or N pass without surname.
    pub const NAME: &str = "name";
    /// The UPN is not `<UZI-nummer>@<URA>`.
    pub const UPN: &str = "upn";
}

/// Something that is not as the profile says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UziProblem {
    /// From [`problem_code`].
    pub code: &'static str,
    /// In words.
    pub detail: String,
}

/// Why a pass does not count. One variant per cause.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum UziRefusal {
    /// The certificate is not of the UZI profile.
    #[error("the certificate does not have the profile of a UZI-pas: {}", codes(.0))]
    Unreadable(Vec<UziProblem>),
    /// No path to a trust anchor, a wrong signature, or an issuer that issues other passes.
    #[error("the pass is not from a trusted issuer: {0}")]
    Untrusted(String),
    /// Not one of the accepted types.
    #[error("a pass of type {} is not accepted here", .0.letter())]
    WrongType(CardType),
    /// Another certificate of the pass than the one for authenticity (key usage, extended key usage, policy).
    #[error("not the authenticity certificate of a pass: {0}")]
    WrongCertificate(String),
    /// Its time has not come.
    #[error("the pass is not valid yet")]
    NotYetValid,
    /// Its time is over.
    #[error("the pass has expired")]
    Expired,
    /// It was revoked.
    #[error("the pass was revoked")]
    Revoked,
    /// There is no usable revocation list of an issuer in the chain.
    #[error("no revocation list of {0}")]
    CrlMissing(String),
    /// The revocation list is past its end (and grace).
    #[error("the revocation list of {issuer} ended at {next_update}")]
    CrlStale {
        /// Whose.
        issuer: String,
        /// When a newer one should have come.
        next_update: Timestamp,
    },
}

fn codes(problems: &[UziProblem]) -> String {
    problems.iter().map(|p| p.code).collect::<Vec<_>>().join(", ")
}

impl UziRefusal {
    /// The name of the cause, the same as the problem code that people are shown.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unreadable(_) | Self::WrongCertificate(_) => "card-unreadable",
            Self::Untrusted(_) => "card-untrusted",
            Self::WrongType(_) => "card-type",
            Self::NotYetValid => "card-not-yet-valid",
            Self::Expired => "card-expired",
            Self::Revoked => "card-revoked",
            Self::CrlMissing(_) => "crl-missing",
            Self::CrlStale { .. } => "crl-stale",
        }
    }
}
