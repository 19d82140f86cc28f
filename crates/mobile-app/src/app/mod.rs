//! What happens: the state of the app and the steps that people take. Screens only show it and call it.

mod failure;
mod start;
mod state;
mod steps;

pub use failure::Failure;
pub use start::start;
pub use state::{After, App, NewIdentity, Outcome, PinTrouble, Screen, ServerFacts};
