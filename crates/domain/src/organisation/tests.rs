#![allow(clippy::unwrap_used)]
use super::*;

const DAYS_90: i64 = 90 * 24 * 60 * 60;

fn reopened(at: Timestamp) -> Organisation {
    Organisation {
        id: OrganisationId(uuid::Uuid::from_bytes([1; 16])),
        name: "De Linde".into(),
        ura: Ura::parse("00001234").unwrap(),
        contact: None,
        status: OrganisationStatus::Validated,
        reopened_for: Some(Reopening { uzi_number: UziNumber::parse("900012345").unwrap(), at }),
        created_at: Timestamp(0),
    }
}

#[test]
fn a_reopened_validation_stands_for_ninety_days() {
    let at = Timestamp::from_unix(1_000_000);
    let organisation = reopened(at);
    let number = UziNumber::parse("900012345").unwrap();
    for (after, open) in [(0, true), (DAYS_90 - 1, true), (DAYS_90, false), (DAYS_90 + 1, false)] {
        let now = at.plus_seconds(after);
        assert_eq!(organisation.open_for(now), open.then_some(&number), "{after}");
        // The store is asked with a moment; it must say the same.
        assert_eq!(at > Reopening::open_since(now), open, "{after}");
    }
    let never = Organisation { reopened_for: None, ..organisation };
    assert_eq!(never.open_for(at), None);
}
