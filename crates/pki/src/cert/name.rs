//! Distinguished names, attribute by attribute, in the order given.

use const_oid::ObjectIdentifier;
use der::asn1::{Any, PrintableStringRef, SetOfVec, Utf8StringRef};
use x509_cert::{
    attr::AttributeTypeAndValue,
    name::{Name, RdnSequence, RelativeDistinguishedName},
};

/// Attribute types of names (X.520).
pub mod attribute {
    use super::ObjectIdentifier;
    /// `CN`.
    pub const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
    /// `SN`.
    pub const SURNAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.4");
    /// `serialNumber`.
    pub const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.5");
    /// `C`.
    pub const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
    /// `L`.
    pub const LOCALITY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.7");
    /// `ST`.
    pub const STATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.8");
    /// `O`.
    pub const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
    /// `OU`.
    pub const ORGANISATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
    /// `title`.
    pub const TITLE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.12");
    /// `GN`.
    pub const GIVEN_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.42");
    /// `organizationIdentifier`.
    pub const ORGANISATION_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.97");
}
use attribute::{COUNTRY, SERIAL_NUMBER};

/// Collects a name. Empty values are left out.
#[derive(Clone, Debug, Default)]
pub struct NameBuilder(Vec<(ObjectIdentifier, String)>);

impl NameBuilder {
    /// An empty name.
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds an attribute: PrintableString for country and serial number (X.520 demands it), UTF8String otherwise.
    #[must_use]
    pub fn with(mut self, attribute: ObjectIdentifier, value: &str) -> Self {
        if !value.is_empty() {
            self.0.push((attribute, value.to_owned()));
        }
        self
    }
    /// The name.
    pub fn build(&self) -> der::Result<Name> {
        let rdns = self.0.iter().map(|(oid, value)| {
            let value = if matches!(*oid, COUNTRY | SERIAL_NUMBER) {
                Any::encode_from(&PrintableStringRef::new(value)?)?
            } else {
                Any::encode_from(&Utf8StringRef::new(value)?)?
            };
            Ok(RelativeDistinguishedName(SetOfVec::try_from([AttributeTypeAndValue { oid: *oid, value }])?))
        });
        Ok(RdnSequence(rdns.collect::<der::Result<Vec<_>>>()?))
    }
}
