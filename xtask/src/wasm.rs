//! The Mobile App: compile, bind to JavaScript, lay out next to its static files.

use crate::{
    Outcome,
    bundle::{Bundle, Source},
    child::run,
    toolchain::{TARGET, Toolchain},
};
use std::path::{Path, PathBuf};

const PACKAGE: &str = "mobile-app";
const PROFILE: &str = "wasm";
/// Name of the generated JavaScript module; `boot.js` imports it.
const MODULE: &str = "mobile_app";

/// Builds everything into `out`, or into `<target>/mobile-app`.
pub fn build(out: Option<PathBuf>) -> Outcome<()> {
    let root = workspace_root()?;
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root.join(dir),
        None => root.join("target"),
    };
    let out = out.unwrap_or_else(|| target.join("mobile-app"));
    let wasm_target = target.join("wasm");

    let toolchain = Toolchain::find()?;
    eprintln!("xtask: building {PACKAGE} for {TARGET} with {toolchain:?}");
    run(toolchain
        .cargo_build()
        .current_dir(&root)
        .args(["--locked", "--package", PACKAGE, "--profile", PROFILE, "--target", TARGET, "--target-dir"])
        .arg(&wasm_target))?;

    let compiled = wasm_target.join(TARGET).join(PROFILE).join(format!("{PACKAGE}.wasm"));
    let bound = wasm_target.join("bound");
    bind(&compiled, &bound)?;
    let static_files = root.join("crates/mobile-app/static");
    // One file of colours and one set of fonts for everything that people see.
    let shared = root.join("crates/portal/static");
    let bundle = Bundle::collect(&[
        Source::folder(&static_files),
        Source::folder(&bound),
        Source::part(&shared, "tokens.css"),
        Source::part(&shared, "fonts"),
    ])?;
    bundle.write(&out)?;
    eprintln!("xtask: {} files, version {}, in {}", bundle.len(), bundle.version(), out.display());
    Ok(())
}

/// wasm-bindgen, as a library and of exactly the version in Cargo.lock: no tool to install.
fn bind(compiled: &Path, bound: &Path) -> Outcome<()> {
    if bound.exists() {
        std::fs::remove_dir_all(bound).map_err(|e| format!("{}: {e}", bound.display()))?;
    }
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    let bindgen = bindgen.input_path(compiled).out_name(MODULE);
    bindgen
        .web(true)
        .and_then(|b| b.typescript(false).remove_name_section(true).remove_producers_section(true).generate(bound))
        .map_err(|e| format!("wasm-bindgen: {e:#}"))
}

/// The folder of the workspace's Cargo.toml.
fn workspace_root() -> Outcome<PathBuf> {
    let start = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let start = start.map_or_else(std::env::current_dir, Ok).map_err(|e| format!("no current folder: {e}"))?;
    let is_root =
        |dir: &&Path| std::fs::read_to_string(dir.join("Cargo.toml")).is_ok_and(|text| text.contains("[workspace]"));
    start.ancestors().find(is_root).map(Path::to_path_buf).ok_or_else(|| "run this inside the workspace".to_owned())
}
