//! The repositories of `storage`, one file per aggregate.

mod browsers;
mod counters;
mod identities;
mod installations;
mod log;
mod organisations;
mod people;
mod registrations;
mod requests;
mod sessions;

type Result<T> = std::result::Result<T, storage::StoreError>;
