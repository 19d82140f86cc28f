//! `zorgid operator`: the first operator, who is there before anybody can log in; and the way back in when nobody can.
//! Operators that come later, and the environment's auditors, are invited in the portal; here they are listed and ended.

mod invite;

use crate::{
    data::DataDir,
    edge::{OsEntropy, SystemClock},
    failure::{Failure, finish},
};
use clap::{Args, Subcommand};
use domain::{
    Clock, Entropy, Timestamp,
    identity::{Identity, IdentityStatus},
    log::{Actor, EntryId, Event, LogEntry, Outcome},
    operator::{Office, Operator},
    person::{Person, PersonId},
};
use invite::Invite;
use protocol::code::LoginCode;
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use storage::{Store, StoreError, Tx};

/// Operators.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Makes somebody operator and shows the QR code of their Mobile ID; only while no operator can log in.
    Invite(Invite),
    /// Lists operators and auditors of the environment, also those who ended.
    List(List),
    /// Ends somebody's work as operator or auditor of the environment.
    End(End),
}

/// Where the data is.
#[derive(Debug, Args)]
pub struct Place {
    /// Data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Database, when it is not the folder's own SQLite file.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Options of `operator list`.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    place: Place,
}

/// Options of `operator end`.
#[derive(Debug, Args)]
pub struct End {
    #[command(flatten)]
    place: Place,
    /// Person number: 9 digits (`operator list`).
    #[arg(value_name = "NUMBER")]
    number: String,
    /// Also when nobody is left who can log in as operator.
    #[arg(long)]
    force: bool,
}

/// Runs it.
pub async fn run(command: OperatorCommand) -> ExitCode {
    match command {
        OperatorCommand::Invite(args) => {
            let json = args.place.json;
            finish(invite::run(args).await, json)
        }
        OperatorCommand::List(args) => {
            let json = args.place.json;
            finish(list(args).await, json)
        }
        OperatorCommand::End(args) => {
            let json = args.place.json;
            finish(end(args).await, json)
        }
    }
}

/// Why a job in the database stopped.
enum Trouble {
    Store(StoreError),
    No(Failure),
}
impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::No(failure)
    }
}
impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Store(error) => Self::unreachable("the database", error),
            Trouble::No(failure) => failure,
        }
    }
}

async fn open(place: &Place) -> Result<(DataDir, Arc<dyn Store>, Timestamp), Failure> {
    let data = DataDir::open(&place.data)?;
    let clock = Arc::new(SystemClock);
    let now = clock.now();
    let store = data.open_store(place.database.as_deref(), clock).await?;
    Ok((data, store, now))
}

/// An entry by the console.
fn entry(event: Event, person: PersonId, now: Timestamp, reference: &str) -> LogEntry {
    LogEntry {
        id: EntryId::new(now, &OsEntropy),
        at: now,
        event,
        outcome: Outcome::Success,
        actor: Actor::System,
        on_behalf_of: None,
        organisation: None,
        person: Some(person),
        identity: None,
        request: None,
        session: None,
        reason: Some("console".to_owned()),
        detail: None,
        from: None,
        reference: reference.to_owned(),
    }
}

fn reference() -> String {
    let entropy: &dyn Entropy = &OsEntropy;
    LoginCode::from_random(&entropy.array()).reveal().to_owned()
}

/// Who works or worked for the environment, with what tells whether they can log in.
struct Known {
    operator: Operator,
    person: Person,
    identities: Vec<Identity>,
}

impl Known {
    fn can_log_in(&self, now: Timestamp) -> bool {
        let works = |identity: &Identity| identity.status_at(now) == IdentityStatus::Active;
        self.operator.holds_office() && self.identities.iter().any(works)
    }
    /// Whether they can log in and work as operator.
    fn can_operate(&self, now: Timestamp) -> bool {
        self.operator.is_operator() && self.can_log_in(now)
    }
    fn state(&self, now: Timestamp) -> &'static str {
        let blocked = |identity: &Identity| identity.status_at(now) == IdentityStatus::Blocked;
        match () {
            () if !self.operator.holds_office() => "ended",
            () if self.can_log_in(now) => "active",
            () if self.identities.iter().any(blocked) => "blocked",
            () if self.identities.is_empty() => "invited",
            () => "without-id",
        }
    }
}

async fn all(tx: &mut dyn Tx) -> Result<Vec<Known>, StoreError> {
    let mut all = Vec::new();
    for operator in tx.operators().await? {
        if let Some(person) = tx.person(operator.person).await? {
            let identities = tx.identities_of(person.id).await?;
            all.push(Known { operator, person, identities });
        }
    }
    Ok(all)
}

async fn list(args: List) -> Result<(), Failure> {
    let (_, store, now) = open(&args.place).await?;
    let found: Result<_, Trouble> = store.read(|tx| Box::pin(async move { Ok(all(tx).await?) })).await;
    let found = found?;
    if args.place.json {
        let rows: Vec<_> = found.iter().map(|known| as_json(known, now)).collect();
        println!("{}", serde_json::json!({ "operators": rows }));
        return Ok(());
    }
    if found.is_empty() {
        println!("no operators; `zorgid operator invite` makes the first one");
    }
    for known in &found {
        let Known { operator, person, .. } = known;
        let (office, state) = (operator.office.as_str(), known.state(now));
        println!("{}  {office}  {state}  {}  since {}", person.number, person.name.full(), operator.since);
    }
    Ok(())
}

fn as_json(known: &Known, now: Timestamp) -> serde_json::Value {
    serde_json::json!({
        "number": known.person.number,
        "name": known.person.name.full(),
        "office": known.operator.office.as_str(),
        "state": known.state(now),
        "since": known.operator.since.to_string(),
        "endedAt": known.operator.ended_at.map(|end| end.to_string()),
    })
}

async fn end(args: End) -> Result<(), Failure> {
    let (_, store, now) = open(&args.place).await?;
    let (number, force) = (args.number, args.force);
    let ended: Result<Known, Trouble> = store
        .write(move |tx| {
            Box::pin(async move {
                tx.alone("operators").await?;
                let (asked, others): (Vec<_>, Vec<_>) =
                    all(tx).await?.into_iter().partition(|known| known.person.number == number);
                let unknown =
                    || Failure::negative("not-an-operator", "this is nobody who is operator or auditor now", &number);
                let mut known = asked.into_iter().find(|known| known.operator.holds_office()).ok_or_else(unknown)?;
                let left = !known.operator.is_operator() || others.iter().any(|other| other.can_operate(now));
                if !force && !left {
                    return Err(Trouble::No(Failure::negative(
                        "last-operator",
                        "after this nobody can log in as operator",
                        "invite another one first, or --force",
                    )));
                }
                known.operator.ended_at = Some(now);
                tx.save_operator(&known.operator).await?;
                let event = match known.operator.office {
                    Office::Operator => Event::OperatorTaken,
                    Office::Auditor => Event::AuditorTaken,
                };
                tx.append(&entry(event, known.person.id, now, &reference())).await?;
                Ok(known)
            })
        })
        .await;
    let known = ended?;
    if args.place.json {
        println!("{}", as_json(&known, now));
    } else {
        let office = known.operator.office.as_str();
        println!("{} ({}) is no {office} any more", known.person.name.full(), known.person.number);
    }
    Ok(())
}
