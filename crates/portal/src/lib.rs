//! The server: pages for people, the API of the apps, PKI and log endpoints, and the services they share.
//!
//! Handlers parse, authorise, call one service and render. Rules live in `domain`, what is stored in `storage`, and
//! the steps of a flow, each in one transaction with its log entry, in [`services`].

pub mod app_api;
pub mod assets;
pub mod browser;
pub mod caller;
pub mod config;
pub mod error;
pub mod keys;
pub mod metrics;
pub mod outgoing;
pub mod pages;
pub mod pki_ports;
pub mod ports;
pub mod routes;
pub mod server;
pub mod services;
pub mod state;
pub mod tasks;

pub use error::AppError;
pub use state::AppState;
