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
    pub is_signed: &'a (dyn Fn(&SignedNote) -> bool + Sync),
    /// The present moment.
    pub now: Timestamp,
}

/// Verifies a log. Missing content is right after retention, [`RETENTION_SECONDS`]: then salt and content are both gone
/// and the hash stays.
pub fn verify(records: &[LogRecord], expected: &Expected<'_>) -> Verification {
    let mut verifier = Verifier::new(expected);
    let mut sealed: Vec<&LogRecord> = records.iter().filter(|record| record.leaf.is_some()).collect();
    sealed.sort_by_key(|record| record.leaf);
    let unsealed = records.iter().filter(|record| record.leaf.is_none());
    sealed.into_iter().chain(unsealed).for_each(|record| verifier.add(record));
    verifier.finish()
}

/// The same, an entry at a time: of a log that does not fit into memory.
pub struct Verifier<'a> {
    expected: &'a Expected<'a>,
    /// Checkpoints to be compared with, the stored one first.
    notes: Vec<Noted>,
    /// The next free place.
    next: u64,
    tree: Frontier,
    kept_younger: bool,
    entries: u64,
    sealed: u64,
    places: Vec<Finding>,
    contents: Vec<Finding>,
    retention: Vec<Finding>,
    ages: Vec<Finding>,
}

/// A checkpoint, and what the log is at its size.
struct Noted {
    which: &'static str,
    covers_all: bool,
    read: Result<Checkpoint, Finding>,
    root: Option<Hash>,
}

impl<'a> Verifier<'a> {
    /// With what the log is compared.
    pub fn new(expected: &'a Expected<'a>) -> Self {
        let stored = expected.checkpoint.map(|text| (text, "the stored checkpoint", true));
        let kept = expected.kept.iter().map(|text| (text.as_str(), "the kept checkpoint", false));
        let noted = |(text, which, covers_all)| {
            let mut noted = Noted { which, covers_all, read: read_checkpoint(text, which, expected), root: None };
            noted.reached(&Frontier::default());
            noted
        };
        let notes = stored.into_iter().chain(kept).map(noted).collect();
        let (places, contents, retention, ages) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (next, entries, sealed, kept_younger) = (0, 0, 0, false);
        let tree = Frontier::default();
        Self { expected, notes, next, tree, kept_younger, entries, sealed, places, contents, retention, ages }
    }

    /// The next entry: sealed ones in the order of their places, then those that wait.
    pub fn add(&mut self, record: &LogRecord) {
        self.entries += 1;
        check_content(record, self.expected, &mut self.contents);
        let Some(leaf) = record.leaf else { return check_age(record, self.expected.now, &mut self.ages) };
        self.sealed += 1;
        self.check_retention(record);
        if leaf < self.next {
            return self.places.push(finding(Problem::Duplicate, Some(leaf), "two entries have this place"));
        }
        if leaf > self.next {
            let gap = if leaf == self.next + 1 {
                format!("entry {} is gone", self.next)
            } else {
                format!("entries {} to {} are gone", self.next, leaf - 1)
            };
            self.places.push(finding(Problem::Missing, Some(self.next), gap));
        }
        self.next = leaf + 1;
        let Some(hash) = record.leaf_hash else {
            return self.places.push(finding(Problem::Changed, Some(leaf), "the entry has a place but no hash"));
        };
        self.tree.append(hash);
        self.notes.iter_mut().for_each(|noted| noted.reached(&self.tree));
    }

    /// Retention takes the oldest content first and never before its time. When an emptied entry was written is no longer
    /// covered by its hash, so the entries before it must bear that out.
    fn check_retention(&mut self, record: &LogRecord) {
        let age = self.expected.now.seconds_since(record.at);
        if record.content.is_some() {
            // Entries may stand a little out of order: they are numbered when they are committed.
            self.kept_younger |= age < RETENTION_SECONDS - DAY;
        } else if record.salt.is_none() && (age < RETENTION_SECONDS || self.kept_younger) {
            self.retention.push(finding(Problem::Changed, record.leaf, "the content was taken away before its time"));
        }
    }

    /// After the last entry.
    pub fn finish(self) -> Verification {
        let mut errors = [self.places, self.contents, self.retention, self.ages].concat();
        if self.expected.checkpoint.is_none() && self.sealed > 0 {
            errors.push(finding(Problem::Checkpoint, None, "there are sealed entries but no checkpoint"));
        }
        errors.extend(self.notes.into_iter().filter_map(|noted| noted.compared(self.tree.size())));
        Verification { entries: self.entries, sealed: self.sealed, unsealed: self.entries - self.sealed, errors }
    }
}

impl Noted {
    /// The tree is as large as this.
    fn reached(&mut self, tree: &Frontier) {
        if self.read.as_ref().is_ok_and(|checkpoint| checkpoint.size == tree.size()) {
            self.root = Some(tree.root());
        }
    }
    /// What is wrong, after `present` entries.
    fn compared(self, present: u64) -> Option<Finding> {
        let (which, Checkpoint { size, root, .. }) = match self.read {
            Ok(checkpoint) => (self.which, checkpoint),
            Err(finding) => return Some(finding),
        };
        if present < size {
            let detail = format!("{which} has {size} entries, there are {present}");
            return Some(finding(Problem::Missing, None, detail));
        }
        if self.covers_all && present > size {
            let detail = format!("{which} has {size} entries, there are {present}");
            return Some(finding(Problem::Rewritten, None, detail));
        }
        (self.root != Some(root)).then(|| {
            let detail = format!("the first {size} entries are not those of {which}, or not in that order");
            finding(Problem::Rewritten, None, detail)
        })
    }
}

fn finding(code: Problem, leaf: Option<u64>, detail: impl Into<String>) -> Finding {
    Finding { code, leaf, detail: detail.into() }
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

fn check_age(record: &LogRecord, now: Timestamp, errors: &mut Vec<Finding>) {
    let age = now.seconds_since(record.at);
    if age > UNSEALED_SECONDS {
        errors.push(finding(Problem::Unsealed, None, format!("an entry waits for its seal for {age} seconds")));
    }
}

fn read_checkpoint(text: &str, which: &str, expected: &Expected<'_>) -> Result<Checkpoint, Finding> {
    let wrong = |detail: String| Err(finding(Problem::Checkpoint, None, detail));
    let Some(note) = SignedNote::parse(text) else {
        return wrong(format!("{which} is not a signed checkpoint"));
    };
    if note.checkpoint.origin != expected.origin {
        return wrong(format!("{which} is of another log: {}", note.checkpoint.origin));
    }
    if !(expected.is_signed)(&note) {
        return wrong(format!("{which} is not signed by the key of this log"));
    }
    Ok(note.checkpoint)
}

#[cfg(test)]
mod tests;
