//! How a failure is told: `{code,title,detail,reference}` and an exit code.

use crate::files;
use serde::Serialize;
use std::path::Path;
use wallet::{PinState, WalletError};

/// A failure, ready to print.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Problem code.
    pub code: String,
    /// What happened.
    pub title: String,
    /// Why, and what to do now.
    pub detail: String,
    /// Eight characters: of the server's log, or of `problems.log` in the home folder.
    pub reference: String,
    /// With a refused PIN: tries left in this round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u8>,
    /// With a PIN that must wait: seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    #[serde(skip)]
    exit: u8,
}

const NEGATIVE: u8 = 1;
const USAGE: u8 = 2;
const UNREACHABLE: u8 = 3;

impl Failure {
    /// Something here, not at the server.
    pub fn local(code: &str, title: &str, detail: impl ToString) -> Self {
        Self {
            code: code.to_owned(),
            title: title.to_owned(),
            detail: detail.to_string(),
            reference: String::new(),
            tries_left: None,
            retry_after: None,
            exit: NEGATIVE,
        }
    }
    /// The command was not given as it should be.
    pub fn usage(title: &str, detail: impl ToString) -> Self {
        Self { exit: USAGE, ..Self::local("bad-input", title, detail) }
    }
    /// 1 negative, 2 usage, 3 unreachable.
    pub fn exit_code(&self) -> u8 {
        self.exit
    }
    /// Gives a failure of this machine a reference and notes it in `problems.log`.
    pub fn recorded(&self, home: &Path) -> Self {
        if !self.reference.is_empty() {
            return self.clone();
        }
        let entropy: &dyn domain::Entropy = &crate::host::MachineEntropy;
        let code = protocol::code::LoginCode::from_random(&entropy.array());
        let recorded = Self { reference: code.reveal().to_owned(), ..self.clone() };
        let at = crate::host::now().to_string();
        // A home folder that cannot be written is told by the failure itself.
        let _ = files::append_line(
            &home.join("problems.log"),
            &serde_json::json!({ "at": at, "problem": recorded }).to_string(),
        );
        recorded
    }
    /// JSON on standard output, or words on standard error.
    pub fn print(&self, json: bool) {
        match serde_json::to_string(self) {
            Ok(text) if json => println!("{text}"),
            _ => eprintln!("{}\n{}\n[{}, {}]", self.title, self.detail, self.code, self.reference),
        }
    }
}

impl From<WalletError> for Failure {
    fn from(error: WalletError) -> Self {
        if let WalletError::Server(problem) = error {
            return Self {
                code: problem.code.to_string(),
                title: problem.title,
                detail: problem.detail,
                reference: problem.reference,
                tries_left: problem.extra.get("triesLeft").and_then(|n| u8::try_from(n.as_u64()?).ok()),
                retry_after: problem.extra.get("retryAfter").and_then(|n| u32::try_from(n.as_u64()?).ok()),
                exit: NEGATIVE,
            };
        }
        let mut failure = Self::local(error.code().as_str(), &error.to_string(), advice(&error));
        match error {
            WalletError::Unreachable(_) => failure.exit = UNREACHABLE,
            WalletError::Pin(PinState::Wrong { tries_left }) => failure.tries_left = Some(tries_left),
            WalletError::Pin(PinState::Wait { seconds, .. }) => failure.retry_after = Some(seconds),
            _ => {}
        }
        failure
    }
}

/// What to do now.
fn advice(error: &WalletError) -> String {
    let text = match error {
        WalletError::PinRule(_) => "Choose six digits, not all the same and not a run such as 123456.",
        WalletError::PinExists => {
            "Use `pin unlock`. If the PIN was forgotten, start with an empty home folder and a new QR code."
        }
        WalletError::NoPin => "Run `zorgid-wallet pin set` first.",
        WalletError::Pin(PinState::Wrong { tries_left }) => return format!("Tries left in this round: {tries_left}."),
        WalletError::Pin(PinState::Wait { seconds, .. }) => return format!("Try again in {seconds} seconds."),
        WalletError::Pin(PinState::Blocked) => {
            "All tries are used up. Start with an empty home folder and a new QR code."
        }
        WalletError::Pin(PinState::Revoked) => "This identity was revoked. Ask for a new QR code.",
        WalletError::Locked(_) => "Run `zorgid-wallet pin unlock`, then try again; the link was not used up.",
        WalletError::NotOurs => "Copy the whole link beside the QR code, or type the code of 8 or 16 characters.",
        WalletError::OtherEnvironment { .. } => "Use --server with the address of that environment.",
        WalletError::UnknownServer(_) => "Use --server with the address of that server.",
        WalletError::Request(_) => "Do not use this link. Report where it came from.",
        WalletError::BirthDateRequired => "Give it with --birth-date dd-mm-jjjj, then try again with the same link.",
        WalletError::NoIdentity(_) => "Activate an identity first, with the QR code of your registration.",
        WalletError::ChooseIdentity(_) => "Say which one with --identity; `list` shows them.",
        WalletError::WrongKind => "Use `activate` for a registration, `accept` or `decline` for any other request.",
        WalletError::Unreachable(_) => "Check the address and the connection, then try again.",
        WalletError::VaultDamaged(_) => {
            "The wallet's file was changed or damaged. Start with an empty home folder and a new QR code."
        }
        WalletError::File(_) => "Use the version of this program that made the home folder, or an empty one.",
        WalletError::Config => "The address answers, but not as a portal or Mobile App. Check --server.",
        WalletError::Device(_) | WalletError::Storage(_) => {
            "Check the home folder: is it readable, writable and not full?"
        }
        WalletError::BadAnswer(_) | WalletError::Crypto(_) | WalletError::Server(_) => {
            "Try again; if it stays, report it with the reference."
        }
    };
    text.to_owned()
}
