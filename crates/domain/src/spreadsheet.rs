//! Files for a spreadsheet program (CSV, RFC 4180): what somebody typed must never become a formula there.

use std::borrow::Cow;

/// What Excel and LibreOffice write between cells in the Netherlands, where the comma is in numbers.
pub const SEPARATOR: char = ';';
/// Tells Excel that the file is UTF-8.
pub const MARK: &str = "\u{feff}";

/// A cell that no program takes for a formula: what begins like one, perhaps after spaces, gets an apostrophe in front
/// (OWASP, *CSV injection*). Full-width signs count: some programs read them as the plain ones.
pub fn cell(text: &str) -> Cow<'_, str> {
    let first = text.chars().find(|c| *c != ' ' && *c != '\u{a0}');
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' | '|' | '%') => {
            Cow::Owned(format!("'{text}"))
        }
        _ => Cow::Borrowed(text),
    }
}

/// A line of cells, each neutralised by [`cell`] and quoted where it must be.
pub fn line<T: AsRef<str>>(cells: &[T]) -> String {
    let mut line = String::new();
    for (place, text) in cells.iter().enumerate() {
        if place > 0 {
            line.push(SEPARATOR);
        }
        line.push_str(&quoted(&cell(text.as_ref())));
    }
    line + "\r\n"
}

fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains(['"', ';', ',', '\t', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        return Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests;
