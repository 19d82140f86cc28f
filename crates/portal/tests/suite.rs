//! The server in process: real database, real PKI, fixed clock, seeded chance; phones are real wallets or forgers.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a failure here is a failed test")]

mod suite {
    pub mod cards;
    pub mod forger;
    pub mod phone;
    pub mod script;
    pub mod world;

    mod answers;
    mod browser_key;
    mod http;
    mod login;
    mod nodes;
    mod one_person;
    mod pin;
    mod proxies;
    mod purging;
    mod registering;
    mod relay;
    mod repeating;
    mod sign;
}
