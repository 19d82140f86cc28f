//! The wizard *Zelf registreren* (SYSTEM.md flow 3): one per browser, kept by the server, so that reload, back and a
//! second tab show the same.

use crate::{
    BirthDate, PersonName, Timestamp, Ura,
    organisation::OrganisationId,
    person::PersonId,
    request::RequestId,
    uzi::{CardType, RoleCode, UziNumber},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

crate::id_type!(
    /// Names a registration.
    RegistrationId
);

/// An unfinished wizard is forgotten after this many seconds.
pub const IDLE_SECONDS: i64 = 60 * 60;
/// Seconds that one Desktop session serves the wizard.
pub const DESKTOP_SESSION_SECONDS: i64 = 10 * 60;
/// Tries a day for the known-person question.
pub const KNOWN_PERSON_TRIES: u8 = 3;

/// Where the wizard stands. Every step keeps what earlier steps gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Terms to accept.
    Terms,
    /// UZI-pas to be read.
    Card,
    /// Card data to check.
    Check,
    /// Birth date to fill in.
    BirthDate,
    /// Summary to confirm with the card.
    Confirm,
    /// "Wij kennen u mogelijk al."
    KnownPerson,
    /// QR code to scan.
    Scan,
    /// The identity is installed.
    Done,
    /// Stopped for good (not the known person, or several match).
    Stopped,
}

/// What the card said, after its chain and revocation were checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardData {
    /// UZI-nummer.
    pub uzi_number: UziNumber,
    /// Z or N.
    pub card_type: CardType,
    /// Abonneenummer.
    pub ura: Ura,
    /// Role code.
    pub role_code: RoleCode,
    /// Names on the card.
    pub name: PersonName,
    /// Organisation name on the card.
    pub organisation_name: String,
    /// The organisation here with that URA.
    pub organisation: OrganisationId,
    /// DER of the authentication certificate.
    pub certificate: Vec<u8>,
    /// `pki::Evidence` as JSON.
    pub evidence: String,
    /// Serial, hex.
    pub serial: String,
    /// End of the certificate.
    pub valid_until: Timestamp,
}

/// The wizard's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// SHA-256 of the browser cookie.
    pub browser: [u8; 32],
    /// Where it stands.
    pub step: Step,
    /// Version of the terms that were accepted.
    pub terms_version: Option<String>,
    /// What the card said.
    pub card: Option<CardData>,
    /// What the person typed.
    pub birth_date: Option<BirthDate>,
    /// The signed confirmation (compact JWS).
    pub confirmation: Option<String>,
    /// The card request that is open now (reading or confirming).
    pub card_request: Option<RequestId>,
    /// The enrolment request.
    pub enrolment: Option<RequestId>,
    /// The known person who may be the same.
    pub known_person: Option<PersonId>,
    /// SHA-256 of the token of the Desktop App that still holds the card.
    pub desktop_session: Option<[u8; 32]>,
    /// Until when that Desktop session lives.
    pub desktop_session_until: Option<Timestamp>,
    /// When the Desktop App last asked for work.
    pub desktop_seen_at: Option<Timestamp>,
    /// SHA-256 of the key that the browser proved in which the Desktop App's return came back.
    #[serde(default)]
    pub browser_key: Option<[u8; 32]>,
    /// Stopped: the reference of the log entry about it.
    #[serde(default)]
    pub stopped_reference: Option<String>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Last step.
    pub updated_at: Timestamp,
}

/// Why a step cannot be made.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RegistrationRefusal {
    /// Accept the terms first.
    #[error("the terms come first")]
    TermsFirst,
    /// Read the card first.
    #[error("the card comes first")]
    CardFirst,
    /// Fill in the birth date first.
    #[error("the birth date comes first")]
    BirthDateFirst,
    /// Another card than the one that was read.
    #[error("another card")]
    OtherCard,
    /// After the confirmation nothing can be changed.
    #[error("confirmed already")]
    Confirmed,
}

/// Who in the register matches a card and birth date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Nobody: a new person.
    Nobody,
    /// The UZI number is that of a person whose birth date is the same.
    SameCard(PersonId),
    /// The UZI number is that of a person with another birth date.
    OtherBirthDate(PersonId),
    /// URA, names and birth date fit one person.
    Possibly(PersonId),
    /// They fit several.
    Several,
}

impl Registration {
    /// Begins.
    pub fn begin(id: RegistrationId, browser: [u8; 32], now: Timestamp) -> Self {
        Self {
            id,
            browser,
            step: Step::Terms,
            terms_version: None,
            card: None,
            birth_date: None,
            confirmation: None,
            card_request: None,
            enrolment: None,
            known_person: None,
            desktop_session: None,
            desktop_session_until: None,
            desktop_seen_at: None,
            browser_key: None,
            stopped_reference: None,
            created_at: now,
            updated_at: now,
        }
    }
    /// Whether the data can change no more.
    pub fn is_confirmed(&self) -> bool {
        self.confirmation.is_some() || self.step > Step::Confirm
    }
    /// Whether it is forgotten (an enrolment that waits to be scanned is not).
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.step < Step::KnownPerson && now >= self.updated_at.plus_seconds(IDLE_SECONDS)
    }
    /// Whether the page still shows the QR code: for an hour, because later somebody else may sit at this computer.
    pub fn shows_qr(&self, now: Timestamp) -> bool {
        self.step == Step::Scan && now < self.updated_at.plus_seconds(IDLE_SECONDS)
    }
    fn change(&mut self, now: Timestamp) -> Result<(), RegistrationRefusal> {
        if self.is_confirmed() {
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
    /// Card read (again). Another card than before starts over after the terms.
    pub fn card_read(&mut self, card: CardData, now: Timestamp) -> Result<(), RegistrationRefusal> {
        self.change(now)?;
        if self.terms_version.is_none() {
            return Err(RegistrationRefusal::TermsFirst);
        }
        if self.card.as_ref().is_some_and(|known| known.uzi_number != card.uzi_number) {
            self.birth_date = None;
        }
        self.card = Some(card);
        self.card_request = None;
        self.step = Step::Check;
        Ok(())
    }
    /// The card that was just read registered its holder before (a lost or old QR): straight to a new QR, without
    /// asking again.
    pub fn recognised(&mut self, now: Timestamp) -> Result<(), RegistrationRefusal> {
        self.change(now)?;
        self.card.as_ref().ok_or(RegistrationRefusal::CardFirst)?;
        self.step = Step::Scan;
        Ok(())
    }
    /// The answer (or the number of tries) ends it.
    pub fn stop(&mut self, now: Timestamp) {
        self.updated_at = now;
        self.step = Step::Stopped;
    }
    /// Card data checked by the person.
    pub fn checked(&mut self, now: Timestamp) -> Result<(), RegistrationRefusal> {
        self.change(now)?;
        self.card.as_ref().ok_or(RegistrationRefusal::CardFirst)?;
        self.step = self.step.max(Step::BirthDate);
        Ok(())
    }
    /// Birth date filled in.
    pub fn fill_birth_date(&mut self, date: BirthDate, now: Timestamp) -> Result<(), RegistrationRefusal> {
        self.change(now)?;
        self.card.as_ref().ok_or(RegistrationRefusal::CardFirst)?;
        self.birth_date = Some(date);
        self.step = Step::Confirm;
        Ok(())
    }
    /// Signed by the card; where it leads depends on who matches.
    pub fn confirmed(
        &mut self,
        signer: &UziNumber,
        confirmation: String,
        found: &Match,
        now: Timestamp,
    ) -> Result<(), RegistrationRefusal> {
        self.change(now)?;
        let card = self.card.as_ref().ok_or(RegistrationRefusal::CardFirst)?;
        self.birth_date.ok_or(RegistrationRefusal::BirthDateFirst)?;
        if card.uzi_number != *signer {
            return Err(RegistrationRefusal::OtherCard);
        }
        self.confirmation = Some(confirmation);
        self.card_request = None;
        match found {
            Match::Nobody | Match::SameCard(_) => self.step = Step::Scan,
            Match::Possibly(person) => {
                self.known_person = Some(*person);
                self.step = Step::KnownPerson;
            }
            Match::OtherBirthDate(_) | Match::Several => self.step = Step::Stopped,
        }
        Ok(())
    }
    /// The answer to "Bent u eerder geregistreerd?".
    pub fn answer_known_person(&mut self, yes: bool, now: Timestamp) -> Option<PersonId> {
        let person = self.known_person.filter(|_| self.step == Step::KnownPerson)?;
        self.updated_at = now;
        self.step = if yes { Step::Scan } else { Step::Stopped };
        Some(person)
    }
    /// The identity was installed.
    pub fn installed(&mut self, now: Timestamp) {
        if self.step == Step::Scan {
            self.step = Step::Done;
            self.updated_at = now;
        }
    }
    /// Whether the Desktop App that read the card is still asking for work.
    pub fn desktop_is_alive(&self, now: Timestamp) -> bool {
        const POLL_SECONDS: i64 = 40;
        self.desktop_session_until.is_some_and(|until| now < until)
            && self.desktop_seen_at.is_some_and(|seen| now < seen.plus_seconds(POLL_SECONDS))
    }
}

#[cfg(test)]
mod tests;
