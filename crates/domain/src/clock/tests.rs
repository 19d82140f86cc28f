use super::*;
use proptest::prelude::*;

#[test]
fn seconds_are_rounded_in_favour_of_waiting() {
    let now = Timestamp(10_000);
    assert_eq!(Timestamp(10_001).seconds_from(now), 1);
    assert_eq!(Timestamp(11_000).seconds_from(now), 1);
    assert_eq!(Timestamp(11_001).seconds_from(now), 2);
    assert_eq!(Timestamp(9_999).seconds_from(now), 0);
    assert_eq!(Timestamp(11_999).seconds_since(now), 1);
    assert_eq!(Timestamp(9_000).seconds_since(now), 0);
    assert_eq!(Timestamp(-1).unix(), -1);
    assert_eq!(Timestamp::from_unix(1_000_000_000).to_string(), "2001-09-09T01:46:40Z");
}

proptest! {
    #[test]
    fn no_moment_panics(at: i64, other: i64, seconds: i64) {
        let (at, other) = (Timestamp(at), Timestamp(other));
        let _ = (at.plus_seconds(seconds), at.seconds_since(other), at.seconds_from(other), at.unix(), at.to_string());
        let _ = (Timestamp::from_unix(seconds), Timestamp::from(at.to_utc()));
    }
}
