use crate::support::*;
use domain::log::Event;
use futures::StreamExt as _;
use std::{sync::Arc, time::Duration};
use storage::{LogFilter, Store, StoreError};
use storage_sql::testing::TestDatabase;

pub async fn a_refused_job_leaves_nothing(db: TestDatabase) {
    let store = db.open().await;
    let (one, entry) = (organisation(&db, "00000001"), entry(&db, Event::OrganisationAdded));
    let refused = write_job!(store, tx => {
        tx.insert_organisation(&one).await?;
        tx.append(&entry).await?;
        Err::<(), _>(StoreError::Corrupt("the service says no".into()))
    });
    assert!(matches!(refused, Err(StoreError::Corrupt(_))));
    assert_eq!(read_job!(store, tx => { tx.organisations().await }).unwrap(), []);
    assert_eq!(read_job!(store, tx => { tx.log_entries(&LogFilter::default()).await }).unwrap(), []);
}

pub async fn a_panic_harms_only_its_own_job(db: TestDatabase) {
    let store = Arc::new(db.open().await);
    let jobs = (0..60).map(|number| {
        let (store, new) = (store.clone(), organisation(&db, &format!("{number:08}")));
        tokio::spawn(async move {
            write_job!(*store, tx => {
                tx.insert_organisation(&new).await?;
                assert!(number % 3 != 0, "as the test wants");
                Ok(())
            })
        })
    });
    for (number, job) in jobs.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(job.await.unwrap().is_ok(), number % 3 != 0);
    }
    assert_eq!(read_job!(*store, tx => { tx.organisations().await }).unwrap().len(), 40);
}

/// Whoever ignores a failed statement does not commit the rest: not on SQLite, which would, nor on PostgreSQL, which
/// would say yes and forget everything.
pub async fn a_failed_statement_cannot_be_committed(db: TestDatabase) {
    let store = db.open().await;
    let (one, stray) = (organisation(&db, "00000001"), membership(&db, &person(&db, "123456789"), &organisation(&db, "1".repeat(8).as_str())));
    let ignored = write_job!(store, tx => {
        tx.insert_organisation(&one).await?;
        let _ = tx.insert_membership(&stray).await;
        Ok(())
    });
    assert!(matches!(ignored, Err(StoreError::Unavailable(_))));
    assert_eq!(read_job!(store, tx => { tx.organisations().await }).unwrap(), []);
}

pub async fn a_duplicate_leaves_the_job_usable(db: TestDatabase) {
    let store = db.open().await;
    let (one, same, two) =
        (organisation(&db, "00000001"), organisation(&db, "00000001"), organisation(&db, "00000002"));
    write_job!(store, tx => {
        tx.insert_organisation(&one).await?;
        assert!(matches!(tx.insert_organisation(&same).await, Err(StoreError::Duplicate(_))));
        tx.insert_organisation(&two).await
    })
    .unwrap();
    assert_eq!(read_job!(store, tx => { tx.organisations().await }).unwrap().len(), 2);
}

pub async fn reading_cannot_write(db: TestDatabase) {
    let store = db.open().await;
    let one = organisation(&db, "00000001");
    assert!(read_job!(store, tx => { tx.insert_organisation(&one).await }).is_err());
    assert_eq!(read_job!(store, tx => { tx.organisations().await }).unwrap(), []);
}

/// What a job loads stays as it is until its commit, also for the other node.
pub async fn writers_do_not_lose_updates(db: TestDatabase) {
    let nodes = [Arc::new(db.open().await), Arc::new(db.open().await)];
    let (_, identity) = care_worker(&db, &*nodes[0]).await;
    let id = identity.id;
    let jobs = (0..200).map(|number| {
        let node = nodes[number % 2].clone();
        tokio::spawn(async move {
            write_job!(*node, tx => {
                let mut identity = tx.identity(id).await?.unwrap();
                identity.counter += 1;
                tx.update_identity(&identity).await
            })
        })
    });
    for job in jobs.collect::<Vec<_>>() {
        job.await.unwrap().unwrap();
    }
    let stored = read_job!(*nodes[1], tx => { tx.identity(id).await }).unwrap().unwrap();
    assert_eq!(stored.counter, identity.counter + 200);
}

/// Looking whether something is there and adding it when it is not, at two nodes: it is added once.
pub async fn what_is_missing_is_added_once(db: TestDatabase) {
    let nodes = [Arc::new(db.open().await), Arc::new(db.open().await)];
    let jobs = (0..20).map(|number: usize| {
        let (node, new) = (nodes[number % 2].clone(), organisation(&db, &format!("{number:08}")));
        tokio::spawn(async move {
            write_job!(*node, tx => {
                tx.alone("the first organisation").await?;
                if tx.organisations().await?.is_empty() {
                    tx.insert_organisation(&new).await?;
                }
                Ok(())
            })
        })
    });
    for job in jobs.collect::<Vec<_>>() {
        job.await.unwrap().unwrap();
    }
    assert_eq!(read_job!(*nodes[0], tx => { tx.organisations().await }).unwrap().len(), 1);
}

pub async fn notifications_reach_both_nodes(db: TestDatabase) {
    let (one, two) = (db.open().await, db.open().await);
    // SQLite has one node; PostgreSQL tells all.
    let listeners =
        if db.url.starts_with("sqlite") { vec![one.notifications()] } else { vec![one.notifications(), two.notifications()] };
    one.notify("request/1").await.unwrap();
    one.notify("request/2").await.unwrap();
    for mut topics in listeners {
        for expected in ["request/1", "request/2"] {
            let topic = tokio::time::timeout(Duration::from_secs(20), topics.next()).await;
            assert_eq!(topic.unwrap().as_deref(), Some(expected));
        }
    }
}
