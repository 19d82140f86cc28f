#![allow(clippy::unwrap_used)]
use super::*;
use DocumentKind::*;

#[test]
fn numbers_that_fit() {
    for (kind, typed, tidy) in [
        (Passport, "XI85935F8", "XI85935F8"),
        (Passport, " nw c0 1234 5 ", "NWC012345"),
        (IdentityCard, "IZB0123K4", "IZB0123K4"),
        (DrivingLicence, "1234567890", "1234567890"),
        (ResidencePermit, "VTESTING1", "VTESTING1"),
    ] {
        assert_eq!(DocumentNumber::parse(kind, typed).unwrap().reveal(), tidy);
    }
}

#[test]
fn numbers_that_do_not() {
    for (kind, typed) in [
        (Passport, ""),
        (Passport, "XO85935F8"),
        (Passport, "X185935F8"),
        (Passport, "XI85935FX"),
        (Passport, "XI85935F88"),
        (IdentityCard, "1234567890"),
        (DrivingLicence, "123456789"),
        (DrivingLicence, "12345678X0"),
        (DrivingLicence, "١٢٣٤٥٦٧٨٩٠"),
        (ResidencePermit, "XI85935F8"),
        (ResidencePermit, "V1234567"),
    ] {
        assert!(DocumentNumber::parse(kind, typed).is_none(), "{kind:?} {typed}");
    }
}

#[test]
fn debug_tells_nothing() {
    let number = DocumentNumber::parse(DrivingLicence, "1234567890").unwrap();
    assert!(!format!("{number:?}").contains("1234"));
}
