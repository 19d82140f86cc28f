use super::*;

const START: Timestamp = Timestamp(0);

fn session() -> Session {
    Session {
        id: SessionId(uuid::Uuid::nil()),
        token_hash: [0; 32],
        browser: [0; 32],
        person: None,
        with: LoggedInWith::Card(UziNumber::parse("900012345").unwrap()),
        browser_label: String::new(),
        browser_trusted: false,
        created_at: START,
        seen_at: START,
        ended_at: None,
    }
}

#[test]
fn it_ends_after_a_quarter_of_an_hour_without_activity() {
    let session = session();
    assert!(session.is_alive(START.plus_seconds(IDLE_SECONDS - 1)));
    assert!(!session.is_alive(START.plus_seconds(IDLE_SECONDS)));
}

#[test]
fn it_ends_after_eight_hours_however_active() {
    let mut session = session();
    session.seen_at = START.plus_seconds(ABSOLUTE_SECONDS - 1);
    assert!(session.is_alive(START.plus_seconds(ABSOLUTE_SECONDS - 1)));
    assert!(!session.is_alive(START.plus_seconds(ABSOLUTE_SECONDS)));
}

#[test]
fn it_ends_when_somebody_ends_it() {
    let session = Session { ended_at: Some(START), ..session() };
    assert!(!session.is_alive(START));
}
