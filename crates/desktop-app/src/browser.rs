//! Opens the page in the local browser, with the one-time code that shows it is this computer.

use crate::http::checked;
use std::{
    ffi::OsString,
    process::{Command, Stdio},
};
use thiserror::Error;

/// Why the browser did not open.
#[derive(Debug, Error)]
pub enum BrowserError {
    /// Not an address that we open.
    #[error("not an address to open")]
    Address,
    /// The program that opens addresses did not start.
    #[error("{program} did not start: {cause}")]
    Start {
        /// Which program.
        program: String,
        /// Why.
        cause: std::io::Error,
    },
}

/// Opens addresses.
pub trait Browser: Send + Sync {
    /// Opens the address, without waiting for the browser.
    fn open(&self, url: &str) -> Result<(), BrowserError>;
}

/// The person's own browser, or the program in `ZORGID_BROWSER`, which gets the address as its argument.
#[derive(Clone, Debug, Default)]
pub struct LocalBrowser {
    /// The program to use instead.
    pub program: Option<OsString>,
}

impl LocalBrowser {
    /// As the environment says.
    pub fn from_environment() -> Self {
        Self { program: std::env::var_os("ZORGID_BROWSER").filter(|p| !p.is_empty()) }
    }

    fn command(&self, url: &str) -> (String, Command) {
        let (program, arguments): (OsString, &[&str]) = match &self.program {
            Some(program) => (program.clone(), &[]),
            None if cfg!(target_os = "windows") => ("rundll32".into(), &["url.dll,FileProtocolHandler"]),
            None if cfg!(target_os = "macos") => ("open".into(), &[]),
            None => ("xdg-open".into(), &[]),
        };
        let mut command = Command::new(&program);
        command.args(arguments).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        (program.to_string_lossy().into_owned(), command)
    }
}

impl Browser for LocalBrowser {
    fn open(&self, url: &str) -> Result<(), BrowserError> {
        // The address comes from a server; only web addresses may reach the system's opener.
        let url = checked(url).map_err(|_| BrowserError::Address)?;
        let (program, mut command) = self.command(url.as_str());
        let mut child = command.spawn().map_err(|cause| BrowserError::Start { program, cause })?;
        // Reaps the opener when it ends; the browser itself may live on.
        std::thread::spawn(move || child.wait());
        Ok(())
    }
}
