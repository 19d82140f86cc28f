//! Everything that can go wrong with a card, each with what the person can do about it.

use protocol::ProblemCode;
use thiserror::Error;

/// Why a card did not do what was asked. `Display` is the cause in English, for logs; people are told by
/// [`CardError::code`] and [`CardError::cure`] in their own language.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CardError {
    /// None of the modules exists on this computer.
    #[error("no PKCS#11 module found; looked for {}", tried.join(", "))]
    ModuleMissing {
        /// The paths that were tried.
        tried: Vec<String>,
    },
    /// A module exists but cannot be loaded.
    #[error("the PKCS#11 module {path} cannot be used: {cause}")]
    ModuleFailed {
        /// The module's file.
        path: String,
        /// What the loader or the module said.
        cause: String,
    },
    /// No reader is connected, or the smartcard service of the computer does not run.
    #[error("no smartcard reader")]
    ReaderMissing,
    /// There is a reader without a card.
    #[error("no card in the reader")]
    CardMissing,
    /// Cards are present, but not the one that was asked for by name.
    #[error("no card named {label}")]
    OtherCard {
        /// The wanted token label.
        label: String,
    },
    /// There is a card, but none with a certificate to log in with.
    #[error("no card with a certificate for authentication: {cause}")]
    NotUsable {
        /// Why the certificates on it do not do.
        cause: String,
    },
    /// The card was taken out, or put back in between.
    #[error("the card was removed")]
    CardRemoved,
    /// Wrong PIN.
    #[error("wrong PIN")]
    PinWrong {
        /// How many tries are left, when the card tells.
        tries_left: Option<u8>,
    },
    /// Not something this card accepts as a PIN (length, characters). Counts no try.
    #[error("not a PIN this card accepts")]
    PinForm,
    /// The PIN is blocked.
    #[error("the PIN of the card is blocked")]
    PinLocked,
    /// The person cancelled on the reader's own keypad, or it waited too long.
    #[error("cancelled on the keypad of the reader")]
    KeypadCancelled,
    /// The private key that goes with the certificate is not on the card.
    #[error("the card holds no private key for its certificate")]
    KeyMissing,
    /// The card or its module failed otherwise.
    #[error("the card failed: {cause}")]
    Failed {
        /// What the module said.
        cause: String,
    },
    /// A folder with soft cards cannot be read.
    #[error("soft cards in {path} cannot be read: {cause}")]
    SoftCards {
        /// The folder or file.
        path: String,
        /// Why not.
        cause: String,
    },
}

/// What the person can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cure {
    /// Have the card's software (SafeSign, OpenSC) installed, or its path configured.
    InstallModule,
    /// Connect a reader.
    ConnectReader,
    /// Put the card in.
    InsertCard,
    /// Put another card in.
    InsertOtherCard,
    /// Take the card out and put it in again.
    ReinsertCard,
    /// Type the PIN again.
    TypePinAgain,
    /// Unblock the PIN with the PUK.
    UnblockWithPuk,
    /// Start again from the page.
    StartAgain,
    /// Correct the configuration of this computer.
    CorrectSettings,
}

impl CardError {
    /// The code that the person, the log and the help page share.
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::ModuleMissing { .. } | Self::ModuleFailed { .. } => ProblemCode::ModuleMissing,
            Self::ReaderMissing => ProblemCode::ReaderMissing,
            Self::CardMissing | Self::OtherCard { .. } | Self::SoftCards { .. } => ProblemCode::CardMissing,
            Self::NotUsable { .. } => ProblemCode::CardUnreadable,
            Self::CardRemoved => ProblemCode::CardRemoved,
            Self::PinWrong { .. } | Self::PinForm => ProblemCode::CardPinWrong,
            Self::PinLocked => ProblemCode::CardPinBlocked,
            Self::KeypadCancelled | Self::KeyMissing | Self::Failed { .. } => ProblemCode::CardFailed,
        }
    }

    /// What helps.
    pub fn cure(&self) -> Cure {
        match self {
            Self::ModuleMissing { .. } => Cure::InstallModule,
            Self::ModuleFailed { .. } | Self::SoftCards { .. } => Cure::CorrectSettings,
            Self::ReaderMissing => Cure::ConnectReader,
            Self::CardMissing => Cure::InsertCard,
            Self::OtherCard { .. } | Self::NotUsable { .. } | Self::KeyMissing => Cure::InsertOtherCard,
            Self::CardRemoved | Self::Failed { .. } => Cure::ReinsertCard,
            Self::PinWrong { .. } | Self::PinForm => Cure::TypePinAgain,
            Self::PinLocked => Cure::UnblockWithPuk,
            Self::KeypadCancelled => Cure::StartAgain,
        }
    }

    /// Whether waiting can help: the person may still connect a reader or put the card in.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::ReaderMissing | Self::CardMissing | Self::OtherCard { .. } | Self::NotUsable { .. })
    }

    /// Whether the PIN may be typed again.
    pub fn pin_again(&self) -> bool {
        matches!(self, Self::PinWrong { .. } | Self::PinForm)
    }
}
