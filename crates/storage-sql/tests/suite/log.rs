use crate::support::*;
use domain::{
    log::{Actor, Event, LogEntry},
    merkle::{Hash, consistency_proof, is_consistent},
    organisation::OrganisationId,
    person::PersonId,
};
use sqlx::{AssertSqlSafe, Connection as _};
use std::sync::{Arc, Mutex};
use storage::{
    LogFilter, Sealed, Sealer, Store, StoreError,
    checkpoint::SignedNote,
    verify::{Expected, Problem, RETENTION_SECONDS, Verification, Verifier, verify},
};
use storage_sql::{
    SqlStore,
    testing::{NODE_KEY, TestDatabase},
};

async fn append(store: &SqlStore, entry: LogEntry) {
    write_job!(*store, tx => { tx.append(&entry).await }).unwrap();
}

async fn verified(db: &TestDatabase, store: &SqlStore, kept: &[String]) -> Verification {
    let (records, checkpoint) =
        read_job!(*store, tx => { Ok((tx.log_records().await?, tx.checkpoint().await?)) }).unwrap();
    let expected = Expected {
        origin: ORIGIN,
        checkpoint: checkpoint.as_deref(),
        kept,
        node_keys: &[NODE_KEY],
        is_signed: &|note| note.signature == note.body.as_bytes(),
        now: domain::Clock::now(&*db.clock),
    };
    let whole = verify(&records, &expected);
    // In parts it says the same.
    let (mut verifier, mut from) = (Verifier::new(&expected), 0);
    loop {
        let part = read_job!(*store, tx => { tx.sealed_log_records(from, 2).await }).unwrap();
        let Some(last) = part.last() else { break };
        from = last.leaf.unwrap() + 1;
        part.iter().for_each(|record| verifier.add(record));
    }
    let unsealed = read_job!(*store, tx => { tx.unsealed_log_records(1000).await }).unwrap();
    unsealed.iter().for_each(|record| verifier.add(record));
    assert_eq!(verifier.finish(), whole);
    whole
}

pub async fn entries_are_sealed_and_verified(db: TestDatabase) {
    let store = db.open().await;
    assert_eq!(store.seal(&FakeSealer).await.unwrap(), Sealed::default());
    let mut kept = vec![read_job!(store, tx => { tx.checkpoint().await }).unwrap().unwrap()];
    let mut size = 0;
    for round in 1..=5 {
        for _ in 0..round {
            append(&store, entry(&db, Event::LogRead)).await;
        }
        db.clock.advance(2);
        let unsealed = verified(&db, &store, &kept).await;
        assert_eq!((unsealed.sealed, unsealed.unsealed, unsealed.errors), (size, round, vec![]));
        size += round;
        // All entries are of one moment; the clock moved two seconds a round.
        let millis = i64::try_from(round).unwrap() * 2000;
        let sealed = store.seal(&FakeSealer).await.unwrap();
        assert_eq!(sealed, Sealed { entries: round, size, oldest_millis: millis });
        let whole = verified(&db, &store, &kept).await;
        assert_eq!((whole.entries, whole.sealed, whole.unsealed, whole.errors), (size, size, 0, vec![]));
        kept.push(read_job!(store, tx => { tx.checkpoint().await }).unwrap().unwrap());
    }
    assert_eq!(store.seal(&FakeSealer).await.unwrap().entries, 0);
    // What the public may ask: that each checkpoint is the beginning of the next.
    let leaves = read_job!(store, tx => { tx.leaf_hashes(size).await }).unwrap();
    assert_eq!(leaves.len() as u64, size);
    assert_eq!(read_job!(store, tx => { tx.leaf_hashes(2).await }).unwrap(), leaves[..2]);
    assert_eq!(read_job!(store, tx => { tx.leaf_hashes(size + 1).await }).unwrap(), leaves);
    let notes: Vec<_> = kept.iter().map(|note| SignedNote::parse(note).unwrap().checkpoint).collect();
    for pair in notes.windows(2) {
        let newer = &leaves[..usize::try_from(pair[1].size).unwrap()];
        let proof = consistency_proof(newer, usize::try_from(pair[0].size).unwrap());
        assert!(is_consistent(pair[0].size, &pair[0].root, pair[1].size, &pair[1].root, &proof));
    }
    // An entry that nobody seals is an error after a minute.
    append(&store, entry(&db, Event::LogRead)).await;
    db.clock.advance(61);
    let late = verified(&db, &store, &[]).await;
    assert_eq!(late.errors.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Problem::Unsealed]);
}

/// Runs SQL behind the program's back.
async fn tamper(db: &TestDatabase, sql: &str) {
    if let Some(path) = db.url.strip_prefix("sqlite:") {
        rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
    } else {
        let mut connection = sqlx::PgConnection::connect(&db.url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    }
}

pub async fn tampering_is_found(db: TestDatabase) {
    let store = db.open().await;
    for _ in 0..7 {
        append(&store, entry(&db, Event::LogRead)).await;
    }
    store.seal(&FakeSealer).await.unwrap();
    let backup = "CREATE TABLE backup AS SELECT * FROM log_entries";
    let restore = "DELETE FROM log_entries; INSERT INTO log_entries SELECT * FROM backup";
    tamper(&db, backup).await;
    for (sql, expected) in [
        (
            "UPDATE log_entries SET content = replace(content, 'log.read', 'role.given') WHERE leaf = 3",
            Problem::Changed,
        ),
        ("UPDATE log_entries SET content = NULL WHERE leaf = 3", Problem::Changed),
        ("UPDATE log_entries SET content = NULL, salt = NULL WHERE leaf = 3", Problem::Changed),
        ("UPDATE log_entries SET at = at + 1 WHERE leaf = 3", Problem::Changed),
        ("UPDATE log_entries SET mac = salt WHERE leaf = 3", Problem::Changed),
        ("DELETE FROM log_entries WHERE leaf = 3", Problem::Missing),
        ("DELETE FROM log_entries WHERE leaf = 6", Problem::Missing),
        ("DELETE FROM log_entries WHERE leaf = 0", Problem::Missing),
        ("UPDATE log_entries SET leaf = NULL WHERE leaf = 6", Problem::Missing),
        (
            "UPDATE log_entries SET leaf = 99 WHERE leaf = 2; UPDATE log_entries SET leaf = 2 WHERE leaf = 4; \
             UPDATE log_entries SET leaf = 4 WHERE leaf = 99",
            Problem::Rewritten,
        ),
        // Content and hash both go as after retention, but with another hash.
        ("UPDATE log_entries SET content = NULL, salt = NULL, leaf_hash = mac WHERE leaf = 3", Problem::Rewritten),
    ] {
        assert_eq!(verified(&db, &store, &[]).await.errors, [], "before {sql}");
        tamper(&db, sql).await;
        let found: Vec<_> = verified(&db, &store, &[]).await.errors.iter().map(|finding| finding.code).collect();
        assert!(found.contains(&expected), "{sql}: {found:?}");
        tamper(&db, restore).await;
    }
    // Retention: salt and content go, the hash stays.
    db.clock.advance(RETENTION_SECONDS);
    tamper(&db, "UPDATE log_entries SET content = NULL, salt = NULL WHERE leaf < 3").await;
    assert_eq!(verified(&db, &store, &[]).await.errors, []);
}

/// Remembers what it sealed.
struct Keeper(Mutex<Option<(u64, Hash)>>);
impl Sealer for Keeper {
    fn sign_checkpoint(&self, size: u64, root: &Hash) -> Result<String, String> {
        FakeSealer.sign_checkpoint(size, root)
    }
    fn may_grow(&self, size: u64, root: &Hash) -> Result<(), String> {
        let kept = *self.0.lock().unwrap();
        if kept.is_none_or(|kept| kept == (size, *root)) { Ok(()) } else { Err("another log".to_owned()) }
    }
    fn sealed(&self, note: &str) {
        let checkpoint = SignedNote::parse(note).unwrap().checkpoint;
        *self.0.lock().unwrap() = Some((checkpoint.size, checkpoint.root));
    }
}

/// Whoever writes in the database takes an entry away and has the rest sealed anew by the server itself.
pub async fn a_log_that_was_cut_gets_no_new_seal(db: TestDatabase) {
    let (store, keeper) = (db.open().await, Keeper(Mutex::default()));
    for round in 1..=3 {
        append(&store, entry(&db, Event::LogRead)).await;
        assert_eq!(store.seal(&keeper).await.unwrap().size, round);
    }
    let cut = "DELETE FROM log_entries WHERE leaf = 1; UPDATE log_entries SET leaf = NULL; DELETE FROM log_tree";
    tamper(&db, cut).await;
    for _ in 0..2 {
        append(&store, entry(&db, Event::LogRead)).await;
    }
    assert!(matches!(store.seal(&keeper).await, Err(StoreError::Corrupt(_))));
    assert_eq!(read_job!(store, tx => { tx.checkpoint().await }).unwrap(), None);
}

pub async fn entries_are_filtered(db: TestDatabase) {
    let store = db.open().await;
    let (one, two) = (PersonId::new(NOW, &*db.entropy), PersonId::new(NOW, &*db.entropy));
    let organisation = OrganisationId::new(NOW, &*db.entropy);
    let about = LogEntry { person: Some(one), organisation: Some(organisation), ..entry(&db, Event::SessionOpened) };
    let by = LogEntry { actor: Actor::Person { person: one, identity: None }, ..entry(&db, Event::LogRead) };
    let other = LogEntry { person: Some(two), organisation: Some(organisation), ..entry(&db, Event::SessionEnded) };
    for entry in [&about, &by, &other] {
        append(&store, entry.clone()).await;
    }
    let of = |person: Option<PersonId>, organisation: Option<OrganisationId>, limit| LogFilter {
        person,
        organisation,
        limit,
        ..LogFilter::default()
    };
    for (filter, expected) in [
        (of(None, None, 0), vec![&about, &by, &other]),
        (of(None, None, 2), vec![&other, &by]),
        (of(Some(one), None, 0), vec![&about, &by]),
        (of(Some(one), Some(organisation), 10), vec![&about]),
        (of(None, Some(organisation), 10), vec![&other, &about]),
        (of(Some(two), None, 1), vec![&other]),
    ] {
        let found = read_job!(store, tx => { tx.log_entries(&filter).await }).unwrap();
        assert_eq!(found.iter().map(|placed| &placed.entry).collect::<Vec<_>>(), expected);
    }
}

/// Two nodes seal while both write: every entry gets one place.
pub async fn two_sealers_make_one_tree(db: TestDatabase) {
    let nodes = [Arc::new(db.open().await), Arc::new(db.open().await)];
    let work = (0..2).map(|which| {
        let node = nodes[which].clone();
        let entries: Vec<_> = (0..60).map(|_| entry(&db, Event::LogRead)).collect();
        tokio::spawn(async move {
            let mut sealed = 0;
            for entry in entries {
                append(&node, entry).await;
                // Losing to the other node is no harm: the entries wait for the next sealing.
                sealed += node.seal(&FakeSealer).await.map_or(0, |sealed| sealed.entries);
            }
            sealed
        })
    });
    let mut sealed = 0;
    for node in work.collect::<Vec<_>>() {
        sealed += node.await.unwrap();
    }
    sealed += nodes[0].seal(&FakeSealer).await.unwrap().entries;
    assert_eq!(sealed, 120);
    let whole = verified(&db, &nodes[1], &[]).await;
    assert_eq!((whole.sealed, whole.unsealed, whole.errors), (120, 0, vec![]));
}

/// Jobs that nobody waits for any more happen completely or not at all, each with its entry.
pub async fn nothing_is_lost_when_a_node_goes_away(db: TestDatabase) {
    let store = Arc::new(db.open().await);
    let jobs = (0..100).map(|number| {
        let (store, new) = (store.clone(), organisation(&db, &format!("{number:08}")));
        let entry = LogEntry { organisation: Some(new.id), ..entry(&db, Event::OrganisationAdded) };
        tokio::spawn(async move {
            write_job!(*store, tx => { tx.insert_organisation(&new).await?; tx.append(&entry).await }).map(|()| number)
        })
    });
    let mut jobs: Vec<_> = jobs.collect();
    let mut acknowledged = vec![];
    for job in jobs.drain(..10) {
        acknowledged.push(job.await.unwrap().unwrap());
    }
    jobs.iter().for_each(|job| job.abort());
    for job in jobs {
        acknowledged.extend(job.await.ok().map(Result::unwrap));
    }
    drop(store);
    let store = db.open().await;
    store.seal(&FakeSealer).await.unwrap();
    assert_eq!(verified(&db, &store, &[]).await.errors, []);
    let stored = read_job!(store, tx => { tx.organisations().await }).unwrap();
    let logged = read_job!(store, tx => { tx.log_entries(&LogFilter::default()).await }).unwrap();
    let mut ids: Vec<_> = stored.iter().map(|organisation| Some(organisation.id)).collect();
    let mut logged: Vec<_> = logged.iter().map(|placed| placed.entry.organisation).collect();
    ids.sort();
    logged.sort();
    assert_eq!(ids, logged);
    for number in acknowledged {
        assert!(stored.iter().any(|organisation| organisation.ura.as_str() == format!("{number:08}")));
    }
}
