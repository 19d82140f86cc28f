use super::*;

const START: Timestamp = Timestamp(0);

fn session() -> Session {
    Session {
        id: SessionId(uuid::Uuid::nil()),
        token_hash: [0; 32],
        browser: [0; 32],
        person: None,
        with: LoggedInWith::Card(UziNumber::parse("900012345").unwrap()),
        card: None,
        browser_label: String::new(),
        browser_trusted: false,
        created_at: START,
        seen_at: START,
        ended_at: None,
    }
}

const TIMES: Times = Times { session_idle: 900, session_absolute: 28_800, desk_qr: 3600 };

#[test]
fn it_ends_after_a_quarter_of_an_hour_without_activity() {
    let session = session();
    assert_eq!(TIMES, Times::default());
    assert!(session.is_alive(&TIMES, START.plus_seconds(899)));
    assert!(!session.is_alive(&TIMES, START.plus_seconds(900)));
    let longer = Times { session_idle: 3600, ..TIMES };
    assert!(session.is_alive(&longer, START.plus_seconds(3599)));
    assert!(!session.is_alive(&longer, START.plus_seconds(3600)));
}

#[test]
fn it_ends_after_eight_hours_however_active() {
    let mut session = session();
    session.seen_at = START.plus_seconds(28_799);
    assert!(session.is_alive(&TIMES, START.plus_seconds(28_799)));
    assert!(!session.is_alive(&TIMES, START.plus_seconds(28_800)));
    let shorter = Times { session_absolute: 3600, ..TIMES };
    assert!(!session.is_alive(&shorter, START.plus_seconds(28_799)));
}

#[test]
fn it_ends_with_the_certificate_of_its_pass() {
    let valid_until = START.plus_seconds(60);
    let card = SessionCard { certificate: vec![1], issuer: None, serial: "01".into(), valid_until };
    let session = Session { card: Some(card), ..session() };
    assert!(session.is_alive(&TIMES, START.plus_seconds(59)));
    assert!(!session.is_alive(&TIMES, valid_until));
}

#[test]
fn it_ends_when_somebody_ends_it() {
    let session = Session { ended_at: Some(START), ..session() };
    assert!(!session.is_alive(&TIMES, START));
}
