//! Requests: something put to a person's means, answered once.

use crate::{
    Timestamp, identity::IdentityId, installation::InstallationId, organisation::OrganisationId, person::PersonId,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

crate::id_type!(
    /// Names a request.
    RequestId
);

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Log in to the portal.
    Login,
    /// Open a session in a care application.
    Session,
    /// Sign a sentence (a change, a confirmation).
    Sign,
    /// Activate an identity, or (card) read the card for a registration.
    Enrol,
    /// Link an existing identity to an organisation.
    Link,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Login, Self::Session, Self::Sign, Self::Enrol, Self::Link];
    /// The word in links and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Session => "session",
            Self::Sign => "sign",
            Self::Enrol => "enrol",
            Self::Link => "link",
        }
    }
    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == text)
    }
}
impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which program answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Means {
    /// Mobile ID on a phone.
    Phone,
    /// UZI-pas through the Desktop App.
    Card,
}

impl Means {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Card => "card",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Phone, Self::Card].into_iter().find(|m| m.as_str() == text)
    }
}

/// What a person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Accepteren, Ja.
    Accepted,
    /// Weigeren, Nee.
    Declined,
}

impl Decision {
    /// The word in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }
}

/// *created → opened → (pairing | returning) → accepted | declined | expired | cancelled*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestStatus {
    /// Shown, not scanned yet.
    Created,
    /// Scanned or launched, not answered yet.
    Opened,
    /// Accepted on the phone; the page must still give the koppelcode.
    Pairing,
    /// Accepted with the card; the browser must still bring the Desktop App's return code.
    Returning,
    /// Accepted.
    Accepted,
    /// Declined.
    Declined,
    /// Its time ran out.
    Expired,
    /// Replaced or withdrawn.
    Cancelled,
    /// Accepted, and its result was handed to the browser or phone it was for.
    Finished,
}

impl RequestStatus {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Opened,
        Self::Pairing,
        Self::Returning,
        Self::Accepted,
        Self::Declined,
        Self::Expired,
        Self::Cancelled,
        Self::Finished,
    ];
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Opened => "opened",
            Self::Pairing => "pairing",
            Self::Returning => "returning",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Finished => "finished",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
    /// Nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Declined | Self::Expired | Self::Cancelled | Self::Finished)
    }
}

/// Seconds that a login or session QR may be scanned.
pub const LOGIN_SECONDS: i64 = 5 * 60;
/// Seconds that a self-registration's enrolment QR may be scanned.
pub const ENROL_SECONDS: i64 = 10 * 24 * 60 * 60;
/// Seconds that an opened request may still be finished, at least, and that an accepted one waits for its browser.
pub const GRACE_SECONDS: i64 = 2 * 60;
/// Seconds that a beheerder has to compare the person who accepted a link QR with the WID.
pub const LINK_SECONDS: i64 = 15 * 60;
/// Seconds that a launch token may be redeemed.
pub const LAUNCH_SECONDS: i64 = 60;
/// Seconds that a card request may be answered.
pub const CARD_SECONDS: i64 = 5 * 60;
/// Seconds for the koppelcode and for the Desktop App's return code.
pub const PAIRING_SECONDS: i64 = 2 * 60;
/// Tries for the koppelcode.
pub const PAIRING_TRIES: u8 = 3;
/// Tries for the birth date when an identity is activated.
pub const BIRTH_DATE_TRIES: u8 = 3;

/// A request as stored. Secrets are hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// What for.
    pub purpose: Purpose,
    /// Phone or card.
    pub means: Means,
    /// Where it stands.
    pub status: RequestStatus,
    /// SHA-256 of the QR nonce or launch token.
    pub nonce_hash: [u8; 32],
    /// Keyed hash of the korte code.
    pub code_hash: Option<[u8; 32]>,
    /// SHA-256 of the browser cookie that asked; the result goes nowhere else.
    pub browser: Option<[u8; 32]>,
    /// How the asking browser looks: `Firefox op Windows`.
    pub browser_label: Option<String>,
    /// SHA-256 of the public key that the asking browser proved to hold.
    pub browser_key: Option<[u8; 32]>,
    /// On behalf of which organisation.
    pub organisation: Option<OrganisationId>,
    /// With an enrolment: whose identity. With sign: whose confirmation, when known.
    pub person: Option<PersonId>,
    /// Who asks in person: the beheerder who shows an enrolment or link QR, the operator who invites.
    pub asked_by: Option<PersonId>,
    /// What is signed, Dutch and English.
    pub sentence: Option<(String, String)>,
    /// With a card: the controlecode that page and Desktop App show.
    pub control_code: Option<String>,
    /// With a card: the desktop session (SHA-256 of its token) that may answer without a launch.
    pub desktop_session: Option<[u8; 32]>,
    /// SHA-256 of the exact request JWS, once signed.
    pub digest: Option<[u8; 32]>,
    /// Keyed hash of the koppelcode, or SHA-256 of the Desktop App's return code.
    pub proof_hash: Option<[u8; 32]>,
    /// Tries left for the koppelcode (phone) or the birth date (enrolment).
    pub tries_left: u8,
    /// The identity that answered.
    pub identity: Option<IdentityId>,
    /// The installation that opened or answered.
    pub installation: Option<InstallationId>,
    /// With a card: the accepted response JWS.
    pub response: Option<String>,
    /// Why an answer was refused (a problem code), for the page that waits.
    pub problem: Option<String>,
    /// The reference of the log entry about that refusal, shown with it.
    pub problem_reference: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it may be scanned or launched; once opened, until when it may be answered.
    pub expires_at: Timestamp,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
}

/// Why a request cannot make a step.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RequestRefusal {
    /// Its time ran out.
    #[error("the request expired")]
    Expired,
    /// It was used before.
    #[error("the request was used before")]
    Used,
    /// It was cancelled or replaced.
    #[error("the request was cancelled")]
    Cancelled,
    /// Wrong koppelcode or birth date; so many tries left.
    #[error("wrong, {0} tries left")]
    Wrong(u8),
    /// No tries left: the request is dead.
    #[error("no tries left")]
    NoTriesLeft,
    /// Not the browser that asked.
    #[error("another browser")]
    OtherBrowser,
    /// Not the key with which the browser asked: its cookie was copied.
    #[error("another browser key")]
    OtherKey,
    /// The step does not fit the status.
    #[error("not now")]
    NotNow,
}

impl Request {
    /// A request with nothing but what every request has.
    pub fn new(
        id: RequestId,
        purpose: Purpose,
        means: Means,
        nonce_hash: [u8; 32],
        created_at: Timestamp,
        seconds: i64,
    ) -> Self {
        Self {
            id,
            purpose,
            means,
            status: RequestStatus::Created,
            nonce_hash,
            code_hash: None,
            browser: None,
            browser_label: None,
            browser_key: None,
            organisation: None,
            person: None,
            asked_by: None,
            sentence: None,
            control_code: None,
            desktop_session: None,
            digest: None,
            proof_hash: None,
            tries_left: 0,
            identity: None,
            installation: None,
            response: None,
            problem: None,
            problem_reference: None,
            created_at,
            expires_at: created_at.plus_seconds(seconds),
            opened_at: None,
            decided_at: None,
        }
    }

    /// The status at a moment: what is open past its end is expired, also a result that nobody came for.
    pub fn status_at(&self, now: Timestamp) -> RequestStatus {
        if !self.status.is_final() && now >= self.expires_at { RequestStatus::Expired } else { self.status }
    }

    /// Accepted: the browser that asked has [`GRACE_SECONDS`] to take the result; with a link [`LINK_SECONDS`], for the
    /// beheerder to compare the person with the WID.
    fn accepted(&mut self, now: Timestamp) {
        self.status = RequestStatus::Accepted;
        let seconds = if self.purpose == Purpose::Link { LINK_SECONDS } else { GRACE_SECONDS };
        self.expires_at = now.plus_seconds(seconds);
    }

    fn refuse(&self, now: Timestamp) -> RequestRefusal {
        match self.status_at(now) {
            RequestStatus::Expired => RequestRefusal::Expired,
            RequestStatus::Cancelled => RequestRefusal::Cancelled,
            _ => RequestRefusal::Used,
        }
    }

    /// Scanned or launched: once, in time. An opened request may be finished for at least two more minutes.
    pub fn open(&mut self, now: Timestamp) -> Result<(), RequestRefusal> {
        if self.status_at(now) != RequestStatus::Created {
            return Err(self.refuse(now));
        }
        self.status = RequestStatus::Opened;
        self.opened_at = Some(now);
        let minimum = match self.means {
            Means::Phone => now.plus_seconds(GRACE_SECONDS),
            Means::Card => now.plus_seconds(CARD_SECONDS),
        };
        let limit = if self.purpose == Purpose::Enrol && self.means == Means::Phone {
            minimum
        } else {
            self.expires_at.max(minimum)
        };
        self.expires_at = limit;
        Ok(())
    }

    /// The browser that asks proves to hold a key: once, before the answer.
    pub fn prove_browser(&mut self, browser: &[u8; 32], key: [u8; 32], now: Timestamp) -> Result<(), RequestRefusal> {
        if self.browser.as_ref() != Some(browser) {
            return Err(RequestRefusal::OtherBrowser);
        }
        let open = matches!(self.status_at(now), RequestStatus::Created | RequestStatus::Opened);
        if !open || self.browser_key.is_some() {
            return Err(self.refuse(now));
        }
        self.browser_key = Some(key);
        Ok(())
    }

    /// Answered. `next` is where an acceptance leads: [`RequestStatus::Accepted`], `Pairing`, `Returning` or `Finished`.
    pub fn decide(&mut self, decision: Decision, next: RequestStatus, now: Timestamp) -> Result<(), RequestRefusal> {
        if self.status_at(now) != RequestStatus::Opened {
            return Err(self.refuse(now));
        }
        self.decided_at = Some(now);
        self.status = match decision {
            Decision::Declined => RequestStatus::Declined,
            Decision::Accepted => next,
        };
        match self.status {
            RequestStatus::Pairing | RequestStatus::Returning => self.expires_at = now.plus_seconds(PAIRING_SECONDS),
            RequestStatus::Accepted => self.accepted(now),
            _ => {}
        }
        Ok(())
    }

    /// Whether the answer to this enrolment may be given again, to the same key: it was lost, and the time to finish (or to
    /// type its digits) is not over.
    pub fn may_repeat_answer(&self, now: Timestamp) -> bool {
        let enrols = self.purpose == Purpose::Enrol && self.means == Means::Phone;
        let answered = matches!(self.status, RequestStatus::Finished | RequestStatus::Pairing);
        enrols && answered && now < self.expires_at
    }

    /// The answer was refused for a reason that the person must know, such as a revoked card: the request is over and
    /// the waiting page tells why, with the reference of the log entry.
    pub fn refused(&mut self, problem: &str, reference: &str, now: Timestamp) -> Result<(), RequestRefusal> {
        self.decide(Decision::Declined, RequestStatus::Declined, now)?;
        self.problem = Some(problem.to_owned());
        self.problem_reference = Some(reference.to_owned());
        Ok(())
    }

    /// The page gives the koppelcode (`right`: it was compared in constant time with the stored hash).
    pub fn pair(&mut self, browser: &[u8; 32], right: bool, now: Timestamp) -> Result<(), RequestRefusal> {
        if self.browser.as_ref() != Some(browser) {
            return Err(RequestRefusal::OtherBrowser);
        }
        if self.status_at(now) != RequestStatus::Pairing {
            return Err(self.refuse(now));
        }
        if right {
            self.accepted(now);
            return Ok(());
        }
        self.tries_left = self.tries_left.saturating_sub(1);
        if self.tries_left == 0 {
            self.status = RequestStatus::Cancelled;
            return Err(RequestRefusal::NoTriesLeft);
        }
        Err(RequestRefusal::Wrong(self.tries_left))
    }

    /// The browser brings the Desktop App's return code (found by its hash).
    pub fn bring_return(&mut self, browser: &[u8; 32], now: Timestamp) -> Result<(), RequestRefusal> {
        if self.browser.as_ref() != Some(browser) {
            return Err(RequestRefusal::OtherBrowser);
        }
        if self.status_at(now) != RequestStatus::Returning {
            return Err(self.refuse(now));
        }
        self.accepted(now);
        Ok(())
    }

    /// A wrong birth date at activation.
    pub fn wrong_birth_date(&mut self) -> RequestRefusal {
        self.tries_left = self.tries_left.saturating_sub(1);
        if self.tries_left == 0 {
            self.status = RequestStatus::Cancelled;
            return RequestRefusal::NoTriesLeft;
        }
        RequestRefusal::Wrong(self.tries_left)
    }

    /// The browser that asked takes the result: once. Where it proved a key when it asked, it proves that key again.
    pub fn finish(&mut self, browser: &[u8; 32], key: Option<&[u8; 32]>, now: Timestamp) -> Result<(), RequestRefusal> {
        if self.browser.as_ref() != Some(browser) {
            return Err(RequestRefusal::OtherBrowser);
        }
        if self.browser_key.is_some() && self.browser_key.as_ref() != key {
            return Err(RequestRefusal::OtherKey);
        }
        match self.status_at(now) {
            RequestStatus::Accepted => {
                self.status = RequestStatus::Finished;
                Ok(())
            }
            RequestStatus::Created | RequestStatus::Opened | RequestStatus::Pairing | RequestStatus::Returning => {
                Err(RequestRefusal::NotNow)
            }
            _ => Err(self.refuse(now)),
        }
    }

    /// Withdrawn or replaced, unless it is over already.
    pub fn cancel(&mut self) {
        if !self.status.is_final() {
            self.status = RequestStatus::Cancelled;
        }
    }
}

#[cfg(test)]
mod tests;
