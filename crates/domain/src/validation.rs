//! *Valideren* (SYSTEM.md flow 2): one per browser, kept by the server, so that reload, back and a second tab show the
//! same. A finished one stays: it is the organisation's evidence, and its administrator's role may still have to follow.

use crate::{
    Timestamp,
    organisation::OrganisationId,
    person::PersonId,
    registration::{CardData, DESKTOP_SESSION_SECONDS, IDLE_SECONDS, RegistrationRefusal},
    request::RequestId,
    uzi::UziNumber,
};
use serde::{Deserialize, Serialize};

crate::id_type!(
    /// Names a validation.
    ValidationId
);

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Terms to accept.
    Terms,
    /// UZI-pas to be read.
    Card,
    /// The organisation to look at and confirm with the card.
    Check,
    /// Validated.
    Done,
}

/// The wizard's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validation {
    /// Its id.
    pub id: ValidationId,
    /// SHA-256 of the browser cookie.
    pub browser: [u8; 32],
    /// Where it stands.
    pub step: Step,
    /// Version of the terms that were accepted.
    pub terms_version: Option<String>,
    /// What the card said.
    pub card: Option<CardData>,
    /// The card request that is open now (reading or confirming).
    pub card_request: Option<RequestId>,
    /// The request with which the card was read.
    pub read_with: Option<RequestId>,
    /// The signed confirmation (compact JWS).
    pub confirmation: Option<String>,
    /// Who got the role of administrator.
    pub administrator: Option<PersonId>,
    /// SHA-256 of the token of the Desktop App that still holds the card.
    pub desktop_session: Option<[u8; 32]>,
    /// Until when that Desktop session lives.
    pub desktop_session_until: Option<Timestamp>,
    /// When the Desktop App last asked for work.
    pub desktop_seen_at: Option<Timestamp>,
    /// SHA-256 of the key that the browser proved in which the Desktop App's return came back.
    pub browser_key: Option<[u8; 32]>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Last step.
    pub updated_at: Timestamp,
}

impl Validation {
    /// Begins.
    pub fn begin(id: ValidationId, browser: [u8; 32], now: Timestamp) -> Self {
        Self {
            id,
            browser,
            step: Step::Terms,
            terms_version: None,
            card: None,
            card_request: None,
            read_with: None,
            confirmation: None,
            administrator: None,
            desktop_session: None,
            desktop_session_until: None,
            desktop_seen_at: None,
            browser_key: None,
            created_at: now,
            updated_at: now,
        }
    }
    /// Whether the browser shows it no more: later somebody else may sit there.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        now >= self.updated_at.plus_seconds(IDLE_SECONDS)
    }
    /// The organisation that was validated with it.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.card.as_ref().filter(|_| self.step == Step::Done).map(|card| card.organisation)
    }
    /// Whether the role of administrator waits until this UZI-pas's holder has a Mobile ID.
    pub fn waits_for(&self, number: &UziNumber) -> bool {
        let same = self.card.as_ref().is_some_and(|card| card.uzi_number == *number);
        same && self.step == Step::Done && self.administrator.is_none()
    }
    /// Whether the role has still to be given.
    pub fn role_waits(&self) -> bool {
        self.step == Step::Done && self.administrator.is_none()
    }
    fn change(&mut self, now: Timestamp) -> Result<(), RegistrationRefusal> {
        if self.step == Step::Done {
            return Err(RegistrationRefusal::Confirmed);
        }
        self.updated_at = now;
        Ok(())
    }
    /// Terms accepted.
    pub fn accept_terms(&mut self, version: &str, now: Timestamp) -> Result<(), RegistrationRefusal> {
        self.change(now)?;
        self.terms_version = Some(version.to_owned());
        self.step = self.step.max(Step::Card);
        Ok(())
    }
    /// A card request begins: the one that was open is to be cancelled.
    pub fn launched(&mut self, request: RequestId, now: Timestamp) -> Result<Option<RequestId>, RegistrationRefusal> {
        self.change(now)?;
        if self.terms_version.is_none() {
            return Err(RegistrationRefusal::TermsFirst);
        }
        Ok(self.card_request.replace(request))
    }
    /// The Desktop App that read the card stays available for ten minutes.
    pub fn desktop_attached(&mut self, session: [u8; 32], now: Timestamp) {
        self.desktop_session = Some(session);
        self.desktop_session_until = Some(now.plus_seconds(DESKTOP_SESSION_SECONDS));
        self.desktop_seen_at = Some(now);
    }
    /// The Desktop App let go of the card.
    pub fn desktop_gone(&mut self) {
        self.desktop_session = None;
        self.desktop_session_until = None;
        self.desktop_seen_at = None;
    }
    /// Whether that Desktop App is still asking for work.
    pub fn desktop_is_alive(&self, now: Timestamp) -> bool {
        const POLL_SECONDS: i64 = 40;
        self.desktop_session_until.is_some_and(|until| now < until)
            && self.desktop_seen_at.is_some_and(|seen| now < seen.plus_seconds(POLL_SECONDS))
    }
    /// Card read (again).
    pub fn card_read(&mut self, card: CardData, now: Timestamp) -> Result<(), RegistrationRefusal> {
        self.change(now)?;
        if self.terms_version.is_none() {
            return Err(RegistrationRefusal::TermsFirst);
        }
        self.card = Some(card);
        self.read_with = self.card_request.take();
        self.step = Step::Check;
        Ok(())
    }
    /// Signed by the card that was read.
    pub fn confirmed(
        &mut self,
        signer: &UziNumber,
        confirmation: String,
        administrator: Option<PersonId>,
        now: Timestamp,
    ) -> Result<(), RegistrationRefusal> {
        self.change(now)?;
        let card = self.card.as_ref().ok_or(RegistrationRefusal::CardFirst)?;
        if card.uzi_number != *signer {
            return Err(RegistrationRefusal::OtherCard);
        }
        self.confirmation = Some(confirmation);
        self.administrator = administrator;
        self.card_request = None;
        self.step = Step::Done;
        Ok(())
    }
    /// The role that waited was given.
    pub fn role_given(&mut self, to: PersonId, now: Timestamp) {
        self.administrator = Some(to);
        self.updated_at = now;
    }
}

#[cfg(test)]
mod tests;
