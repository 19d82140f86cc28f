//! Verifying the log: from what is stored, and checkpoints that others kept, to a list of what is wrong.

use crate::{
    LogRecord,
    checkpoint::{Checkpoint, SignedNote},
};
use domain::{
    Timestamp,
    log::{Actor, LogEntry, leaf_data, mac_is_right},
    merkle::{Frontier, Hash, leaf_hash},
};
use serde::Serialize;

/// Seconds that an entry may stay unsealed.
pub const UNSEALED_SECONDS: i64 = 60;
/// Seconds that the content of an entry is kept at least: five years.
pub const RETENTION_SECONDS: i64 = 5 * 365 * DAY;
const DAY: i64 = 24 * 60 * 60;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// An entry is not what was sealed or what this program wrote.
    Changed,
    /// A place in the tree is empty, or entries at the end are gone.
    Missing,
    /// Two entries claim one place.
    Duplicate,
    /// The entries are not those of the checkpoint, or not in that order.
    Rewritten,
    /// An entry waits too long for its seal.
    Unsealed,
    /// The checkpoint is missing, unreadable, of another log or not signed by the log's key.
    Checkpoint,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind.
    pub code: Problem,
    /// At which place in the tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<u64>,
    /// In words.
    pub detail: String,
}

/// The result of `log verify`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Entries that are stored.
    pub entries: u64,
    /// Of these sealed.
    pub sealed: u64,
    /// And not yet.
    pub unsealed: u64,
    /// What is wrong; empty when the log is whole.
    pub errors: Vec<Finding>,
}

/// What to compare the log with.
pub struct Expected<'a> {
    /// The log's origin line.
    pub origin: &'a str,
    /// The stored checkpoint.
    pub checkpoint: Option<&'a str>,
    /// Checkpoints that somebody kept elsewhere: the log must still begin with each of them.
    pub kept: &'a [String],
    /// Keys of the nodes that wrote the entries; when empty, MACs are not checked.
    pub node_keys: &'a [[u8; 32]],
    /// Whether a note carries a right signature of the log's key over its body.
    pub is_signed: &'a dyn Fn(&SignedNote) -> bool,
    /// The present moment.
    pub now: Timestamp,
}

/// Verifies a log. Missing content is right after retention, [`RETENTION_SECONDS`]: then salt and content are both gone
/// and the hash stays.
pub fn verify(records: &[LogRecord], expected: &Expected<'_>) -> Verification {
    let mut errors = Vec::new();
    let mut sealed: Vec<&LogRecord> = records.iter().filter(|record| record.leaf.is_some()).collect();
    sealed.sort_by_key(|record| record.leaf);
    let hashes = places(&sealed, &mut errors);
    records.iter().for_each(|record| check_content(record, expected, &mut errors));
    check_retention(&sealed, expected.now, &mut errors);
    let unsealed = records.iter().filter(|record| record.leaf.is_none());
    unsealed.clone().for_each(|record| check_age(record, expected.now, &mut errors));
    match expected.checkpoint {
        Some(note) => check_checkpoint(note, "the stored checkpoint", &hashes, true, expected, &mut errors),
        None if sealed.is_empty() => {}
        None => errors.push(finding(Problem::Checkpoint, None, "there are sealed entries but no checkpoint")),
    }
    for note in expected.kept {
        check_checkpoint(note, "the kept checkpoint", &hashes, false, expected, &mut errors);
    }
    Verification {
        entries: records.len() as u64,
        sealed: sealed.len() as u64,
        unsealed: unsealed.count() as u64,
        errors,
    }
}

fn finding(code: Problem, leaf: Option<u64>, detail: impl Into<String>) -> Finding {
    Finding { code, leaf, detail: detail.into() }
}

/// The leaf hashes in order. Every place from 0 on must be taken once.
fn places(sealed: &[&LogRecord], errors: &mut Vec<Finding>) -> Vec<Hash> {
    let mut next = 0;
    let mut hashes = Vec::with_capacity(sealed.len());
    for record in sealed {
        let Some(leaf) = record.leaf else { continue };
        if leaf < next {
            errors.push(finding(Problem::Duplicate, Some(leaf), "two entries have this place"));
            continue;
        }
        if leaf > next {
            let gap = if leaf == next + 1 {
                format!("entry {next} is gone")
            } else {
                format!("entries {next} to {} are gone", leaf - 1)
            };
            errors.push(finding(Problem::Missing, Some(next), gap));
        }
        next = leaf + 1;
        match record.leaf_hash {
            Some(hash) => hashes.push(hash),
            None => errors.push(finding(Problem::Changed, Some(leaf), "the entry has a place but no hash")),
        }
    }
    hashes
}

fn check_content(record: &LogRecord, expected: &Expected<'_>, errors: &mut Vec<Finding>) {
    let mut wrong = |detail: &str| errors.push(finding(Problem::Changed, record.leaf, detail));
    let (salt, content) = match (&record.salt, &record.content) {
        (Some(salt), Some(content)) => (salt, content),
        (None, None) if record.leaf.is_some() => return,
        _ => return wrong("salt or content is gone"),
    };
    if record.leaf_hash.is_some_and(|hash| hash != leaf_hash(&leaf_data(salt, content))) {
        wrong("the content is not what was sealed");
    }
    let keys = expected.node_keys;
    if !keys.is_empty() && !keys.iter().any(|key| mac_is_right(key, salt, content, &record.mac)) {
        wrong("the entry was not written by this installation of the program");
    }
    let Ok(entry) = serde_json::from_str::<LogEntry>(content) else {
        return wrong("the content is not a log entry");
    };
    let actor = match entry.actor {
        Actor::Person { person, .. } => Some(person),
        Actor::Card { .. } | Actor::Anonymous | Actor::System => None,
    };
    let found_by = (record.at, record.organisation, record.person, record.actor);
    if found_by != (entry.at, entry.organisation, entry.person, actor) {
        wrong("the entry is filed under something else than its content says");
    }
}

/// Retention takes the oldest content first and never before its time. When an emptied entry was written is no longer
/// covered by its hash, so the entries before it must bear that out.
fn check_retention(sealed: &[&LogRecord], now: Timestamp, errors: &mut Vec<Finding>) {
    let mut kept_younger = false;
    for record in sealed {
        let age = now.seconds_since(record.at);
        if record.content.is_some() {
            // Entries may stand a little out of order: they are numbered when they are committed.
            kept_younger |= age < RETENTION_SECONDS - DAY;
        } else if record.salt.is_none() && (age < RETENTION_SECONDS || kept_younger) {
            errors.push(finding(Problem::Changed, record.leaf, "the content was taken away before its time"));
        }
    }
}

fn check_age(record: &LogRecord, now: Timestamp, errors: &mut Vec<Finding>) {
    let age = now.seconds_since(record.at);
    if age > UNSEALED_SECONDS {
        errors.push(finding(Problem::Unsealed, None, format!("an entry waits for its seal for {age} seconds")));
    }
}

fn check_checkpoint(
    text: &str,
    which: &str,
    hashes: &[Hash],
    covers_all: bool,
    expected: &Expected<'_>,
    errors: &mut Vec<Finding>,
) {
    let mut wrong = |code, detail: String| errors.push(finding(code, None, detail));
    let Some(note) = SignedNote::parse(text) else {
        return wrong(Problem::Checkpoint, format!("{which} is not a signed checkpoint"));
    };
    let Checkpoint { origin, size, root } = &note.checkpoint;
    if origin != expected.origin {
        return wrong(Problem::Checkpoint, format!("{which} is of another log: {origin}"));
    }
    if !(expected.is_signed)(&note) {
        return wrong(Problem::Checkpoint, format!("{which} is not signed by the key of this log"));
    }
    let present = hashes.len() as u64;
    if present < *size {
        return wrong(Problem::Missing, format!("{which} has {size} entries, there are {present}"));
    }
    if covers_all && present > *size {
        return wrong(Problem::Rewritten, format!("{which} has {size} entries, there are {present}"));
    }
    let mut tree = Frontier::default();
    hashes.iter().zip(0..*size).for_each(|(hash, _)| tree.append(*hash));
    if tree.root() != *root {
        wrong(Problem::Rewritten, format!("the first {size} entries are not those of {which}, or not in that order"));
    }
}

#[cfg(test)]
mod tests;
