//! Fuzz targets for every input that a stranger can send. They live in `tests/`; this crate holds what they share.
//!
//! Random bytes seldom get past the first check of a parser, so most inputs are a valid example, bent: some bytes
//! replaced, a piece cut out or repeated, a tail added. `./dev fuzz` runs each target a minute; with `cargo bolero`
//! the same targets run under libFuzzer.

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
        let mut bytes = examples.get(usize::from(self.example) % (examples.len() + 1)).map_or(Vec::new(), |e| e.to_vec());
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
