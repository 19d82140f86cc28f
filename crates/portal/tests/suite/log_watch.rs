//! The nightly check of the log: quiet while the log is whole, once a day, and mails to the operators when it is not.

use super::{
    visitor::mailed,
    world::{World, caller},
};
use domain::{EmailAddress, log::Event, mail::MailKind, merkle::Hash};
use portal::services::{
    journal,
    log::watch::{self, Watch},
};
use std::sync::Arc;
use storage::{Sealer, checkpoint::Checkpoint, verify::Problem};
use storage_sql::testing::TestDatabase;

const ORIGIN: &str = "zorg-id.test/log";

/// "Signs" with the body itself.
struct TestSealer;

fn note(size: u64, root: Hash) -> String {
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size, root };
    checkpoint.note(ORIGIN, b"key", |body| Ok::<_, ()>(body.to_vec())).unwrap()
}

impl Sealer for TestSealer {
    fn sign_checkpoint(&self, size: u64, root: &Hash) -> Result<String, String> {
        Ok(note(size, *root))
    }
}

fn watch(kept: Option<String>) -> Watch {
    Watch {
        origin: ORIGIN.into(),
        is_signed: Arc::new(|note| note.signature == note.body.as_bytes()),
        kept: Arc::new(move || kept.clone()),
    }
}

async fn write(world: &World, entries: usize) {
    let app = world.app.clone();
    let written = world.app.write(move |tx| {
        Box::pin(async move {
            for _ in 0..entries {
                journal::entry(&app, &caller(), Event::RoleGiven).by_system().write(tx).await?;
            }
            Ok(())
        })
    });
    written.await.unwrap();
}

/// A node where the operators have an address.
async fn told(world: &World) -> World {
    world.node_with(|parts| parts.config.mail.operators = EmailAddress::parse("operators@example.nl")).await
}

#[tokio::test]
async fn a_whole_log_is_quiet_and_another_one_is_mailed() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let first = World::on(database).await;
        let world = told(&first).await;
        // More than one part.
        write(&world, 2_100).await;
        world.app.store.seal(&TestSealer).await.unwrap();
        write(&world, 3).await;
        let found = watch::check(&world.app, &watch(None)).await.unwrap();
        assert_eq!((found.entries, found.sealed, found.unsealed, found.errors.len()), (2_103, 2_100, 3, 0));
        assert_eq!(mailed(&world, MailKind::LogBroken).await, 0);
        // Elsewhere somebody kept a checkpoint of a longer log: what is stored was cut.
        let found = watch::check(&world.app, &watch(Some(note(2_101, [7; 32])))).await.unwrap();
        assert_eq!(found.errors.iter().map(|error| error.code).collect::<Vec<_>>(), [Problem::Missing]);
        assert_eq!(mailed(&world, MailKind::LogBroken).await, 1);
        // Or of another one that is as long.
        let found = watch::check(&world.app, &watch(Some(note(2_000, [7; 32])))).await.unwrap();
        assert_eq!(found.errors.iter().map(|error| error.code).collect::<Vec<_>>(), [Problem::Rewritten]);
        // The seal stands still.
        world.pass(120);
        let found = watch::check(&world.app, &watch(None)).await.unwrap();
        assert!(found.errors.iter().all(|error| error.code == Problem::Unsealed) && !found.errors.is_empty());
    }
}

#[tokio::test]
async fn one_node_checks_once_a_night() {
    let two = World::new().await;
    let one = told(&two).await;
    let broken = watch(Some(note(9, [7; 32])));
    // It is nine in the morning: the check of this night is due, for one of them.
    assert!(watch::nightly(&one.app, &broken).await.unwrap().is_some());
    assert!(watch::nightly(&two.app, &broken).await.unwrap().is_none());
    assert!(watch::nightly(&one.app, &broken).await.unwrap().is_none());
    assert_eq!(mailed(&one, MailKind::LogBroken).await, 1);
    // 00:30 of the next day (UTC): not yet. 02:30: again.
    one.pass(16 * 3600 + 1800);
    assert!(watch::nightly(&one.app, &broken).await.unwrap().is_none());
    one.pass(2 * 3600);
    assert!(watch::nightly(&two.app, &broken).await.unwrap().is_some());
}
