//! Names of people: shown as written, compared without accents, case, spaces and hyphens.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Given names (may be empty), prefix (tussenvoegsel) and surname, as in the WID or on the UZI-pas.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonName {
    /// Given names, separated by spaces; empty for people who have none.
    pub given: String,
    /// Tussenvoegsel: `van der`.
    pub prefix: String,
    /// Surname without the prefix.
    pub surname: String,
}

/// The longest part of a name that we accept, in characters.
pub const MAX_PART: usize = 120;

impl PersonName {
    /// Builds a name; `None` when the surname is empty, a part is longer than [`MAX_PART`] or holds a control
    /// character, or is too long to be sorted by ([`fits_key`]).
    pub fn new(given: &str, prefix: &str, surname: &str) -> Option<Self> {
        let tidy = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = Self { given: tidy(given), prefix: tidy(prefix), surname: tidy(surname) };
        let fits = |part: &str| {
            part.chars().count() <= MAX_PART && !part.chars().any(char::is_control) && fits_key(part, MAX_PART)
        };
        let good = !name.surname.is_empty() && [&name.given, &name.prefix, &name.surname].iter().all(|p| fits(p));
        good.then_some(name)
    }
    /// `Jan van der Berg`.
    pub fn full(&self) -> String {
        let parts = [&self.given, &self.prefix, &self.surname];
        parts.iter().filter(|p| !p.is_empty()).map(|p| p.as_str()).collect::<Vec<_>>().join(" ")
    }
    /// Whether two names are the same for matching: NFKD without case, diacritics, spaces and hyphens, `ij` = `ÿ`,
    /// with or without prefix.
    pub fn matches(&self, other: &Self) -> bool {
        fold(&self.given) == fold(&other.given) && {
            let mine = [fold(&self.surname), fold(&format!("{}{}", self.prefix, self.surname))];
            let theirs = [fold(&other.surname), fold(&format!("{}{}", other.prefix, other.surname))];
            mine.iter().any(|m| theirs.contains(m))
        }
    }
    /// The folded forms to look people up by: given part, surname without and with prefix.
    pub fn match_keys(&self) -> (String, String, String) {
        (fold(&self.given), fold(&self.surname), fold(&format!("{}{}", self.prefix, self.surname)))
    }
    /// Certificate common name `Voornaam Achternaam:<number>`; the given part is shortened so that it fits 64
    /// characters (RFC 5280 `ub-common-name`).
    pub fn common_name(&self, number: &str) -> String {
        const UB_COMMON_NAME: usize = 64;
        let mut given: Vec<char> = self.given.chars().collect();
        let mut surname: Vec<char> =
            [&self.prefix, &self.surname].iter().filter(|p| !p.is_empty()).fold(Vec::new(), |mut all, part| {
                if !all.is_empty() {
                    all.push(' ');
                }
                all.extend(part.chars());
                all
            });
        let room = UB_COMMON_NAME.saturating_sub(number.chars().count() + 1);
        surname.truncate(room);
        given.truncate(room.saturating_sub(surname.len() + 1));
        let given: String = given.into_iter().collect();
        let surname: String = surname.into_iter().collect();
        format!("{} {}", given.trim(), surname.trim()).trim().to_owned() + ":" + number
    }
}

/// Whether a text of at most so many characters can be sorted by. Folded it may take the room of as many characters of any
/// script, four bytes each; but some single characters fold to thirty, and PostgreSQL's index entries end at 2.7 kB.
pub fn fits_key(text: &str, most: usize) -> bool {
    fold(text).len() <= 4 * most
}

/// Control characters, and those that turn the direction of what follows: a name must not read as another one.
pub fn hides(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The form in which names are compared.
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c) && !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'))
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .replace("ij", "y")
}

#[cfg(test)]
mod tests;
