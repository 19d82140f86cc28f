//! The edges to the outside: the system's clock and random generator. Nothing else in the program may ask them.

use domain::{Clock, Entropy, Timestamp};
use std::path::PathBuf;

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    fn now(&self) -> Timestamp {
        time::OffsetDateTime::now_utc().into()
    }
}

/// A moment (RFC 3339) in a file, read again at every call: drives every expiry in tests. Acceptatie only.
pub struct FileClock(pub PathBuf);

impl FileClock {
    /// What the file says; an error names the file.
    pub fn read(&self) -> Result<Timestamp, String> {
        let text = std::fs::read_to_string(&self.0).map_err(|error| format!("{}: {error}", self.0.display()))?;
        time::OffsetDateTime::parse(text.trim(), &time::format_description::well_known::Rfc3339)
            .map(Timestamp::from)
            .map_err(|error| format!("{}: {error}", self.0.display()))
    }
}

impl Clock for FileClock {
    /// While the file is being replaced it may be unreadable for a moment: then the system's time.
    fn now(&self) -> Timestamp {
        self.read().unwrap_or_else(|_| SystemClock.now())
    }
}

/// The operating system's random generator.
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "the one place that asks the system")]
    fn fill(&self, buffer: &mut [u8]) {
        use rand::RngCore;
        rand::rngs::OsRng.fill_bytes(buffer);
    }
}
