use super::*;
use domain::{
    log::{EntryId, Event, Outcome, mac},
    merkle::root_of,
    person::PersonId,
};

const ORIGIN: &str = "zorg-id.example/log";
const NODE: [u8; 32] = [9; 32];
const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn entry(number: u8) -> LogEntry {
    LogEntry {
        id: EntryId(uuid(number)),
        at: NOW.plus_seconds(-i64::from(number)),
        event: Event::SessionOpened,
        outcome: Outcome::Success,
        actor: Actor::Person { person: PersonId(uuid(100)), identity: None },
        on_behalf_of: None,
        organisation: None,
        person: Some(PersonId(uuid(number))),
        identity: None,
        request: None,
        session: None,
        reason: None,
        detail: None,
        from: None,
        reference: format!("REF{number:05}"),
    }
}

fn uuid(number: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([number; 16])
}

fn record(number: u8, leaf: Option<u64>) -> LogRecord {
    let entry = entry(number);
    let content = serde_json::to_string(&entry).unwrap();
    let salt = [number; 16];
    LogRecord {
        leaf,
        leaf_hash: leaf.map(|_| leaf_hash(&leaf_data(&salt, &content))),
        mac: mac(&NODE, &salt, &content).to_vec(),
        salt: Some(salt),
        content: Some(content),
        at: entry.at,
        organisation: entry.organisation,
        person: entry.person,
        actor: Some(PersonId(uuid(100))),
    }
}

fn log(sealed: u8) -> Vec<LogRecord> {
    (0..sealed).map(|number| record(number, Some(u64::from(number)))).collect()
}

/// "Signed": the signature is the body.
fn note_of(records: &[LogRecord]) -> String {
    let hashes: Vec<_> = records.iter().filter_map(|record| record.leaf_hash).collect();
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: hashes.len() as u64, root: root_of(&hashes) };
    checkpoint.note(ORIGIN, b"", |body| Ok::<_, ()>(body.to_vec())).unwrap()
}

fn problems(records: &[LogRecord], checkpoint: Option<&str>, kept: &[String]) -> Vec<Problem> {
    problems_at(NOW, records, checkpoint, kept)
}

fn problems_at(now: Timestamp, records: &[LogRecord], checkpoint: Option<&str>, kept: &[String]) -> Vec<Problem> {
    let expected = Expected {
        origin: ORIGIN,
        checkpoint,
        kept,
        node_keys: &[NODE],
        is_signed: &|note| note.signature == note.body.as_bytes(),
        now,
    };
    verify(records, &expected).errors.into_iter().map(|finding| finding.code).collect()
}

#[test]
fn a_whole_log_has_no_errors() {
    for size in 0..20 {
        let mut records = log(size);
        let note = note_of(&records);
        let kept: Vec<_> = (0..=usize::from(size)).map(|before| note_of(&records[..before])).collect();
        records.push(record(50, None));
        assert_eq!(problems(&records, Some(&note), &kept), [], "{size}");
    }
}

#[test]
fn the_counts_are_told() {
    let mut records = log(3);
    let note = note_of(&records);
    records.push(record(50, None));
    let expected =
        Expected { origin: ORIGIN, checkpoint: Some(&note), kept: &[], node_keys: &[], is_signed: &|_| true, now: NOW };
    let verification = verify(&records, &expected);
    assert_eq!((verification.entries, verification.sealed, verification.unsealed), (4, 3, 1));
}

#[test]
fn after_retention_only_the_hash_stays() {
    let mut records = log(4);
    let note = note_of(&records);
    let later = NOW.plus_seconds(RETENTION_SECONDS);
    (records[1].salt, records[1].content) = (None, None);
    assert_eq!(problems_at(later, &records, Some(&note), &[]), []);
    records[2].salt = None;
    assert_eq!(problems_at(later, &records, Some(&note), &[]), [Problem::Changed]);
}

#[test]
fn content_that_is_gone_before_its_time_is_found() {
    let mut records = log(4);
    let note = note_of(&records);
    (records[2].salt, records[2].content) = (None, None);
    assert_eq!(problems(&records, Some(&note), &[]), [Problem::Changed]);
    // Its date is no longer covered by anything, but the entries before it know better.
    records[2].at = NOW.plus_seconds(-RETENTION_SECONDS);
    assert_eq!(problems(&records, Some(&note), &[]), [Problem::Changed]);
}

#[test]
fn a_changed_entry_is_found() {
    let mut records = log(4);
    let note = note_of(&records);
    let content = records[2].content.as_mut().unwrap();
    *content = content.replace("success", "refused");
    // Not what was sealed, not what was MACed.
    assert_eq!(problems(&records, Some(&note), &[]), [Problem::Changed, Problem::Changed]);
}

#[test]
fn a_change_with_a_fitting_hash_is_found() {
    let mut records = log(4);
    let note = note_of(&records);
    let mut forged = record(2, Some(2));
    forged.content = forged.content.map(|content| content.replace("success", "refused"));
    forged.leaf_hash = Some(leaf_hash(&leaf_data(&[2; 16], forged.content.as_deref().unwrap())));
    records[2] = forged;
    assert_eq!(problems(&records, Some(&note), &[]), [Problem::Changed, Problem::Rewritten]);
}

#[test]
fn a_changed_unsealed_entry_is_found_by_its_mac() {
    let mut records = vec![record(1, None)];
    records[0].content = records[0].content.take().map(|content| content.replace("success", "refused"));
    assert_eq!(problems(&records, None, &[]), [Problem::Changed]);
}

#[test]
fn an_entry_filed_elsewhere_is_found() {
    let mut records = log(2);
    let note = note_of(&records);
    records[1].person = None;
    assert_eq!(problems(&records, Some(&note), &[]), [Problem::Changed]);
}

#[test]
fn missing_entries_are_found() {
    let records = log(6);
    let note = note_of(&records);
    for gone in 0..6 {
        let mut fewer = records.clone();
        fewer.remove(gone);
        assert!(problems(&fewer, Some(&note), &[]).contains(&Problem::Missing), "{gone}");
    }
    assert_eq!(problems(&[], Some(&note), &[]), [Problem::Missing]);
}

#[test]
fn reordered_entries_are_found() {
    let mut records = log(6);
    let note = note_of(&records);
    (records[1].leaf, records[4].leaf) = (records[4].leaf, records[1].leaf);
    assert_eq!(problems(&records, Some(&note), &[]), [Problem::Rewritten]);
    records[1].leaf = Some(1);
    assert!(problems(&records, Some(&note), &[]).contains(&Problem::Duplicate));
}

#[test]
fn a_rewritten_history_is_found_with_a_kept_checkpoint() {
    let kept = note_of(&log(5));
    // The whole log was made again, with a valid seal of its own, and without the second entry.
    let mut rewritten: Vec<_> = [0u8, 2, 3, 4, 5, 6].into_iter().map(|number| record(number, None)).collect();
    for (leaf, record) in (0u64..).zip(rewritten.iter_mut()) {
        record.leaf = Some(leaf);
        let data = leaf_data(&record.salt.unwrap(), record.content.as_deref().unwrap());
        record.leaf_hash = Some(leaf_hash(&data));
    }
    let note = note_of(&rewritten);
    assert_eq!(problems(&rewritten, Some(&note), &[]), []);
    assert_eq!(problems(&rewritten, Some(&note), std::slice::from_ref(&kept)), [Problem::Rewritten]);
    // An older, shorter log passed off as the present one.
    assert_eq!(problems(&log(3), Some(&note_of(&log(3))), &[kept]), [Problem::Missing]);
}

#[test]
fn an_entry_that_waits_too_long_is_found() {
    let mut old = record(61, None);
    assert_eq!(problems(std::slice::from_ref(&old), None, &[]), [Problem::Unsealed]);
    old = record(60, None);
    assert_eq!(problems(&[old], None, &[]), []);
}

#[test]
fn only_a_signed_checkpoint_of_this_log_counts() {
    let records = log(3);
    let note = note_of(&records);
    assert_eq!(problems(&records, None, &[]), [Problem::Checkpoint]);
    assert_eq!(problems(&records, Some("x"), &[]), [Problem::Checkpoint]);
    assert_eq!(problems(&records, Some(&note.replace(ORIGIN, "other")), &[]), [Problem::Checkpoint]);
    assert_eq!(problems(&records, Some(&note.replace("\n3\n", "\n2\n")), &[]), [Problem::Checkpoint]);
    // A checkpoint of an earlier state while more entries claim to be sealed.
    assert_eq!(problems(&records, Some(&note_of(&records[..2])), &[]), [Problem::Rewritten]);
}
