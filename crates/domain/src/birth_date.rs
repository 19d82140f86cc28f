//! Birth dates as in the WID: day and month may be unknown.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// A calendar date; month and day are 0 when unknown (`00-00-1980`). Never logged: `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BirthDate {
    year: u16,
    month: u8,
    day: u8,
}

impl BirthDate {
    /// Builds a date that exists; month 0 needs day 0.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let known = match (month, day) {
            (0, 0) => true,
            (1..=12, 0) => true,
            _ => {
                let month = time::Month::try_from(month).ok()?;
                time::Date::from_calendar_date(i32::from(year), month, day).is_ok()
            }
        };
        (known && (1880..=2200).contains(&year)).then_some(Self { year, month, day })
    }
    /// Reads what a person types: `dd-mm-jjjj`, also with `/`, `.` or spaces, or `ddmmjjjj`.
    pub fn parse_typed(typed: &str) -> Option<Self> {
        if typed.len() > 20 {
            return None;
        }
        let typed = typed.trim();
        let parts: Vec<&str> = typed.split(['-', '/', '.', ' ']).filter(|p| !p.is_empty()).collect();
        let number = |p: &str| p.bytes().all(|b| b.is_ascii_digit()).then(|| p.parse::<u16>().ok()).flatten();
        match parts.as_slice() {
            [day, month, year] if year.len() == 4 && day.len() <= 2 && month.len() <= 2 => {
                Self::new(number(year)?, u8::try_from(number(month)?).ok()?, u8::try_from(number(day)?).ok()?)
            }
            // What `<input type="date">` sends.
            [year, month, day] if year.len() == 4 && day.len() == 2 && month.len() == 2 => {
                Self::new(number(year)?, u8::try_from(number(month)?).ok()?, u8::try_from(number(day)?).ok()?)
            }
            [all] if all.len() == 8 && all.is_ascii() => Self::new(
                number(&all[4..])?,
                u8::try_from(number(&all[2..4])?).ok()?,
                u8::try_from(number(&all[..2])?).ok()?,
            ),
            _ => None,
        }
    }
    /// Reads the stored form `jjjj-mm-dd`.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shape = |(place, byte): (usize, &u8)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        if bytes.len() != 10 || !bytes.iter().enumerate().all(shape) {
            return None;
        }
        Self::new(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)
    }
    /// The stored form `jjjj-mm-dd`.
    pub fn to_iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
    /// For people: `dd-mm-jjjj`.
    pub fn to_dutch(self) -> String {
        format!("{:02}-{:02}-{:04}", self.day, self.month, self.year)
    }
    /// Whether the date lies after `now`.
    pub fn is_future(self, now: Timestamp) -> bool {
        let today = now.to_utc().date();
        (i32::from(self.year), self.month, self.day) > (today.year(), u8::from(today.month()), today.day())
    }
    /// Constant-time comparison: a birth date is a secret in the activation check.
    pub fn same_as(self, other: Self) -> bool {
        use subtle::ConstantTimeEq;
        self.to_iso().as_bytes().ct_eq(other.to_iso().as_bytes()).into()
    }
}

impl std::fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BirthDate(…)")
    }
}
impl From<BirthDate> for String {
    fn from(date: BirthDate) -> Self {
        date.to_iso()
    }
}
impl TryFrom<String> for BirthDate {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse_iso(&text).ok_or("expected jjjj-mm-dd")
    }
}

#[cfg(test)]
mod tests;
