//! Counters and gauges in Prometheus' text format. No secrets, no people.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! metrics {
    ($( $(#[doc = $doc:literal])+ $kind:ident $field:ident = $name:literal, $help:literal; )+) => {
        /// What is counted since the start.
        #[derive(Default)]
        pub struct Metrics { $( $(#[doc = $doc])+ pub $field: Counter, )+ }
        impl Metrics {
            /// The text of `/metrics`.
            pub fn render(&self) -> String {
                let mut text = String::new();
                $( text.push_str(&format!(concat!("# HELP ", $name, " ", $help, "\n# TYPE ", $name, " ", stringify!($kind), "\n", $name, " {}\n"), self.$field.get())); )+
                text
            }
        }
    };
}

/// One counter or gauge.
#[derive(Default)]
pub struct Counter(AtomicU64);
impl Counter {
    /// Adds one.
    pub fn up(&self) {
        self.0.fetch_add(1, Relaxed);
    }
    /// Adds some.
    pub fn add(&self, some: u64) {
        self.0.fetch_add(some, Relaxed);
    }
    /// Sets a gauge.
    pub fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }
    /// The value.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

metrics! {
    /// HTTP requests.
    counter http_requests = "zorgid_http_requests_total", "HTTP requests";
    /// Answers with status 500 or higher.
    counter http_failures = "zorgid_http_failures_total", "HTTP answers with status 500 or higher";
    /// Problems told to callers.
    counter problems = "zorgid_problems_total", "Problems told to callers";
    /// Requests that were made (QR codes, launches).
    counter requests_made = "zorgid_requests_made_total", "Requests shown to people";
    /// Accepted answers.
    counter responses_accepted = "zorgid_responses_accepted_total", "Accepted answers of phones and cards";
    /// Refused answers.
    counter responses_refused = "zorgid_responses_refused_total", "Refused answers of phones and cards";
    /// Sessions opened.
    counter sessions_opened = "zorgid_sessions_opened_total", "Portal sessions opened";
    /// Identities activated.
    counter identities_activated = "zorgid_identities_activated_total", "Mobile IDs activated";
    /// PIN tries reserved.
    counter pin_tries = "zorgid_pin_tries_total", "PIN tries reserved";
    /// Mails that the mail server took.
    counter mails_sent = "zorgid_mails_sent_total", "Mails that the mail server took";
    /// Tries that did not succeed.
    counter mail_tries_failed = "zorgid_mail_tries_failed_total", "Tries to send a mail that did not succeed";
    /// Mails given up.
    counter mails_given_up = "zorgid_mails_given_up_total", "Mails that were given up";
    /// Log entries sealed.
    counter log_sealed = "zorgid_log_sealed_total", "Log entries sealed by this node";
    /// Sealing failures.
    counter log_seal_failures = "zorgid_log_seal_failures_total", "Sealing runs that failed";
    /// Age of the oldest entry at the latest sealing.
    gauge log_seal_lag = "zorgid_log_seal_lag_milliseconds", "Age of the oldest entry at the latest sealing";
}
