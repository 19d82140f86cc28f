//! The list of people is kept in a table of its own; here it is compared with what the rows say that it is made of.

use crate::{list_model::*, support::*};
use domain::{identity::IdentityStatus, person::Membership, request::RequestStatus};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use std::sync::Arc;
use storage::{PeopleFilter, PeopleQuery, PeopleSort, Window};
use storage_sql::{SqlStore, testing::TestDatabase};

/// What happens, to whom.
fn step() -> impl Strategy<Value = Step> {
    let (who, place, days) = (0..PEOPLE, 0..PLACES, prop::sample::select(&DAYS[..]));
    let status = prop::sample::select(&IdentityStatus::ALL[..]);
    prop_oneof![
        1 => (who.clone(), 0..NAMES.len()).prop_map(|(who, name)| Step::Rename { who, name }),
        4 => (who.clone(), place.clone(), 0..5usize, any::<bool>())
            .prop_map(|(who, place, work, card)| Step::Work { who, place, work, card }),
        4 => (who.clone(), place, 0..4usize, 0..3usize, prop::option::of(days.clone()), 0..5usize).prop_map(
            |(who, place, status, roles, ends, work)| Step::Change { who, place, status, roles, ends, work }
        ),
        2 => (who.clone(), days.clone()).prop_map(|(who, days)| Step::Ask { who, days }),
        2 => (0..9usize, prop::sample::select(&RequestStatus::ALL[..]), who.clone())
            .prop_map(|(which, status, who)| Step::Answer { which, status, who }),
        3 => (who.clone(), status.clone(), days.clone(), days.clone())
            .prop_map(|(who, status, made, ends)| Step::Issue { who, status, made, ends }),
        4 => (0..9usize, status, prop::option::of(days), any::<bool>())
            .prop_map(|(which, status, used, loaded)| Step::Use { which, status, used, loaded }),
        1 => who.prop_map(|who| Step::Delete { who }),
    ]
}

fn query(model: &Model) -> impl Strategy<Value = PeopleQuery> + use<> {
    let filters = [
        PeopleFilter::Present,
        PeopleFilter::Present,
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
    let sorts = [
        PeopleSort::Name,
        PeopleSort::Department,
        PeopleSort::PersonnelNumber,
        PeopleSort::LastUse,
        PeopleSort::Expiry,
        PeopleSort::Since,
    ];
    let texts = ["", "", "", "", "", "", "berg", "jan van", "JANSEN mari", "dijk", "@example", "1", "spoed", "9000123", "zz"];
    let places = model.places.clone();
    let parts = (prop::sample::select(places), prop::sample::select(filters.to_vec()), prop::sample::select(sorts.to_vec()));
    let rest = (prop::sample::select(texts.to_vec()), any::<bool>(), 0..3u64, 1..6u32, prop::sample::select(&DAYS[..]));
    (parts, rest).prop_map(|((organisation, filter, sort), (text, descending, offset, limit, days))| PeopleQuery {
        organisation,
        text: text.to_owned(),
        filter,
        sort,
        descending,
        window: Window { offset, limit },
        now: NOW.plus_seconds(days * 24 * 3600),
    })
}

pub async fn the_list_is_what_a_recomputation_says(db: TestDatabase) {
    let store = db.open().await;
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let mut value = 0;
    let mut found = 0;
    for case in 0..16 {
        let mut model = Model::begin(&db, &store, case).await;
        for _ in 0..12 {
            // Several steps in one job.
            let steps = vec(step(), 1..9).new_tree(&mut runner).unwrap().current();
            model = model.walk(&db, &store, steps).await;
            for _ in 0..12 {
                let query = query(&model).new_tree(&mut runner).unwrap().current();
                found += compare(&model, &store, query).await;
            }
        }
        value += model.identities.len();
    }
    // The comparison was about something.
    assert!(found > 500 && value > 60, "{found} rows, {value} identities");
}

async fn compare(model: &Model, store: &SqlStore, query: PeopleQuery) -> usize {
    let asked = query.clone();
    let page = read_job!(*store, tx => { tx.people(&asked).await }).unwrap();
    let expected = model.list(&query);
    assert_eq!(page.total, expected.len() as u64, "{query:?}");
    let expected: Vec<_> = expected
        .into_iter()
        .skip(usize::try_from(query.window.offset).unwrap())
        .take(query.window.limit as usize)
        .collect();
    assert_eq!(page.rows, expected, "{query:?}");
    page.rows.len()
}

/// Jobs on two nodes change the membership and the identity of one person at the same time. Whatever their order, the
/// list shows both at the end.
pub async fn the_list_follows_parallel_changes(db: TestDatabase) {
    let nodes = [Arc::new(db.open().await), Arc::new(db.open().await)];
    let (person, identity) = care_worker(&db, &*nodes[0]).await;
    let (who, id) = (person.id, identity.id);
    let jobs = (0..60usize).map(|number| {
        let node = nodes[number / 2 % 2].clone();
        tokio::spawn(async move {
            write_job!(*node, tx => {
                if number % 2 == 0 {
                    let mut membership = tx.memberships_of(who).await?.remove(0);
                    membership.department = format!("Afdeling {number}");
                    tx.update_membership(&membership).await
                } else {
                    let mut identity = tx.identity(id).await?.unwrap();
                    identity.last_used_at = Some(NOW.plus_seconds(number as i64 * 24 * 3600));
                    tx.update_identity(&identity).await
                }
            })
        })
    });
    for job in jobs.collect::<Vec<_>>() {
        job.await.unwrap().unwrap();
    }
    let (membership, identity) = read_job!(*nodes[0], tx => {
        Ok((tx.memberships_of(who).await?.remove(0), tx.identity(id).await?.unwrap()))
    })
    .unwrap();
    let Membership { organisation, department, .. } = membership.clone();
    let query = PeopleQuery {
        organisation,
        text: department,
        filter: PeopleFilter::Present,
        sort: PeopleSort::LastUse,
        descending: false,
        window: Window { offset: 0, limit: 9 },
        now: NOW,
    };
    let page = read_job!(*nodes[1], tx => { tx.people(&query).await }).unwrap();
    assert_eq!(page.rows.len(), 1);
    assert_eq!(page.rows[0].membership, membership);
    assert_eq!(page.rows[0].last_used_at, identity.last_used_at.map(start_of_day));
}
