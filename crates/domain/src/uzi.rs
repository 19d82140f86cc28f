//! Numbers of the UZI-register and the URA (CPS UZI-register §7; `domain.md` §2.2).

use serde::{Deserialize, Serialize};

macro_rules! digits_type {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Reads exactly the right number of digits; spaces at the ends are ignored, leading zeros are kept.
            pub fn parse(text: &str) -> Option<Self> {
                let text = text.trim();
                (text.len() == $length && text.bytes().all(|b| b.is_ascii_digit())).then(|| Self(text.to_owned()))
            }
            /// The digits.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text)
                    .ok_or_else(|| serde::de::Error::custom(concat!("expected ", $length, " digits")))
            }
        }
    };
}

digits_type!(
    /// UZI-register Abonneenummer: 8 digits that name an organisation.
    Ura, 8
);
digits_type!(
    /// UZI-nummer: 9 digits; with Z and N passes it belongs to a person over all employers.
    UziNumber, 9
);
digits_type!(
    /// AGB-code of a Z pass; `00000000` when there is none.
    AgbCode, 8
);

/// The kinds of UZI-pas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CardType {
    /// Zorgverlener: a named professional with a role code.
    Z,
    /// Medewerker op naam.
    N,
    /// Medewerker niet op naam: a function, not a person.
    M,
    /// Server certificate.
    S,
}

impl CardType {
    /// The letter in the certificate.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Z => "Z",
            Self::N => "N",
            Self::M => "M",
            Self::S => "S",
        }
    }
    /// Reads the letter.
    pub fn parse(letter: &str) -> Option<Self> {
        [Self::Z, Self::N, Self::M, Self::S].into_iter().find(|t| t.letter() == letter)
    }
    /// Whether the card names a person: only these register people and validate organisations.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Z | Self::N)
    }
}

/// `<title 2 digits>.<specialism 3 digits>`, for example `01.015` (arts, huisarts).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoleCode(String);

impl RoleCode {
    /// Reads `dd.ddd`.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let fits = bytes.len() == 6
            && bytes.iter().enumerate().all(|(i, b)| if i == 2 { *b == b'.' } else { b.is_ascii_digit() });
        fits.then(|| Self(text.to_owned()))
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Whether it says "no role" (`00.000`, on N, M and S).
    pub fn is_none(&self) -> bool {
        self.0 == "00.000"
    }
}
impl std::fmt::Display for RoleCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
