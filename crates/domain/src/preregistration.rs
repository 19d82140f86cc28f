//! Pre-registrations (*voorbereid*): colleagues read from a CSV file. They give nothing: no membership, no QR, no access,
//! until each one's face-to-face check.

use crate::{BirthDate, EmailAddress, PersonName, Timestamp, organisation::OrganisationId, person::PersonId};
use serde::{Deserialize, Serialize};

crate::id_type!(
    /// Names a pre-registration.
    PreRegistrationId
);

/// The longest department or personnel number, in characters.
pub const MAX_WORK: usize = 100;

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// Names.
    pub name: PersonName,
    /// Birth date, when the file has it.
    pub birth_date: Option<BirthDate>,
    /// Birthplace.
    pub birthplace: String,
    /// E-mail address.
    pub email: Option<EmailAddress>,
    /// Personnel number.
    pub personnel_number: String,
    /// Department.
    pub department: String,
}

/// A pre-registration; it is gone once the person is registered or it is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreRegistration {
    /// Its id.
    pub id: PreRegistrationId,
    /// Where.
    pub organisation: OrganisationId,
    /// What the file said.
    pub row: Prepared,
    /// Who imported it.
    pub by: PersonId,
    /// When.
    pub created_at: Timestamp,
}
