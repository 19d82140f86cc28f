use super::*;
use IdentityStatus::*;

/// All 36 pairs.
#[test]
fn exactly_the_allowed_transitions() {
    for from in IdentityStatus::ALL {
        for to in IdentityStatus::ALL {
            let allowed = match from {
                Pending => !matches!(to, Pending | Blocked),
                _ if to == Pending => false,
                Active => to != Active,
                Blocked => to != Blocked,
                Revoked | Expired | Replaced => false,
            };
            assert_eq!(from.to(to), if allowed { Ok(to) } else { Err(ForbiddenTransition { from, to }) });
        }
    }
}

#[test]
fn words_read_back() {
    for status in IdentityStatus::ALL {
        assert_eq!(IdentityStatus::parse(status.as_str()), Some(status));
    }
    assert_eq!(IdentityStatus::parse("Active"), None);
}

fn identity(status: IdentityStatus) -> Identity {
    Identity {
        id: IdentityId(uuid::Uuid::nil()),
        person: PersonId(uuid::Uuid::nil()),
        installation: InstallationId(uuid::Uuid::nil()),
        status,
        certificate: vec![],
        certificate_sha256: [0; 32],
        serial: vec![],
        public_key: vec![],
        not_before: Timestamp(0),
        not_after: Timestamp(1000),
        counter: 5,
        revocation_code: [0; 32],
        ended_at: None,
        created_at: Timestamp(0),
        last_used_at: None,
    }
}

#[test]
fn only_an_active_identity_with_a_rising_counter_answers() {
    for status in IdentityStatus::ALL {
        for (now, over) in [(999, false), (1000, true), (1001, true)] {
            let most = i64::MAX.unsigned_abs();
            for counter in [0, 4, 5, 6, most, most + 1, u64::MAX] {
                let now = Timestamp(now);
                let expected = match (status, over) {
                    (Pending | Active | Blocked, true) => Err(IdentityRefusal::Status(Expired)),
                    (Active, false) if (6..=most).contains(&counter) => Ok(()),
                    (Active, false) => Err(IdentityRefusal::Copied),
                    _ => Err(IdentityRefusal::Status(status)),
                };
                assert_eq!(identity(status).may_answer(now, counter), expected);
            }
        }
    }
}
