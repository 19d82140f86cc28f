//! How fast the list of people and the pages of the log are in a large organisation, on SQLite:
//! `cargo nextest run -p storage-sql --run-ignored only --no-capture large`.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "suite/support.rs"]
#[allow(dead_code, unused_imports, unused_macros)]
mod support;

use domain::{
    Entropy, PersonName,
    log::{Event, EventGroup, LogEntry, Outcome},
    organisation::OrganisationId,
    person::{PersonId, Role},
};
use std::time::{Duration, Instant};
use storage::{LogFilter, PeopleFilter, PeopleQuery, PeopleSort, Window};
use storage_sql::{SqlStore, testing::TestDatabase};
use support::*;

const PEOPLE: u64 = 50_000;
const ENTRIES: u64 = 2_000_000;

const SURNAMES: [&str; 12] = [
    "Jansen",
    "de Vries",
    "van den Berg",
    "Bakker",
    "Visser",
    "Smit",
    "Meijer",
    "Mulder",
    "Bos",
    "Peters",
    "Hendriks",
    "Dijkstra",
];
const GIVEN: [&str; 10] = ["Anna", "Bram", "Cees", "Daan", "Eva", "Fenna", "Gijs", "Hanna", "Iris", "Jan"];

fn below(db: &TestDatabase, limit: usize) -> usize {
    let entropy: &dyn Entropy = &*db.entropy;
    usize::try_from(u64::from_le_bytes(entropy.array())).unwrap() % limit
}

async fn fill(db: &TestDatabase, store: &SqlStore) -> (OrganisationId, Vec<PersonId>) {
    let place = organisation(db, "00000001");
    let phone = installation(db);
    let (new, installed) = (place.clone(), phone.clone());
    write_job!(*store, tx => { tx.insert_organisation(&new).await?; tx.insert_installation(&installed).await })
        .unwrap();
    let mut ids = Vec::new();
    for batch in 0..PEOPLE / 1000 {
        let all: Vec<_> = (0..1000)
            .map(|number| {
                let mut person = person(db, &format!("{}", 100_000_000 + batch * 1000 + number));
                let surname = format!("{}{}", SURNAMES[below(db, 12)], ["", "-Smit", " Postma", "ga"][below(db, 4)]);
                person.name = PersonName::new(GIVEN[below(db, 10)], "", &surname).unwrap();
                person.email = domain::EmailAddress::parse(&format!("p{batch}.{number}@ziekenhuis.example.org"));
                let mut membership = membership(db, &person, &place);
                membership.roles =
                    if number % 200 == 0 { vec![Role::Signer, Role::Manager] } else { vec![Role::Signer] };
                membership.department = format!("Afdeling {}", below(db, 40));
                membership.personnel_number = format!("{}", below(db, 90_000));
                membership.created_at = NOW.plus_seconds(-(below(db, 90_000_000) as i64));
                let mut identity = identity(db, person.id, phone.id);
                identity.certificate = vec![0x30; 900];
                identity.created_at = NOW.plus_seconds(-(below(db, 90_000_000) as i64));
                identity.not_after = identity.created_at.plus_seconds(94_608_000);
                identity.last_used_at = Some(NOW.plus_seconds(-(below(db, 20_000_000) as i64)));
                (person, membership, (number % 10 != 0).then_some(identity))
            })
            .collect();
        ids.extend(all.iter().map(|(person, ..)| person.id));
        write_job!(*store, tx => {
            for (person, membership, identity) in &all {
                tx.insert_person(person).await?;
                tx.insert_membership(membership).await?;
                if let Some(identity) = identity { tx.insert_identity(identity).await?; }
            }
            Ok(())
        })
        .unwrap();
    }
    (place.id, ids)
}

/// Written as SQL: two million entries through the store would take longer than everything else.
fn fill_log(db: &TestDatabase, place: OrganisationId, away: OrganisationId) {
    let connection = rusqlite::Connection::open(db.url.strip_prefix("sqlite:").unwrap()).unwrap();
    let texts = [
        entry(db, Event::SessionOpened),
        entry(db, Event::RequestAccepted),
        entry(db, Event::RoleGiven),
        LogEntry { outcome: Outcome::Refused, ..entry(db, Event::RequestRefused) },
    ];
    connection.execute_batch("CREATE TEMP TABLE kind (place INTEGER PRIMARY KEY, event, outcome, content)").unwrap();
    for (number, text) in texts.iter().enumerate() {
        let outcome = if text.outcome == Outcome::Refused { "refused" } else { "success" };
        let content = serde_json::to_string(text).unwrap();
        let values = rusqlite::params![number as i64, text.event.as_str(), outcome, content];
        connection.execute("INSERT INTO kind VALUES (?1, ?2, ?3, ?4)", values).unwrap();
    }
    let sql = "WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ?1) \
               INSERT INTO log_entries (id, at, organisation, person, salt, content, mac, leaf_hash, event, outcome, reference) \
               SELECT randomblob(16), ?2 + n * 30000, CASE WHEN n % 50 = 0 THEN ?4 ELSE ?3 END, somebody.id, randomblob(16), \
               content, randomblob(32), randomblob(32), event, outcome, printf('%08X', n) \
               FROM number JOIN kind ON kind.place = CASE WHEN n % 5000 = 7 THEN 2 WHEN n % 900 = 3 THEN 3 ELSE n % 2 END \
               JOIN temp.somebody ON somebody.rowid = 1 + n * 7919 % ?5";
    connection.execute_batch("CREATE TEMP TABLE somebody AS SELECT id FROM people").unwrap();
    let values = rusqlite::params![ENTRIES as i64, NOW.0, place.0.as_bytes(), away.0.as_bytes(), PEOPLE as i64];
    connection.execute(sql, values).unwrap();
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
    println!("{what}: {} queries, p50 {:.1?}, p95 {:.1?}, most {:.1?}", times.len(), at(50), at(95), at(100));
}

fn random_query(db: &TestDatabase, organisation: OrganisationId, number: usize) -> PeopleQuery {
    const TEXTS: [&str; 10] =
        ["", "an", "jansen", "van den berg anna", "afdeling 7", "9000123", "p4", "zzz", "12345", "smit"];
    const FILTERS: [PeopleFilter; 9] = [
        PeopleFilter::Present,
        PeopleFilter::NotActivated,
        PeopleFilter::QrExpired,
        PeopleFilter::ExpiresSoon,
        PeopleFilter::LongUnused,
        PeopleFilter::Blocked,
        PeopleFilter::Reconfirm,
        PeopleFilter::WithRole,
        PeopleFilter::Ended,
    ];
    const SORTS: [PeopleSort; 6] = [
        PeopleSort::Name,
        PeopleSort::Department,
        PeopleSort::PersonnelNumber,
        PeopleSort::LastUse,
        PeopleSort::Expiry,
        PeopleSort::Since,
    ];
    // Every third query: everybody, the last page.
    let last = number.is_multiple_of(3);
    PeopleQuery {
        organisation,
        text: if last { "" } else { TEXTS[below(db, 10)] }.to_owned(),
        filter: if last || number % 3 == 1 { PeopleFilter::Present } else { FILTERS[below(db, 9)] },
        sort: SORTS[below(db, 6)],
        descending: below(db, 2) == 0,
        window: Window { offset: if last { PEOPLE - 50 } else { below(db, 4) as u64 * 100 }, limit: 50 },
        now: NOW,
    }
}

fn random_filter(db: &TestDatabase, place: OrganisationId, people: &[PersonId]) -> LogFilter {
    let before = (below(db, 3) > 0).then(|| below(db, ENTRIES as usize) as u64 + 1);
    let filter = LogFilter { before, limit: 50, ..LogFilter::default() };
    let organisation = Some(place);
    match below(db, 11) {
        0 => LogFilter { organisation, ..filter },
        1 => LogFilter { organisation, events: vec![Event::RoleGiven, Event::RoleTaken], ..filter },
        2 => LogFilter { events: vec![Event::RoleGiven], ..filter },
        3 => LogFilter { organisation, person: Some(people[below(db, people.len())]), ..filter },
        4 => LogFilter { organisation, outcome: Some(Outcome::Refused), ..filter },
        7 => LogFilter { organisation, events: EventGroup::ALL[below(db, 8)].events(), ..filter },
        8 => LogFilter { events: EventGroup::ALL[below(db, 8)].events(), outcome: Some(Outcome::Refused), ..filter },
        9 => LogFilter {
            organisation,
            events: EventGroup::ALL[below(db, 8)].events(),
            outcome: Some(if below(db, 2) == 0 { Outcome::Refused } else { Outcome::Success }),
            ..filter
        },
        5 => LogFilter {
            organisation,
            reference: Some(format!("{:08X}", below(db, ENTRIES as usize))),
            before: None,
            ..filter
        },
        6 => {
            let from = NOW.plus_seconds(below(db, ENTRIES as usize) as i64 * 30);
            LogFilter { organisation, from: Some(from), until: Some(from.plus_seconds(86_400)), before: None, ..filter }
        }
        _ => filter,
    }
}

async fn measure(db: &TestDatabase, place: OrganisationId, people: &[PersonId]) {
    // A new store: its connections have nothing in memory.
    let store = db.open().await;
    let (mut lists, mut logs) = (Vec::new(), Vec::new());
    for number in 0..200 {
        let query = random_query(db, place, number);
        let (asked, begin) = (query.clone(), Instant::now());
        let page = read_job!(store, tx => { tx.people(&asked).await }).unwrap();
        lists.push(begin.elapsed());
        if lists.last().unwrap().as_millis() > 50 {
            println!("slow: {:?} {query:?} of {}", lists.last().unwrap(), page.total);
        }
    }
    report("list of people", lists);
    for _ in 0..200 {
        let filter = random_filter(db, place, people);
        let (asked, begin) = (filter.clone(), Instant::now());
        let page = read_job!(store, tx => { tx.log_entries(&asked).await }).unwrap();
        logs.push(begin.elapsed());
        if logs.last().unwrap().as_millis() > 20 {
            println!("slow: {:?} {filter:?}: {}", logs.last().unwrap(), page.len());
        }
    }
    report("pages of the log", logs);
}

/// With `ZORGID_LARGE` (a path without an extension) the file is kept, and filled only when it is not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn large() {
    let mut db = TestDatabase::sqlite();
    let kept = std::env::var("ZORGID_LARGE").ok();
    if let Some(path) = &kept {
        db.url = format!("sqlite:{path}.sqlite");
    }
    let begin = Instant::now();
    let store = db.open().await;
    let present = read_job!(store, tx => { tx.organisations().await }).unwrap();
    let (place, people) = match present.first() {
        Some(place) => {
            let window = Window { offset: 0, limit: u32::MAX };
            let all = read_job!(store, tx => { tx.search_people("", window).await }).unwrap();
            (place.id, all.rows.into_iter().map(|person| person.id).collect())
        }
        None => {
            let (place, people) = fill(&db, &store).await;
            println!("people after {:.1?}", begin.elapsed());
            fill_log(&db, place, OrganisationId::new(NOW, &*db.entropy));
            (place, people)
        }
    };
    println!("filled after {:.1?}", begin.elapsed());
    drop(store);
    measure(&db, place, &people).await;
}
