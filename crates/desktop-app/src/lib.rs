//! The Desktop App: opened by the browser with `zorgid://launch/<token>`, it shows who asks what, has the person type
//! the PIN of the UZI-pas, and sends the answer that the pas signed. With a window, or without one (`--headless`).
//!
//! [`flow`] decides (no I/O), [`runner`] does what it decides with [`api`] and [`worker`], [`view`] says it in words;
//! the window and the headless mode only show that and hand in what the person does.

pub mod answer;
pub mod api;
pub mod browser;
pub mod config;
pub mod flow;
pub mod headless;
pub mod http;
pub mod launch;
pub mod register;
pub mod report;
pub mod runner;
pub mod servers;
pub mod system;
pub mod texts;
pub mod trouble;
pub mod ui;
pub mod verify;
pub mod view;
pub mod window;
pub mod worker;
