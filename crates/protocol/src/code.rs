//! Codes that people read and type. All use Crockford's base 32 (no I, L, O, U) or digits; typing mistakes that
//! Crockford foresees (o for 0, i and l for 1, small letters, hyphens, spaces) are repaired.

use crate::limits;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code of `N` Crockford base-32 characters (5 bits each), stored by the server only as a keyed hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Base32Code<const N: usize>(String);

/// The *korte code* beside a login QR: 40 bits.
pub type LoginCode = Base32Code<8>;
/// The *korte code* beside an enrolment QR: 80 bits.
pub type EnrolCode = Base32Code<16>;
/// The *intrekkingscode*: 100 bits.
pub type RevocationCode = Base32Code<20>;

impl<const N: usize> Base32Code<N> {
    /// Makes a code from `N` random bytes (5 bits of each are used).
    pub fn from_random(bytes: &[u8; N]) -> Self {
        Self(bytes.iter().map(|b| ALPHABET[usize::from(b & 31)] as char).collect())
    }
    /// Reads what a person typed; `None` unless exactly `N` characters of the alphabet remain.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > limits::CODE {
            return None;
        }
        let mut code = String::with_capacity(N);
        for c in typed.chars().filter(|c| !matches!(c, '-' | ' ' | '\u{a0}')) {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                c if ALPHABET.contains(&(u8::try_from(c).ok()?)) => c,
                _ => return None,
            };
            code.push(c);
        }
        (code.len() == N).then_some(Self(code))
    }
    /// The characters without hyphens: what is hashed.
    pub fn reveal(&self) -> &str {
        &self.0
    }
    /// For reading aloud and typing: groups of four (five for a 20-character code), joined by hyphens.
    pub fn grouped(&self) -> String {
        let size = if N.is_multiple_of(5) { 5 } else { 4 };
        let groups: Vec<&str> = (0..N).step_by(size).map(|i| &self.0[i..(i + size).min(N)]).collect();
        groups.join("-")
    }
}
impl<const N: usize> Drop for Base32Code<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
impl<const N: usize> std::fmt::Debug for Base32Code<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Base32Code<{N}>(…)")
    }
}

/// A *korte code* whose length tells what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShortCode {
    /// 8 characters: a login, session or sign request.
    Login(LoginCode),
    /// 16 characters: an enrolment.
    Enrol(EnrolCode),
}

impl ShortCode {
    /// Reads a typed code of either length.
    pub fn parse(typed: &str) -> Option<Self> {
        LoginCode::parse(typed).map(Self::Login).or_else(|| EnrolCode::parse(typed).map(Self::Enrol))
    }
    /// The characters without hyphens: what is hashed.
    pub fn reveal(&self) -> &str {
        match self {
            Self::Login(code) => code.reveal(),
            Self::Enrol(code) => code.reveal(),
        }
    }
}
impl Serialize for ShortCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.reveal())
    }
}
impl<'de> Deserialize<'de> for ShortCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected a code of 8 or 16 characters"))
    }
}

/// Four digits: the *koppelcode* (phone to page) and the *controlecode* (Desktop App equals page).
#[derive(Clone, PartialEq, Eq)]
pub struct Digits4(String);

impl Digits4 {
    /// Makes digits from a random number; the bias of 65536 mod 10000 is of no use within 3 tries.
    pub fn from_random(bytes: [u8; 4]) -> Self {
        Self(format!("{:04}", u32::from_be_bytes(bytes) % 10_000))
    }
    /// Reads four digits; spaces are ignored.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > limits::CODE {
            return None;
        }
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        (digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(Self(digits))
    }
    /// The digits.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
impl std::fmt::Debug for Digits4 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digits4(…)")
    }
}
impl Serialize for Digits4 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Digits4 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected four digits"))
    }
}
