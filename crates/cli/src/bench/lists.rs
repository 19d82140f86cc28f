//! `bench lists`: pages of the list of people and of the log in a large organisation, as an administrator's browser gets
//! them from a server that was just started.

use super::{
    BenchError,
    browser::{Browser, Page, http},
    crowd::{Crowd, below},
    report::{Figure, Samples},
    server::Server,
};
use crate::edge::SystemClock;
use clap::Args;
use domain::Clock;
use hyper::StatusCode;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

/// Options of `bench lists`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Print one JSON array instead of a table.
    #[arg(long)]
    pub(super) json: bool,
    /// Database: `sqlite` (a file in a temporary folder) or the URL of an empty PostgreSQL database.
    #[arg(long, value_name = "sqlite|URL", default_value = "sqlite")]
    database: String,
    /// People of the organisation.
    #[arg(long, default_value_t = 50_000)]
    people: usize,
    /// Entries in its log.
    #[arg(long, default_value_t = 2_000_000)]
    entries: usize,
    /// Pages to ask for, of each kind.
    #[arg(long, default_value_t = 200)]
    queries: usize,
    /// Keep the server's data folder here instead of a temporary one.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

const TEXTS: [&str; 10] =
    ["an", "jansen", "van den berg", "anna de smit", "afdeling 7", "12345", "p4", "zzz", "postma", "@ziekenhuis"];
const FILTERS: [&str; 8] = [
    "niet-geactiveerd",
    "qr-verlopen",
    "verloopt",
    "ongebruikt",
    "geblokkeerd",
    "herbevestigen",
    "met-rol",
    "uit-dienst",
];
const SORTS: [&str; 6] = ["", "afdeling", "personeelsnummer", "laatst-gebruikt", "einde", "sinds"];
/// The last of them never happened.
const KINDS: [&str; 5] = ["rollen", "sessies", "personen", "lezen", "mail"];
const ROWS: usize = 50;

fn one_of<'a>(all: &[&'a str]) -> &'a str {
    all.get(below(all.len())).copied().unwrap_or_default()
}

/// A third are last pages of everybody, a third searches for a part of a word, a third filters.
fn list_query(number: usize, people: usize) -> Vec<(&'static str, String)> {
    let mut query = vec![("sorteer", one_of(&SORTS).to_owned())];
    if below(2) == 0 {
        query.push(("omgekeerd", "1".to_owned()));
    }
    match number % 3 {
        0 => query.push(("pagina", people.div_ceil(ROWS).to_string())),
        1 => query.push(("zoek", one_of(&TEXTS).to_owned())),
        _ => query.extend([("zoek", one_of(&TEXTS).to_owned()), ("filter", one_of(&FILTERS).to_owned())]),
    }
    query
}

/// A day of the last two years.
fn some_day() -> String {
    let at = SystemClock.now().plus_seconds(-(below(730) as i64) * 24 * 60 * 60);
    at.to_utc().date().to_string()
}

/// Kinds of events, single days, refusals and references, and pages somewhere in the middle.
fn log_query(number: usize, entries: usize) -> Vec<(&'static str, String)> {
    let place = ("voor", (below(entries) + 1).to_string());
    match number % 6 {
        0 => Vec::new(),
        1 => vec![("soort", one_of(&KINDS).to_owned()), place],
        2 => vec![("uitkomst", "geweigerd".to_owned()), place],
        3 => vec![("referentie", "ZZZZZZZZ".to_owned())],
        4 => {
            let day = some_day();
            vec![("van", day.clone()), ("tot", day)]
        }
        _ => vec![place],
    }
}

fn address(path: &str, query: &[(&'static str, String)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Gets every page and times it; one that is not shown stops the measurement.
#[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
async fn timed(browser: &mut Browser, pages: Vec<String>) -> Result<Samples, BenchError> {
    let (mut micros, begin) = (Vec::with_capacity(pages.len()), Instant::now());
    for page in pages {
        let started = Instant::now();
        let got = shown(browser.get(&page).await?, &page)?;
        micros.push(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
        drop(got);
    }
    Ok(Samples::new(micros, begin.elapsed().as_secs_f64()))
}

fn shown(page: Page, path: &str) -> Result<Page, BenchError> {
    if page.status == StatusCode::OK { Ok(page) } else { Err(BenchError(format!("{path} answered {}", page.status))) }
}

fn figure(name: &str, samples: &Samples, database: &str) -> Figure {
    Figure {
        name: name.into(),
        unit: "ms p95".into(),
        value: samples.percentile_ms(95),
        p50: Some(samples.percentile_ms(50)),
        p99: Some(samples.percentile_ms(99)),
        n: samples.count(),
        db: database.into(),
        floor: None,
    }
}

/// Waits until the log has so many sealed entries.
async fn sealed(browser: &mut Browser, entries: usize) -> Result<(), BenchError> {
    let size = |page: Page| page.html.lines().nth(1).and_then(|line| line.parse::<usize>().ok()).unwrap_or(0);
    while size(browser.get("/log/checkpoint").await?) < entries {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

/// Measures.
pub async fn measure(args: &ListArgs) -> Result<Vec<Figure>, BenchError> {
    let url = Some(args.database.as_str()).filter(|url| *url != "sqlite");
    let database = if url.is_some() { "postgres" } else { "sqlite" };
    let server = Server::start(args.data.as_deref(), url).await?;
    let crowd = Crowd::gather(&server, args.people).await?;
    crowd.remember(args.entries).await?;
    sealed(&mut Browser::new(http(), &server.portal, None), args.entries).await?;
    let (known, token) = crowd.administrator().await?;
    let organisation = crowd.organisation;
    drop(crowd);
    // A new process: nothing of the database is in its memory.
    let server = server.kill_and_restart().await?;
    let mut browser = Browser::new(http(), &server.portal, Some(&known.reveal()));
    browser.log_in(&token.reveal());
    let list = format!("/beheer/{organisation}");
    let log = format!("{list}/log");
    let lists = (0..args.queries).map(|number| address(&list, &list_query(number, args.people))).collect();
    let lists = timed(&mut browser, lists).await?;
    let logs = (0..args.queries).map(|number| address(&log, &log_query(number, args.entries))).collect();
    let logs = timed(&mut browser, logs).await?;
    let floor = timed(&mut browser, vec!["/mijn-gegevens".to_owned(); args.queries]).await?;
    Ok(vec![
        figure(&format!("list of {} people", args.people), &lists, database),
        figure(&format!("page of a log of {} entries", args.entries), &logs, database),
        figure("own data (a page without a list)", &floor, database),
    ])
}
