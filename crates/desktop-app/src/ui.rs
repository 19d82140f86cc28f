//! The window as Slint compiled it from `ui/window.slint`.
#![allow(missing_docs, clippy::all)]

slint::include_modules!();
