//! Time and chance, passed in everywhere so that tests decide both.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A moment: milliseconds since 1970-01-01T00:00:00Z. The form that is stored and sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This many seconds later (or earlier, when negative).
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }
    /// Whole seconds from `earlier` to `self`, at least 0.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0.saturating_sub(earlier.0) / 1000).max(0)
    }
    /// Whole seconds from now until `self`, rounded up, at least 0.
    pub fn seconds_from(self, now: Self) -> u32 {
        u32::try_from((self.0.saturating_sub(now.0)).max(0).div_ceil_i64(1000)).unwrap_or(u32::MAX)
    }
    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0.div_euclid(1000)
    }
    /// From seconds since 1970.
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }
    /// As a calendar moment in UTC; clamps to the years that `time` knows.
    pub fn to_utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

trait DivCeil {
    fn div_ceil_i64(self, by: i64) -> i64;
}
impl DivCeil for i64 {
    fn div_ceil_i64(self, by: i64) -> i64 {
        self.saturating_add(by - 1) / by
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(moment: OffsetDateTime) -> Self {
        Self(i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
    }
}
impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.to_utc().format(&time::format_description::well_known::Rfc3339);
        f.write_str(text.as_deref().unwrap_or("?"))
    }
}

/// The only source of "now".
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The only source of chance: a cryptographic generator, or a seeded one in tests.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// An array of random bytes.
    pub fn array<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests;
