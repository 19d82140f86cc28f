//! Wettelijke identiteitsdocumenten (WID): which are accepted, and what their numbers look like (domain.md §4). No copy,
//! no photo; the number is kept encrypted.

use serde::{Deserialize, Serialize};

/// The documents that a beheerder may accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// Nederlands paspoort.
    Passport,
    /// Nederlandse identiteitskaart.
    IdentityCard,
    /// Nederlands rijbewijs.
    DrivingLicence,
    /// Nederlands vreemdelingendocument.
    ResidencePermit,
}

impl DocumentKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Passport, Self::IdentityCard, Self::DrivingLicence, Self::ResidencePermit];
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::IdentityCard => "identity-card",
            Self::DrivingLicence => "driving-licence",
            Self::ResidencePermit => "residence-permit",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }
    /// Whether a number has the format of this document.
    ///
    /// Passport and identity card: 9 characters, two letters, six letters or digits, a digit; never the letter O.
    /// Residence permit: `V` and 8 letters or digits. Driving licence: 10 digits.
    pub fn number_fits(self, number: &str) -> bool {
        let bytes = number.as_bytes();
        let letter = |b: &u8| b.is_ascii_uppercase() && *b != b'O';
        let either = |b: &u8| letter(b) || b.is_ascii_digit();
        match self {
            Self::Passport | Self::IdentityCard => {
                bytes.len() == 9
                    && bytes[..2].iter().all(letter)
                    && bytes[2..8].iter().all(either)
                    && bytes[8].is_ascii_digit()
            }
            // Older series may hold an O, since October 2019 neither 0 nor O.
            Self::ResidencePermit => {
                bytes.len() == 9
                    && bytes[0] == b'V'
                    && bytes[1..].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            }
            Self::DrivingLicence => bytes.len() == 10 && bytes.iter().all(u8::is_ascii_digit),
        }
    }
}

/// A document number as typed, tidied. Never logged: `Debug` hides it. Only ever stored encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentNumber(String);

impl DocumentNumber {
    /// Reads a number of this kind of document; spaces are ignored, lower case is taken as upper case.
    pub fn parse(kind: DocumentKind, typed: &str) -> Option<Self> {
        if typed.len() > 40 {
            return None;
        }
        let tidy: String = typed.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        kind.number_fits(&tidy).then_some(Self(tidy))
    }
    /// The number, to be encrypted.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
impl std::fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentNumber(…)")
    }
}

#[cfg(test)]
mod tests;
