//! The server in process: real database, real PKI, fixed clock, seeded chance; phones are real wallets or forgers.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a failure here is a failed test")]

mod suite {
    pub mod cards;
    pub mod forger;
    pub mod phone;
    pub mod world;

    mod answers;
    mod http;
    mod login;
    mod nodes;
    mod pin;
    mod registering;
    mod relay;
}
