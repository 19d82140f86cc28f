//! The same tests on SQLite and PostgreSQL (ARCHITECTURE.md, invariant 10).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "suite/support.rs"]
mod support;

macro_rules! on_both {
    ($($file:literal $module:ident: $($name:ident)+;)+) => { $(
        #[path = $file]
        mod $module;
    )+
        mod sqlite { $( mod $module { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::$module::$name(storage_sql::testing::TestDatabase::sqlite()).await;
            }
        )+ } )+ }
        mod postgres { $( mod $module { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::$module::$name(storage_sql::testing::TestDatabase::postgres().await).await;
            }
        )+ } )+ }
    };
}

on_both! {
    "suite/people.rs" people: organisations_are_unique_by_ura people_and_memberships
        people_are_found_by_card_and_birth_date proofings_are_kept;
    "suite/means.rs" means: identities_come_back_as_they_were revocations_are_listed
        the_opaque_record_is_set_once unlocks_and_nonces;
    "suite/pin.rs" pin: the_statement_agrees_with_the_rules a_hundred_parallel_guesses_get_four_tries
        an_unknown_installation_gets_nothing;
    "suite/requests.rs" requests: a_request_comes_back_as_it_was requests_are_found a_request_is_opened_once
        registrations_are_found sessions_are_found browsers_are_kept_per_person counters_count_and_forget;
    "suite/purging.rs" purging: requests_go_as_the_rule_says a_request_of_a_wizard_stays_with_it
        idle_wizards_are_found_in_pages installations_without_a_pin_go;
    "suite/transactions.rs" transactions: a_refused_job_leaves_nothing a_panic_harms_only_its_own_job
        a_failed_statement_cannot_be_committed reading_cannot_write writers_do_not_lose_updates
        what_is_missing_is_added_once notifications_reach_both_nodes a_duplicate_leaves_the_job_usable;
    "suite/log.rs" log: entries_are_sealed_and_verified tampering_is_found a_log_that_was_cut_gets_no_new_seal
        entries_are_filtered two_sealers_make_one_tree nothing_is_lost_when_a_node_goes_away;
    "suite/opening.rs" opening: the_other_environment_is_refused a_newer_schema_is_refused many_open_at_once
        the_file_is_private;
}
