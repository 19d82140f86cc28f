//! The PIN of a card while it travels from the keyboard to the module.

use zeroize::Zeroizing;

/// A typed PIN; wiped from memory when dropped, never printed.
#[derive(Clone)]
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// Longest PIN that any card we know accepts (UZI-pas: 6 to 8).
    pub const LONGEST: usize = 16;

    /// Takes what was typed; `None` when it is shorter than 4, longer than 16 or holds anything but visible ASCII.
    /// Such a text is no card's PIN, so it costs no try.
    pub fn parse(typed: &str) -> Option<Self> {
        let fits = (4..=Self::LONGEST).contains(&typed.len()) && typed.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(Zeroizing::new(typed.to_owned())))
    }
    /// Whether it is this text: for cards of one's own making (soft cards, tests).
    pub fn is(&self, text: &str) -> bool {
        self.0.as_str() == text
    }
    /// The text, for the module.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(…)")
    }
}
