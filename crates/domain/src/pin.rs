//! Rules of the app's PIN and of counting wrong tries (SYSTEM.md §5).

use crate::Timestamp;
use thiserror::Error;

/// Tries in one round.
pub const TRIES_PER_ROUND: u8 = 4;
/// Seconds to wait after the first, second and third round; after the fourth the PIN is blocked for good.
pub const WAITS: [i64; 3] = [60, 5 * 60, 60 * 60];
/// Tries until blocked.
pub const MAX_TRIES: u8 = TRIES_PER_ROUND * 4;

/// Why a PIN cannot be chosen.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PinRule {
    /// Not exactly six digits.
    #[error("a PIN has exactly six digits")]
    SixDigits,
    /// All digits the same.
    #[error("a PIN has at least two different digits")]
    AllSame,
    /// A rising or falling run such as 123456 or 987654.
    #[error("a PIN is not a rising or falling run")]
    Run,
}

/// Checks a PIN that someone chooses.
pub fn check_new_pin(pin: &str) -> Result<(), PinRule> {
    let digits = pin.as_bytes();
    if digits.len() != 6 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(PinRule::SixDigits);
    }
    let steps: Vec<i16> = digits.windows(2).map(|w| i16::from(w[1]) - i16::from(w[0])).collect();
    if steps.iter().all(|s| *s == 0) {
        return Err(PinRule::AllSame);
    }
    if steps.iter().all(|s| *s == 1) || steps.iter().all(|s| *s == -1) {
        return Err(PinRule::Run);
    }
    Ok(())
}

/// Tries that were reserved and not given back, and until when to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PinCounter {
    /// 0 to [`MAX_TRIES`].
    pub tries: u8,
    /// No try before this moment.
    pub wait_until: Option<Timestamp>,
}

/// Why no try can be reserved now.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PinRefusal {
    /// Wait.
    #[error("wait until {0}")]
    Wait(Timestamp),
    /// All rounds are used up.
    #[error("the PIN is blocked for good")]
    Blocked,
}

impl PinCounter {
    /// Takes one try. The storage does this atomically: a crash afterwards leaves the try taken.
    pub fn reserve(self, now: Timestamp) -> Result<Self, PinRefusal> {
        if self.tries >= MAX_TRIES {
            return Err(PinRefusal::Blocked);
        }
        if let Some(until) = self.wait_until.filter(|until| now < *until) {
            return Err(PinRefusal::Wait(until));
        }
        let tries = self.tries + 1;
        let round_over = tries.is_multiple_of(TRIES_PER_ROUND).then(|| usize::from(tries / TRIES_PER_ROUND) - 1);
        let wait_until = round_over.and_then(|round| WAITS.get(round)).map(|seconds| now.plus_seconds(*seconds));
        Ok(Self { tries, wait_until })
    }
    /// The PIN was right: everything is given back.
    pub fn cleared(self) -> Self {
        Self::default()
    }
    /// Tries left in the present round, 0 when waiting or blocked.
    pub fn tries_left(self) -> u8 {
        if self.tries >= MAX_TRIES || (self.wait_until.is_some() && self.tries.is_multiple_of(TRIES_PER_ROUND)) {
            0
        } else {
            TRIES_PER_ROUND - self.tries % TRIES_PER_ROUND
        }
    }
    /// Blocked for good.
    pub fn is_blocked(self) -> bool {
        self.tries >= MAX_TRIES
    }
}

#[cfg(test)]
mod tests;
