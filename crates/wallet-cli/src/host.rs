//! The machine's clock and chance. The only place in this program that asks for either.

use domain::{Clock, Entropy, Timestamp};
use rand::RngCore;

/// The present moment.
#[allow(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
pub fn now() -> Timestamp {
    time::OffsetDateTime::now_utc().into()
}

/// The machine's clock.
pub struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The operating system's generator.
pub struct MachineEntropy;

impl Entropy for MachineEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        rand::rngs::OsRng.fill_bytes(buffer);
    }
}
