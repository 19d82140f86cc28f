//! `zorgid`: the server and everything an operator types. One module per subcommand.

mod bench;
mod ca;
mod checkpoint;
mod data;
mod dev_pki;
mod doctor;
mod edge;
mod failure;
mod log;
mod operator;
mod organisation;
mod serve;
mod settings;
mod uzi;

use clap::{Parser, Subcommand, error::ErrorKind};
use failure::Failure;
use std::process::ExitCode;

/// ZORG-ID: how care workers prove who they are.
#[derive(Debug, Parser)]
#[command(name = "zorgid", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the portal, its API and the Mobile App.
    Serve(serve::Serve),
    /// Looks at a data folder and says what is wrong.
    Doctor(doctor::Doctor),
    /// The issuing CA.
    #[command(subcommand)]
    Ca(ca::CaCommand),
    /// Makes a TEST PKI like the UZI-register's, with passes.
    DevPki(dev_pki::DevPki),
    /// UZI-passen.
    #[command(subcommand)]
    Uzi(uzi::UziCommand),
    /// Organisations.
    #[command(subcommand)]
    Organisation(organisation::OrganisationCommand),
    /// Operators: invite the first one, list, end.
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// The log: verify, export.
    #[command(subcommand)]
    Log(log::LogCommand),
    /// Measure this machine.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    // Every TLS and X.509 operation of this process uses one library.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(error) if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return misused(&error).report(std::env::args().any(|word| word == "--json"));
        }
        Err(help_or_version) => help_or_version.exit(),
    };
    let mut runtime = match &command {
        // A measured client must not take more of the shared cores than it needs.
        Command::Bench(bench::Bench::Client(_)) => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    match runtime.enable_all().build() {
        Ok(runtime) => runtime.block_on(run(command)),
        Err(error) => Failure::unreachable("this machine gives no threads", error).report(false),
    }
}

async fn run(command: Command) -> ExitCode {
    match command {
        Command::Serve(args) => serve::run(args).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Ca(command) => ca::run(command).await,
        Command::DevPki(args) => dev_pki::run(args).await,
        Command::Uzi(command) => uzi::run(command).await,
        Command::Organisation(command) => organisation::run(command).await,
        Command::Operator(command) => operator::run(command).await,
        Command::Log(command) => log::run(command).await,
        Command::Bench(bench) => bench::run(bench).await,
    }
}

/// What clap tells on several lines, on one.
fn misused(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let what = text.split("\n\nUsage:").next().unwrap_or_default();
    let words: Vec<&str> = what.trim_start_matches("error: ").split_whitespace().collect();
    Failure::usage(words.join(" "), "see --help")
}
