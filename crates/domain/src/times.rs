//! Times that an operator may set, with the bounds within which they stay safe and usable (SYSTEM.md §5).

use thiserror::Error;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Without activity a session of the portal ends.
    pub session_idle: i64,
    /// However active, a session of the portal ends.
    pub session_absolute: i64,
    /// A beheerder's QR code can be scanned.
    pub desk_qr: i64,
}

impl Default for Times {
    fn default() -> Self {
        Self { session_idle: 15 * MINUTE, session_absolute: 8 * HOUR, desk_qr: HOUR }
    }
}

/// A time outside its bounds.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{what}: {least} to {most} seconds")]
pub struct OutOfBounds {
    /// Which.
    pub what: &'static str,
    /// The least, in seconds.
    pub least: i64,
    /// The most, in seconds.
    pub most: i64,
}

impl Times {
    /// Refuses what is outside its bounds.
    pub fn checked(self) -> Result<Self, OutOfBounds> {
        let bounds = [
            ("the idle end of a session", self.session_idle, 5 * MINUTE, HOUR),
            ("the longest session", self.session_absolute, HOUR, 12 * HOUR),
            ("a QR code at the desk", self.desk_qr, 5 * MINUTE, 8 * HOUR),
        ];
        match bounds.into_iter().find(|(_, given, least, most)| !(least..=most).contains(&given)) {
            Some((what, _, least, most)) => Err(OutOfBounds { what, least, most }),
            None => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests;
