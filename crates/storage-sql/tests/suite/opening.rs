use domain::Environment;
use sqlx::Connection as _;
use storage_sql::{OpenError, Options, open, testing::TestDatabase};

pub async fn the_other_environment_is_refused(db: TestDatabase) {
    drop(db.open().await);
    let refused = open(Options { environment: Environment::Productie, ..db.options() }).await;
    let error = refused.err().unwrap();
    assert!(matches!(error, OpenError::Environment { .. }));
    assert_eq!(error.to_string(), "this is the database of the environment acceptatie, not of productie");
    drop(db.open().await);
}

pub async fn a_newer_schema_is_refused(db: TestDatabase) {
    drop(db.open().await);
    let sql = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
    if let Some(path) = db.url.strip_prefix("sqlite:") {
        rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
    } else {
        let mut connection = sqlx::PgConnection::connect(&db.url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    }
    let error = open(db.options()).await.err().unwrap();
    assert!(matches!(&error, OpenError::Newer(name) if name == "m9999_later"), "{error}");
}

/// `serve` and its CA process start together on an empty folder.
pub async fn many_open_at_once(db: TestDatabase) {
    let all = futures::future::join_all((0..6).map(|_| open(db.options()))).await;
    for store in all {
        store.unwrap();
    }
    let nowhere = Options { url: "mysql://localhost/x".into(), ..db.options() };
    assert!(matches!(open(nowhere).await, Err(OpenError::Url)));
}
