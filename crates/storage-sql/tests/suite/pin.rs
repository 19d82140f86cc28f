use crate::support::*;
use domain::{
    Timestamp,
    installation::{Installation, InstallationId},
    pin::{MAX_TRIES, PinCounter, PinRefusal},
};
use std::sync::Arc;
use storage::Store;
use storage_sql::testing::TestDatabase;

/// Every number of tries, without a wait and with one that is over, ends now or lasts.
pub async fn the_statement_agrees_with_the_rules(db: TestDatabase) {
    let store = db.open().await;
    let waits = [None, Some(-1), Some(0), Some(1), Some(3_600_000)];
    let cases: Vec<Installation> = (0..=MAX_TRIES)
        .flat_map(|tries| waits.map(|wait| (tries, wait.map(|millis| Timestamp(NOW.0 + millis)))))
        .map(|(tries, wait_until)| Installation { pin: PinCounter { tries, wait_until }, ..installation(&db) })
        .collect();
    let results = write_job!(store, tx => {
        let mut results = Vec::new();
        for case in cases {
            tx.insert_installation(&case).await?;
            let reserved = tx.reserve_pin_try(case.id, NOW).await?.unwrap();
            let stored = tx.installation(case.id).await?.unwrap().pin;
            results.push((case.pin, reserved, stored));
        }
        Ok(results)
    });
    for (before, reserved, stored) in results.unwrap() {
        assert_eq!(reserved, before.reserve(NOW), "{before:?}");
        assert_eq!(stored, reserved.unwrap_or(before), "{before:?}");
    }
}

pub async fn a_hundred_parallel_guesses_get_four_tries(db: TestDatabase) {
    // Two nodes; with SQLite two processes on one file.
    let nodes = [Arc::new(db.open().await), Arc::new(db.open().await)];
    let installation = installation(&db);
    let id = installation.id;
    write_job!(*nodes[0], tx => { tx.insert_installation(&installation).await }).unwrap();
    let guesses = (0..100).map(|number| {
        let node = nodes[number % 2].clone();
        tokio::spawn(async move { write_job!(*node, tx => { tx.reserve_pin_try(id, NOW).await }).unwrap().unwrap() })
    });
    let mut granted = 0;
    for guess in guesses.collect::<Vec<_>>() {
        match guess.await.unwrap() {
            Ok(_) => granted += 1,
            Err(refusal) => assert_eq!(refusal, PinRefusal::Wait(NOW.plus_seconds(60))),
        }
    }
    assert_eq!(granted, 4);
    drop(nodes);
    // The same after a restart; a right PIN gives everything back.
    let store = db.open().await;
    let stored = read_job!(store, tx => { tx.installation(id).await }).unwrap().unwrap();
    assert_eq!(stored.pin, PinCounter { tries: 4, wait_until: Some(NOW.plus_seconds(60)) });
    write_job!(store, tx => { tx.clear_pin_tries(id).await }).unwrap();
    let stored = read_job!(store, tx => { tx.installation(id).await }).unwrap().unwrap();
    assert_eq!(stored.pin, PinCounter::default());
}

pub async fn an_unknown_installation_gets_nothing(db: TestDatabase) {
    let store = db.open().await;
    let id = InstallationId::new(NOW, &*db.entropy);
    assert_eq!(write_job!(store, tx => { tx.reserve_pin_try(id, NOW).await }).unwrap(), None);
    let store: &dyn Store = &store;
    assert!(crate::support::written(store, Box::new(move |tx| Box::pin(async move { tx.clear_pin_tries(id).await }))).await.is_err());
}
