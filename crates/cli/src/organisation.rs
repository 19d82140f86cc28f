//! `zorgid organisation add`: a *validated* organisation from the console (acceptatie, first steps, recovery).

use crate::{
    data::DataDir,
    edge::{OsEntropy, SystemClock},
    failure::{Failure, finish},
};
use clap::{Args, Subcommand};
use domain::{
    Clock, Ura, UziNumber,
    log::{Actor, EntryId, Event, LogEntry, Outcome},
    organisation::{Organisation, OrganisationId, OrganisationStatus, Reopening},
};
use protocol::code::LoginCode;
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use storage::StoreError;

/// Organisations.
#[derive(Debug, Subcommand)]
pub enum OrganisationCommand {
    /// Adds a validated organisation.
    Add(Add),
}

/// Options of `organisation add`.
#[derive(Debug, Args)]
pub struct Add {
    /// Data folder; made when it does not exist.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Database, when it is not the folder's own SQLite file.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Name of the organisation.
    #[arg(long)]
    name: String,
    /// URA: 8 digits.
    #[arg(long)]
    ura: String,
    /// Whom colleagues ask, shown wherever a page says "vraag uw beheerder".
    #[arg(long)]
    contact: Option<String>,
    /// UZI number of who may still validate it with a UZI-pas, and becomes its first administrator.
    #[arg(long, value_name = "UZI-NUMMER")]
    administrator: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub async fn run(command: OrganisationCommand) -> ExitCode {
    match command {
        OrganisationCommand::Add(args) => {
            let json = args.json;
            finish(add(args).await, json)
        }
    }
}

async fn add(args: Add) -> Result<(), Failure> {
    let ura = Ura::parse(&args.ura).ok_or_else(|| Failure::usage("a URA has exactly 8 digits", &args.ura))?;
    let name = args.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(Failure::usage("an organisation's name has 1 to 200 characters", ""));
    }
    let number =
        |text: &String| UziNumber::parse(text).ok_or_else(|| Failure::usage("a UZI number has exactly 9 digits", text));
    let administrator = args.administrator.as_ref().map(number).transpose()?;
    let data = DataDir::open_or_create(&args.data, None)?;
    let clock = Arc::new(SystemClock);
    let store = data.open_store(args.database.as_deref(), clock.clone()).await?;
    let now = clock.now();
    let organisation = Organisation {
        id: OrganisationId::new(now, &OsEntropy),
        name: name.to_owned(),
        ura,
        contact: args.contact,
        status: OrganisationStatus::Validated,
        reopened_for: administrator.map(|uzi_number| Reopening { uzi_number, at: now }),
        created_at: now,
    };
    let reference: &dyn domain::Entropy = &OsEntropy;
    let entry = LogEntry {
        id: EntryId::new(now, &OsEntropy),
        at: now,
        event: Event::OrganisationAdded,
        outcome: Outcome::Success,
        actor: Actor::System,
        on_behalf_of: None,
        organisation: Some(organisation.id),
        person: None,
        identity: None,
        request: None,
        session: None,
        reason: Some("console".to_owned()),
        detail: None,
        from: None,
        reference: LoginCode::from_random(&reference.array()).reveal().to_owned(),
    };
    let added = organisation.clone();
    store
        .write(move |tx| {
            Box::pin(async move {
                tx.insert_organisation(&added).await?;
                tx.append(&entry).await
            })
        })
        .await
        .map_err(|error: StoreError| match error {
            StoreError::Duplicate(_) => {
                Failure::negative("organisation-exists", "an organisation with this URA exists already", "")
            }
            other => Failure::unreachable("the database", other),
        })?;
    if args.json {
        println!(
            "{}",
            serde_json::json!({
                "id": organisation.id, "name": organisation.name, "ura": organisation.ura, "status": "validated",
            })
        );
    } else {
        println!("{} ({}) takes part: validated", organisation.name, organisation.ura);
    }
    Ok(())
}
