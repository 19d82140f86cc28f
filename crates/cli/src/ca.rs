//! `zorgid ca`: makes the CA of an environment, and runs it as a process of its own.

mod child;
mod register;

pub use child::CaChild;
pub use register::StoreRegister;

use crate::{
    data::DataDir,
    edge::{FileClock, OsEntropy, SystemClock},
    failure::{Failure, finish},
};
use clap::{Args, Subcommand};
use domain::{Clock, Environment};
use pki::{
    ca::{CaService, Record},
    keys::Credential,
    setup::{self, CaInfo, SetupError},
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// The issuing CA.
#[derive(Debug, Subcommand)]
pub enum CaCommand {
    /// Makes the keys and certificates of an environment: root, issuing, OCSP, request signing, checkpoint.
    Init(Init),
    /// Issues certificates over a local socket, for stored enrolments only.
    Serve(Serve),
}

/// Options of `ca init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Data folder; made when it does not exist.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Environment of a new data folder.
    #[arg(long, value_parser = environment)]
    environment: Option<Environment>,
    /// Where the portal publishes /pki: it stands in every certificate. Default: the setting `public_url`.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
}

/// Options of `ca serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Database, when it is not the folder's own SQLite file.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Socket, when it is not `ca/ca.sock` in the data folder.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Time from a file (RFC 3339); acceptatie only.
    #[arg(long, value_name = "FILE")]
    test_clock: Option<PathBuf>,
    /// Stop when standard input ends: so that it never outlives the program that started it.
    #[arg(long, hide = true)]
    until_stdin_ends: bool,
}

/// Runs it.
pub async fn run(command: CaCommand) -> ExitCode {
    match command {
        CaCommand::Init(args) => finish(init(args), false),
        CaCommand::Serve(args) => finish(serve(args).await, false),
    }
}

fn environment(text: &str) -> Result<Environment, String> {
    Environment::parse(text).ok_or_else(|| "acceptatie or productie".into())
}

fn init(args: Init) -> Result<(), Failure> {
    let data = DataDir::open_or_create(&args.data, args.environment)?;
    let public_url = match args.public_url {
        Some(url) => url,
        None => data.settings(None)?.public_url.ok_or_else(|| {
            Failure::usage("the address of the portal is missing", "--public-url URL, or public_url in config.toml")
        })?,
    };
    if setup::exists(&data.ca()) {
        return Err(Failure::negative("exists", "this data folder has a CA already", data.ca().display()));
    }
    make(&data, &public_url, &SystemClock)?;
    println!("CA made in {}", data.ca().display());
    println!("Move {} to a safe offline place.", data.ca().join("root.key.sealed").display());
    Ok(())
}

/// Makes the CA of a data folder that has none.
pub fn make(data: &DataDir, public_url: &str, clock: &dyn Clock) -> Result<(), Failure> {
    let info = CaInfo { environment: data.environment(), public_url: public_url.to_owned() };
    setup::init(&data.ca(), &info, &credential(data)?, clock, &OsEntropy).map_err(unusable)
}

/// What opens the sealed keys of a data folder.
pub fn credential(data: &DataDir) -> Result<Credential, Failure> {
    Credential::parse(&data.ca_passphrase()?)
        .ok_or_else(|| Failure::usage("the passphrase of the CA's keys is empty", ""))
}

/// Where the CA process of a data folder listens.
pub fn socket_of(data: &DataDir) -> PathBuf {
    data.ca().join("ca.sock")
}

async fn serve(args: Serve) -> Result<(), Failure> {
    crate::serve::start_log();
    let data = DataDir::open(&args.data)?;
    let clock: Arc<dyn Clock> = match &args.test_clock {
        None => Arc::new(SystemClock),
        Some(_) if data.environment() == Environment::Productie => {
            return Err(Failure::usage("--test-clock", "there is none in productie"));
        }
        Some(file) => Arc::new(FileClock(file.clone())),
    };
    let store = data.open_store(args.database.as_deref(), clock.clone()).await?;
    let (ca, ocsp) = setup::open_issuing(&data.ca(), &credential(&data)?).map_err(unusable)?;
    if setup::info(&data.ca()).map_err(unusable)?.environment != data.environment() {
        return Err(Failure::usage("the CA is of the other environment", data.ca().display()));
    }
    let record = Record::open(&data.ca().join("record.jsonl"))
        .map_err(|error| Failure::usage("the CA's record cannot be used", error))?;
    let service = CaService::new(ca, ocsp, record, StoreRegister(store), clock, Arc::new(OsEntropy));
    let socket = args.socket.unwrap_or_else(|| socket_of(&data));
    let ready = || println!("{}", ready_line(&socket));
    pki::ca::serve(&socket, Arc::new(service), ready, stop(args.until_stdin_ends))
        .await
        .map_err(|error| Failure::usage(format!("cannot listen on {}", socket.display()), error))
}

/// The line that says that questions are answered now.
fn ready_line(socket: &Path) -> String {
    format!("ca ready socket={}", socket.display())
}

/// Ready when the process should end.
async fn stop(until_stdin_ends: bool) {
    use tokio::{
        io::AsyncReadExt,
        signal::unix::{SignalKind, signal},
    };
    let ended = async {
        if until_stdin_ends {
            let mut bytes = [0; 64];
            while tokio::io::stdin().read(&mut bytes).await.is_ok_and(|count| count > 0) {}
        } else {
            std::future::pending::<()>().await;
        }
    };
    let signalled = async |kind| match signal(kind) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    };
    // Ctrl-C reaches the whole group; a child then waits for its parent, which may still need it to finish.
    let interrupted = async {
        signalled(SignalKind::interrupt()).await;
        if until_stdin_ends {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = ended => {}
        () = signalled(SignalKind::terminate()) => {}
        () = interrupted => {}
    }
}

fn unusable(error: SetupError) -> Failure {
    Failure::usage("the CA cannot be used", error)
}
