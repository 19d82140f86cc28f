//! For the tests of this crate only.

use crate::{
    cert::{Draft, NameBuilder, attribute, key_identifier},
    keys::{Signer, SoftKey},
};
use domain::{Clock, Entropy, Timestamp};
use std::{
    path::Path,
    process::Command,
    sync::atomic::{AtomicI64, Ordering},
};

/// The operating system's generator.
pub struct OsChance;
impl Entropy for OsChance {
    fn fill(&self, buffer: &mut [u8]) {
        use rand::RngCore;
        rand::rngs::OsRng.fill_bytes(buffer);
    }
}

/// A clock that stands still until it is set.
pub struct StandingClock(AtomicI64);
impl StandingClock {
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.0))
    }
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// The present: outside judges look at the system's clock.
#[allow(clippy::disallowed_methods, reason = "openssl judges certificates by the system's clock")]
pub fn present() -> Timestamp {
    Timestamp::from(time::OffsetDateTime::now_utc())
}

/// A self-signed certificate around a key.
pub fn certificate_for(key: &SoftKey) -> Vec<u8> {
    let name = NameBuilder::new().with(attribute::COMMON_NAME, "iemand").build().unwrap();
    let draft = Draft {
        serial: vec![1],
        subject: name.clone(),
        not_before: present(),
        not_after: present().plus_seconds(3600),
        public_key: key.public_key().to_vec(),
        extensions: Vec::new(),
    };
    draft.sign(&name, &key_identifier(b""), key).unwrap()
}

/// Runs openssl in a folder; returns success and everything it said.
pub fn openssl(folder: &Path, line: &str) -> (bool, String) {
    let output = Command::new("openssl").args(line.split(' ')).current_dir(folder).output().expect("openssl is needed");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}
