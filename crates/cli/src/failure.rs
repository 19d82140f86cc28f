//! How a command ends: 0 good, 1 negative answer, 2 usage, 3 unreachable (ARCHITECTURE.md §5).

use crate::edge::OsEntropy;
use domain::Entropy;
use protocol::code::LoginCode;
use std::{io::Write, process::ExitCode};

/// A command that did not do what was asked.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: u8,
    /// A word that programs can rely on.
    pub code: &'static str,
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub detail: String,
}

impl Failure {
    /// 1: the answer is no.
    pub fn negative(code: &'static str, title: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self { exit: 1, code, title: title.into(), detail: detail.to_string() }
    }
    /// 2: the command, its options or its configuration are wrong.
    pub fn usage(title: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self { exit: 2, code: "usage", title: title.into(), detail: detail.to_string() }
    }
    /// 3: something that is needed does not answer.
    pub fn unreachable(title: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self { exit: 3, code: "unreachable", title: title.into(), detail: detail.to_string() }
    }
    /// Prints it (one line, or one JSON object) and gives the exit code.
    pub fn report(&self, json: bool) -> ExitCode {
        if json {
            let entropy: &dyn Entropy = &OsEntropy;
            let reference = LoginCode::from_random(&entropy.array()).reveal().to_owned();
            let object = serde_json::json!({
                "code": self.code, "title": self.title, "detail": self.detail, "reference": reference,
            });
            // Whoever reads may have stopped (`| head`); the exit code tells all the same.
            let _ = writeln!(std::io::stdout(), "{object}");
        } else if self.detail.is_empty() {
            eprintln!("zorgid: {}", self.title);
        } else {
            eprintln!("zorgid: {}: {}", self.title, self.detail);
        }
        ExitCode::from(self.exit)
    }
}

/// Ends a command: prints what went wrong, if anything.
pub fn finish(result: Result<(), Failure>, json: bool) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(json),
    }
}
