//! The Mobile App: an installable web app on top of [`wallet`], compiled to WebAssembly by `xtask wasm`.
//!
//! [`platform`] is the browser as the wallet needs it, [`app`] what happens, [`screens`] what is seen, [`texts`] what is said.
//! Natively only what needs no browser is built, for its tests.

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod platform;
#[cfg(any(target_arch = "wasm32", test))]
mod problems;
#[cfg(any(target_arch = "wasm32", test))]
mod qr;
#[cfg(target_arch = "wasm32")]
mod screens;
#[cfg(any(target_arch = "wasm32", test))]
mod texts;

#[cfg(target_arch = "wasm32")]
fn main() {
    app::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The Mobile App runs in a browser: build it with `cargo run -p xtask -- wasm`.");
}
