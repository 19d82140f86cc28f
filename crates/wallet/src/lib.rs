//! A Mobile ID without a screen: the PIN, the vault, the keys, activating an identity and answering requests.
//!
//! The room has no I/O, clock or chance of its own: [`ports`] says what a host must bring. The Mobile App brings the
//! browser's, `zorgid-wallet` the machine's, the tests fake ones. It also compiles to WebAssembly.
//!
//! Start at [`Wallet::open`]; everything a host shows is in [`Wallet`], [`Asked`], [`Activated`], [`Answered`],
//! [`IdentityView`] and [`WalletError`].
//!
//! **No offline oracle.** The PIN is never stored, hashed or used as a key by itself. It only ever enters
//! HMAC(device key, server id ‖ 0x00 ‖ PIN), the password of OPAQUE; the vault's key comes out of OPAQUE, so whoever
//! wants to try a PIN must ask the server, which counts.

mod activate;
mod answer;
mod api;
mod ask;
mod chain;
mod csr;
mod error;
mod file;
pub mod headless;
mod identities;
mod opaque;
pub mod ports;
mod servers;
mod vault;
pub mod verify;
mod wallet;

#[cfg(test)]
mod tests;

pub use activate::Activated;
pub use answer::Answered;
pub use ask::{Asked, Scanned};
pub use error::{PinState, WalletError};
pub use identities::IdentityView;
pub use servers::fetch_config;
pub use wallet::{Ports, Wallet, WalletState};
