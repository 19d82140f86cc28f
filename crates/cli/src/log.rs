//! `zorgid log verify` and `zorgid log export`.

use crate::{
    checkpoint::{is_signed, kept_in, origin},
    data::DataDir,
    edge::{OsEntropy, SystemClock},
    failure::{Failure, finish},
};
use clap::{Args, Subcommand};
use domain::{
    Clock, Entropy,
    log::{Actor, EntryId, Event, LogEntry, Outcome},
};
use protocol::code::LoginCode;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};
use storage::{
    LogRecord, Store, StoreError,
    checkpoint::SignedNote,
    verify::{Expected, Verification, verify},
};

/// The log.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Checks that no entry was changed, removed, moved or rewritten.
    Verify(Verify),
    /// Writes all entries, with what is needed to check them elsewhere. Is itself logged.
    Export(Export),
}

#[derive(Debug, Args)]
struct Which {
    /// Data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Database, when it is not the folder's own SQLite file.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Settings, when they are not in the data folder.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Options of `log verify`.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    which: Which,
    /// A checkpoint that was kept elsewhere: the log must still begin with it. May be given several times.
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// The `secrets/node-key` of another node that writes into the same database. May be given several times.
    #[arg(long, value_name = "FILE")]
    node_key: Vec<PathBuf>,
}

/// Options of `log export`.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    which: Which,
}

/// Runs it.
pub async fn run(command: LogCommand) -> ExitCode {
    match command {
        LogCommand::Verify(args) => {
            let json = args.which.json;
            match verified(&args).await {
                Ok(verification) => report(&verification, json),
                Err(failure) => failure.report(json),
            }
        }
        LogCommand::Export(args) => finish(export(&args.which).await, args.which.json),
    }
}

async fn open(which: &Which) -> Result<(DataDir, Arc<dyn Store>), Failure> {
    let data = DataDir::open(&which.data)?;
    let store = data.open_store(which.database.as_deref(), Arc::new(SystemClock)).await?;
    Ok((data, store))
}

async fn records(store: &dyn Store) -> Result<(Vec<LogRecord>, Option<String>), Failure> {
    store
        .read(|tx| Box::pin(async move { Ok((tx.log_records().await?, tx.checkpoint().await?)) }))
        .await
        .map_err(|error: StoreError| Failure::unreachable("the database", error))
}

async fn verified(args: &Verify) -> Result<Verification, Failure> {
    let (data, store) = open(&args.which).await?;
    let settings = data.settings(args.which.config.as_deref())?;
    let server_id = settings.server_id.unwrap_or_else(|| data.environment().to_string());
    let origin = origin(&server_id);
    // Before the log is read, so that a server at work does not get ahead of it.
    let own = std::fs::read_to_string(kept_in(&data)).ok().filter(|text| SignedNote::parse(text).is_some());
    let (records, checkpoint) = records(&*store).await?;
    let mut kept = args.checkpoint.iter().map(|file| read_text(file)).collect::<Result<Vec<_>, _>>()?;
    kept.extend(own);
    let mut node_keys = vec![*data.secret("node-key")?];
    for file in &args.node_key {
        node_keys.push(read_key(file)?);
    }
    // Before the first `serve` there is no key, and nothing that it could have signed.
    let public_key = match pki::setup::checkpoint_public_key(&data.ca()) {
        Ok(key) => key,
        Err(_) if checkpoint.is_none() && kept.is_empty() => Vec::new(),
        Err(error) => return Err(Failure::usage("the key of the log cannot be read", error)),
    };
    let expected = Expected {
        origin: &origin,
        checkpoint: checkpoint.as_deref(),
        kept: &kept,
        node_keys: &node_keys,
        is_signed: &|note| is_signed(note, &origin, &public_key),
        now: SystemClock.now(),
    };
    Ok(verify(&records, &expected))
}

fn read_text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::usage(format!("{} cannot be read", file.display()), error))
}

fn read_key(file: &Path) -> Result<[u8; 32], Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::usage(format!("{} cannot be read", file.display()), error);
    let bytes = std::fs::read(file).map_err(|error| failed(&error))?;
    bytes.try_into().map_err(|_| failed(&"it does not hold 32 bytes"))
}

fn report(verification: &Verification, json: bool) -> ExitCode {
    if json {
        println!("{}", serde_json::json!(verification));
    } else {
        let Verification { entries, sealed, unsealed, errors } = verification;
        println!("{entries} entries, {sealed} sealed, {unsealed} waiting for their seal");
        for error in errors {
            let place = error.leaf.map_or_else(String::new, |leaf| format!(" (entry {leaf})"));
            println!("WRONG{place}: {}", error.detail);
        }
        println!("{}", if errors.is_empty() { "The log is whole." } else { "The log is NOT whole." });
    }
    if verification.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

async fn export(which: &Which) -> Result<(), Failure> {
    let (_, store) = open(which).await?;
    let entry = read_entry();
    store
        .write(move |tx| Box::pin(async move { tx.append(&entry).await }))
        .await
        .map_err(|error: StoreError| Failure::unreachable("the database", error))?;
    let (records, checkpoint) = records(&*store).await?;
    let mut out = std::io::stdout().lock();
    let written = if which.json {
        let entries: Vec<_> = records.iter().map(exported).collect();
        writeln!(out, "{}", serde_json::json!({ "checkpoint": checkpoint, "entries": entries }))
    } else {
        let mut contents = records.iter().filter_map(|record| record.content.as_deref());
        contents.try_for_each(|content| writeln!(out, "{content}"))
    };
    // Whoever reads may stop before the end (`| head`).
    written.map_err(|error| Failure::unreachable("the export was not written completely", error))
}

/// A leaf's hash is SHA-256(0x00 ‖ salt ‖ content); `content` is the stored text, byte for byte.
fn exported(record: &LogRecord) -> serde_json::Value {
    serde_json::json!({
        "leaf": record.leaf,
        "leafHash": record.leaf_hash.map(hex::encode),
        "salt": record.salt.map(hex::encode),
        "content": record.content,
        "at": record.at.to_string(),
    })
}

fn read_entry() -> LogEntry {
    let now = SystemClock.now();
    let entropy: &dyn Entropy = &OsEntropy;
    LogEntry {
        id: EntryId::new(now, entropy),
        at: now,
        event: Event::LogRead,
        outcome: Outcome::Success,
        actor: Actor::System,
        on_behalf_of: None,
        organisation: None,
        person: None,
        identity: None,
        request: None,
        session: None,
        reason: Some("console export".to_owned()),
        detail: None,
        from: None,
        reference: LoginCode::from_random(&entropy.array()).reveal().to_owned(),
    }
}
