use crate::support::*;
use domain::{
    log::{Actor, Event, LogEntry, Outcome},
    organisation::OrganisationId,
    person::PersonId,
};
use storage::{LogFilter, Store};
use storage_sql::testing::TestDatabase;

/// The entries that a filter asks for, newest first.
fn expected<'a>(all: &'a [LogEntry], filter: &LogFilter) -> Vec<&'a LogEntry> {
    let about = |entry: &LogEntry, person| {
        entry.person == Some(person) || matches!(entry.actor, Actor::Person { person: by, .. } if by == person)
    };
    let mut found: Vec<_> = all
        .iter()
        .enumerate()
        .filter(|(_, entry)| {
            filter.person.is_none_or(|person| about(entry, person))
                && filter.organisation.is_none_or(|organisation| entry.organisation == Some(organisation))
                && (filter.events.is_empty() || filter.events.contains(&entry.event))
                && filter.outcome.is_none_or(|outcome| entry.outcome == outcome)
                && filter.from.is_none_or(|from| entry.at >= from)
                && filter.until.is_none_or(|until| entry.at < until)
                && filter.reference.as_ref().is_none_or(|reference| entry.reference == *reference)
        })
        .collect();
    found.sort_by_key(|(place, entry)| std::cmp::Reverse((entry.at, *place)));
    found.into_iter().map(|(_, entry)| entry).collect()
}

pub async fn pages_are_what_the_filter_says(db: TestDatabase) {
    let store = db.open().await;
    let people: Vec<_> = (0..3).map(|_| PersonId::new(NOW, &*db.entropy)).collect();
    let places: Vec<_> = (0..2).map(|_| OrganisationId::new(NOW, &*db.entropy)).collect();
    let events = [Event::SessionOpened, Event::LogRead, Event::RoleGiven, Event::CardRefused];
    // Nodes whose clocks differ: moments come twice and not in the order of writing.
    let all: Vec<_> = (0..240usize)
        .map(|number| LogEntry {
            at: NOW.plus_seconds((number / 3 + number % 5) as i64),
            event: events[number % 7 % 4],
            outcome: if number % 11 == 0 { Outcome::Refused } else { Outcome::Success },
            actor: match number % 4 {
                0 => Actor::System,
                by => Actor::Person { person: people[by - 1], identity: None },
            },
            person: (number % 3 != 0).then(|| people[number % 3]),
            organisation: (number % 6 != 0).then(|| places[number % 2]),
            reference: format!("REF{}", number % 13),
            ..entry(&db, Event::LogRead)
        })
        .collect();
    let new = all.clone();
    write_job!(store, tx => { for entry in &new { tx.append(entry).await?; } Ok(()) }).unwrap();
    let mut filters = Vec::new();
    for person in [None, Some(people[1])] {
        for organisation in [None, Some(places[1])] {
            for some in [vec![], vec![Event::CardRefused], vec![Event::LogRead, Event::RoleGiven, Event::LogRead]] {
                for outcome in [None, Some(Outcome::Refused), Some(Outcome::Success)] {
                    for reference in [None, Some("REF7".to_owned())] {
                        for (from, until) in [(None, None), (Some(NOW.plus_seconds(20)), Some(NOW.plus_seconds(60)))] {
                            let (events, reference) = (some.clone(), reference.clone());
                            let rest = LogFilter { limit: 7, ..LogFilter::default() };
                            filters.push(LogFilter {
                                person,
                                organisation,
                                events,
                                outcome,
                                reference,
                                from,
                                until,
                                ..rest
                            });
                        }
                    }
                }
            }
        }
    }
    let mut seen = 0;
    for mut filter in filters {
        let wanted = expected(&all, &filter);
        let mut read = Vec::new();
        loop {
            let next = filter.clone();
            let page = read_job!(store, tx => { tx.log_entries(&next).await }).unwrap();
            assert!(page.len() <= 7);
            filter.before = page.last().map(|last| last.place);
            let last = page.len() < 7;
            read.extend(page.into_iter().map(|placed| placed.entry));
            if last {
                break;
            }
        }
        assert_eq!(read.iter().collect::<Vec<_>>(), wanted, "{filter:?}");
        for most in [3, 1000] {
            let counted = LogFilter { before: None, ..filter.clone() };
            let found = read_job!(store, tx => { tx.count_log_entries(&counted, most).await }).unwrap();
            assert_eq!(found, (wanted.len() as u64).min(u64::from(most)), "{filter:?}");
        }
        seen += read.len();
    }
    assert!(seen > 1000, "{seen}");
}

pub async fn content_goes_and_the_hash_stays(db: TestDatabase) {
    let store = db.open().await;
    let old = (0..5).map(|at| LogEntry {
        at: NOW.plus_seconds(at),
        person: Some(PersonId::new(NOW, &*db.entropy)),
        ..entry(&db, Event::LogRead)
    });
    let old: Vec<_> = old.collect();
    let new = old.clone();
    write_job!(store, tx => { for entry in &new[..4] { tx.append(entry).await?; } Ok(()) }).unwrap();
    let before = NOW.plus_seconds(3);
    // Before it is sealed nothing goes.
    assert_eq!(write_job!(store, tx => { tx.forget_log_content(before, 9).await }).unwrap(), 0);
    store.seal(&FakeSealer).await.unwrap();
    let late = old[0].clone();
    write_job!(store, tx => { tx.append(&late).await }).unwrap();
    assert_eq!(write_job!(store, tx => { tx.forget_log_content(before, 2).await }).unwrap(), 2);
    assert_eq!(write_job!(store, tx => { tx.forget_log_content(before, 9).await }).unwrap(), 1);
    assert_eq!(write_job!(store, tx => { tx.forget_log_content(before, 9).await }).unwrap(), 0);
    let left = read_job!(store, tx => { tx.log_entries(&LogFilter::default()).await }).unwrap();
    assert_eq!(left.into_iter().map(|placed| placed.entry).collect::<Vec<_>>(), [old[3].clone(), old[0].clone()]);
    let records = read_job!(store, tx => { tx.log_records().await }).unwrap();
    let gone: Vec<_> = records.iter().map(|record| (record.salt.is_none(), record.content.is_none())).collect();
    assert_eq!(gone, [(true, true), (true, true), (true, true), (false, false), (false, false)]);
    assert!(records[..4].iter().all(|record| record.leaf_hash.is_some()));
    let found_by = |record: &storage::LogRecord| record.organisation.is_some() || record.person.is_some();
    let found_by: Vec<_> = records.iter().map(found_by).collect();
    assert_eq!(found_by, [false, false, false, true, true], "nor is it known about whom they were");
}
