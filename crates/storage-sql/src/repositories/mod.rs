//! The repositories of `storage`, one file per aggregate.

mod applications;
mod browsers;
mod care_applications;
mod changes;
mod counters;
mod identities;
mod installations;
mod log;
mod notices;
mod operators;
mod organisations;
mod outbox;
mod people;
mod preregistrations;
mod registrations;
mod requests;
mod sessions;
mod validations;

type Result<T> = std::result::Result<T, storage::StoreError>;
