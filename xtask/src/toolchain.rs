//! Which Rust can compile for the browser on this machine.
//!
//! 1. the active toolchain, when it has the standard library for wasm32;
//! 2. Debian's `rustc-web` with `rust-web-src`: it carries the source of its own standard library, so cargo builds that too;
//! 3. `rustup target add`, where rustup can download.

use crate::{
    Outcome,
    child::{ask, clean, run},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The compilation target.
pub const TARGET: &str = "wasm32-unknown-unknown";

const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// A way to compile to WebAssembly.
#[derive(Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The active toolchain, as it is.
    Active,
    /// Debian's cargo and rustc, with its ready-made standard library.
    Debian,
    /// Debian's cargo and rustc, building the standard library from source, linking with this program.
    DebianBuildStd {
        /// A linker for WebAssembly (`rust-lld`, `wasm-ld` or `lld`).
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Looks for a way, in the order of this module's description.
    pub fn find() -> Outcome<Self> {
        let active = active_sysroot();
        if active.as_deref().is_some_and(has_std) {
            return Ok(Self::Active);
        }
        if let Some(debian) = debian(active.as_deref())? {
            return Ok(debian);
        }
        eprintln!("xtask: the active toolchain has no {TARGET}; asking rustup for it");
        let added = run(clean("rustup").args(["target", "add", TARGET]));
        if added.is_ok() && active_sysroot().as_deref().is_some_and(has_std) {
            return Ok(Self::Active);
        }
        Err(format!(
            "nothing here can compile to WebAssembly. Either run `rustup target add {TARGET}`, or on Debian \
             (without Debian's own rustc) `apt-get install rustc-web cargo-web rust-web-src`."
        ))
    }

    /// `cargo build …` for this way, without package and profile.
    pub fn cargo_build(&self) -> Command {
        match self {
            Self::Active => {
                // Which toolchain is active depends on RUSTUP_TOOLCHAIN, so that one stays.
                let mut command = clean("cargo");
                if let Some(toolchain) = std::env::var_os("RUSTUP_TOOLCHAIN") {
                    command.env("RUSTUP_TOOLCHAIN", toolchain);
                }
                command.arg("build");
                command
            }
            Self::Debian => {
                let mut command = clean(DEBIAN_CARGO);
                command.env("RUSTC", DEBIAN_RUSTC).arg("build");
                command
            }
            Self::DebianBuildStd { linker } => {
                let mut command = clean(DEBIAN_CARGO);
                command
                    .env("RUSTC", DEBIAN_RUSTC)
                    // build-std is an unstable option of cargo; Debian has no nightly.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                    .args(["build", "-Zbuild-std=std,panic_abort"]);
                command
            }
        }
    }
}

fn active_sysroot() -> Option<PathBuf> {
    ask(Command::new("rustc").args(["--print", "sysroot"])).map(PathBuf::from)
}

fn has_std(sysroot: &Path) -> bool {
    let lib = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    std::fs::read_dir(lib)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
}

fn debian(active: Option<&Path>) -> Outcome<Option<Toolchain>> {
    if !Path::new(DEBIAN_CARGO).exists() || !Path::new(DEBIAN_RUSTC).exists() {
        return Ok(None);
    }
    let Some(sysroot) = ask(clean(DEBIAN_RUSTC).args(["--print", "sysroot"])).map(PathBuf::from) else {
        return Ok(None);
    };
    if has_std(&sysroot) {
        return Ok(Some(Toolchain::Debian));
    }
    if !sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").exists() {
        return Ok(None);
    }
    let linker = linker(active).ok_or(
        "Debian's rustc-web is here, but no linker for WebAssembly: neither rust-lld in the active toolchain nor lld \
         (`apt-get install lld`).",
    )?;
    Ok(Some(Toolchain::DebianBuildStd { linker }))
}

/// rustup's toolchains bring `rust-lld`; Debian has `wasm-ld` in package lld, with or without a version in its name.
fn linker(active: Option<&Path>) -> Option<PathBuf> {
    let rustlib = active.map(|sysroot| sysroot.join("lib/rustlib"));
    let in_sysroot = rustlib.and_then(|dir| std::fs::read_dir(dir).ok()).into_iter().flatten().flatten();
    let in_usr_bin = std::fs::read_dir("/usr/bin").ok().into_iter().flatten().flatten();
    in_sysroot.map(|entry| entry.path().join("bin/rust-lld")).find(|path| path.exists()).or_else(|| {
        let mut found: Vec<PathBuf> = in_usr_bin
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("wasm-ld"))
            .map(|entry| entry.path())
            .collect();
        found.sort();
        found.pop()
    })
}
