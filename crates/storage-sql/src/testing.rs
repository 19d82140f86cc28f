//! For tests, here and in other crates: throwaway databases, a clock that is set, chance that repeats.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a failure here is a failed test")]

mod digest;
mod server;

pub use digest::Digest;

use crate::{Options, SqlStore, open};
use domain::{Clock, Entropy, Environment, Timestamp};
use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

/// The node key of [`TestDatabase::open`].
pub const NODE_KEY: [u8; 32] = [0x42; 32];
/// The moment at which a [`TestClock`] starts: 2026-11-22T08:00:00Z.
pub const START: Timestamp = Timestamp(1_795_334_400_000);

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(START.0))
    }
}
impl TestClock {
    /// Moves on.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
    /// Jumps.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Chance from a seed (splitmix64): never the same twice in one test, always the same in the next run. Not secret.
#[derive(Debug, Default)]
pub struct TestEntropy(AtomicU64);

impl TestEntropy {
    /// From a seed.
    pub fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}
impl Entropy for TestEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let state = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst).wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// An empty database that is gone after the test.
pub struct TestDatabase {
    /// Its URL, for programs that are started.
    pub url: String,
    /// The clock of the stores that are opened.
    pub clock: Arc<TestClock>,
    /// Their chance.
    pub entropy: Arc<TestEntropy>,
    _folder: Option<tempfile::TempDir>,
}

impl TestDatabase {
    /// A SQLite file.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("test.sqlite").display());
        Self::at(url, Some(folder))
    }
    /// A new database on the server of `ZORGID_TEST_POSTGRES` (a URL), or on a throwaway server that the tests of a run
    /// share and that stops when none uses it any more.
    pub async fn postgres() -> Self {
        Self::at(server::new_database().await, None)
    }
    fn at(url: String, folder: Option<tempfile::TempDir>) -> Self {
        Self { url, clock: Arc::default(), entropy: Arc::default(), _folder: folder }
    }
    /// What opens it, in acceptatie.
    pub fn options(&self) -> Options {
        Options {
            url: self.url.clone(),
            environment: Environment::Acceptatie,
            entropy: self.entropy.clone(),
            clock: self.clock.clone(),
            node_key: NODE_KEY,
        }
    }
    /// Opens it; again for a second node.
    pub async fn open(&self) -> SqlStore {
        open(self.options()).await.expect("the database opens")
    }
}
