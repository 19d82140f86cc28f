//! How long what nobody finished is kept: wizards, requests, installations. What people finished (persons, memberships,
//! proofings, identities, the log) has its own rules and is not touched here.

use crate::{
    Timestamp,
    installation::Installation,
    registration::{self, Registration},
    request::{self, Purpose, Request, RequestStatus},
};
use thiserror::Error;

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

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
}

impl Default for Retention {
    fn default() -> Self {
        Self { unconfirmed: DAY, registration: 30 * DAY, request: 30 * DAY, installation: DAY }
    }
}

/// A period that is too short: somebody may still be at it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{what}: at least {least} seconds, because so long somebody may still be at it")]
pub struct TooShort {
    /// Which period.
    pub what: &'static str,
    /// The least, in seconds.
    pub least: i64,
}

impl Retention {
    /// Refuses periods in which somebody may still go on.
    pub fn checked(self) -> Result<Self, TooShort> {
        let periods = [
            ("unconfirmed registrations", self.unconfirmed, registration::IDLE_SECONDS),
            ("registrations", self.registration, request::ENROL_SECONDS + request::GRACE_SECONDS),
            ("requests", self.request, HOUR),
            ("installations", self.installation, HOUR),
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
