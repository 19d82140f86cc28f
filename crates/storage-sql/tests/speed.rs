//! How many small jobs a second: `cargo nextest run -p storage-sql --run-ignored only speed`.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "suite/support.rs"]
#[allow(dead_code, unused_imports, unused_macros)]
mod support;

use domain::log::Event;
use std::{sync::Arc, time::Instant};
use storage_sql::testing::TestDatabase;
use support::*;

async fn measure(db: TestDatabase, name: &str) {
    const TASKS: usize = 64;
    const EACH: usize = 150;
    let store = Arc::new(db.open().await);
    let (_, identity) = care_worker(&db, &*store).await;
    let id = identity.certificate_sha256;
    let work: Vec<_> = (0..TASKS)
        .map(|_| (0..EACH).map(|_| (request(&db), entry(&db, Event::RequestAccepted))).collect::<Vec<_>>())
        .collect();
    let begin = Instant::now();
    let tasks = work.into_iter().map(|mine| {
        let store = store.clone();
        tokio::spawn(async move {
            for (request, entry) in mine {
                write_job!(*store, tx => {
                    tx.insert_request(&request).await?;
                    let mut request = tx.request(request.id).await?.unwrap();
                    request.open(NOW).unwrap();
                    tx.update_request(&request).await?;
                    tx.append(&entry).await
                })
                .unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let jobs = (TASKS * EACH) as f64;
    println!("{name}: {:.0} jobs of 4 statements a second", jobs / begin.elapsed().as_secs_f64());
    let begin = Instant::now();
    let sealed = storage::Store::seal(&*store, &FakeSealer).await.unwrap();
    println!("{name}: sealed {} in {:?}", sealed.entries, begin.elapsed());
    let begin = Instant::now();
    for _ in 0..2000 {
        read_job!(*store, tx => { tx.identity_by_certificate(&id).await }).unwrap();
    }
    println!("{name}: {:.0} reads a second, one after another", 2000.0 / begin.elapsed().as_secs_f64());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn sqlite() {
    measure(TestDatabase::sqlite(), "SQLite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn postgres() {
    measure(TestDatabase::postgres().await, "PostgreSQL (no fsync)").await;
}
