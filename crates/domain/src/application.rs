//! Aanvragen (SYSTEM.md flow 1): an organisation asks to take part, operators decide.

use crate::{
    EmailAddress, Language, PersonName, Timestamp, Ura, UziNumber, organisation::OrganisationId, person::PersonId,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

crate::id_type!(
    /// Names an application.
    ApplicationId
);

/// Days after approval at which an application that was not validated expires.
pub const VALIDATE_WITHIN_DAYS: i64 = 90;
/// Days after approval at which the applicant and the representative are reminded.
pub const REMIND_AFTER_DAYS: [i64; 2] = [14, 60];

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// What the applicant filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationForm {
    /// Name of the organisation.
    pub organisation_name: String,
    /// Its URA.
    pub ura: Ura,
    /// Who applies: the administrator to be.
    pub applicant: PersonName,
    /// The applicant's UZI number.
    pub uzi_number: UziNumber,
    /// The applicant's address.
    pub email: EmailAddress,
    /// Vertegenwoordiger: who may speak for the organisation.
    pub representative_name: String,
    /// The representative's address: is told every change of status.
    pub representative_email: EmailAddress,
    /// Care application in use.
    pub care_application: String,
}

/// *submitted → approved | rejected | withdrawn | expired*; an approved one ends as *validated*, *withdrawn* or *expired*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationStatus {
    /// Waits for operators.
    Submitted,
    /// Waits for the validation with the UZI-pas.
    Approved,
    /// Refused, with a reason; one can apply again.
    Rejected,
    /// Taken back by the applicant.
    Withdrawn,
    /// Not validated in time.
    Expired,
    /// The organisation was validated with it.
    Validated,
}

impl ApplicationStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Submitted, Self::Approved, Self::Rejected, Self::Withdrawn, Self::Expired, Self::Validated];
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Validated => "validated",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
    /// Whether a second application for the same URA has to wait for this one.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Submitted | Self::Approved)
    }
}

/// How the operator checked the application; each says against what (for example *KvK-uittreksel 12-11-2026*).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// The organisation's name.
    pub name: String,
    /// The URA.
    pub ura: String,
    /// That the representative may speak for the organisation.
    pub representative: String,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// What was filled in; operators may correct name and URA before they approve.
    pub form: ApplicationForm,
    /// The applicant's language, for mails.
    pub language: Language,
    /// SHA-256 of the code in the status link.
    pub link_hash: [u8; 32],
    /// Where it stands.
    pub status: ApplicationStatus,
    /// The operator who said "ik behandel deze".
    pub handled_by: Option<PersonId>,
    /// How it was checked, once approved.
    pub checks: Option<Checks>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The organisation that the approval made.
    pub organisation: Option<OrganisationId>,
    /// How many reminders were sent.
    pub reminders: u8,
    /// When it was submitted.
    pub submitted_at: Timestamp,
}

/// Why an application cannot make a step.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the application is {0:?}")]
pub struct ApplicationRefusal(pub ApplicationStatus);

/// What the passing of time asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing.
    Nothing,
    /// A reminder; so many days are left.
    Remind(i64),
    /// Its time ran out.
    Expire,
}

impl Application {
    fn require(&self, allowed: &[ApplicationStatus]) -> Result<(), ApplicationRefusal> {
        if allowed.contains(&self.status) { Ok(()) } else { Err(ApplicationRefusal(self.status)) }
    }
    /// "Ik behandel deze"; another operator may take it over.
    pub fn handle(&mut self, by: PersonId) -> Result<(), ApplicationRefusal> {
        self.require(&[ApplicationStatus::Submitted])?;
        self.handled_by = Some(by);
        Ok(())
    }
    /// Approved under this name and URA.
    pub fn approve(
        &mut self,
        by: PersonId,
        name: &str,
        ura: Ura,
        checks: Checks,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> Result<(), ApplicationRefusal> {
        self.require(&[ApplicationStatus::Submitted])?;
        self.form.organisation_name = name.to_owned();
        self.form.ura = ura;
        self.checks = Some(checks);
        self.organisation = Some(organisation);
        self.decide(ApplicationStatus::Approved, by, now);
        Ok(())
    }
    /// Rejected, with a reason that the applicant reads.
    pub fn reject(&mut self, by: PersonId, reason: &str, now: Timestamp) -> Result<(), ApplicationRefusal> {
        self.require(&[ApplicationStatus::Submitted])?;
        self.reason = Some(reason.to_owned());
        self.decide(ApplicationStatus::Rejected, by, now);
        Ok(())
    }
    fn decide(&mut self, status: ApplicationStatus, by: PersonId, now: Timestamp) {
        self.status = status;
        self.decided_by = Some(by);
        self.decided_at = Some(now);
    }
    /// Taken back, until it is validated.
    pub fn withdraw(&mut self) -> Result<(), ApplicationRefusal> {
        self.require(&[ApplicationStatus::Submitted, ApplicationStatus::Approved])?;
        self.status = ApplicationStatus::Withdrawn;
        Ok(())
    }
    /// The organisation was validated.
    pub fn validated(&mut self) -> Result<(), ApplicationRefusal> {
        self.require(&[ApplicationStatus::Approved])?;
        self.status = ApplicationStatus::Validated;
        Ok(())
    }
    /// Not validated in time.
    pub fn expire(&mut self) -> Result<(), ApplicationRefusal> {
        self.require(&[ApplicationStatus::Approved])?;
        self.status = ApplicationStatus::Expired;
        Ok(())
    }
    /// When an approved application expires.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let approved = self.decided_at.filter(|_| self.status == ApplicationStatus::Approved)?;
        Some(approved.plus_seconds(VALIDATE_WITHIN_DAYS * DAY_SECONDS))
    }
    /// What must happen now because time passed.
    pub fn due(&self, now: Timestamp) -> Due {
        let (Some(approved), Some(end)) = (self.decided_at, self.expires_at()) else { return Due::Nothing };
        if now >= end {
            return Due::Expire;
        }
        let passed = now.seconds_since(approved) / DAY_SECONDS;
        let sent = usize::from(self.reminders);
        match REMIND_AFTER_DAYS.get(sent) {
            Some(day) if passed >= *day => Due::Remind(VALIDATE_WITHIN_DAYS - passed),
            _ => Due::Nothing,
        }
    }
    /// A reminder was sent; those whose day passed meanwhile are not sent any more.
    pub fn reminded(&mut self, now: Timestamp) {
        let passed = self.decided_at.map_or(0, |approved| now.seconds_since(approved) / DAY_SECONDS);
        let due = REMIND_AFTER_DAYS.iter().filter(|day| passed >= **day).count();
        self.reminders = u8::try_from(due).unwrap_or(u8::MAX);
    }
    /// Whether this UZI-pas may validate the organisation: URA **and** UZI number equal.
    pub fn may_be_validated_by(&self, ura: &Ura, uzi_number: &UziNumber) -> bool {
        self.status == ApplicationStatus::Approved && self.form.ura == *ura && self.form.uzi_number == *uzi_number
    }
}

#[cfg(test)]
mod tests;
