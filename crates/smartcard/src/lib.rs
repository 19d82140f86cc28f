//! Smart cards for the Desktop App: find a UZI-pas in a reader through its PKCS#11 module, log in with the PIN, sign,
//! and notice that it was taken out. In acceptatie the same trait also serves *soft cards*: folders with a PKCS#12 file.
//!
//! Everything here blocks (readers and modules do); a caller with an event loop gives it a thread of its own.

mod card;
mod error;
mod module;
mod pin;
mod pkcs11;
mod profile;
mod soft;
mod watch;

pub use card::{Card, CardInfo, CardSource, PinState, Signed};
pub use error::{CardError, Cure};
pub use module::{ModuleChoice, well_known_modules};
pub use pin::Pin;
pub use pkcs11::Pkcs11Source;
pub use profile::{KeyKind, ProfileError, authentication_key, holder};
pub use soft::SoftSource;
pub use watch::{Presence, ReaderWatch};
