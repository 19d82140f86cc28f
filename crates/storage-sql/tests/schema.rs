//! The final schema of both databases, as a snapshot: a migration shows its effect in review.
#![allow(clippy::unwrap_used, missing_docs)]

use sqlx::Connection as _;
use storage_sql::testing::TestDatabase;

#[tokio::test]
async fn sqlite() {
    let db = TestDatabase::sqlite();
    drop(db.open().await);
    let connection = rusqlite::Connection::open(db.url.strip_prefix("sqlite:").unwrap()).unwrap();
    let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name";
    let mut statement = connection.prepare(sql).unwrap();
    let all: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    insta::assert_snapshot!(all.join("\n").replace(", \"", ",\n    \""));
}

#[tokio::test]
async fn postgres() {
    let db = TestDatabase::postgres().await;
    drop(db.open().await);
    let mut connection = sqlx::PgConnection::connect(&db.url).await.unwrap();
    let sql = "SELECT line FROM (
        SELECT table_name, 1 AS part, ordinal_position AS place, '    ' || column_name || ' ' || data_type ||
            CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS line
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL
        SELECT tablename, 2, 0, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL
        SELECT conrelid::regclass::text, 3, 0, pg_get_constraintdef(oid) FROM pg_constraint
          WHERE contype = 'f' AND connamespace = 'public'::regnamespace
        UNION ALL
        SELECT tablename, 0, 0, tablename FROM pg_tables WHERE schemaname = 'public'
    ) AS lines ORDER BY table_name, part, place, line";
    let lines: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
    insta::assert_snapshot!(lines.join("\n"));
}
