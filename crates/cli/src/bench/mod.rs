//! `zorgid bench`: measures complete QR logins against a real server process, with the floor of the machine beside it.
//!
//! Clients are processes of their own with real wallets (`crates/wallet`) over loopback HTTP; afterwards every log
//! entry is sealed and verified. Figures are only worth something from a release build.

mod browser;
mod certificates;
mod client;
mod crowd;
mod floor;
mod kills;
mod lists;
mod people;
mod report;
mod server;

use clap::{Args, Subcommand};
use report::Figure;
use std::{path::PathBuf, process::ExitCode, time::Duration};

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Complete QR logins and enrolments per second.
    Login(LoginArgs),
    /// The list of people and the log of a large organisation.
    Lists(lists::ListArgs),
    /// Signatures, verifications and commits per second of this machine.
    Floor(FloorArgs),
    /// Kill the server again and again while people register; everything acknowledged must be there, nothing half.
    Kills(kills::KillArgs),
    /// One client process of `login` (started by it).
    #[command(hide = true)]
    Client(client::ClientArgs),
}

/// Options of `bench login`.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Print one JSON array instead of a table.
    #[arg(long)]
    json: bool,
    /// Databases to measure on, one after the other: `sqlite` (a durable file in a temporary folder) or the URL of an
    /// empty PostgreSQL database.
    #[arg(long, value_name = "sqlite|URL", default_value = "sqlite")]
    database: Vec<String>,
    /// Client processes.
    #[arg(long, default_value_t = 2)]
    processes: usize,
    /// People who log in at the same time, in each process.
    #[arg(long, default_value_t = 24)]
    people: usize,
    /// Seconds to measure.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Certificates to issue.
    #[arg(long, default_value_t = 3000)]
    certificates: usize,
    /// Keep the server's data folder here instead of a temporary one.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Options of `bench floor`.
#[derive(Debug, Args)]
pub struct FloorArgs {
    /// Print one JSON array instead of a table.
    #[arg(long)]
    json: bool,
}

/// Why a benchmark stopped.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BenchError(String);

impl BenchError {
    fn new(what: &str, error: impl std::fmt::Display) -> Self {
        Self(format!("{what}: {error}"))
    }
}

/// Runs it; 0 good, 1 a login failed or the log does not verify.
pub async fn run(bench: Bench) -> ExitCode {
    let (json, result) = match bench {
        Bench::Login(args) => (args.json, login(&args).await),
        Bench::Lists(args) => (args.json, lists::measure(&args).await),
        Bench::Floor(args) => (args.json, floor::measure().await),
        Bench::Kills(args) => return kills::run(&args).await,
        Bench::Client(args) => return client::run(args).await,
    };
    match result {
        Ok(figures) => {
            report::print(&figures, json);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::from(1)
        }
    }
}

async fn login(args: &LoginArgs) -> Result<Vec<Figure>, BenchError> {
    let floors = floor::measure().await?;
    let mut figures = Vec::new();
    for database in &args.database {
        figures.extend(on(args, database, &floors).await?);
    }
    figures.extend(floors);
    Ok(figures)
}

async fn on(args: &LoginArgs, url: &str, floors: &[Figure]) -> Result<Vec<Figure>, BenchError> {
    let url = Some(url).filter(|url| *url != "sqlite");
    let database = if url.is_some() { "postgres" } else { "sqlite" };
    let server = server::Server::start(args.data.as_deref(), url).await?;
    let idle = server.memory_mb();
    let people = people::enrolments(&server, args.processes * args.people).await?;
    let clients = client::Clients::start(&server, &people, args.processes).await?;
    let enrolled = clients.enrolled();
    let issued = certificates::measure(&server, args.certificates).await?;
    let logins = clients.measure(Duration::from_secs(args.seconds)).await?;
    let peak = server.peak_memory_mb();
    let started = server.start_up();
    let verified = server.stop_and_verify().await?;
    let floor_of = |name: &str| floors.iter().find(|f| f.name == name).map(|f| f.value);
    Ok(vec![
        Figure {
            name: "qr logins".into(),
            unit: "1/s".into(),
            value: logins.per_second(),
            p50: Some(logins.percentile_ms(50)),
            p99: Some(logins.percentile_ms(99)),
            n: logins.count(),
            db: database.into(),
            floor: floor_of("durable commits"),
        },
        Figure {
            name: "enrolments (PIN registered, certificate issued)".into(),
            unit: "1/s".into(),
            value: enrolled.per_second(),
            p50: Some(enrolled.percentile_ms(50)),
            p99: Some(enrolled.percentile_ms(99)),
            n: enrolled.count(),
            db: database.into(),
            floor: floor_of("P-256 signatures"),
        },
        Figure {
            name: "certificates issued".into(),
            unit: "1/s".into(),
            value: issued.per_second(),
            p50: Some(issued.percentile_ms(50)),
            p99: Some(issued.percentile_ms(99)),
            n: issued.count(),
            db: database.into(),
            floor: floor_of("P-256 signatures"),
        },
        Figure::plain("memory, idle", "MB", idle, database),
        Figure::plain("memory, peak", "MB", peak, database),
        Figure::plain("start-up (empty folder, keys made)", "ms", started.as_secs_f64() * 1000.0, database),
        Figure::plain("log entries sealed and verified", "entries", verified, database),
    ])
}
