//! The CA's own record of what it issued: `record.jsonl`, append-only, durable before a certificate leaves the CA.
//!
//! One thread writes; many waiting issuances share one `fdatasync`.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{Timestamp, identity::IdentityId, request::RequestId};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc},
};
use thiserror::Error;
use tokio::sync::oneshot;

/// Why the record does not work.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The file.
    #[error("the CA's record: {0}")]
    File(#[from] std::io::Error),
    /// A line that cannot be read: nothing is guessed about what was issued.
    #[error("the CA's record is damaged at line {0}")]
    Damaged(usize),
    /// The writer stopped after an earlier failure; nothing is issued any more.
    #[error("the CA's record cannot be written")]
    Stopped,
}

/// One issued certificate, as a line of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub at: Timestamp,
    /// The enrolment, or the order for a new certificate.
    pub enrolment: RequestId,
    pub identity: IdentityId,
    /// Hex.
    pub serial: String,
    /// SHA-256 of the SubjectPublicKeyInfo, hex.
    pub key: String,
    /// DER, base64.
    pub certificate: String,
}

/// Where the certificate of an enrolment stands in the file.
#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    length: u32,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    /// Being issued at this moment; given back when that fails.
    Reserved,
    /// On its way to the disk: whatever happens to the caller, this enrolment is used.
    Writing,
    Issued {
        identity: IdentityId,
        key: [u8; 32],
        place: Place,
    },
}

#[derive(Default)]
struct Index {
    enrolments: HashMap<RequestId, Entry>,
    serials: HashSet<Vec<u8>>,
}

struct Append {
    text: Vec<u8>,
    enrolment: RequestId,
    identity: IdentityId,
    key: [u8; 32],
    serial: Vec<u8>,
    done: oneshot::Sender<()>,
}

/// What the record says about an enrolment.
pub(super) enum Known {
    /// Nothing: it is reserved for the caller now, who must append or release.
    Reserved,
    /// Somebody else is at it.
    Busy,
    /// Issued: to whom, for which key, and the certificate.
    Issued { identity: IdentityId, key: [u8; 32], certificate: Vec<u8> },
}

/// The record.
pub struct Record {
    index: Arc<Mutex<Index>>,
    reader: File,
    writer: Mutex<mpsc::Sender<Append>>,
}

impl Record {
    /// Opens or makes the file. A last line that a crash cut off never left the CA and is removed.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        let (index, length) = read_index(&file)?;
        if file.metadata()?.len() > length {
            file.set_len(length)?;
            file.sync_data()?;
        }
        // The directory entry of a new file must survive as well.
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        let reader = file.try_clone()?;
        let (sender, receiver) = mpsc::channel();
        let index = Arc::new(Mutex::new(index));
        let written = index.clone();
        let writer = std::thread::Builder::new().name("ca-record".into());
        writer.spawn(move || write_all(file, length, &receiver, &written))?;
        Ok(Self { index, reader, writer: Mutex::new(sender) })
    }

    /// Looks an enrolment up, and reserves it when it is new.
    pub(super) fn reserve(&self, enrolment: RequestId) -> Result<Known, RecordError> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        match index.enrolments.get(&enrolment).copied() {
            None => {
                index.enrolments.insert(enrolment, Entry::Reserved);
                Ok(Known::Reserved)
            }
            Some(Entry::Reserved | Entry::Writing) => Ok(Known::Busy),
            Some(Entry::Issued { identity, key, place }) => {
                drop(index);
                let mut line = vec![0; usize::try_from(place.length).unwrap_or(0)];
                self.reader.read_exact_at(&mut line, place.offset)?;
                let line: Line = serde_json::from_slice(&line).map_err(|_| RecordError::Damaged(0))?;
                let certificate = STANDARD.decode(line.certificate).map_err(|_| RecordError::Damaged(0))?;
                Ok(Known::Issued { identity, key, certificate })
            }
        }
    }

    /// Gives a reservation back: nothing was issued.
    pub(super) fn release(&self, enrolment: RequestId) {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(index.enrolments.get(&enrolment), Some(Entry::Reserved)) {
            index.enrolments.remove(&enrolment);
        }
    }

    /// Writes a line; returns when it is durable.
    pub(super) async fn append(&self, line: &Line) -> Result<(), RecordError> {
        let damaged = |_| RecordError::Damaged(0);
        let mut key = [0; 32];
        hex::decode_to_slice(&line.key, &mut key).map_err(damaged)?;
        let serial = hex::decode(&line.serial).map_err(damaged)?;
        let text = serde_json::to_vec(line).map_err(|error| RecordError::File(error.into()))?;
        let (done, written) = oneshot::channel();
        let (enrolment, identity) = (line.enrolment, line.identity);
        let append = Append { text, enrolment, identity, key, serial, done };
        // From here on the line may reach the disk, even when the caller goes away.
        self.index.lock().unwrap_or_else(PoisonError::into_inner).enrolments.insert(enrolment, Entry::Writing);
        let sent = self.writer.lock().unwrap_or_else(PoisonError::into_inner).send(append);
        sent.map_err(|_| RecordError::Stopped)?;
        written.await.map_err(|_| RecordError::Stopped)
    }

    /// Whether a certificate with this serial number was issued here.
    pub fn issued(&self, serial: &[u8]) -> bool {
        self.index.lock().unwrap_or_else(PoisonError::into_inner).serials.contains(serial)
    }

    /// How many certificates were issued.
    pub fn len(&self) -> usize {
        self.index.lock().unwrap_or_else(PoisonError::into_inner).serials.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Reads whole lines; returns the index and the length of the part that is whole.
fn read_index(file: &File) -> Result<(Index, u64), RecordError> {
    let mut reader = BufReader::new(file);
    let (mut index, mut offset, mut text) = (Index::default(), 0u64, Vec::new());
    for number in 1.. {
        text.clear();
        let read = reader.read_until(b'\n', &mut text)?;
        if read == 0 || text.last() != Some(&b'\n') {
            break;
        }
        let damaged = || RecordError::Damaged(number);
        let line: Line = serde_json::from_slice(&text).map_err(|_| damaged())?;
        let mut key = [0; 32];
        hex::decode_to_slice(&line.key, &mut key).map_err(|_| damaged())?;
        index.serials.insert(hex::decode(&line.serial).map_err(|_| damaged())?);
        let place = Place { offset, length: u32::try_from(read - 1).map_err(|_| damaged())? };
        index.enrolments.insert(line.enrolment, Entry::Issued { identity: line.identity, key, place });
        offset += read as u64;
    }
    Ok((index, offset))
}

/// The writer: everything that waits goes into one write and one sync. After a failure it stops for good: what is on
/// the disk then is unknown.
fn write_all(mut file: File, mut offset: u64, waiting: &mpsc::Receiver<Append>, index: &Mutex<Index>) {
    const MOST: usize = 512;
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(MOST - 1));
        let (mut bytes, mut places) = (Vec::new(), Vec::new());
        for append in &batch {
            let length = u32::try_from(append.text.len()).unwrap_or(0);
            places.push(Place { offset: offset + bytes.len() as u64, length });
            bytes.extend_from_slice(&append.text);
            bytes.push(b'\n');
        }
        if let Err(error) = file.write_all(&bytes).and_then(|()| file.sync_data()) {
            tracing::error!(%error, "the CA's record cannot be written; no more certificates are issued");
            return;
        }
        offset += bytes.len() as u64;
        let mut index = index.lock().unwrap_or_else(PoisonError::into_inner);
        for (append, place) in batch.into_iter().zip(places) {
            let Append { enrolment, identity, key, serial, done, .. } = append;
            index.enrolments.insert(enrolment, Entry::Issued { identity, key, place });
            index.serials.insert(serial);
            // Whoever went away in the meantime gets the same certificate at the next try.
            let _ = done.send(());
        }
    }
}
