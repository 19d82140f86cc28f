//! Kinds of events, for who reads the log.

use super::Event;

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventGroup {
    /// People, how they were identified, where they work, and their IDs.
    People,
    /// Roles given and taken.
    Roles,
    /// Sessions and cards.
    Sessions,
    /// QR codes, requests and confirmations.
    Requests,
    /// Reading and exporting.
    Reading,
    /// Applications and organisations.
    Organisations,
    /// Mails.
    Mails,
    /// Care applications, notices, and what the system deletes.
    System,
}

impl EventGroup {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::People,
        Self::Roles,
        Self::Sessions,
        Self::Requests,
        Self::Reading,
        Self::Organisations,
        Self::Mails,
        Self::System,
    ];
    /// Its word in addresses and in the log itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::People => "personen",
            Self::Roles => "rollen",
            Self::Sessions => "sessies",
            Self::Requests => "verzoeken",
            Self::Reading => "lezen",
            Self::Organisations => "organisaties",
            Self::Mails => "mail",
            Self::System => "systeem",
        }
    }
    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == text)
    }
    /// Its events.
    pub fn events(self) -> Vec<Event> {
        Event::ALL.iter().copied().filter(|event| event.group() == self).collect()
    }
}

impl Event {
    /// Which kind of event it is.
    pub fn group(self) -> EventGroup {
        use Event::*;
        match self {
            PersonRegistered
            | PersonPrepared
            | PersonUnprepared
            | PersonChanged
            | PersonCorrected
            | PersonRemoved
            | PersonMerged
            | PersonUnmerged
            | PersonConflict
            | ProofingFaceToFace
            | ProofingCard
            | ProofingRefused
            | MembershipAdded
            | MembershipEnded
            | MembershipEndDate
            | MembershipBlocked
            | MembershipUnblocked
            | MembershipAttributes
            | MembershipAttributesEnded
            | MembershipReconfirm
            | MembershipConfirmed
            | IdentityPending
            | IdentityUnblocked
            | IdentityQr
            | IdentityActivated
            | IdentityAnswerRepeated
            | IdentityReplaced
            | IdentityReissued
            | IdentityBlocked
            | IdentityRevoked
            | IdentityPinBlocked => EventGroup::People,
            RoleGiven | RoleTaken | OperatorGiven | OperatorTaken | AuditorGiven | AuditorTaken => EventGroup::Roles,
            SessionOpened | SessionEnded | CardUsed | CardRefused => EventGroup::Sessions,
            RequestProposed | RequestCreated | RequestOpened | RequestAccepted | RequestDeclined | RequestRefused
            | RequestCancelled => EventGroup::Requests,
            PersonExported | PersonDownloaded | LogRead => EventGroup::Reading,
            ApplicationSubmitted
            | ApplicationHandled
            | ApplicationApproved
            | ApplicationRejected
            | ApplicationWithdrawn
            | ApplicationExpired
            | OrganisationAdded
            | OrganisationValidated
            | OrganisationChanged
            | OrganisationEnded
            | OrganisationReopened
            | OrganisationOrphaned => EventGroup::Organisations,
            MailQueued | MailSent | MailFailed => EventGroup::Mails,
            ClientSaved | ClientEnded | NoticeChanged | PersonDataPurged => EventGroup::System,
        }
    }
}
