//! Reads `table.txt`.

use super::roles::Who;
use crate::suite::world::Answer;
use axum::http::Method;
use std::fmt;

/// What somebody gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// 200: shown.
    Ok,
    /// 303: done, or led on.
    Go,
    /// 303 to the login page: log in first.
    In,
    /// 404: for you there is no such thing.
    Nothing,
    /// 403: there is, and your role does not allow it.
    No,
    /// 422: the form comes back with its messages.
    Form,
    /// 400: nothing that our pages send.
    Bad,
    /// 409: not (any more) as things stand.
    Late,
    /// Anything else, which no row expects.
    Other(u16),
}

impl Word {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "ok" => Self::Ok,
            "go" => Self::Go,
            "in" => Self::In,
            "--" => Self::Nothing,
            "no" => Self::No,
            "form" => Self::Form,
            "bad" => Self::Bad,
            "late" => Self::Late,
            _ => return None,
        })
    }
    pub fn of(answer: &Answer) -> Self {
        match answer.status.as_u16() {
            200 => Self::Ok,
            303 if answer.location() == "/inloggen" => Self::In,
            303 => Self::Go,
            400 => Self::Bad,
            403 => Self::No,
            404 => Self::Nothing,
            409 => Self::Late,
            422 => Self::Form,
            other => Self::Other(other),
        }
    }
    /// Whether who gets this was let in: what the row is about must be theirs.
    pub fn let_in(self) -> bool {
        matches!(self, Self::Ok | Self::Go | Self::Form | Self::Late | Self::Bad)
    }
    /// Whether nothing may have changed.
    pub fn refused(self) -> bool {
        !matches!(self, Self::Ok | Self::Go)
    }
}

/// A route with what each of the eleven gets.
pub struct Row {
    pub method: Method,
    pub path: &'static str,
    pub words: [Word; 11],
    /// The form that is sent, `application/x-www-form-urlencoded`, with placeholders.
    pub form: &'static str,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Row {
    fn parse(line: &'static str) -> Option<Self> {
        let mut parts = line.split_whitespace();
        let method = match parts.next()? {
            "GET" => Method::GET,
            "POST" => Method::POST,
            _ => return None,
        };
        let path = parts.next()?;
        let rest: Vec<&str> = parts.collect();
        let words: Vec<Word> = rest.iter().map_while(|word| Word::parse(word)).collect();
        let form = match &rest[words.len()..] {
            [] => "",
            [form] => form,
            _ => return None,
        };
        let words = match words.as_slice() {
            [all] => [*all; 11],
            // Without and with a session.
            [out, inside] => {
                let mut words = [*inside; 11];
                words[0] = *out;
                words
            }
            each => each.try_into().ok()?,
        };
        Some(Self { method, path, words, form })
    }
    pub fn cells(&self) -> impl Iterator<Item = (Who, Word)> {
        Who::ALL.into_iter().zip(self.words)
    }
    pub fn key(&self) -> (Method, &'static str) {
        (self.method.clone(), self.path)
    }
}

/// Every row; what cannot be read fails with its line.
pub fn rows() -> Vec<Row> {
    let lines = include_str!("table.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| Row::parse(line).unwrap_or_else(|| panic!("not a row: {line}"))).collect()
}
