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
mod organisation;
mod serve;
mod settings;
mod uzi;

use clap::{Parser, Subcommand};
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
    /// The log: verify, export.
    #[command(subcommand)]
    Log(log::LogCommand),
    /// Measure this machine.
    #[command(subcommand)]
    Bench(bench::Bench),
}

#[tokio::main]
async fn main() -> ExitCode {
    // Every TLS and X.509 operation of this process uses one library.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match Cli::parse().command {
        Command::Serve(args) => serve::run(args).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Ca(command) => ca::run(command).await,
        Command::DevPki(args) => dev_pki::run(args).await,
        Command::Uzi(command) => uzi::run(command).await,
        Command::Organisation(command) => organisation::run(command).await,
        Command::Log(command) => log::run(command).await,
        Command::Bench(bench) => bench::run(bench).await,
    }
}
