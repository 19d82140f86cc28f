use super::*;

#[test]
fn an_unlock_is_fresh_for_fifteen_minutes_once_finished() {
    let mut unlock = Unlock {
        id: UnlockId(uuid::Uuid::nil()),
        installation: InstallationId(uuid::Uuid::nil()),
        login_state: None,
        mac_key: None,
        started_at: Timestamp(0),
        finished_at: None,
    };
    assert!(!unlock.is_fresh(Timestamp(0)));
    unlock.finished_at = Some(Timestamp(0));
    assert!(unlock.is_fresh(Timestamp(15 * 60 * 1000 - 1)));
    assert!(!unlock.is_fresh(Timestamp(15 * 60 * 1000)));
}
