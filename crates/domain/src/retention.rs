//! How long things are kept. What nobody finished: wizards, requests, installations, changes. What was finished and is
//! needed no more: mails, prepared colleagues, the numbers of identity documents, the content of the log. Persons,
//! memberships, proofings and identities stay.

use crate::{
    Timestamp,
    installation::Installation,
    registration::{self, Registration},
    request::{self, Purpose, Request, RequestStatus},
};
use thiserror::Error;

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
/// Seconds of a year: of several years never fewer than they have.
pub const YEAR: i64 = 366 * DAY;
/// The content of the log is kept five years at least: what went earlier, `log verify` reports.
const LOG_LEAST: i64 = 5 * YEAR;

/// Seconds to keep each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// A wizard that was not confirmed, after its last step. It may hold what the card said.
    pub unconfirmed: i64,
    /// A wizard that was confirmed, finished or stopped, after its last step.
    pub registration: i64,
    /// A request, after its end.
    pub request: i64,
    /// An installation that never set its PIN.
    pub installation: i64,
    /// A change that was not executed, after its end.
    pub change: i64,
    /// A mail, after it was sent or given up.
    pub mail: i64,
    /// A colleague who was prepared and not registered, after that.
    pub prepared: i64,
    /// The number of an identity document, after the last membership (or being operator) ended. What kind it was, who
    /// looked at it and when stays.
    pub document: i64,
    /// The content of the log, after it was written; its hash stays.
    pub log: i64,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            unconfirmed: DAY,
            registration: 30 * DAY,
            request: 30 * DAY,
            installation: DAY,
            change: 30 * DAY,
            mail: 90 * DAY,
            prepared: YEAR,
            document: 7 * YEAR,
            log: LOG_LEAST,
        }
    }
}

/// A period that is too short: somebody may still be at it, or must be able to look it up.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{what}: at least {least} seconds")]
pub struct TooShort {
    /// Which period.
    pub what: &'static str,
    /// The least, in seconds.
    pub least: i64,
}

impl Retention {
    /// Refuses periods in which somebody may still go on or must still be able to look things up.
    pub fn checked(self) -> Result<Self, TooShort> {
        let periods = [
            ("unconfirmed registrations", self.unconfirmed, registration::IDLE_SECONDS),
            ("registrations", self.registration, request::ENROL_SECONDS + request::GRACE_SECONDS),
            ("requests", self.request, HOUR),
            ("installations", self.installation, HOUR),
            ("changes", self.change, DAY),
            ("mails", self.mail, DAY),
            ("prepared colleagues", self.prepared, 30 * DAY),
            ("document numbers", self.document, YEAR),
            ("the log", self.log, LOG_LEAST),
        ];
        match periods.into_iter().find(|(_, period, least)| period < least) {
            Some((what, _, least)) => Err(TooShort { what, least }),
            None => Ok(self),
        }
    }
    /// What may go now.
    pub fn at(&self, now: Timestamp) -> Disposable {
        Disposable {
            unconfirmed: now.plus_seconds(-self.unconfirmed),
            registrations: now.plus_seconds(-self.registration),
            requests: now.plus_seconds(-self.request),
            installations: now.plus_seconds(-self.installation),
            changes: now.plus_seconds(-self.change),
            mails: now.plus_seconds(-self.mail),
            prepared: now.plus_seconds(-self.prepared),
            documents: now.plus_seconds(-self.document),
            log: now.plus_seconds(-self.log),
        }
    }
}

/// What may go: everything whose time was over before these moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disposable {
    /// Last step of a wizard that was not confirmed.
    pub unconfirmed: Timestamp,
    /// Last step of any other wizard.
    pub registrations: Timestamp,
    /// End of a request.
    pub requests: Timestamp,
    /// Beginning of an installation.
    pub installations: Timestamp,
    /// End of a change.
    pub changes: Timestamp,
    /// When a mail was sent or given up.
    pub mails: Timestamp,
    /// When a colleague was prepared.
    pub prepared: Timestamp,
    /// End of a person's last membership.
    pub documents: Timestamp,
    /// When a log entry was written.
    pub log: Timestamp,
}

impl Disposable {
    /// Whether this wizard may go.
    pub fn registration(&self, one: &Registration) -> bool {
        one.updated_at < if one.is_confirmed() { self.registrations } else { self.unconfirmed }
    }
    /// Whether this request may go. What somebody signed stays: it shows why something was done.
    pub fn request(&self, one: &Request) -> bool {
        let signed =
            one.purpose == Purpose::Sign && matches!(one.status, RequestStatus::Accepted | RequestStatus::Finished);
        one.expires_at < self.requests && !signed
    }
    /// Whether this installation may go.
    pub fn installation(&self, one: &Installation) -> bool {
        one.opaque_record.is_none() && one.created_at < self.installations
    }
}

#[cfg(test)]
mod tests;
