//! What every card can do, real or soft.

use crate::{CardError, Pin};
use protocol::jws::Algorithm;

/// A place where cards are found: a PKCS#11 module, or a folder of soft cards.
pub trait CardSource: Send {
    /// All cards with an authentication certificate that are present now.
    ///
    /// # Errors
    /// [`CardError::ReaderMissing`], [`CardError::CardMissing`] or [`CardError::NotUsable`] when there is none (waiting
    /// may help: [`CardError::may_pass`]); [`CardError::ModuleMissing`] or [`CardError::ModuleFailed`] when it cannot.
    fn cards(&mut self) -> Result<Vec<Box<dyn Card>>, CardError>;
}

/// What can be told of a card before its PIN is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardInfo {
    /// The token's label, by which a card can be asked for.
    pub label: String,
    /// The reader, or the folder of a soft card.
    pub reader: String,
    /// Who it belongs to: the certificate's common name.
    pub holder: String,
    /// `serialNumber` of the certificate's subject: the UZI number on a UZI-pas.
    pub number: String,
    /// The PIN is typed on the reader's own keypad, never here.
    pub keypad: bool,
    /// A PKCS#12 file: only for acceptatie.
    pub soft: bool,
}

/// What is known of the PIN counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinState {
    /// No wrong tries that the card tells of.
    Fresh,
    /// Wrong tries were made; `None` when the card does not say how many are left.
    TriesLeft(Option<u8>),
    /// Blocked.
    Locked,
}

/// A signature in the form of RFC 7518: RS256, or ES256 as r‖s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// With which algorithm.
    pub algorithm: Algorithm,
    /// The signature's bytes.
    pub signature: Vec<u8>,
}

/// One card with an authentication certificate. Dropping it ends its login.
pub trait Card: Send {
    /// What can be told without the PIN.
    fn info(&self) -> &CardInfo;
    /// DER certificates: the authentication certificate first, then whatever issuers of it the card holds.
    fn chain(&self) -> &[Vec<u8>];
    /// Which signature its key makes.
    fn algorithm(&self) -> Algorithm;
    /// The PIN counter.
    fn pin_state(&mut self) -> Result<PinState, CardError>;
    /// Opens the card. `None` only when [`CardInfo::keypad`].
    fn log_in(&mut self, pin: Option<&Pin>) -> Result<(), CardError>;
    /// Signs a message (it is hashed with SHA-256 here) with the authentication key; after [`Card::log_in`] only.
    fn sign(&mut self, message: &[u8]) -> Result<Signed, CardError>;
    /// [`CardError::CardRemoved`] when the card is gone, or was gone since it was found.
    fn check_present(&mut self) -> Result<(), CardError>;
}
