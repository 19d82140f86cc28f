//! Repositories of what the portal manages: applications, operators, changes, mails, notices, care applications,
//! pre-registrations.

use super::{Page, Result, Window};
use async_trait::async_trait;
use domain::{
    Timestamp, Ura,
    application::{Application, ApplicationId, ApplicationStatus},
    care_application::{CareApplication, CareApplicationId},
    change::{ChangeId, PendingChange},
    mail::{Mail, MailId, MailStatus},
    notice::{Notice, NoticeId},
    operator::Operator,
    organisation::OrganisationId,
    person::PersonId,
    preregistration::{PreRegistration, PreRegistrationId},
    request::RequestId,
};

/// Applications.
#[async_trait]
pub trait Applications {
    /// By id.
    async fn application(&mut self, id: ApplicationId) -> Result<Option<Application>>;
    /// By the SHA-256 of the code in its status link.
    async fn application_by_link(&mut self, hash: &[u8; 32]) -> Result<Option<Application>>;
    /// Of a URA, newest first.
    async fn applications_of(&mut self, ura: &Ura) -> Result<Vec<Application>>;
    /// A page, oldest first; `None`: every status, newest first.
    async fn applications(&mut self, status: Option<ApplicationStatus>, window: Window) -> Result<Page<Application>>;
    /// Approved ones, oldest decision first: those that time may act upon.
    async fn approved_applications(&mut self) -> Result<Vec<Application>>;
    /// Adds one; [`crate::StoreError::Duplicate`] when one for this URA is open.
    async fn insert_application(&mut self, application: &Application) -> Result<()>;
    /// Changes one.
    async fn update_application(&mut self, application: &Application) -> Result<()>;
}

/// Who works for the environment: operators and its auditors.
#[async_trait]
pub trait Operators {
    /// What somebody is for the environment, or else was last.
    async fn operator(&mut self, person: PersonId) -> Result<Option<Operator>>;
    /// All, also those who ended; who held both offices comes twice.
    async fn operators(&mut self) -> Result<Vec<Operator>>;
    /// Adds or changes one. Nobody holds both offices at once: the database keeps to it.
    async fn save_operator(&mut self, operator: &Operator) -> Result<()>;
}

/// Changes that wait or were made.
#[async_trait]
pub trait Changes {
    /// By id.
    async fn change(&mut self, id: ChangeId) -> Result<Option<PendingChange>>;
    /// By the request that confirms it.
    async fn change_by_confirmation(&mut self, request: RequestId) -> Result<Option<PendingChange>>;
    /// Those that wait for a second operator, oldest first.
    async fn changes_awaiting_second(&mut self) -> Result<Vec<PendingChange>>;
    /// Adds one.
    async fn insert_change(&mut self, change: &PendingChange) -> Result<()>;
    /// Changes one: where it stands, and what it holds once it is executed.
    async fn update_change(&mut self, change: &PendingChange) -> Result<()>;
    /// Deletes those that were not executed and whose time ran out before this moment, at most `limit`: they hold personal
    /// data.
    async fn forget_changes(&mut self, before: Timestamp, limit: u32) -> Result<u64>;
}

/// How many mails are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailCounts {
    /// Waiting.
    pub queued: u64,
    /// Taken by the server.
    pub sent: u64,
    /// Given up.
    pub failed: u64,
}

/// The outbox.
#[async_trait]
pub trait Outbox {
    /// By id.
    async fn mail(&mut self, id: MailId) -> Result<Option<Mail>>;
    /// Writes one, in the transaction of what it tells.
    async fn insert_mail(&mut self, mail: &Mail) -> Result<()>;
    /// Changes status, attempts, next_at, last_error, sent_at.
    async fn update_mail(&mut self, mail: &Mail) -> Result<()>;
    /// Queued mails whose time has come, oldest first, locked, skipping those that another node holds.
    async fn mails_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Mail>>;
    /// A page, newest first.
    async fn mails(&mut self, status: Option<MailStatus>, window: Window) -> Result<Page<Mail>>;
    /// How many.
    async fn mail_counts(&mut self) -> Result<MailCounts>;
    /// Deletes those that were sent or given up before this moment, at most `limit`.
    async fn forget_mails(&mut self, before: Timestamp, limit: u32) -> Result<u64>;
}

/// Notices.
#[async_trait]
pub trait Notices {
    /// Those that are shown or still to come, oldest first.
    async fn notices(&mut self, now: Timestamp) -> Result<Vec<Notice>>;
    /// By id.
    async fn notice(&mut self, id: NoticeId) -> Result<Option<Notice>>;
    /// Adds or changes one.
    async fn save_notice(&mut self, notice: &Notice) -> Result<()>;
}

/// Care applications.
#[async_trait]
pub trait CareApplications {
    /// By id.
    async fn care_application(&mut self, id: CareApplicationId) -> Result<Option<CareApplication>>;
    /// All, by name.
    async fn care_applications(&mut self) -> Result<Vec<CareApplication>>;
    /// Adds or changes one.
    async fn save_care_application(&mut self, application: &CareApplication) -> Result<()>;
}

/// Pre-registrations.
#[async_trait]
pub trait PreRegistrations {
    /// By id.
    async fn preregistration(&mut self, id: PreRegistrationId) -> Result<Option<PreRegistration>>;
    /// A page by name; `text` infix, folded.
    async fn preregistrations(
        &mut self,
        organisation: OrganisationId,
        text: &str,
        window: Window,
    ) -> Result<Page<PreRegistration>>;
    /// Adds some.
    async fn insert_preregistrations(&mut self, rows: &[PreRegistration]) -> Result<()>;
    /// Retention: removes those that were made before this moment, at most `limit`.
    async fn forget_preregistrations(&mut self, before: Timestamp, limit: u32) -> Result<u64>;
    /// Removes one; false when it was gone.
    async fn delete_preregistration(&mut self, id: PreRegistrationId) -> Result<bool>;
}
