use super::*;
use RequestStatus::*;

const NOW: Timestamp = Timestamp(1_000_000_000);
const MINE: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];
const KEY: [u8; 32] = [3; 32];

fn request(purpose: Purpose, means: Means, status: RequestStatus) -> Request {
    let id = RequestId(uuid::Uuid::nil());
    Request { status, browser: Some(MINE), tries_left: 3, ..Request::new(id, purpose, means, [0; 32], NOW, 60) }
}

type Step = fn(&mut Request, Timestamp) -> Result<(), RequestRefusal>;
type Expected = fn(RequestStatus) -> Option<RequestStatus>;

/// Every step, and where it leads from a status; `None` = refused.
const STEPS: [(&str, Step, Expected); 11] = [
    ("open", |r, now| r.open(now), |s| (s == Created).then_some(Opened)),
    ("accept", |r, now| r.decide(Decision::Accepted, Accepted, now), |s| (s == Opened).then_some(Accepted)),
    ("accept, pairing", |r, now| r.decide(Decision::Accepted, Pairing, now), |s| (s == Opened).then_some(Pairing)),
    (
        "accept, returning",
        |r, now| r.decide(Decision::Accepted, Returning, now),
        |s| (s == Opened).then_some(Returning),
    ),
    ("accept, finished", |r, now| r.decide(Decision::Accepted, Finished, now), |s| (s == Opened).then_some(Finished)),
    ("decline", |r, now| r.decide(Decision::Declined, Accepted, now), |s| (s == Opened).then_some(Declined)),
    ("refused", |r, now| r.refused("card-revoked", "AB12CD34", now), |s| (s == Opened).then_some(Declined)),
    ("pair", |r, now| r.pair(&MINE, true, now), |s| (s == Pairing).then_some(Accepted)),
    ("return", |r, now| r.bring_return(&MINE, now), |s| (s == Returning).then_some(Accepted)),
    ("prove the browser", |r, now| r.prove_browser(&MINE, KEY, now), |s| matches!(s, Created | Opened).then_some(s)),
    ("finish", |r, now| r.finish(&MINE, None, now), |s| (s == Accepted).then_some(Finished)),
];

/// Every purpose × means × status × step, in time and too late.
#[test]
fn exactly_the_allowed_steps() {
    for purpose in Purpose::ALL {
        for means in [Means::Phone, Means::Card] {
            for status in RequestStatus::ALL {
                for (name, step, leads_to) in STEPS {
                    for late in [false, true] {
                        let now = NOW.plus_seconds(if late { 60 } else { 59 });
                        let before = request(purpose, means, status);
                        let mut after = before.clone();
                        let result = step(&mut after, now);
                        let expected = leads_to(status).filter(|_| !late);
                        let what = format!("{name} of {purpose} {means:?} {status:?}, late: {late}");
                        assert_eq!(result.is_ok(), expected.is_some(), "{what}");
                        match result {
                            Ok(()) => assert_eq!(Some(after.status), expected, "{what}"),
                            Err(refusal) => {
                                assert_eq!(after, before, "{what}: refused, so unchanged");
                                let over = late && !status.is_final();
                                assert_eq!(refusal == RequestRefusal::Expired, over || status == Expired, "{what}");
                                assert_eq!(refusal == RequestRefusal::Cancelled, status == Cancelled, "{what}");
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Invariant 1: only the browser that asked.
#[test]
fn another_browser_gets_nothing() {
    for status in RequestStatus::ALL {
        let steps: [Step; 5] = [
            |r, now| r.pair(&OTHER, true, now),
            |r, now| r.pair(&OTHER, false, now),
            |r, now| r.bring_return(&OTHER, now),
            |r, now| r.prove_browser(&OTHER, KEY, now),
            |r, now| r.finish(&OTHER, None, now),
        ];
        for step in steps {
            for browser in [Some(MINE), None] {
                let before = Request { browser, ..request(Purpose::Login, Means::Phone, status) };
                let mut after = before.clone();
                assert_eq!(step(&mut after, NOW), Err(RequestRefusal::OtherBrowser));
                assert_eq!(after, before);
            }
        }
    }
}

/// A copied cookie is not the browser: the key that asked takes the result.
#[test]
fn a_browser_proves_its_key_once_and_again_for_the_result() {
    let mut request = request(Purpose::Login, Means::Phone, Created);
    request.prove_browser(&MINE, KEY, NOW).unwrap();
    assert_eq!(request.prove_browser(&MINE, KEY, NOW), Err(RequestRefusal::Used));
    assert_eq!(request.prove_browser(&MINE, [4; 32], NOW), Err(RequestRefusal::Used));
    request.open(NOW).unwrap();
    request.decide(Decision::Accepted, Accepted, NOW).unwrap();
    for key in [None, Some(&[4; 32])] {
        let before = request.clone();
        assert_eq!(request.finish(&MINE, key, NOW), Err(RequestRefusal::OtherKey));
        assert_eq!(request, before);
    }
    assert_eq!(request.finish(&MINE, Some(&KEY), NOW), Ok(()));
}

#[test]
fn three_wrong_koppelcodes_kill_the_request() {
    let mut request = request(Purpose::Login, Means::Phone, Pairing);
    assert_eq!(request.pair(&MINE, false, NOW), Err(RequestRefusal::Wrong(2)));
    assert_eq!(request.pair(&MINE, false, NOW), Err(RequestRefusal::Wrong(1)));
    assert_eq!(request.pair(&MINE, false, NOW), Err(RequestRefusal::NoTriesLeft));
    assert_eq!(request.status, Cancelled);
    assert_eq!(request.pair(&MINE, true, NOW), Err(RequestRefusal::Cancelled));
}

#[test]
fn three_wrong_birth_dates_kill_the_enrolment() {
    let mut request = request(Purpose::Enrol, Means::Phone, Opened);
    assert_eq!(request.wrong_birth_date(), RequestRefusal::Wrong(2));
    assert_eq!(request.wrong_birth_date(), RequestRefusal::Wrong(1));
    assert_eq!(request.wrong_birth_date(), RequestRefusal::NoTriesLeft);
    assert_eq!(request.wrong_birth_date(), RequestRefusal::NoTriesLeft);
    assert_eq!(request.status, Cancelled);
}

/// The numbers of SYSTEM.md §5.
#[test]
fn how_long_each_stage_lasts() {
    let late = NOW.plus_seconds(59);
    let mut login = request(Purpose::Login, Means::Phone, Created);
    login.open(late).unwrap();
    assert_eq!(login.expires_at, late.plus_seconds(GRACE_SECONDS));
    let mut early =
        Request { expires_at: NOW.plus_seconds(LOGIN_SECONDS), ..request(Purpose::Login, Means::Phone, Created) };
    early.open(NOW).unwrap();
    assert_eq!(early.expires_at, NOW.plus_seconds(LOGIN_SECONDS));
    let mut card = request(Purpose::Login, Means::Card, Created);
    card.open(NOW).unwrap();
    assert_eq!(card.expires_at, NOW.plus_seconds(CARD_SECONDS));
    // An enrolment QR waits ten days to be scanned, not to be finished.
    let mut enrol =
        Request { expires_at: NOW.plus_seconds(ENROL_SECONDS), ..request(Purpose::Enrol, Means::Phone, Created) };
    enrol.open(NOW).unwrap();
    assert_eq!(enrol.expires_at, NOW.plus_seconds(GRACE_SECONDS));
    for next in [Pairing, Returning] {
        let mut request = request(Purpose::Login, Means::Phone, Opened);
        request.decide(Decision::Accepted, next, late).unwrap();
        assert_eq!((request.expires_at, request.decided_at), (late.plus_seconds(PAIRING_SECONDS), Some(late)));
    }
}

/// A result that its browser does not take is not there the next day.
#[test]
fn an_accepted_request_waits_two_minutes_for_its_browser() {
    let accepted = |step: Step, status| {
        let mut request = request(Purpose::Login, Means::Phone, status);
        step(&mut request, NOW).unwrap();
        request
    };
    for mut request in [
        accepted(|r, now| r.decide(Decision::Accepted, Accepted, now), Opened),
        accepted(|r, now| r.pair(&MINE, true, now), Pairing),
        accepted(|r, now| r.bring_return(&MINE, now), Returning),
    ] {
        let end = NOW.plus_seconds(GRACE_SECONDS);
        assert_eq!(request.clone().finish(&MINE, None, end), Err(RequestRefusal::Expired));
        assert_eq!(request.finish(&MINE, None, Timestamp(end.0 - 1)), Ok(()));
        assert_eq!(request.finish(&MINE, None, NOW), Err(RequestRefusal::Used));
    }
}

#[test]
fn cancelling_stops_what_is_not_over() {
    for status in RequestStatus::ALL {
        let mut request = request(Purpose::Login, Means::Phone, status);
        request.cancel();
        assert_eq!(request.status, if status.is_final() { status } else { Cancelled });
    }
}

#[test]
fn words_read_back() {
    for status in RequestStatus::ALL {
        assert_eq!(RequestStatus::parse(status.as_str()), Some(status));
    }
    for purpose in Purpose::ALL {
        assert_eq!(Purpose::parse(purpose.as_str()), Some(purpose));
    }
    for means in [Means::Phone, Means::Card] {
        assert_eq!(Means::parse(means.as_str()), Some(means));
    }
}

#[test]
fn an_enrolments_answer_may_be_repeated_until_its_time_is_over() {
    let mut enrolment = request(Purpose::Enrol, Means::Phone, Created);
    enrolment.open(NOW).unwrap();
    assert!(!enrolment.may_repeat_answer(NOW), "there is none yet");
    let later = NOW.plus_seconds(60);
    enrolment.decide(Decision::Accepted, Finished, later).unwrap();
    assert!(enrolment.may_repeat_answer(later));
    let end = NOW.plus_seconds(GRACE_SECONDS);
    assert!(enrolment.may_repeat_answer(Timestamp(end.0 - 1)) && !enrolment.may_repeat_answer(end));
    for (purpose, means) in [(Purpose::Login, Means::Phone), (Purpose::Enrol, Means::Card)] {
        assert!(!request(purpose, means, Finished).may_repeat_answer(NOW));
    }
    // One that waits for its digits, as long as it waits.
    let mut waits = request(Purpose::Enrol, Means::Phone, Created);
    waits.open(NOW).unwrap();
    waits.decide(Decision::Accepted, Pairing, later).unwrap();
    let end = later.plus_seconds(PAIRING_SECONDS);
    assert!(waits.may_repeat_answer(Timestamp(end.0 - 1)) && !waits.may_repeat_answer(end));
    for status in RequestStatus::ALL.into_iter().filter(|status| !matches!(status, Finished | Pairing)) {
        assert!(!request(Purpose::Enrol, Means::Phone, status).may_repeat_answer(NOW), "{status:?}");
    }
}
