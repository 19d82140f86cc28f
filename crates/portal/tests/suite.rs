//! The server in process: real database, real PKI, fixed clock, seeded chance; phones are real wallets or forgers.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a failure here is a failed test")]

mod suite {
    pub mod beheerder;
    pub mod cards;
    pub mod forger;
    pub mod html;
    pub mod phone;
    pub mod post_office;
    pub mod script;
    pub mod visitor;
    pub mod world;

    mod answers;
    mod applications;
    mod attributes;
    mod auditing;
    mod backoffice;
    mod browser_key;
    mod csv_files;
    mod csv_lists;
    mod deciding;
    mod desk;
    mod desk_races;
    mod double_click;
    mod ending;
    mod forms;
    mod http;
    mod informing;
    mod keeping;
    mod linking;
    mod log_exports;
    mod log_reading;
    mod log_watch;
    mod login;
    mod lost_phone;
    mod mailing;
    mod manage;
    mod manage_forms;
    mod matrix;
    mod nodes;
    mod office_people;
    mod office_register;
    mod one_person;
    mod outgoing;
    mod overview;
    mod own;
    mod own_number;
    mod pin;
    mod proxies;
    mod purging;
    mod races;
    mod registering;
    mod reissuing;
    mod relay;
    mod repeating;
    mod second_reading_portal;
    mod sign;
    mod starting;
    mod times;
    mod validating;
}
