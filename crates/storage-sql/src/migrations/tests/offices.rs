//! Operators of before the offices, and validations that were reopened before they ended by themselves.

use super::*;
use domain::{
    operator::{Office, Operator},
    organisation::Reopening,
};

async fn person(db: &TestDatabase, database: &DatabaseConnection, number: &str) -> PersonId {
    let id = PersonId::new(NOW, &*db.entropy);
    let sql = "INSERT INTO people (id, number, given, prefix, surname, birth_date, birth_date_self_declared, created_at) \
               VALUES ($1, $2, 'Anna', '', 'Dijk', '1990-05-17', FALSE, $3)";
    put(database, sql, vec![id.0.into(), number.into(), NOW.0.into()]).await;
    id
}

async fn organisation(
    db: &TestDatabase,
    database: &DatabaseConnection,
    ura: &str,
    reopened_for: Option<&str>,
) -> OrganisationId {
    let id = OrganisationId::new(NOW, &*db.entropy);
    let sql = "INSERT INTO organisations (id, name, ura, contact, status, created_at, reopened_for, search) \
               VALUES ($1, 'De Linde', $2, NULL, 'validated', $3, $4, 'de linde')";
    let number: Option<String> = reopened_for.map(str::to_owned);
    put(database, sql, vec![id.0.into(), ura.into(), NOW.0.into(), number.into()]).await;
    id
}

async fn logged(db: &TestDatabase, database: &DatabaseConnection, event: Event, at: i64, about: OrganisationId) {
    let sql = "INSERT INTO log_entries (id, at, organisation, salt, content, mac, leaf_hash, event) \
               VALUES ($1, $2, $3, $4, '{}', $4, $4, $5)";
    let id = EntryId::new(NOW, &*db.entropy);
    let values = vec![id.0.into(), at.into(), about.0.into(), vec![3u8; 32].into(), event.as_str().into()];
    put(database, sql, values).await;
}

async fn operators_stay(db: TestDatabase) {
    let database = before(&db, "m0052_offices").await;
    let (first, invited) = (person(&db, &database, "100000001").await, person(&db, &database, "100000002").await);
    let sql = "INSERT INTO operators (person, invited_by, since, ended_at) VALUES ($1, $2, $3, $4)";
    let (nobody, open, end) = (None::<uuid::Uuid>, None::<i64>, NOW.0 + 9);
    put(&database, sql, vec![first.0.into(), nobody.into(), NOW.0.into(), open.into()]).await;
    put(&database, sql, vec![invited.0.into(), first.0.into(), (NOW.0 + 1).into(), end.into()]).await;
    Migrator::up(&database, None).await.unwrap();
    database.close().await.unwrap();

    let store = db.open().await;
    let all = ask(&store, Box::new(|tx| Box::pin(tx.operators()))).await;
    let office = Office::Operator;
    let expected = [
        Operator { person: first, office, invited_by: None, since: NOW, ended_at: None },
        Operator {
            person: invited,
            office,
            invited_by: Some(first),
            since: domain::Timestamp(NOW.0 + 1),
            ended_at: Some(domain::Timestamp(end)),
        },
    ];
    assert_eq!(all, expected);
}

async fn reopened_validations_get_their_moment(db: TestDatabase) {
    let database = before(&db, "m0053_reopened_at").await;
    let by_console = organisation(&db, &database, "00000001", Some("900012345")).await;
    let by_operator = organisation(&db, &database, "00000002", Some("900012346")).await;
    let never = organisation(&db, &database, "00000003", None).await;
    for (event, at, about) in [
        (Event::OrganisationReopened, NOW.0 + 5, by_operator),
        (Event::OrganisationReopened, NOW.0 + 7, by_operator),
        (Event::OrganisationChanged, NOW.0 + 8, by_operator),
        (Event::OrganisationReopened, NOW.0 + 6, never),
    ] {
        logged(&db, &database, event, at, about).await;
    }
    Migrator::up(&database, None).await.unwrap();
    database.close().await.unwrap();

    let store = db.open().await;
    for (id, number, at) in
        [(by_console, Some("900012345"), NOW.0), (by_operator, Some("900012346"), NOW.0 + 7), (never, None, 0)]
    {
        let found = ask(&store, Box::new(move |tx| Box::pin(tx.organisation(id)))).await.unwrap();
        let expected =
            number.map(|number| Reopening { uzi_number: UziNumber::parse(number).unwrap(), at: domain::Timestamp(at) });
        assert_eq!(found.reopened_for, expected);
    }
}

#[tokio::test]
async fn operators_stay_on_sqlite() {
    operators_stay(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn operators_stay_on_postgres() {
    operators_stay(TestDatabase::postgres().await).await;
}

#[tokio::test]
async fn reopened_validations_get_their_moment_on_sqlite() {
    reopened_validations_get_their_moment(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn reopened_validations_get_their_moment_on_postgres() {
    reopened_validations_get_their_moment(TestDatabase::postgres().await).await;
}
