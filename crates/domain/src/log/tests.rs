use super::*;

#[test]
fn event_names_are_unique_and_read_back() {
    for event in Event::ALL {
        assert_eq!(Event::parse(event.as_str()), Some(*event));
        assert_eq!(serde_json::to_string(event).unwrap(), format!("{:?}", event.as_str()));
        assert!(event.as_str().split_once('.').is_some_and(|(object, what)| !object.is_empty() && !what.is_empty()));
    }
    let names: std::collections::HashSet<_> = Event::ALL.iter().map(|event| event.as_str()).collect();
    assert_eq!(names.len(), Event::ALL.len());
}

fn entry() -> LogEntry {
    LogEntry {
        id: EntryId(uuid::Uuid::nil()),
        at: Timestamp(1),
        event: Event::LogRead,
        outcome: Outcome::Refused,
        actor: Actor::Person { person: PersonId(uuid::Uuid::nil()), identity: None },
        on_behalf_of: None,
        organisation: None,
        person: None,
        identity: None,
        request: None,
        session: None,
        reason: Some("no-role".into()),
        detail: None,
        from: None,
        reference: "AB12CD34".into(),
    }
}

/// The stored form is what old checkpoints seal: it must never change for an entry that exists.
#[test]
fn the_stored_form_is_stable() {
    let text = serde_json::to_string(&entry()).unwrap();
    assert_eq!(
        text,
        "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"at\":1,\"event\":\"log.read\",\"outcome\":\"refused\",\
         \"actor\":{\"kind\":\"person\",\"person\":\"00000000-0000-0000-0000-000000000000\"},\"reason\":\"no-role\",\
         \"reference\":\"AB12CD34\"}"
    );
    assert_eq!(serde_json::from_str::<LogEntry>(&text).unwrap(), entry());
}

/// RFC 4231, test case 1: HMAC-SHA-256 with key 0x0b × 20 over "Hi There"; our keys are padded to the same block.
#[test]
fn the_mac_is_hmac_sha_256() {
    let mut key = [0; 32];
    key[..20].fill(0x0b);
    let mut whole = [0; 16];
    whole[..8].copy_from_slice(b"Hi There");
    let block = keyed(&key, &whole, "");
    assert_ne!(block.finalize().into_bytes()[..4], [0; 4]);
    let plain = {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&key);
        Hmac::<Sha256>::new(&block.into()).chain_update(b"Hi There").finalize().into_bytes()
    };
    assert_eq!(hex::encode(plain), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

#[test]
fn a_mac_fits_one_key_salt_and_content() {
    let right = mac(&[1; 32], &[2; 16], "content");
    assert!(mac_is_right(&[1; 32], &[2; 16], "content", &right));
    assert!(!mac_is_right(&[3; 32], &[2; 16], "content", &right));
    assert!(!mac_is_right(&[1; 32], &[3; 16], "content", &right));
    assert!(!mac_is_right(&[1; 32], &[2; 16], "Content", &right));
    assert!(!mac_is_right(&[1; 32], &[2; 16], "content", &right[..31]));
}

#[test]
fn every_event_is_in_one_group() {
    let mut seen = 0;
    for group in EventGroup::ALL {
        assert_eq!(EventGroup::parse(group.as_str()), Some(group));
        assert!(!group.events().is_empty(), "{group:?}");
        assert!(group.events().iter().all(|event| event.group() == group));
        seen += group.events().len();
    }
    assert_eq!(seen, Event::ALL.len());
    assert_eq!(EventGroup::parse("alles"), None);
}
