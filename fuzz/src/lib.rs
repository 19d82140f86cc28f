//! Fuzz targets for every input that a stranger can send. They live in `tests/`; this crate holds what they share.
//!
//! Random bytes seldom get past the first check of a parser, so most inputs are a valid example, bent: some bytes
//! replaced, a piece cut out or repeated, a tail added. `./dev fuzz` runs each target a minute; with `cargo bolero`
//! the same targets run under libFuzzer.

use domain::{Clock, Entropy, Environment, Timestamp};
use pki::{
    keys::Credential,
    setup::{self, CaInfo},
};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;

/// A moment at which the examples are valid (2026-11-25).
pub const THEN: Timestamp = Timestamp(1_795_564_800_000);

/// A clock that stands still at [`THEN`].
pub struct Then;

impl Clock for Then {
    fn now(&self) -> Timestamp {
        THEN
    }
}

/// The same chance every time, so that what was found is found again.
pub struct Dice(Mutex<StdRng>);

impl Default for Dice {
    fn default() -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(1)))
    }
}

impl Entropy for Dice {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
    }
}

/// A CA folder of its own, and what opens it.
pub fn authority() -> (TempDir, Credential) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let credential = Credential::parse(&"ab".repeat(32)).expect("a key");
    let info = CaInfo { environment: Environment::Acceptatie, public_url: "https://portaal.example".into() };
    setup::init(folder.path(), &info, &credential, &Then, &Dice::default()).expect("a CA");
    (folder, credential)
}

/// How to bend an example.
#[derive(Clone, Debug, bolero::TypeGenerator)]
pub struct Bend {
    /// Which example; the last choice is none: only `tail`.
    example: u8,
    /// Bytes to replace.
    replace: Vec<(u16, u8)>,
    /// Remove this many bytes (0 to 15) at this place, or repeat them when the flag says so.
    cut: Option<(u16, u8, bool)>,
    /// Bytes to add.
    tail: Vec<u8>,
}

impl Bend {
    /// The bent bytes.
    pub fn bytes(&self, examples: &[&[u8]]) -> Vec<u8> {
        let mut bytes =
            examples.get(usize::from(self.example) % (examples.len() + 1)).map_or(Vec::new(), |e| e.to_vec());
        if bytes.is_empty() {
            return self.tail.clone();
        }
        for (place, byte) in self.replace.iter().take(4) {
            let length = bytes.len();
            bytes[usize::from(*place) % length] = *byte;
        }
        if let Some((place, length, repeat)) = self.cut {
            let from = usize::from(place) % bytes.len();
            let to = (from + usize::from(length & 15)).min(bytes.len());
            let piece = bytes[from..to].to_vec();
            bytes.splice(from..to, if repeat { [piece.clone(), piece].concat() } else { Vec::new() });
        }
        if self.example & 0x80 != 0 {
            bytes.extend(&self.tail);
        }
        bytes
    }
    /// The bent bytes as text; what is not UTF-8 is replaced, as a browser would.
    pub fn text(&self, examples: &[&str]) -> String {
        let examples: Vec<&[u8]> = examples.iter().map(|e| e.as_bytes()).collect();
        String::from_utf8_lossy(&self.bytes(&examples)).into_owned()
    }
}
