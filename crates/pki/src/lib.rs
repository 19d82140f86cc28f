//! X.509 in both directions: what we check (UZI-passen) and what we issue (Mobile IDs).
//!
//! - [`uzi`]: the UZI certificate profile, chain and revocation checks, the evidence of a check.
//! - [`keys`]: sealed key files behind the [`keys::Signer`] trait, and signature verification.
//! - [`mobile`]: the profile of Mobile ID certificates, CRL, OCSP, PKCS#10.
//! - `ca`: the issuing process: its record, its socket, its client (Unix).
//! - [`request_signer`]: the key that signs requests to the apps.
//! - `setup`: makes and opens the CA folder of an environment (Unix: file modes).
//! - [`test_register`]: a TEST register that makes passes like those of the UZI-register.
//! - [`cert`]: the few building blocks that all certificates here are made of.

// The server's side needs Unix sockets and file modes; the Desktop App, which only verifies, also runs on Windows.
#[cfg(unix)]
pub mod ca;
pub mod cert;
mod chain;
pub mod keys;
pub mod mobile;
pub mod request_signer;
#[cfg(unix)]
pub mod setup;
pub mod test_register;
#[cfg(test)]
mod testing;
pub mod uzi;

pub use chain::ChainError;
