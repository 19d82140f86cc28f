//! The one error of services and handlers, and how a transaction ends with it.

use axum::response::{IntoResponse, Response};
use domain::{
    identity::IdentityRefusal, identity::IdentityStatus, registration::RegistrationRefusal, request::RequestRefusal,
};
use protocol::ProblemCode;
use serde_json::{Map, Value};
use storage::StoreError;

/// What went wrong, as people and programs are told.
#[derive(Clone, Debug, PartialEq)]
pub struct AppError {
    /// From the one list.
    pub code: ProblemCode,
    /// Extra facts: `pin`, `triesLeft`, `retryAfter`.
    pub extra: Map<String, Value>,
    /// For the operator's technical log only.
    pub cause: Option<String>,
}

impl AppError {
    /// A problem without extra facts.
    pub fn new(code: ProblemCode) -> Self {
        Self { code, extra: Map::new(), cause: None }
    }
    /// Adds a fact that the reader sees.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }
    /// Adds a cause that only the operator sees.
    pub fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }
    /// Something broke here.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::new(ProblemCode::Internal).because(cause)
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.code.fmt(f)
    }
}
impl std::error::Error for AppError {}

impl From<ProblemCode> for AppError {
    fn from(code: ProblemCode) -> Self {
        Self::new(code)
    }
}
impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Unavailable(_) => ProblemCode::Unavailable,
            _ => ProblemCode::Internal,
        };
        Self::new(code).because(error)
    }
}
impl From<RequestRefusal> for AppError {
    fn from(refusal: RequestRefusal) -> Self {
        match refusal {
            RequestRefusal::Expired => ProblemCode::RequestExpired.into(),
            RequestRefusal::Used | RequestRefusal::NotNow => ProblemCode::RequestUsed.into(),
            RequestRefusal::Cancelled => ProblemCode::RequestCancelled.into(),
            RequestRefusal::Wrong(left) => Self::new(ProblemCode::PairingWrong).with("triesLeft", left),
            RequestRefusal::NoTriesLeft => ProblemCode::PairingOver.into(),
            RequestRefusal::OtherBrowser => ProblemCode::OtherBrowser.into(),
            RequestRefusal::OtherKey => ProblemCode::BrowserKey.into(),
        }
    }
}
impl From<RegistrationRefusal> for AppError {
    fn from(refusal: RegistrationRefusal) -> Self {
        match refusal {
            RegistrationRefusal::TermsFirst => ProblemCode::TermsFirst,
            RegistrationRefusal::CardFirst | RegistrationRefusal::BirthDateFirst => ProblemCode::CardFirst,
            RegistrationRefusal::OtherCard => ProblemCode::CardOther,
            RegistrationRefusal::Confirmed => ProblemCode::RequestUsed,
        }
        .into()
    }
}
impl From<IdentityRefusal> for AppError {
    fn from(refusal: IdentityRefusal) -> Self {
        match refusal {
            IdentityRefusal::Copied => ProblemCode::IdentityCopied,
            // An identity that waits for the digits from the phone is known to nobody yet.
            IdentityRefusal::Status(IdentityStatus::Pending) => ProblemCode::IdentityUnknown,
            IdentityRefusal::Status(IdentityStatus::Blocked) => ProblemCode::IdentityBlocked,
            IdentityRefusal::Status(IdentityStatus::Expired) => ProblemCode::IdentityExpired,
            IdentityRefusal::Status(IdentityStatus::Replaced) => ProblemCode::IdentityReplaced,
            IdentityRefusal::Status(_) => ProblemCode::IdentityRevoked,
        }
        .into()
    }
}

/// The status; the body comes from the layer around the routes (`crate::server`), which knows the reader's language and
/// whether a person or a program asks.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = axum::http::StatusCode::from_u16(self.code.status())
            .unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// How a transaction ends without success.
#[derive(Debug)]
pub enum Halt {
    /// Nothing happened: roll back.
    Undo(AppError),
    /// Keep what was written (a used try, a log entry), and tell the error.
    Keep(AppError),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Undo(error.into())
    }
}
impl From<AppError> for Halt {
    fn from(error: AppError) -> Self {
        Self::Undo(error)
    }
}
impl From<ProblemCode> for Halt {
    fn from(code: ProblemCode) -> Self {
        Self::Undo(code.into())
    }
}
