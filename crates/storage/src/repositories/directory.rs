//! Long lists: what is asked for and what comes back, a page at a time.

use domain::{
    PersonName, Timestamp,
    operator::Office,
    organisation::OrganisationId,
    person::{Membership, Person, PersonId},
};

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows to skip.
    pub offset: u64,
    /// Rows to give, at most.
    pub limit: u32,
}

/// A part of a list, and how long the whole list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The part.
    pub rows: Vec<T>,
    /// Length of the whole list.
    pub total: u64,
}

/// Which people of an organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PeopleFilter {
    /// Everybody who is not ended.
    #[default]
    Present,
    /// Without an ID that was ever activated.
    NotActivated,
    /// Not activated, and the latest QR code is over.
    QrExpired,
    /// The active ID's certificate ends within 60 days.
    ExpiresSoon,
    /// The active ID was not used for more than 90 days (or never, and is that old).
    LongUnused,
    /// Toegang geblokkeerd, or the ID is blocked.
    Blocked,
    /// Te herbevestigen.
    Reconfirm,
    /// With a role besides Signer.
    WithRole,
    /// Ended.
    Ended,
}

/// By what the list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PeopleSort {
    /// Surname, then given names.
    #[default]
    Name,
    /// Department.
    Department,
    /// Personnel number.
    PersonnelNumber,
    /// Last use of the ID.
    LastUse,
    /// End of the ID's certificate.
    Expiry,
    /// Since when they work here.
    Since,
}

/// What to list.
#[derive(Clone, Debug)]
pub struct PeopleQuery {
    /// In which organisation.
    pub organisation: OrganisationId,
    /// Infix, folded with `domain::name::fold`: in names, person number, personnel number, department, UZI number, e-mail.
    pub text: String,
    /// Which.
    pub filter: PeopleFilter,
    /// By what.
    pub sort: PeopleSort,
    /// The other way round.
    pub descending: bool,
    /// Which part.
    pub window: Window,
    /// The present moment.
    pub now: Timestamp,
}

/// What means somebody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeansState {
    /// Never had an ID, no QR code waits.
    None,
    /// A QR code waits to be scanned until then.
    QrWaits(Timestamp),
    /// The latest QR code is over.
    QrExpired,
    /// Waits for the digits.
    Pending,
    /// Works until then.
    Active(Timestamp),
    /// Blocked.
    Blocked,
    /// Revoked, expired or replaced without a newer one.
    Over,
}

/// One line of the list of people.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonRow {
    /// Who.
    pub person: Person,
    /// As what.
    pub membership: Membership,
    /// With what means.
    pub means: MeansState,
    /// Last use of the present ID, exact to a day.
    pub last_used_at: Option<Timestamp>,
}

/// How somebody is called in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPerson {
    /// Who.
    pub person: PersonId,
    /// Person number.
    pub number: String,
    /// Names.
    pub name: PersonName,
    /// Works or worked in the organisation that was asked about.
    pub colleague: bool,
    /// What this person is or was for the environment.
    pub offices: Vec<HeldOffice>,
}

/// An office for the environment, as the log needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldOffice {
    /// Which.
    pub office: Office,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
}

impl NamedPerson {
    /// What this person was for the environment at a moment.
    pub fn office_at(&self, at: Timestamp) -> Option<Office> {
        let then = |held: &&HeldOffice| held.from <= at && held.until.is_none_or(|until| at < until);
        self.offices.iter().find(then).map(|held| held.office)
    }
}
