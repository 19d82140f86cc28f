//! Changes that people make in the portal: what is changed, whether it is confirmed with the maker's own means, and whether
//! a second operator must agree (SYSTEM.md §2, flow 9).
//!
//! Every change goes one way: it is *proposed* in a browser; where needed the maker signs its sentence with phone or card;
//! where needed a second operator agrees; then it is executed, after everything was looked at again, in one transaction
//! with its log entries.

mod sentence;

use crate::{
    BirthDate, EmailAddress, PersonName, Timestamp, Ura, UziNumber,
    application::{ApplicationId, Checks},
    care_application::{CareApplication, CareApplicationId},
    identity::IdentityId,
    mail::MailId,
    notice::{NoticeId, NoticeKind},
    organisation::OrganisationId,
    person::{MembershipId, PersonId, Role, ShownDocument},
    preregistration::{PreRegistrationId, Prepared},
    request::RequestId,
    session::SessionId,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use sentence::Facts;

crate::id_type!(
    /// Names a change.
    ChangeId
);

/// Seconds to confirm a change with phone or card.
pub const CONFIRM_SECONDS: i64 = 10 * 60;
/// Seconds that a change waits for a second operator.
pub const SECOND_SECONDS: i64 = 14 * 24 * 60 * 60;
/// The longest reason, in characters.
pub const MAX_REASON: usize = 500;

/// What somebody is told about a person who is registered or invited, as in the WID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPerson {
    /// Names.
    pub name: PersonName,
    /// Birth date.
    pub birth_date: BirthDate,
    /// Birthplace.
    pub birthplace: String,
    /// The document that was shown.
    pub document: ShownDocument,
    /// E-mail address, to be confirmed by the person.
    pub email: Option<EmailAddress>,
    /// Department.
    pub department: String,
    /// Personnel number.
    pub personnel_number: String,
}

/// A change of one colleague.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemberChange {
    /// Details that do not say who somebody is.
    Edit {
        /// E-mail address.
        email: Option<EmailAddress>,
        /// Department.
        department: String,
        /// Personnel number.
        personnel_number: String,
    },
    /// Names and birth data, only before the first activation.
    Correct {
        /// Names.
        name: PersonName,
        /// Birth date.
        birth_date: BirthDate,
        /// Birthplace.
        birthplace: String,
    },
    /// Ends by itself (the first moment that it is over); `None`: no more.
    EndDate(Option<Timestamp>),
    /// Ontkoppelen: works here no more.
    Unlink,
    /// Toegang blokkeren.
    BlockAccess,
    /// Toegang deblokkeren.
    UnblockAccess,
    /// A membership *te herbevestigen* is confirmed by a WID check.
    Reconfirm(ShownDocument),
    /// ID blokkeren.
    BlockIdentity,
    /// ID deblokkeren, after a WID check.
    UnblockIdentity(ShownDocument),
    /// ID intrekken: final.
    RevokeIdentity,
    /// Nieuwe QR-code maken, after a WID check.
    NewQr(ShownDocument),
    /// Appoint.
    Give(Role),
    /// Dismiss.
    Take(Role),
    /// Verwijderen: a registration that was never activated.
    Remove,
}

/// A change in an organisation that is not about one present colleague.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrganisationChange {
    /// + Registreren, face to face.
    Register {
        /// Whom.
        person: Box<NewPerson>,
        /// The pre-registration that it fulfils.
        prepared: Option<PreRegistrationId>,
    },
    /// Koppelen: the beheerder compared the person who accepted the `link` QR with the WID.
    Link {
        /// The accepted request.
        request: RequestId,
        /// The document that was shown.
        document: ShownDocument,
    },
    /// Pre-registrations from a file.
    Prepare(Vec<Prepared>),
    /// Pre-registrations that are not needed any more.
    RemovePrepared(Vec<PreRegistrationId>),
    /// Many people unlinked at once.
    UnlinkMany(Vec<MembershipId>),
    /// Whom colleagues ask.
    Contact(String),
}

/// A change by an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperatorChange {
    /// "Ik behandel deze".
    Handle(ApplicationId),
    /// Approve an application under this name and URA.
    Approve {
        /// Which.
        application: ApplicationId,
        /// Name as checked.
        name: String,
        /// URA as checked.
        ura: Ura,
        /// How it was checked.
        checks: Checks,
    },
    /// Reject an application.
    Reject(ApplicationId),
    /// Rename an organisation.
    Rename {
        /// Which.
        organisation: OrganisationId,
        /// New name.
        name: String,
    },
    /// An organisation takes part no more.
    EndOrganisation(OrganisationId),
    /// Reopen the validation for a UZI number (*verweesd*).
    Reopen {
        /// Which.
        organisation: OrganisationId,
        /// For whom.
        uzi_number: UziNumber,
    },
    /// Take a role, also the last administrator's.
    TakeRole {
        /// Whose.
        membership: MembershipId,
        /// Which.
        role: Role,
    },
    /// Correct a person's data.
    Correct {
        /// Whose.
        person: PersonId,
        /// Names.
        name: PersonName,
        /// Birth date.
        birth_date: BirthDate,
        /// Birthplace.
        birthplace: String,
    },
    /// Two registrations are one person. Identities are never moved.
    Merge {
        /// Goes.
        from: PersonId,
        /// Stays.
        into: PersonId,
    },
    /// They are not, after all (within 30 days).
    Unmerge(PersonId),
    /// Invite an operator who is new here.
    Invite(Box<NewPerson>),
    /// Make an operator of somebody who has a Mobile ID, found by person number.
    Appoint(PersonId),
    /// An operator is one no more.
    Dismiss(PersonId),
    /// Invite an auditor of the environment who is new here.
    InviteAuditor(Box<NewPerson>),
    /// Make an auditor of the environment of somebody who has a Mobile ID, found by person number.
    AppointAuditor(PersonId),
    /// An auditor of the environment is one no more.
    DismissAuditor(PersonId),
    /// Block an identity.
    BlockIdentity(IdentityId),
    /// Unblock an identity after a WID check.
    UnblockIdentity {
        /// Which.
        identity: IdentityId,
        /// The document that was shown.
        document: ShownDocument,
    },
    /// Revoke an identity.
    RevokeIdentity(IdentityId),
    /// Register or change a care application.
    SaveCareApplication(Box<CareApplication>),
    /// A care application takes part no more.
    EndCareApplication(CareApplicationId),
    /// Show a notice on every page.
    ShowNotice {
        /// What kind.
        kind: NoticeKind,
        /// Dutch text.
        nl: String,
        /// English text.
        en: String,
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// Take a notice away.
    EndNotice(NoticeId),
    /// Try a failed mail again.
    SendAgain(MailId),
    /// As the second operator: agree or disagree with what another one proposed.
    Second(Decision),
}

/// What a second operator says about a proposed change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Decision {
    /// About which.
    pub change: ChangeId,
    /// Whether it is to be done.
    pub agrees: bool,
    /// It is of a kind that is always confirmed: agreeing is confirmed like proposing.
    pub grave: bool,
    /// It invites somebody: agreeing ends at the QR code.
    pub invites: bool,
}

/// A change of oneself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnChange {
    /// Another e-mail address; it counts once confirmed.
    Email(Option<EmailAddress>),
}

/// A change, and whom or what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Of a colleague.
    Member {
        /// Which membership; it names person and organisation.
        membership: MembershipId,
        /// What.
        change: MemberChange,
    },
    /// In an organisation.
    Organisation {
        /// Which.
        organisation: OrganisationId,
        /// What.
        change: OrganisationChange,
    },
    /// By an operator.
    Operator(OperatorChange),
    /// Of oneself.
    Own(OwnChange),
}

impl OperatorChange {
    /// Whether it invites somebody: it ends at the QR code of their Mobile ID.
    pub fn invites(&self) -> bool {
        matches!(self, Self::Invite(_) | Self::InviteAuditor(_))
    }
}

impl Change {
    /// Whether it needs a reason.
    pub fn needs_reason(&self) -> bool {
        match self {
            Self::Member { change, .. } => !matches!(change, MemberChange::Edit { .. } | MemberChange::Remove),
            Self::Organisation { change, .. } => matches!(change, OrganisationChange::UnlinkMany(_)),
            Self::Operator(change) => !matches!(
                change,
                OperatorChange::Handle(_)
                    | OperatorChange::Approve { .. }
                    | OperatorChange::SaveCareApplication(_)
                    | OperatorChange::ShowNotice { .. }
                    | OperatorChange::EndNotice(_)
                    | OperatorChange::SendAgain(_)
                    | OperatorChange::Second(_)
            ),
            Self::Own(_) => false,
        }
    }
    /// Whether it is confirmed with phone or card also in a trusted browser: appointing, dismissing, revoking, correcting
    /// and bulk changes.
    pub fn is_always_confirmed(&self) -> bool {
        match self {
            Self::Member { change, .. } => matches!(
                change,
                MemberChange::Give(_)
                    | MemberChange::Take(_)
                    | MemberChange::RevokeIdentity
                    | MemberChange::Correct { .. }
            ),
            Self::Organisation { change, .. } => match change {
                OrganisationChange::Prepare(_) | OrganisationChange::UnlinkMany(_) => true,
                OrganisationChange::RemovePrepared(ids) => ids.len() > 1,
                _ => false,
            },
            Self::Operator(OperatorChange::Second(decision)) => decision.agrees && decision.grave,
            Self::Operator(change) => matches!(
                change,
                OperatorChange::EndOrganisation(_)
                    | OperatorChange::TakeRole { .. }
                    | OperatorChange::Correct { .. }
                    | OperatorChange::Merge { .. }
                    | OperatorChange::Unmerge(_)
                    | OperatorChange::Invite(_)
                    | OperatorChange::Appoint(_)
                    | OperatorChange::Dismiss(_)
                    | OperatorChange::InviteAuditor(_)
                    | OperatorChange::AppointAuditor(_)
                    | OperatorChange::DismissAuditor(_)
                    | OperatorChange::RevokeIdentity(_)
            ),
            Self::Own(_) => false,
        }
    }
    /// The identity document that was looked at for it.
    fn document(&mut self) -> Option<&mut ShownDocument> {
        match self {
            Self::Member { change, .. } => match change {
                MemberChange::Reconfirm(document)
                | MemberChange::UnblockIdentity(document)
                | MemberChange::NewQr(document) => Some(document),
                _ => None,
            },
            Self::Organisation { change, .. } => match change {
                OrganisationChange::Register { person, .. } => Some(&mut person.document),
                OrganisationChange::Link { document, .. } => Some(document),
                _ => None,
            },
            Self::Operator(change) => match change {
                OperatorChange::Invite(person) | OperatorChange::InviteAuditor(person) => Some(&mut person.document),
                OperatorChange::UnblockIdentity { document, .. } => Some(document),
                _ => None,
            },
            Self::Own(_) => None,
        }
    }
    /// Whether a second operator must agree (a setting; one is allowed in acceptatie).
    pub fn needs_second_operator(&self) -> bool {
        matches!(
            self,
            Self::Operator(
                OperatorChange::Approve { .. }
                    | OperatorChange::Invite(_)
                    | OperatorChange::Appoint(_)
                    | OperatorChange::InviteAuditor(_)
                    | OperatorChange::AppointAuditor(_)
                    | OperatorChange::Correct { .. }
                    | OperatorChange::Merge { .. }
                    | OperatorChange::RevokeIdentity(_)
            )
        )
    }
}

/// *proposed → awaiting-second → executed*, or an end without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeStatus {
    /// The maker must confirm it with phone or card.
    Proposed,
    /// A second operator must agree.
    AwaitingSecond,
    /// Done.
    Executed,
    /// The maker declined, withdrew, or the second operator disagreed.
    Declined,
    /// When it came to it, it was not possible (any more).
    Refused,
    /// Nobody confirmed it in time.
    Expired,
}

impl ChangeStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Proposed, Self::AwaitingSecond, Self::Executed, Self::Declined, Self::Refused, Self::Expired];
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::AwaitingSecond => "awaiting-second",
            Self::Executed => "executed",
            Self::Declined => "declined",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// A change as stored while it waits; executed ones are kept as what a signature was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingChange {
    /// Its id.
    pub id: ChangeId,
    /// What.
    pub change: Change,
    /// Why.
    pub reason: String,
    /// What is signed, Dutch and English.
    pub sentence: (String, String),
    /// Who proposed it.
    pub by: PersonId,
    /// In which session: only its browser goes on with it.
    pub session: SessionId,
    /// The `sign` request that confirms it.
    pub confirmation: Option<RequestId>,
    /// Where it stands.
    pub status: ChangeStatus,
    /// The second operator.
    pub second: Option<PersonId>,
    /// The enrolment request that executing it made: its QR is shown once.
    pub enrolment: Option<RequestId>,
    /// Why it was refused (a problem code).
    pub problem: Option<String>,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// Until when it waits.
    pub expires_at: Timestamp,
}

/// Why a change cannot make a step.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// It is over.
    #[error("the change is {0:?}")]
    Over(ChangeStatus),
    /// The second operator is the first one.
    #[error("the second operator must be another one")]
    SameOperator,
}

impl PendingChange {
    /// The status at a moment.
    pub fn status_at(&self, now: Timestamp) -> ChangeStatus {
        match self.status {
            ChangeStatus::Proposed | ChangeStatus::AwaitingSecond if now >= self.expires_at => ChangeStatus::Expired,
            status => status,
        }
    }
    /// Confirmed by its maker, or in no need of it. True: it can be executed now; false: a second operator comes first.
    pub fn confirmed(&mut self, needs_second: bool, now: Timestamp) -> Result<bool, ChangeRefusal> {
        match self.status_at(now) {
            ChangeStatus::Proposed if needs_second => {
                self.status = ChangeStatus::AwaitingSecond;
                self.expires_at = now.plus_seconds(SECOND_SECONDS);
                Ok(false)
            }
            ChangeStatus::Proposed => {
                self.status = ChangeStatus::Executed;
                Ok(true)
            }
            over => Err(ChangeRefusal::Over(over)),
        }
    }
    /// A second operator agrees or disagrees.
    pub fn seconded(&mut self, by: PersonId, agrees: bool, now: Timestamp) -> Result<(), ChangeRefusal> {
        match self.status_at(now) {
            ChangeStatus::AwaitingSecond if by == self.by => Err(ChangeRefusal::SameOperator),
            ChangeStatus::AwaitingSecond => {
                self.second = Some(by);
                self.status = if agrees { ChangeStatus::Executed } else { ChangeStatus::Declined };
                Ok(())
            }
            over => Err(ChangeRefusal::Over(over)),
        }
    }
    /// The maker declined or withdrew it.
    pub fn declined(&mut self, now: Timestamp) -> Result<(), ChangeRefusal> {
        match self.status_at(now) {
            ChangeStatus::Proposed | ChangeStatus::AwaitingSecond => {
                self.status = ChangeStatus::Declined;
                Ok(())
            }
            over => Err(ChangeRefusal::Over(over)),
        }
    }
    /// It was executed: how the identity document was looked at is kept beside the person now, and its number nowhere else.
    /// So are colleagues from a file, who go when they are registered or removed; how many they were is in the sentence.
    pub fn forget_copies(&mut self) {
        if let Some(document) = self.change.document() {
            document.number_sealed.clear();
        }
        if let Change::Organisation { change: OrganisationChange::Prepare(rows), .. } = &mut self.change {
            rows.clear();
        }
    }
    /// When it came to it, it was not possible.
    pub fn refused(&mut self, problem: &str) {
        self.status = ChangeStatus::Refused;
        self.problem = Some(problem.to_owned());
    }
}

#[cfg(test)]
mod tests;
