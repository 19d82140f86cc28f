//! `kill -9` at random moments while people activate their identity. Afterwards: every identity that was acknowledged
//! is there exactly once, nothing is there by half, and the log verifies (ARCHITECTURE.md §4, invariant 4).

use super::{
    BenchError,
    client::wallets,
    people::{self, Enrolee},
    server::Server,
};
use crate::edge::OsEntropy;
use clap::Args;
use domain::{
    Entropy,
    identity::{IdentityId, IdentityStatus},
    log::{Event, Outcome},
    person::MembershipStatus,
};
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    path::PathBuf,
    process::ExitCode,
    rc::Rc,
    sync::Arc,
    time::Duration,
};
use storage::{LogFilter, Store, StoreError};
use tokio::task::LocalSet;

/// Options of `bench kills`.
#[derive(Debug, Args)]
pub struct KillArgs {
    /// People who register.
    #[arg(long, default_value_t = 200)]
    people: usize,
    /// Kills, spread over the registrations.
    #[arg(long, default_value_t = 10)]
    kills: usize,
    /// PostgreSQL instead of a SQLite file.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Keep the data folder here.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Runs it; prints one JSON object.
pub async fn run(args: &KillArgs) -> ExitCode {
    match LocalSet::new().run_until(work(args)).await {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench kills: {error}");
            ExitCode::from(1)
        }
    }
}

const AT_ONCE: usize = 4;

async fn work(args: &KillArgs) -> Result<serde_json::Value, BenchError> {
    let mut server = Server::start(args.data.as_deref(), args.database.as_deref()).await?;
    let waiting: Vec<Enrolee> = people::enrolments(&server, args.people).await?;
    let app = server.app.clone();
    let waiting = Rc::new(RefCell::new(waiting));
    let acknowledged: Rc<RefCell<Vec<IdentityId>>> = Rc::default();
    let mut kills = 0;
    loop {
        // Everybody of this round registers; a kill ends the round early.
        let tasks: Vec<_> = (0..AT_ONCE)
            .map(|_| tokio::task::spawn_local(register(app.clone(), waiting.clone(), acknowledged.clone())))
            .collect();
        if kills < args.kills {
            let entropy: &dyn Entropy = &OsEntropy;
            let [high, low] = entropy.array::<2>();
            let millis = 200 + u64::from(u16::from_be_bytes([high, low])) % 1800;
            tokio::time::sleep(Duration::from_millis(millis)).await;
            server = server.kill_and_restart().await?;
            kills += 1;
        }
        let mut interrupted = false;
        for task in tasks {
            interrupted |= task.await.map_err(|error| BenchError::new("a task", error))?;
        }
        if waiting.borrow().is_empty() && kills >= args.kills {
            break;
        }
        if !interrupted && waiting.borrow().is_empty() {
            // Registrations ran out before the kills did: what is left of the kills still counts as restarts.
            while kills < args.kills {
                server = server.kill_and_restart().await?;
                kills += 1;
            }
            break;
        }
    }
    let acknowledged = acknowledged.borrow().clone();
    let found = check(&server, &acknowledged).await?;
    let sealed = server.stop_and_verify().await?;
    Ok(serde_json::json!({
        "people": args.people, "kills": kills, "acknowledged": acknowledged.len(), "identities": found, "sealed": sealed,
    }))
}

/// Registers people until none waits; true when a call failed (the server was killed).
async fn register(app: String, waiting: Rc<RefCell<Vec<Enrolee>>>, acknowledged: Rc<RefCell<Vec<IdentityId>>>) -> bool {
    loop {
        let Some(person) = waiting.borrow_mut().pop() else { return false };
        match wallets::enrolled(&app, &person).await {
            Ok(wallet) => {
                let ids = wallet.identities();
                acknowledged.borrow_mut().extend(ids.iter().map(|identity| identity.id));
            }
            // Not acknowledged: it may be there or not, but whole.
            Err(_) => return true,
        }
    }
}

/// Compares the database with what was acknowledged; the number of identities.
async fn check(server: &Server, acknowledged: &[IdentityId]) -> Result<usize, BenchError> {
    let store: Arc<dyn Store> = people::open(server).await?;
    let entries = store
        .read(|tx| Box::pin(async move { tx.log_entries(&LogFilter::default()).await }))
        .await
        .map_err(|error: StoreError| BenchError::new("reading the log", error))?;
    let mut logged: HashMap<IdentityId, usize> = HashMap::new();
    let entries = entries.iter().map(|placed| &placed.entry);
    let activations = entries.filter(|e| e.event == Event::IdentityActivated && e.outcome == Outcome::Success);
    for id in activations.filter_map(|entry| entry.identity) {
        *logged.entry(id).or_default() += 1;
    }
    let unique: HashSet<_> = acknowledged.iter().collect();
    if unique.len() != acknowledged.len() {
        return Err(BenchError("an identity was acknowledged twice".into()));
    }
    for id in acknowledged {
        if !logged.contains_key(id) {
            return Err(BenchError(format!("identity {id} was acknowledged, but its log entry is gone")));
        }
    }
    for (id, times) in &logged {
        if *times != 1 {
            return Err(BenchError(format!("identity {id} was logged {times} times")));
        }
        let id = *id;
        let whole = store
            .read(move |tx| {
                Box::pin(async move {
                    let Some(identity) = tx.identity(id).await? else { return Ok(false) };
                    let memberships = tx.memberships_of(identity.person).await?;
                    let all = tx.identities_of(identity.person).await?;
                    let active = all.iter().filter(|i| i.status == IdentityStatus::Active).count();
                    Ok(active == 1 && memberships.iter().any(|m| m.status == MembershipStatus::Active))
                })
            })
            .await
            .map_err(|error: StoreError| BenchError::new("reading an identity", error))?;
        if !whole {
            return Err(BenchError(format!("identity {id} is there by half")));
        }
    }
    Ok(logged.len())
}
