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
    // Nothing of the migration stays beside the file.
    if let Some(path) = db.url.strip_prefix("sqlite:") {
        assert!(std::path::Path::new(path).exists());
        assert!(!std::path::Path::new(&format!("{path}-migrating")).exists());
    }
    let nowhere = Options { url: "mysql://localhost/x".into(), ..db.options() };
    assert!(matches!(open(nowhere).await, Err(OpenError::Url)));
}

/// People's data: the file and what SQLite puts beside it are for their owner only, also in a folder that others read.
pub async fn the_file_is_private(db: TestDatabase) {
    use std::os::unix::fs::PermissionsExt;
    let Some(path) = db.url.strip_prefix("sqlite:").map(std::path::Path::new) else { return };
    let store = db.open().await;
    let folder = path.parent().unwrap().read_dir().unwrap().map(Result::unwrap);
    let files: Vec<_> = folder.filter(|file| file.metadata().unwrap().len() > 0).collect();
    assert!(files.len() >= 2, "database and WAL");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.path());
    }
    drop(store);
}
