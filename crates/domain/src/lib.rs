//! The types and rules of the product: who may do what, and how everything moves from one state to the next.
//!
//! Pure: no I/O, no async, no ambient clock or randomness. Illegal states cannot be made; every transition is a
//! function here, never in a handler.

pub mod application;
pub mod authorise;
pub mod birth_date;
pub mod browser;
pub mod care_application;
pub mod change;
pub mod clock;
pub mod csv_file;
pub mod document;
pub mod email;
pub mod identity;
pub mod ids;
pub mod installation;
pub mod language;
pub mod log;
pub mod mail;
pub mod merkle;
pub mod name;
pub mod network;
pub mod notice;
pub mod oids;
pub mod operator;
pub mod organisation;
pub mod person;
pub mod pin;
pub mod preregistration;
pub mod registration;
pub mod request;
pub mod retention;
pub mod session;
pub mod spreadsheet;
pub mod times;
pub mod uzi;
pub mod validation;

pub use birth_date::BirthDate;
pub use clock::{Clock, Entropy, Timestamp};
pub use email::EmailAddress;
pub use language::Language;
pub use name::PersonName;
pub use uzi::{Ura, UziNumber};

use serde::{Deserialize, Serialize};

/// The two environments of the same software. An account lives in one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Test, for suppliers, with test cards; every screen says so.
    Acceptatie,
    /// For real.
    Productie,
}

impl Environment {
    /// `acceptatie` or `productie`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acceptatie => "acceptatie",
            Self::Productie => "productie",
        }
    }
    /// Reads [`Environment::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "acceptatie" => Some(Self::Acceptatie),
            "productie" => Some(Self::Productie),
            _ => None,
        }
    }
}
impl std::fmt::Display for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
