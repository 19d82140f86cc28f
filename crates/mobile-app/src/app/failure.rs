//! A problem in the words that a person reads.

use crate::{
    problems,
    texts::{Language, Text, fill},
};
use protocol::{ProblemCode, link::ServerId};
use wallet::WalletError;

/// What happened, why, what to do now; code and reference in small print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub title: String,
    /// Why, and what to do now.
    pub sentences: Vec<String>,
    /// Code, and the reference in the server's log.
    pub small_print: String,
    /// From the one list.
    pub code: ProblemCode,
    /// The request belongs to this server of the other environment: offer to switch.
    pub switch_to: Option<ServerId>,
    /// Technical detail for the console.
    pub detail: String,
}

impl Failure {
    /// In a language; the server's own words come in the language that was asked for.
    pub fn of(error: &WalletError, language: Language) -> Self {
        let code = error.code();
        let switch_to = match error {
            WalletError::OtherEnvironment { server, .. } => Some(server.clone()),
            _ => None,
        };
        let mut failure = Self::from_code(code, language);
        failure.switch_to = switch_to;
        failure.detail = error.to_string();
        if let WalletError::Server(problem) = error
            && !problem.title.is_empty()
        {
            failure.title = problem.title.clone();
            failure.sentences = vec![problem.detail.clone()];
            let (code, reference) = (code.as_str(), problem.reference.as_str());
            failure.small_print = fill(Text::SmallPrintReference.template(language), &[code, reference]);
        }
        failure
    }

    /// For what the app itself finds.
    pub fn from_code(code: ProblemCode, language: Language) -> Self {
        let known =
            problems::sentences(code, language).or_else(|| problems::sentences(ProblemCode::Internal, language));
        let (title, sentences) = match known {
            Some([what, why, next]) => (what.to_owned(), vec![why.to_owned(), next.to_owned()]),
            None => (Text::ProblemTitle.say(language), Vec::new()),
        };
        let small_print = fill(Text::SmallPrint.template(language), &[code.as_str()]);
        Self { title, sentences, small_print, code, switch_to: None, detail: String::new() }
    }
}
