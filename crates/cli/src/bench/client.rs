//! Client processes: real wallets that enrol and then log in, again and again.

pub(super) mod wallets;

use super::{
    BenchError,
    browser::{Browser, BrowserKey, Http, http},
    people::Enrolee,
    report::Samples,
    server::Server,
};
use clap::Args;
use domain::request::Decision;
use protocol::browser_key::ProofStep;
use serde::{Deserialize, Serialize};
use std::{
    process::{ExitCode, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    task::LocalSet,
};
use wallet::Wallet;

/// Options of one client process; its people come on standard input as one JSON line, then the word `go`.
#[derive(Debug, Args)]
pub struct ClientArgs {
    /// Origin of the portal.
    #[arg(long)]
    portal: String,
    /// Origin of the Mobile App.
    #[arg(long)]
    app: String,
}

/// What a client process prints, one line each: after enrolling, and after logging in.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    micros: Vec<u64>,
    wall_micros: u64,
}

/// All client processes, enrolled and waiting for the start.
pub struct Clients {
    processes: Vec<Process>,
    enrolled: Samples,
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    async fn line(&mut self) -> Result<Measured, BenchError> {
        let failed = |error: &dyn std::fmt::Display| BenchError::new("a client process", error);
        let line = self.output.next_line().await.map_err(|error| failed(&error))?;
        let line = line.ok_or_else(|| BenchError("a client process stopped".into()))?;
        serde_json::from_str(&line).map_err(|error| failed(&error))
    }
}

impl Clients {
    /// Starts the processes; returns when everybody has an identity.
    pub async fn start(server: &Server, people: &[Enrolee], processes: usize) -> Result<Self, BenchError> {
        let failed = |error| BenchError::new("starting a client process", error);
        let mut all = Vec::new();
        for chunk in people.chunks(people.len().div_ceil(processes.max(1)).max(1)) {
            let mut child = Command::new(std::env::current_exe().map_err(failed)?)
                .args(["bench", "client", "--portal", &server.portal, "--app", &server.app])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .kill_on_drop(true)
                .spawn()
                .map_err(failed)?;
            let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
                return Err(BenchError("a client process has no pipes".into()));
            };
            let people = serde_json::to_string(chunk).map_err(|error| BenchError::new("people", error))?;
            input.write_all(format!("{people}\n").as_bytes()).await.map_err(failed)?;
            all.push(Process { child, input, output: BufReader::new(output).lines() });
        }
        let enrolled = collect(&mut all).await?;
        Ok(Self { processes: all, enrolled })
    }
    /// How long enrolling took.
    pub fn enrolled(&self) -> Samples {
        self.enrolled.clone()
    }
    /// Lets everybody log in for so long.
    pub async fn measure(mut self, time: Duration) -> Result<Samples, BenchError> {
        for process in &mut self.processes {
            let go = format!("{}\n", time.as_secs());
            process.input.write_all(go.as_bytes()).await.map_err(|error| BenchError::new("go", error))?;
        }
        let measured = collect(&mut self.processes).await?;
        for process in &mut self.processes {
            let status = process.child.wait().await.map_err(|error| BenchError::new("a client process", error))?;
            if !status.success() {
                return Err(BenchError("a client process failed".into()));
            }
        }
        Ok(measured)
    }
}

async fn collect(processes: &mut [Process]) -> Result<Samples, BenchError> {
    let (mut micros, mut wall) = (Vec::new(), 0);
    for process in processes {
        let measured = process.line().await?;
        wall = wall.max(measured.wall_micros);
        micros.extend(measured.micros);
    }
    Ok(Samples::new(micros, wall as f64 / 1e6))
}

/// The client process itself.
pub async fn run(args: ClientArgs) -> ExitCode {
    match LocalSet::new().run_until(work(args)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench client: {error}");
            ExitCode::from(1)
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
async fn work(args: ClientArgs) -> Result<(), BenchError> {
    let failed = |error: &dyn std::fmt::Display| BenchError::new("input", error);
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let people = lines.next_line().await.map_err(|error| failed(&error))?.unwrap_or_default();
    let people: Vec<Enrolee> = serde_json::from_str(&people).map_err(|error| failed(&error))?;

    let start = Instant::now();
    let (mut wallets, mut micros) = (Vec::new(), Vec::new());
    for person in people {
        let begun = Instant::now();
        let wallet = wallets::enrolled(&args.app, &person).await?;
        micros.push(micros_since(begun));
        wallets.push((wallet, person));
    }
    report(micros, start)?;

    let seconds = lines.next_line().await.map_err(|error| failed(&error))?.unwrap_or_default();
    let time = Duration::from_secs(seconds.parse().map_err(|error| failed(&error))?);
    let start = Instant::now();
    let tasks: Vec<_> = wallets
        .into_iter()
        .map(|(wallet, person)| {
            let portal = args.portal.clone();
            tokio::task::spawn_local(logins(wallet, person, portal, start, time))
        })
        .collect();
    let mut micros = Vec::new();
    for task in tasks {
        micros.extend(task.await.map_err(|error| BenchError::new("a task", error))??);
    }
    report(micros, start)
}

#[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
async fn logins(
    mut wallet: Wallet,
    person: Enrolee,
    portal: String,
    start: Instant,
    time: Duration,
) -> Result<Vec<u64>, BenchError> {
    let (pool, key) = (http(), BrowserKey::new(person.key.as_ref())?);
    let mut micros = Vec::new();
    let mut round = 0_usize;
    while start.elapsed() < time {
        let begun = Instant::now();
        // One in ten comes from a browser nobody knows, over a new connection, and types the koppelcode.
        let unknown = round % 10 == 9;
        let browser = if unknown { Browser::new(http(), &portal, None) } else { known(&pool, &portal, &person) };
        login(&mut wallet, browser, &key, &portal, unknown).await?;
        micros.push(micros_since(begun));
        round += 1;
    }
    Ok(micros)
}

fn known(pool: &Http, portal: &str, person: &Enrolee) -> Browser {
    Browser::new(pool.clone(), portal, Some(&person.browser))
}

/// Page with QR → browser key → request object → signed response → koppelcode → session.
async fn login(
    wallet: &mut Wallet,
    mut browser: Browser,
    key: &BrowserKey,
    portal: &str,
    unknown: bool,
) -> Result<(), BenchError> {
    let page = browser.get("/inloggen").await?;
    let [point, signature] = key.prove(portal, ProofStep::Ask, &page)?;
    let csrf = page.field("csrf")?;
    let fields = [("csrf", csrf.as_str()), ("sleutel", &point), ("handtekening", &signature)];
    let proved = browser.post(&format!("/verzoeken/{}/sleutel", page.attribute("data-request")?), &fields).await?;
    if !proved.status.is_success() {
        return Err(BenchError(format!("browser key: {}", proved.status)));
    }
    let asked = wallet.inspect(&page.qr_link()?).await.map_err(|error| BenchError::new("redeem", error))?;
    let answered =
        wallet.answer(&asked, Decision::Accepted, None).await.map_err(|error| BenchError::new("response", error))?;
    // What the page's script does as soon as the live channel tells that the phone answered.
    let mut waiting = browser.get(&format!("/inloggen/wachten/{}", answered.request_id)).await?;
    let (csrf, request) = (waiting.field("csrf")?, answered.request_id.to_string());
    match (&answered.pairing_code, unknown) {
        (Some(code), true) => {
            let fields = [("csrf", csrf.as_str()), ("verzoek", &request), ("koppelcode", code.reveal())];
            let paired = browser.post("/inloggen/koppelcode", &fields).await?;
            if paired.status.is_client_error() || paired.status.is_server_error() {
                return Err(BenchError(format!("koppelcode: {}", paired.status)));
            }
            waiting = browser.get(&format!("/inloggen/wachten/{request}")).await?;
        }
        (None, false) => {}
        (Some(_), false) => return Err(BenchError("a known browser was asked for a koppelcode".into())),
        (None, true) => return Err(BenchError("an unknown browser was not asked for a koppelcode".into())),
    }
    if !browser.has_session() {
        let [point, signature] = key.prove(portal, ProofStep::Take, &waiting)?;
        let fields =
            [("csrf", csrf.as_str()), ("verzoek", &request), ("sleutel", &point), ("handtekening", &signature)];
        let done = browser.post("/inloggen/verder", &fields).await?;
        if !browser.has_session() {
            return Err(BenchError(format!("no session: {} {:?}", done.status, done.location)));
        }
    }
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn micros_since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn report(micros: Vec<u64>, start: Instant) -> Result<(), BenchError> {
    let measured = Measured { micros, wall_micros: micros_since(start) };
    println!("{}", serde_json::to_string(&measured).map_err(|error| BenchError::new("report", error))?);
    Ok(())
}
