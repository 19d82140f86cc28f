//! The command line (ARCHITECTURE.md §5).

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// A Mobile ID on the command line.
#[derive(Debug, Parser)]
#[command(name = "zorgid-wallet", version, about = "A Mobile ID on the command line", after_help = EXIT_CODES)]
pub struct Args {
    /// Folder with this installation's keys and identities; made when it is not there
    #[arg(long, value_name = "DIR", env = "ZORGID_WALLET_HOME")]
    pub home: PathBuf,
    /// Address of the portal or of the Mobile App; needed the first time, and to change servers
    #[arg(long, value_name = "URL", global = true)]
    pub server: Option<String>,
    /// Print one JSON object
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 good, 1 negative answer, 2 usage, 3 server unreachable.
After `pin set` or `pin unlock` the other commands work for 15 minutes.";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Choose or enter the PIN (read from standard input)
    Pin {
        /// Choose or enter
        #[command(subcommand)]
        action: PinAction,
    },
    /// Activate an identity with the link or code beside its QR code
    Activate {
        /// Link or typed code
        #[arg(value_name = "LINK|CODE")]
        ticket: String,
        /// Birth date, dd-mm-jjjj, when it is asked
        #[arg(long, value_name = "DATE")]
        birth_date: Option<String>,
    },
    /// Accept a request (log in, sign, link)
    Accept(Answer),
    /// Decline a request
    Decline(Answer),
    /// The identities in this wallet
    List,
    /// The open sessions
    Sessions,
    /// Make a back-up
    Backup {
        /// Where to
        file: PathBuf,
    },
    /// Put a back-up back
    Restore {
        /// From where
        file: PathBuf,
    },
    /// Renew identities that end soon
    Renew,
}

/// A request to answer.
#[derive(Debug, clap::Args)]
pub struct Answer {
    /// Link or typed code
    #[arg(value_name = "LINK|CODE")]
    pub ticket: String,
    /// Which identity answers, when there are several
    #[arg(long, value_name = "ID")]
    pub identity: Option<String>,
}

/// Choose or enter the PIN.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum PinAction {
    /// Choose the PIN, the first time
    Set,
    /// Enter the PIN
    Unlock,
}
