//! `zorgid-wallet`: a Mobile ID on the command line, for tests, benchmarks and people without a camera.
//!
//! It is the same wallet as the Mobile App's; only the key store, the storage and the network are the machine's. Its key
//! store is a file, so it protects less than a phone: use it for *acceptatie*.

mod args;
mod commands;
mod device;
mod failure;
mod files;
mod home;
mod host;
mod servers;
mod transport;

#[cfg(test)]
mod tests;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let json = args.json;
    let home = args.home.clone();
    match run(args) {
        Ok(answer) => {
            commands::print(&answer, json);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            failure.recorded(&home).print(json);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(args: args::Args) -> Result<serde_json::Value, failure::Failure> {
    // Fails only when a provider was installed before, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failure::Failure::local("internal", "the runtime does not start", error))?;
    runtime.block_on(commands::run(args))
}
