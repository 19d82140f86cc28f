//! What the headless mode prints, and with which code it exits.

use crate::{flow::Given, texts::Language, trouble::Trouble};
use protocol::ProblemCode;
use serde::Serialize;

/// Everything went well.
pub const GOOD: u8 = 0;
/// The server or the card said no.
pub const NEGATIVE: u8 = 1;
/// Wrong use: arguments, configuration, link.
pub const USAGE: u8 = 2;
/// No connection.
pub const UNREACHABLE: u8 = 3;

/// One answered request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered<'a> {
    /// The controlecode.
    pub code: Option<&'a str>,
    /// What it was for.
    pub purpose: &'static str,
    /// On behalf of which organisation, or who asked.
    pub organisation: Option<&'a str>,
    /// `accepted` or `declined`.
    pub result: &'static str,
    /// The address that was opened.
    pub return_url: Option<&'a str>,
}

impl<'a> From<&'a Given> for Answered<'a> {
    fn from(given: &'a Given) -> Self {
        let claims = &given.asked.claims;
        Self {
            code: claims.control_code.as_ref().map(|code| code.reveal()),
            purpose: claims.purpose.as_str(),
            organisation: claims.organisation.as_ref().map(|o| o.name.as_str()),
            result: given.decision.as_str(),
            return_url: given.return_url.as_deref(),
        }
    }
}

/// A problem.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    code: ProblemCode,
    title: String,
    detail: String,
    reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tries_left: Option<u8>,
}

impl Refused {
    /// In a language.
    pub fn new(trouble: &Trouble, language: Language) -> Self {
        Self {
            code: trouble.code(),
            title: trouble.title(language),
            detail: trouble.detail(language),
            reference: trouble.reference.clone(),
            tries_left: trouble.tries_left(),
        }
    }
}

/// The exit code for a problem.
pub fn exit_code(code: ProblemCode) -> u8 {
    match code {
        ProblemCode::Unreachable => UNREACHABLE,
        ProblemCode::NotOurLink | ProblemCode::ServerUnknown | ProblemCode::ModuleMissing => USAGE,
        _ => NEGATIVE,
    }
}
