use super::*;
use crate::{
    installation::InstallationId,
    pin::PinCounter,
    registration::{RegistrationId, Step},
};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn wizard(step: Step, last_step: i64) -> Registration {
    let id = RegistrationId(uuid::Uuid::nil());
    let begun = NOW.plus_seconds(-100 * DAY);
    Registration { step, updated_at: NOW.plus_seconds(-last_step), ..Registration::begin(id, [1; 32], begun) }
}

#[test]
fn wizards_go_after_their_last_step() {
    let may_go = Retention::default().at(NOW);
    for step in [Step::Terms, Step::Card, Step::Check, Step::BirthDate, Step::Confirm] {
        assert!(!may_go.registration(&wizard(step, DAY)) && may_go.registration(&wizard(step, DAY + 1)), "{step:?}");
    }
    for step in [Step::KnownPerson, Step::Scan, Step::Done, Step::Stopped] {
        let (kept, goes) = (wizard(step, 30 * DAY), wizard(step, 30 * DAY + 1));
        assert!(!may_go.registration(&kept) && may_go.registration(&goes), "{step:?}");
    }
}

#[test]
fn installations_go_only_without_a_pin() {
    let may_go = Retention::default().at(NOW);
    let of = |age: i64, record: Option<Vec<u8>>| Installation {
        id: InstallationId(uuid::Uuid::nil()),
        key: Vec::new(),
        opaque_record: record,
        register_nonce: None,
        pin: PinCounter::default(),
        created_at: NOW.plus_seconds(-age),
    };
    assert!(may_go.installation(&of(DAY + 1, None)) && !may_go.installation(&of(DAY, None)));
    assert!(!may_go.installation(&of(1000 * DAY, Some(vec![1]))));
}

#[test]
fn nothing_goes_while_somebody_may_be_at_it() {
    assert_eq!(Retention::default().checked(), Ok(Retention::default()));
    let short = |change: fn(&mut Retention)| {
        let mut retention = Retention::default();
        change(&mut retention);
        retention.checked().map_err(|error| error.what)
    };
    assert_eq!(short(|r| r.unconfirmed = registration::IDLE_SECONDS - 1), Err("unconfirmed registrations"));
    assert_eq!(short(|r| r.registration = 10 * DAY), Err("registrations"));
    assert_eq!(short(|r| r.request = 0), Err("requests"));
    assert_eq!(short(|r| r.installation = -1), Err("installations"));
    assert_eq!(short(|r| r.change = DAY - 1), Err("changes"));
    assert_eq!(short(|r| r.mail = 0), Err("mails"));
    assert_eq!(short(|r| r.prepared = 29 * DAY), Err("prepared colleagues"));
    assert_eq!(short(|r| r.document = 364 * DAY), Err("document numbers"));
    assert_eq!(short(|r| r.log = 4 * YEAR), Err("the log"));
    assert!(short(|r| r.registration = 11 * DAY).is_ok());
}
