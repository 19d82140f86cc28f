//! Mails (SYSTEM.md §7): the closed list, and how often sending is tried. No birth date, document number, QR or login link
//! in any.

use crate::{
    EmailAddress, Language, Timestamp, application::ApplicationId, organisation::OrganisationId, person::PersonId,
};
use serde::{Deserialize, Serialize};

crate::id_type!(
    /// Names a mail.
    MailId
);

macro_rules! kinds {
    ($( $(#[doc = $doc:literal])+ $name:ident = $code:literal; )+) => {
        /// Everything that is mailed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum MailKind { $( $(#[doc = $doc])+ #[serde(rename = $code)] $name, )+ }
        impl MailKind {
            /// The whole list.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )+ ];
            /// The stored word, also the stem of its texts' keys.
            pub fn as_str(self) -> &'static str { match self { $( Self::$name => $code, )+ } }
            /// Reads the stored word.
            pub fn parse(text: &str) -> Option<Self> { Self::ALL.iter().copied().find(|k| k.as_str() == text) }
        }
    };
}

kinds! {
    /// The applicant's copy.
    ApplicationCopy = "application-copy";
    /// Representative: an application came in.
    ApplicationReceived = "application-received";
    /// Operators: an application came in.
    ApplicationForOperators = "application-for-operators";
    /// Applicant and representative: approved.
    ApplicationApproved = "application-approved";
    /// Applicant and representative: rejected, with the reason.
    ApplicationRejected = "application-rejected";
    /// Applicant and representative: taken back.
    ApplicationWithdrawn = "application-withdrawn";
    /// Applicant and representative: the organisation was validated.
    ApplicationValidated = "application-validated";
    /// Applicant and representative: validate before a date.
    ApplicationReminder = "application-reminder";
    /// Applicant and representative: not validated in time.
    ApplicationExpired = "application-expired";
    /// Person and administrators: a role was given.
    RoleGiven = "role-given";
    /// Person and administrators: a role was taken.
    RoleTaken = "role-taken";
    /// Person: is operator now.
    OperatorGiven = "operator-given";
    /// Person: is operator no more.
    OperatorTaken = "operator-taken";
    /// Person: is auditor of the environment now.
    AuditorGiven = "auditor-given";
    /// Person: is auditor of the environment no more.
    AuditorTaken = "auditor-taken";
    /// Person: an ID was activated.
    IdentityActivated = "identity-activated";
    /// Person: an ID was replaced.
    IdentityReplaced = "identity-replaced";
    /// Person: an ID was blocked.
    IdentityBlocked = "identity-blocked";
    /// Person: an ID was revoked.
    IdentityRevoked = "identity-revoked";
    /// Person: a login in a new browser.
    NewBrowser = "new-browser";
    /// Administrators: somebody said no to the known-person question, or several people match.
    KnownPersonConflict = "known-person-conflict";
    /// Administrators: another organisation blocked, revoked or re-issued an ID of one of their people.
    ElsewhereChanged = "elsewhere-changed";
    /// Administrators and operators: the log does not verify.
    LogBroken = "log-broken";
    /// Administrators: people were exported.
    PeopleExported = "people-exported";
    /// Person: the certificate ends in 60, 30 or 7 days.
    CertificateEnds = "certificate-ends";
    /// Person: the code that confirms an e-mail address.
    ConfirmAddress = "confirm-address";
    /// Administrators and representative: the organisation has no usable administrator.
    Orphaned = "orphaned";
    /// Operators: something waits for a second operator.
    SecondOperator = "second-operator";
}

/// *queued → sent | failed*; a queued mail that did not go is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailStatus {
    /// Waits to be sent (again).
    Queued,
    /// The mail server took it.
    Sent,
    /// Given up: refused for good, or tried too often.
    Failed,
}

impl MailStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Queued, Self::Sent, Self::Failed];
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// A mail in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its id; also the stem of its `Message-ID`, so that a mail sent twice is recognised.
    pub id: MailId,
    /// Which of the list.
    pub kind: MailKind,
    /// To whom.
    pub to: EmailAddress,
    /// In which language.
    pub language: Language,
    /// Subject, text and HTML as they will be sent.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
    /// Reference in the log and in the mail.
    pub reference: String,
    /// About which organisation.
    pub organisation: Option<OrganisationId>,
    /// About which person.
    pub person: Option<PersonId>,
    /// About which application.
    pub application: Option<ApplicationId>,
    /// Where it stands.
    pub status: MailStatus,
    /// How often sending was tried.
    pub attempts: u32,
    /// When it is tried (again); while a node sends it, until when it may.
    pub next_at: Timestamp,
    /// What the mail server said last.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the mail server took it.
    pub sent_at: Option<Timestamp>,
}

/// Seconds that a node may take to send a mail before another node tries it.
pub const CLAIM_SECONDS: i64 = 5 * 60;
/// Seconds between the tries: a minute, five, a quarter of an hour, an hour, then every four hours.
const PAUSES: [i64; 5] = [60, 5 * 60, 15 * 60, 60 * 60, 4 * 60 * 60];
/// Given up after this many tries: about three days.
pub const MAX_ATTEMPTS: u32 = 22;

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The server took it.
    Sent,
    /// Not now: no connection, dropped, a 4yz answer (RFC 5321 §4.2.1).
    Later(String),
    /// Never: a 5yz answer.
    Never(String),
}

impl Mail {
    /// A node takes it in hand.
    pub fn claim(&mut self, now: Timestamp) {
        self.next_at = now.plus_seconds(CLAIM_SECONDS);
    }
    /// A try ended.
    pub fn tried(&mut self, attempt: Attempt, now: Timestamp) {
        self.attempts += 1;
        match attempt {
            Attempt::Sent => {
                self.status = MailStatus::Sent;
                self.sent_at = Some(now);
                self.last_error = None;
            }
            Attempt::Later(said) => {
                self.last_error = Some(said);
                if self.attempts >= MAX_ATTEMPTS {
                    self.status = MailStatus::Failed;
                }
                let pause = usize::try_from(self.attempts - 1).unwrap_or(usize::MAX).min(PAUSES.len() - 1);
                self.next_at = now.plus_seconds(PAUSES[pause]);
            }
            Attempt::Never(said) => {
                self.last_error = Some(said);
                self.status = MailStatus::Failed;
            }
        }
    }
    /// An operator wants a failed mail tried again.
    pub fn again(&mut self, now: Timestamp) {
        if self.status == MailStatus::Failed {
            self.status = MailStatus::Queued;
            self.attempts = 0;
            self.next_at = now;
        }
    }
}

#[cfg(test)]
mod tests;
