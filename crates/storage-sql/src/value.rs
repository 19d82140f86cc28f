//! Values that go into a statement, the same for both databases.

use domain::{
    Timestamp, application, care_application, change, identity, installation, log, mail, notice, organisation, person,
    preregistration, registration, request, session,
};
use uuid::Uuid;

/// A bound value. `None` keeps its type: PostgreSQL wants to know it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Int(Option<i64>),
    Bool(bool),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
    Id(Option<Uuid>),
}

/// `values![id, name, …]`: a slice of [`Value`]s.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*] };
}
pub(crate) use values;

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}
impl From<u8> for Value<'_> {
    fn from(value: u8) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}
impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}
impl From<u64> for Value<'_> {
    /// Both databases count in 63 bits; a counter beyond that is refused before (`Identity::may_answer`).
    fn from(value: u64) -> Self {
        Self::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}
impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Int(Some(value.0))
    }
}
impl From<Option<Timestamp>> for Value<'_> {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Int(value.map(|at| at.0))
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Some(value))
    }
}
impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        Self::Text(value.as_deref())
    }
}
impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Some(value))
    }
}
impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}
impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(value: Option<&'a [u8]>) -> Self {
        Self::Bytes(value)
    }
}
impl<'a> From<&'a Option<Vec<u8>>> for Value<'a> {
    fn from(value: &'a Option<Vec<u8>>) -> Self {
        Self::Bytes(value.as_deref())
    }
}
impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(Some(value))
    }
}
impl<'a, const N: usize> From<&'a Option<[u8; N]>> for Value<'a> {
    fn from(value: &'a Option<[u8; N]>) -> Self {
        Self::Bytes(value.as_ref().map(<[u8; N]>::as_slice))
    }
}

macro_rules! ids {
    ($($name:path),*) => { $(
        impl From<$name> for Value<'_> {
            fn from(id: $name) -> Self {
                Self::Id(Some(id.0))
            }
        }
        impl From<Option<$name>> for Value<'_> {
            fn from(id: Option<$name>) -> Self {
                Self::Id(id.map(|id| id.0))
            }
        }
    )* };
}
ids!(
    application::ApplicationId,
    care_application::CareApplicationId,
    change::ChangeId,
    identity::CertificateOrderId,
    identity::IdentityId,
    installation::InstallationId,
    installation::UnlockId,
    log::EntryId,
    mail::MailId,
    notice::NoticeId,
    organisation::OrganisationId,
    person::MembershipId,
    person::PersonId,
    preregistration::PreRegistrationId,
    registration::RegistrationId,
    request::RequestId,
    session::SessionId,
    domain::validation::ValidationId
);
impl From<Uuid> for Value<'_> {
    fn from(id: Uuid) -> Self {
        Self::Id(Some(id))
    }
}
