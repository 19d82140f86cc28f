#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn words_are_read_back() {
    for office in Office::ALL {
        assert_eq!(Office::parse(office.as_str()), Some(office));
    }
    for wrong in ["", "Operator", "auditor ", "signer"] {
        assert_eq!(Office::parse(wrong), None, "{wrong:?}");
    }
}

#[test]
fn each_holds_their_own_office_until_it_ends() {
    let person = PersonId(uuid::Uuid::from_bytes([1; 16]));
    for office in Office::ALL {
        let mut record = Operator { person, office, invited_by: None, since: Timestamp(0), ended_at: None };
        assert!(record.holds_office());
        assert_eq!(record.is_operator(), office == Office::Operator);
        assert_eq!(record.is_auditor(), office == Office::Auditor);
        record.ended_at = Some(Timestamp(1));
        assert!(!record.holds_office() && !record.is_operator() && !record.is_auditor());
    }
}
