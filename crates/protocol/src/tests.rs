//! What crosses a wire: good messages pass unchanged, everything else is refused without a panic.

mod browser_key;
mod codes;
mod jws;
mod links;
mod macs;
mod messages;
mod pin;
mod secrets;
