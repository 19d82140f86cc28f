use super::*;

/// All million PINs, against the rules said in another way.
#[test]
fn exactly_the_weak_pins_are_refused() {
    let rising = "0123456789";
    let falling = "9876543210";
    let mut refused = Vec::new();
    for number in 0..1_000_000 {
        let pin = format!("{number:06}");
        let expected = if pin.bytes().all(|digit| digit == pin.as_bytes()[0]) {
            Err(PinRule::AllSame)
        } else if rising.contains(&pin) || falling.contains(&pin) {
            Err(PinRule::Run)
        } else {
            Ok(())
        };
        assert_eq!(check_new_pin(&pin), expected, "{pin}");
        refused.extend(expected.is_err().then_some(pin));
    }
    // Ten of one digit, five rising, five falling.
    assert_eq!(refused.len(), 20);
}

#[test]
fn a_pin_has_six_digits() {
    for wrong in ["", "12345", "1234567", "12345a", " 12345", "12 456", "１２３４５６", "-12345", "+12345"] {
        assert_eq!(check_new_pin(wrong), Err(PinRule::SixDigits), "{wrong}");
    }
}

const NOW: Timestamp = Timestamp(1_000_000);

/// Guessing without pause: 4, wait 1 minute, 4, 5 minutes, 4, 1 hour, 4, blocked for good (SYSTEM.md §5).
#[test]
fn four_rounds_of_four() {
    let mut counter = PinCounter::default();
    let mut now = NOW;
    for (round, wait) in [Some(60), Some(300), Some(3600), None].into_iter().enumerate() {
        for left in [3, 2, 1, 0] {
            counter = counter.reserve(now).unwrap();
            assert_eq!(counter.tries_left(), left, "round {round}");
        }
        match wait {
            Some(seconds) => {
                let until = now.plus_seconds(seconds);
                assert_eq!(counter.reserve(now), Err(PinRefusal::Wait(until)));
                assert_eq!(counter.reserve(Timestamp(until.0 - 1)), Err(PinRefusal::Wait(until)));
                now = until;
            }
            None => assert!(counter.is_blocked()),
        }
    }
    assert_eq!(counter.tries, MAX_TRIES);
    assert_eq!(counter.reserve(Timestamp(i64::MAX)), Err(PinRefusal::Blocked));
    assert_eq!(counter.cleared(), PinCounter::default());
    assert_eq!(counter.cleared().tries_left(), 4);
}

/// Every state: a try is counted exactly once, never beyond the end, never during a wait.
#[test]
fn every_state_counts_once() {
    for tries in 0..=u8::MAX {
        for wait_until in [None, Some(NOW.plus_seconds(-1)), Some(NOW), Some(NOW.plus_seconds(1))] {
            let before = PinCounter { tries, wait_until };
            match before.reserve(NOW) {
                Ok(after) => {
                    assert!(tries < MAX_TRIES && wait_until.is_none_or(|until| until <= NOW));
                    assert_eq!(after.tries, tries + 1);
                    assert_eq!(after.wait_until.is_some(), [4, 8, 12].contains(&after.tries));
                }
                Err(PinRefusal::Blocked) => assert!(tries >= MAX_TRIES),
                Err(PinRefusal::Wait(until)) => assert!(tries < MAX_TRIES && Some(until) == wait_until && until > NOW),
            }
        }
    }
}
