//! What the migrations of the portal make of rows that were there before them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod offices;

use super::*;
use crate::testing::{START as NOW, TestDatabase};
use domain::{
    Entropy, UziNumber,
    log::{Actor, EntryId, Event, LogEntry, Outcome},
    organisation::OrganisationId,
    person::{CardAttributes, MembershipId, PersonId, Role},
    uzi::RoleCode,
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use storage::{
    BoxFuture, LogFilter, MeansState, Page, PeopleFilter, PeopleQuery, PeopleSort, PersonRow, Store, StoreError, Tx,
    Window,
};

const ALL: Window = Window { offset: 0, limit: 9 };

struct Ids {
    organisation: OrganisationId,
    person: PersonId,
    membership: MembershipId,
}

async fn put(database: &DatabaseConnection, sql: &str, values: Vec<Value>) {
    let statement = Statement::from_sql_and_values(database.get_database_backend(), sql, values);
    database.execute_raw(statement).await.unwrap();
}

fn attributes() -> CardAttributes {
    CardAttributes {
        uzi_number: UziNumber::parse("900012345").unwrap(),
        role_code: RoleCode::parse("01.015").unwrap(),
        certificate_sha256: "ab".repeat(32),
        certificate_serial: "01ff".into(),
        valid_until: NOW,
    }
}

fn entry(db: &TestDatabase, ids: &Ids, event: Event) -> LogEntry {
    LogEntry {
        id: EntryId::new(NOW, &*db.entropy),
        at: NOW,
        event,
        outcome: Outcome::Refused,
        actor: Actor::System,
        on_behalf_of: None,
        organisation: Some(ids.organisation),
        person: Some(ids.person),
        identity: None,
        request: None,
        session: None,
        reason: None,
        detail: None,
        from: None,
        reference: "AB12CD34".into(),
    }
}

/// Rows as the version before wrote them.
async fn fill(db: &TestDatabase, database: &DatabaseConnection) -> (Ids, LogEntry) {
    let ids = Ids {
        organisation: OrganisationId::new(NOW, &*db.entropy),
        person: PersonId::new(NOW, &*db.entropy),
        membership: MembershipId::new(NOW, &*db.entropy),
    };
    let entropy: &dyn Entropy = &*db.entropy;
    let organisation = "INSERT INTO organisations (id, name, ura, contact, status, created_at) \
                        VALUES ($1, 'De Línde', '00000001', NULL, 'validated', $2)";
    put(database, organisation, vec![ids.organisation.0.into(), NOW.0.into()]).await;
    let person = "INSERT INTO people (id, number, given, prefix, surname, birth_date, birth_date_self_declared, \
                  created_at) VALUES ($1, '123456789', 'Zoë', 'van der', 'Vélde', '1980-00-00', TRUE, $2)";
    put(database, person, vec![ids.person.0.into(), NOW.0.into()]).await;
    let membership = "INSERT INTO memberships (id, person, organisation, roles, status, attributes, uzi_number, created_at) \
                      VALUES ($1, $2, $3, 'Signer Auditor', 'active', $4, '900012345', $5)";
    let (id, json) = (ids.membership.0.into(), serde_json::to_string(&attributes()).unwrap());
    let values = vec![id, ids.person.0.into(), ids.organisation.0.into(), json.into(), NOW.0.into()];
    put(database, membership, values).await;
    let phone = uuid::Uuid::from_bytes(entropy.array());
    let installation = "INSERT INTO installations (id, key, pin_tries, created_at) VALUES ($1, $2, 0, 0)";
    put(database, installation, vec![phone.into(), vec![1u8].into()]).await;
    let identity = "INSERT INTO identities (id, person, installation, status, certificate, certificate_sha256, serial, \
                    public_key, not_before, not_after, counter, revocation_code, created_at, last_used_at) \
                    VALUES ($1, $2, $3, 'active', $4, $4, $4, $4, 0, $5, 0, $4, $6, $6)";
    let end = NOW.plus_seconds(1000).0;
    let values = vec![phone.into(), ids.person.0.into(), phone.into(), vec![2u8; 32].into(), end.into(), NOW.0.into()];
    put(database, identity, values).await;
    let kept = entry(db, &ids, Event::LogRead);
    for (content, at) in [(Some(serde_json::to_string(&kept).unwrap()), NOW.0), (None, NOW.0 - 1)] {
        let sql = "INSERT INTO log_entries (id, at, organisation, person, salt, content, mac, leaf_hash) \
                   VALUES ($1, $2, $3, $4, $5, $6, $5, $5)";
        let values = vec![
            kept.id.0.into(),
            at.into(),
            ids.organisation.0.into(),
            ids.person.0.into(),
            vec![3u8; 32].into(),
            content.into(),
        ];
        put(database, sql, values).await;
    }
    (ids, kept)
}

type Work<T> = Box<dyn for<'a> FnOnce(&'a mut dyn Tx) -> BoxFuture<'a, Result<T, StoreError>> + Send>;

async fn ask<T: Send + 'static>(store: &dyn Store, job: Work<T>) -> T {
    store.read(job).await.unwrap()
}

/// An empty database with everything up to, and without, this migration.
async fn before(db: &TestDatabase, migration: &str) -> DatabaseConnection {
    let url = db.url.strip_prefix("sqlite:").map_or(db.url.clone(), |path| format!("sqlite://{path}?mode=rwc"));
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let database = sea_orm::Database::connect(options).await.unwrap();
    let steps = Migrator::migrations().iter().position(|one| one.name() == migration).unwrap();
    Migrator::up(&database, Some(steps as u32)).await.unwrap();
    database
}

async fn carried_over(db: TestDatabase) {
    let database = before(&db, "m0021_people_details").await;
    let (Ids { organisation, person, membership }, kept) = fill(&db, &database).await;
    Migrator::up(&database, None).await.unwrap();
    database.close().await.unwrap();

    let store = db.open().await;
    let query = PeopleQuery {
        organisation,
        text: "van der velde".into(),
        filter: PeopleFilter::WithRole,
        sort: PeopleSort::Name,
        descending: false,
        window: ALL,
        now: NOW,
    };
    let list: Page<PersonRow> = ask(&store, Box::new(move |tx| Box::pin(async move { tx.people(&query).await }))).await;
    assert_eq!((list.total, list.rows[0].person.id), (1, person));
    assert_eq!(list.rows[0].means, MeansState::Active(NOW.plus_seconds(1000)));
    assert_eq!(list.rows[0].membership.attributes, Some(attributes()));
    let found = ask(&store, Box::new(|tx| Box::pin(tx.search_people("zoe velde", ALL)))).await;
    assert_eq!(found.total, 1);
    let found = ask(&store, Box::new(|tx| Box::pin(tx.search_organisations("linde", ALL)))).await;
    assert_eq!(found.total, 1);
    let roles = ask(&store, Box::new(move |tx| Box::pin(tx.roles_at(organisation, NOW, ALL)))).await;
    assert_eq!(roles.rows.iter().map(|(period, _)| period.role).collect::<Vec<_>>(), [Role::Auditor, Role::Signer]);
    let carried = ask(&store, Box::new(move |tx| Box::pin(tx.attribute_periods(membership)))).await;
    assert_eq!(
        carried.iter().map(|period| (&period.attributes, period.from)).collect::<Vec<_>>(),
        [(&attributes(), NOW)]
    );
    for (reference, events, outcome) in [
        (Some(kept.reference.clone()), vec![], None),
        (None, vec![Event::LogRead], None),
        (None, vec![], Some(Outcome::Refused)),
    ] {
        let organisation = Some(organisation);
        let filter = LogFilter { organisation, reference, events, outcome, limit: 9, ..LogFilter::default() };
        let read: Work<_> = Box::new(move |tx| Box::pin(async move { tx.log_entries(&filter).await }));
        let found: Vec<_> = ask(&store, read).await.into_iter().map(|placed| placed.entry).collect();
        assert_eq!(found, std::slice::from_ref(&kept));
    }
}

#[tokio::test]
async fn rows_are_carried_over_on_sqlite() {
    carried_over(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn rows_are_carried_over_on_postgres() {
    carried_over(TestDatabase::postgres().await).await;
}
