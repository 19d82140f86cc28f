//! Everything that can stop an answer, from the server, the card or this computer, under the one list of codes.

use crate::texts::{Language, Text, problem_text};
use domain::Entropy;
use protocol::{Problem, ProblemCode, code::LoginCode};
use smartcard::CardError;
use std::fmt;

/// What stopped it.
#[derive(Clone, Debug)]
pub enum Cause {
    /// The server's own explanation, in the language we asked for.
    Server(Box<Problem>),
    /// The card.
    Card(CardError),
    /// This computer or the connection: a code, and details for the log.
    Here(ProblemCode, String),
}

/// A problem with the reference under which it is in the log: the server's, or ours.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What stopped it.
    pub cause: Cause,
    /// Eight characters.
    pub reference: String,
}

impl Trouble {
    /// A problem that the server explained.
    pub fn server(problem: Problem) -> Self {
        Self { reference: problem.reference.clone(), cause: Cause::Server(Box::new(problem)) }
    }
    /// A problem of our own: gets a reference and a line in the log.
    pub fn here(entropy: &dyn Entropy, code: ProblemCode, details: impl Into<String>) -> Self {
        Self::noted(entropy, Cause::Here(code, details.into()))
    }
    /// A problem with the card: gets a reference and a line in the log.
    pub fn card(entropy: &dyn Entropy, error: CardError) -> Self {
        Self::noted(entropy, Cause::Card(error))
    }
    fn noted(entropy: &dyn Entropy, cause: Cause) -> Self {
        let trouble = Self { cause, reference: LoginCode::from_random(&entropy.array()).reveal().to_owned() };
        tracing::warn!(reference = trouble.reference, "{trouble}");
        trouble
    }

    /// The code.
    pub fn code(&self) -> ProblemCode {
        match &self.cause {
            Cause::Server(problem) => problem.code,
            Cause::Card(error) => error.code(),
            Cause::Here(code, _) => *code,
        }
    }
    /// What happened.
    pub fn title(&self, language: Language) -> String {
        match &self.cause {
            Cause::Server(problem) => problem.title.clone(),
            Cause::Card(_) | Cause::Here(..) => problem_text(self.code()).0.in_language(language),
        }
    }
    /// Why, and what to do now.
    pub fn detail(&self, language: Language) -> String {
        match &self.cause {
            Cause::Server(problem) => problem.detail.clone(),
            Cause::Card(error) => crate::texts::card_advice(error, language),
            Cause::Here(..) => problem_text(self.code()).1.in_language(language),
        }
    }
    /// Code and reference, for the small print.
    pub fn small_print(&self, language: Language) -> String {
        Text::SmallPrint.fill(language, &[self.code().as_str(), &self.reference])
    }
    /// How many PIN tries are left, when that is what it is about and the card tells.
    pub fn tries_left(&self) -> Option<u8> {
        match &self.cause {
            Cause::Card(CardError::PinWrong { tries_left }) => *tries_left,
            Cause::Card(CardError::PinLocked) => Some(0),
            _ => None,
        }
    }
    /// The card's error, when it was the card.
    pub fn card_error(&self) -> Option<&CardError> {
        match &self.cause {
            Cause::Card(error) => Some(error),
            _ => None,
        }
    }
}

/// For the log, in English.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Server(problem) => write!(f, "{}: {}", problem.code, problem.title),
            Cause::Card(error) => write!(f, "{}: {error}", error.code()),
            Cause::Here(code, details) => write!(f, "{code}: {details}"),
        }
    }
}
