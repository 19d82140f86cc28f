//! The window as Slint compiled it from `ui/window.slint`.
#![allow(missing_docs, clippy::all, clippy::unwrap_used, clippy::todo, clippy::expect_used, reason = "generated code")]

slint::include_modules!();
