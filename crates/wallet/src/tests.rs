//! The wallet against a server that lives in the test: real OPAQUE, real certificates, real signatures, no network.

mod ca;
mod fake;
mod identities;
mod pin;
mod requests;
mod strangers;
mod world;
