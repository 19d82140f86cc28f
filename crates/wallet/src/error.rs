//! Everything that can go wrong, as the person is told it.

use crate::{
    ports::{DeviceError, StorageError, TransportError},
    verify::RequestError,
};
use domain::{Environment, Timestamp, identity::IdentityId, pin::PinRule};
use protocol::{Problem, ProblemCode, link::ServerId, pin::PinStanding};
use thiserror::Error;

/// The four PIN states, never confused; each has its own next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinState {
    /// Wrong; so many tries are left in this round.
    Wrong {
        /// 1 to 3.
        tries_left: u8,
    },
    /// Wait, then four more tries.
    Wait {
        /// Until when, by the server's clock.
        until: Timestamp,
        /// Seconds from now.
        seconds: u32,
    },
    /// Blocked for good.
    Blocked,
    /// The identity was revoked.
    Revoked,
}

impl std::fmt::Display for PinState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Wrong { tries_left } => write!(f, "wrong, tries left: {tries_left}"),
            Self::Wait { seconds, .. } => write!(f, "wait {seconds} seconds"),
            Self::Blocked => f.write_str("blocked for good"),
            Self::Revoked => f.write_str("the identity was revoked"),
        }
    }
}

impl From<PinStanding> for PinState {
    fn from(standing: PinStanding) -> Self {
        match standing {
            PinStanding::Wrong { tries_left } => Self::Wrong { tries_left },
            PinStanding::Wait { until, seconds } => Self::Wait { until, seconds },
            PinStanding::Blocked => Self::Blocked,
        }
    }
}

/// Why an operation of the wallet did not succeed. One enum for all: nearly every operation can meet a locked wallet,
/// the network, the server's own refusal and the host's storage.
#[derive(Clone, Debug, Error)]
pub enum WalletError {
    /// The chosen PIN breaks a rule, or a typed PIN is not six digits (that costs no try).
    #[error(transparent)]
    PinRule(#[from] PinRule),
    /// There is a PIN already; forget it first.
    #[error("a PIN was chosen before")]
    PinExists,
    /// No PIN was chosen yet.
    #[error("choose a PIN first")]
    NoPin,
    /// The PIN was not accepted.
    #[error("the PIN was not accepted: {0}")]
    Pin(PinState),
    /// Ask the PIN and call [`crate::Wallet::unlock_at`] for this server, then try again; nothing was used up.
    #[error("the PIN is needed for {0}")]
    Locked(ServerId),
    /// Not a ZORG-ID link or code.
    #[error("this is not a ZORG-ID link or code")]
    NotOurs,
    /// The link is of a known server in the other environment: offer to switch ([`crate::Wallet::select`]).
    #[error("the link is of the environment {environment}")]
    OtherEnvironment {
        /// Its server.
        server: ServerId,
        /// Its environment.
        environment: Environment,
    },
    /// The app knows no such server.
    #[error("unknown server {0}")]
    UnknownServer(ServerId),
    /// The request object is not what it should be.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// This activation needs the birth date.
    #[error("the birth date is needed")]
    BirthDateRequired,
    /// An enrolment cannot be answered, another request cannot be activated.
    #[error("this request is for another screen")]
    WrongKind,
    /// No identity of this server is on the phone.
    #[error("there is no identity of {0} in this app")]
    NoIdentity(ServerId),
    /// Several identities could answer: the person chooses.
    #[error("several identities can answer")]
    ChooseIdentity(Vec<IdentityId>),
    /// The server refused, and says why.
    #[error("{}", .0.title)]
    Server(Box<Problem>),
    /// The server cannot be reached.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server answered something that makes no sense.
    #[error("the server's answer is not right: {0}")]
    BadAnswer(&'static str),
    /// The vault cannot be decrypted or read: changed or damaged.
    #[error("the vault of {0} is damaged")]
    VaultDamaged(ServerId),
    /// The wallet's file is of a newer app, or damaged.
    #[error("the wallet's file cannot be read: {0}")]
    File(&'static str),
    /// The list of servers is empty or not well formed.
    #[error("the list of servers is not right")]
    Config,
    /// The host's key store failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The host's storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A cryptographic step failed here; nothing was sent.
    #[error("a cryptographic step failed: {0}")]
    Crypto(&'static str),
}

impl WalletError {
    /// The problem code whose texts explain it.
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::PinRule(_) | Self::PinExists => ProblemCode::PinRule,
            Self::NoPin | Self::Locked(_) => ProblemCode::UnlockRequired,
            Self::Pin(PinState::Wrong { .. }) => ProblemCode::PinWrong,
            Self::Pin(PinState::Wait { .. }) => ProblemCode::PinWait,
            Self::Pin(PinState::Blocked) => ProblemCode::PinBlocked,
            Self::Pin(PinState::Revoked) => ProblemCode::IdentityRevoked,
            Self::NotOurs => ProblemCode::NotOurLink,
            Self::OtherEnvironment { .. } => ProblemCode::OtherEnvironment,
            Self::UnknownServer(_) => ProblemCode::ServerUnknown,
            Self::Request(RequestError::Environment) => ProblemCode::OtherEnvironment,
            Self::Request(_) => ProblemCode::RequestSignature,
            Self::BirthDateRequired => ProblemCode::BirthDateInvalid,
            Self::NoIdentity(_) | Self::ChooseIdentity(_) => ProblemCode::IdentityUnknown,
            Self::WrongKind => ProblemCode::BadInput,
            Self::Server(problem) => problem.code,
            Self::Unreachable(_) => ProblemCode::Unreachable,
            Self::BadAnswer(_)
            | Self::VaultDamaged(_)
            | Self::File(_)
            | Self::Config
            | Self::Device(_)
            | Self::Storage(_)
            | Self::Crypto(_) => ProblemCode::Internal,
        }
    }
}

impl From<TransportError> for WalletError {
    fn from(error: TransportError) -> Self {
        Self::Unreachable(error.0)
    }
}

/// A server's refusal; the ones about the PIN become [`PinState`].
impl From<Problem> for WalletError {
    fn from(problem: Problem) -> Self {
        let standing = || problem.extra.get("pin").and_then(|p| serde_json::from_value::<PinStanding>(p.clone()).ok());
        match problem.code {
            ProblemCode::PinWait | ProblemCode::PinBlocked | ProblemCode::PinWrong => {
                match (standing(), problem.code) {
                    (Some(standing), _) => Self::Pin(standing.into()),
                    (None, ProblemCode::PinBlocked) => Self::Pin(PinState::Blocked),
                    (None, _) => Self::Server(Box::new(problem)),
                }
            }
            ProblemCode::IdentityRevoked => Self::Pin(PinState::Revoked),
            _ => Self::Server(Box::new(problem)),
        }
    }
}
