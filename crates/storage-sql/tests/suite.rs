//! The same tests on SQLite and PostgreSQL (ARCHITECTURE.md, invariant 10).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "suite/list_model.rs"]
mod list_model;
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
    "suite/people.rs" people: organisations_are_unique_by_ura two_changes_of_an_organisation_wait_for_each_other people_and_memberships
        people_are_found_by_card_and_birth_date proofings_are_kept;
    "suite/histories.rs" histories: people_and_memberships_change memberships_are_found roles_and_attributes_have_periods
        proofings_come_back a_registration_is_removed people_and_organisations_are_searched
        people_are_named_for_the_log;
    "suite/list.rs" list: the_list_is_what_a_recomputation_says the_list_follows_parallel_changes;
    "suite/portal.rs" portal: applications_are_kept one_application_of_a_ura_is_open operators_are_kept changes_wait_and_are_forgotten
        mails_are_sent_by_one_node notices_are_kept care_applications_are_kept preregistrations_are_found;
    "suite/log_pages.rs" log_pages: pages_are_what_the_filter_says content_goes_and_the_hash_stays;
    "suite/means.rs" means: identities_come_back_as_they_were revocations_are_listed identities_are_found
        a_renewed_identity_is_found_by_both_certificates
        identities_that_end_are_found_until_they_are_told
        the_opaque_record_is_set_once unlocks_and_nonces;
    "suite/pin.rs" pin: the_statement_agrees_with_the_rules a_hundred_parallel_guesses_get_four_tries
        an_unknown_installation_gets_nothing;
    "suite/requests.rs" requests: a_request_comes_back_as_it_was requests_are_found a_request_is_opened_once
        the_login_that_a_card_made_is_found_by_its_browser
        registrations_are_found validations_are_found sessions_are_found card_sessions_are_found_in_pages browsers_are_kept_per_person counters_count_and_forget;
    "suite/purging.rs" purging: requests_go_as_the_rule_says a_request_of_a_wizard_stays_with_it
        idle_wizards_are_found_in_pages installations_without_a_pin_go document_numbers_go_after_the_last_membership;
    "suite/transactions.rs" transactions: a_refused_job_leaves_nothing a_panic_harms_only_its_own_job
        a_failed_statement_cannot_be_committed reading_cannot_write writers_do_not_lose_updates
        what_is_missing_is_added_once notifications_reach_both_nodes a_duplicate_leaves_the_job_usable;
    "suite/log.rs" log: entries_are_sealed_and_verified tampering_is_found a_log_that_was_cut_gets_no_new_seal
        entries_are_filtered two_sealers_make_one_tree nothing_is_lost_when_a_node_goes_away;
    "suite/opening.rs" opening: the_other_environment_is_refused a_newer_schema_is_refused many_open_at_once
        the_file_is_private;
}
