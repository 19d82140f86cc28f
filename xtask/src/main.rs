//! Build steps that plain cargo cannot do. `cargo run -p xtask -- wasm [--out DIR]` makes the Mobile App.

mod bundle;
mod child;
mod toolchain;
mod wasm;

use std::{path::PathBuf, process::ExitCode};

/// What a step hands up when it fails: one sentence for the person who started it.
type Outcome<T> = Result<T, String>;

const USAGE: &str = "usage: cargo run -p xtask -- wasm [--out DIR]

Builds the Mobile App (crates/mobile-app) to WebAssembly and lays out its static files.
  --out DIR   where the files go (default: <target>/mobile-app)";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), parse(arguments)) {
        (Some("wasm"), Ok(out)) => match wasm::build(out) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                eprintln!("xtask wasm: {problem}");
                ExitCode::FAILURE
            }
        },
        (Some("help" | "--help" | "-h"), _) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        (_, Err(problem)) => usage(&problem),
        (command, _) => usage(&format!("unknown command {:?}", command.unwrap_or("(none)"))),
    }
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("xtask: {problem}\n{USAGE}");
    ExitCode::from(2)
}

/// Reads `--out DIR`; anything else is refused.
fn parse(mut arguments: impl Iterator<Item = String>) -> Outcome<Option<PathBuf>> {
    let mut out = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--out" => out = Some(PathBuf::from(arguments.next().ok_or("--out needs a folder")?)),
            other => return Err(format!("unknown option {other:?}")),
        }
    }
    Ok(out)
}
