//! Every button pressed twice at once: one effect, one entry in the log. The buttons are the matrix's forms.

use super::{
    matrix::{
        is_api,
        roles::{Cast, Who},
        send, set_up,
        table::{Row, Word, rows},
    },
    visitor::Visitor,
    world::World,
};
use axum::http::Method;
use domain::log::{Event, Outcome};
use futures::future::join;
use storage_sql::testing::TestDatabase;

/// Buttons that mean it each time, and why.
const EACH_TIME: [(&str, &str); 12] = [
    ("/beheer/{org}/koppelen", "shows another QR code"),
    ("/beheer/{org}/personen/{membership}/nieuwe-qr-code", "each makes the one before useless; the last is shown"),
    ("/desktop/test", "starts another test"),
    ("/mijn-gegevens/downloaden", "each download is logged"),
    ("/mijn-gegevens/sessies/andere", "ends as many as there are"),
    ("/telefoon-kwijt", "each attempt is logged"),
    ("/beheer/{org}/export.csv", "each export is logged"),
    ("/beheer/{org}/log/export.csv", "each export is logged"),
    ("/beheer/{org}/log/export.json", "each export is logged"),
    ("/beheer/{org}/rollen/export.csv", "each export is logged"),
    ("/backoffice/log/export.csv", "each export is logged"),
    ("/backoffice/log/export.json", "each export is logged"),
];

/// What was done, by name: a proposal does nothing until it is signed.
async fn done_since(world: &World, before: usize) -> Vec<&'static str> {
    let entries = world.events().await.into_iter().skip(before);
    let done = entries.filter(|entry| entry.outcome != Outcome::Refused && entry.event != Event::RequestProposed);
    let mut names: Vec<&'static str> = done.map(|entry| entry.event.as_str()).collect();
    names.sort_unstable();
    names
}

async fn press(world: &World, cast: &Cast, row: &Row, who: Who, other: Option<&World>) -> (Vec<&'static str>, bool) {
    world.pass(61);
    let (mut visitor, things) = set_up(world, cast, row, who, true).await;
    let before = world.events().await.len();
    let failed = match other {
        None => send(row, &mut visitor, &things).await.status.is_server_error(),
        Some(other) => {
            let mut second = Visitor { world: other, cookies: visitor.cookies.clone(), language: "nl" };
            let (one, two) = join(send(row, &mut visitor, &things), send(row, &mut second, &things)).await;
            one.status.is_server_error() || two.status.is_server_error()
        }
    };
    (done_since(world, before).await, failed)
}

async fn twice(database: TestDatabase, part: fn(&str) -> bool) {
    let world = World::on(database).await;
    let other = world.second_node().await;
    let cast = Cast::new(&world).await;
    let mut wrong = Vec::new();
    for row in rows().iter().filter(|row| row.method == Method::POST && !is_api(row.path) && part(row.path)) {
        let done = |who: &Who| row.cells().any(|(one, word)| one == *who && matches!(word, Word::Go | Word::Ok));
        let Some(who) = [Who::Administrator, Who::Operator].into_iter().find(done) else { continue };
        let (once, _) = press(&world, &cast, row, who, None).await;
        let (twice, failed) = press(&world, &cast, row, who, Some(&other)).await;
        let each_time = EACH_TIME.iter().any(|(path, _)| *path == row.path);
        if failed || (once != twice && !each_time) {
            wrong.push(format!("{row}: {twice:?} instead of {once:?}{}", if failed { ", failed" } else { "" }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn beheer(path: &str) -> bool {
    path.starts_with("/beheer")
}

fn elsewhere(path: &str) -> bool {
    !beheer(path)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_button_of_beheer_pressed_twice_does_it_once_on_sqlite() {
    twice(TestDatabase::sqlite(), beheer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_button_of_beheer_pressed_twice_does_it_once_on_postgres() {
    twice(TestDatabase::postgres().await, beheer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_other_button_pressed_twice_does_it_once_on_sqlite() {
    twice(TestDatabase::sqlite(), elsewhere).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_other_button_pressed_twice_does_it_once_on_postgres() {
    twice(TestDatabase::postgres().await, elsewhere).await;
}
