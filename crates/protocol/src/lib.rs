//! Every message that crosses a wire between our own programs: links, signed requests, signed responses, enrolment,
//! the PIN, launch tokens, live events and problem codes. Server and apps share this crate, so they cannot drift.
//!
//! Pure and free of I/O: it also compiles to WebAssembly. Everything that a stranger can send is parsed here by a type
//! with a size limit ([`limits`]).

pub mod app_config;
pub mod b64;
pub mod browser_key;
pub mod card;
pub mod code;
pub mod enrol;
pub mod events;
pub mod jws;
pub mod limits;
pub mod link;
pub mod nonce;
pub mod pin;
pub mod problem;
pub mod request;
pub mod response;

#[cfg(test)]
mod tests;

pub use b64::B64;
pub use nonce::Nonce;
pub use problem::{Problem, ProblemCode};
