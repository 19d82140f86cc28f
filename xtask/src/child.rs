//! Starting programs: output captured for questions, passed through for builds.

use crate::Outcome;
use std::{
    ffi::{OsStr, OsString},
    process::Command,
};

/// Runs a program and returns what it printed, or `None` when it cannot be run or says no.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a program with its output passed through.
pub fn run(command: &mut Command) -> Outcome<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} ended with {status}")),
        Err(error) => Err(format!("{program} could not be started: {error}")),
    }
}

/// Variables of the outer `cargo run`, of rustup and of a native build that would mislead the cargo inside.
/// `CARGO_HOME`, `CARGO_NET_*`, `CARGO_HTTP_*` and registry settings stay.
pub fn is_misleading(name: &OsStr) -> bool {
    const NAMES: [&str; 14] = [
        "CARGO",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_INCREMENTAL",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_TARGET_DIR",
        "LD_LIBRARY_PATH",
        "RUSTC",
        "RUSTC_BOOTSTRAP",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_WRAPPER",
        "RUSTDOCFLAGS",
        "RUSTFLAGS",
        "RUSTUP_TOOLCHAIN",
    ];
    const PREFIXES: [&str; 7] = [
        "CARGO_BUILD_",
        "CARGO_PKG_",
        "CARGO_PROFILE_",
        "CARGO_RESOLVER_",
        "CARGO_TARGET_WASM32_",
        "CARGO_UNSTABLE_",
        "__CARGO_",
    ];
    let name = name.to_string_lossy();
    NAMES.contains(&name.as_ref()) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// A command whose environment lacks everything [`is_misleading`] names.
pub fn clean(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    let misleading: Vec<OsString> = std::env::vars_os().map(|(name, _)| name).filter(|n| is_misleading(n)).collect();
    for name in misleading {
        command.env_remove(name);
    }
    command
}
