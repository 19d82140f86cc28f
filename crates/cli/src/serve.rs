//! `zorgid serve`: portal, API and Mobile App on two listeners, with the CA as a child process.

mod listen;
pub(crate) mod mail;
mod uzi_lists;

use crate::{
    ca::{self, CaChild},
    checkpoint::{self, LogKey},
    data::DataDir,
    edge::{FileClock, OsEntropy, SystemClock},
    failure::{Failure, finish},
    settings::{Settings, TlsSettings},
};
use axum_server::Handle;
use clap::Args;
use domain::{Clock, Environment};
use pki::setup;
use portal::{
    AppState,
    config::Config,
    keys::{self, ServerKeys},
    pki_ports::{PkiCertificates, PkiIssuer},
    services::log::watch::Watch,
    state::Parts,
};
use protocol::link::ServerId;
use std::{io::IsTerminal, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc};
use storage::{Sealer, checkpoint::SignedNote};
use uzi_lists::UziLists;

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Data folder; an empty or missing one is made.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Address of the portal.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Address of the Mobile App, an origin of its own.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    app_listen: SocketAddr,
    /// Environment of a new data folder; an existing one must be of it.
    #[arg(long, value_parser = environment)]
    environment: Option<Environment>,
    /// Database, when it is not the folder's own SQLite file: `postgres://…` or `sqlite:…`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Settings, when they are not in `config.toml` in the data folder.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Time from a file (RFC 3339), read again at every use; acceptatie only.
    #[arg(long, value_name = "FILE")]
    test_clock: Option<PathBuf>,
    /// Folder of the Mobile App's files, when it is not `mobile-app` beside this program.
    #[arg(long, value_name = "DIR")]
    app_dir: Option<PathBuf>,
    /// TLS certificate chain (PEM) of both listeners.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// TLS private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Socket of a CA process that runs by itself; without it a child is started.
    #[arg(long, value_name = "PATH")]
    ca_socket: Option<PathBuf>,
}

fn environment(text: &str) -> Result<Environment, String> {
    Environment::parse(text).ok_or_else(|| "acceptatie or productie".into())
}

/// Runs it.
pub async fn run(args: Serve) -> ExitCode {
    finish(serve(args).await, false)
}

async fn serve(args: Serve) -> Result<(), Failure> {
    start_log();
    let data = DataDir::open_or_create(&args.data, args.environment)?;
    let settings = data.settings(args.config.as_deref())?;
    let tls = tls_files(&args, &settings);
    let rustls = listen::tls(tls.as_ref()).await?;
    let (portal, app) = (listen::bind(args.listen)?, listen::bind(args.app_listen)?);
    let config = config(&args, &data, &settings, tls.is_some(), portal.address, app.address)?;
    let postman = mail::postman(&config.mail, &config.public_url)?;
    let clock = clock(&args, &data)?;
    prepare_ca(&data, &config, &*clock)?;
    let store = data.open_store(args.database.as_deref(), clock.clone()).await?;
    let mut child = match &args.ca_socket {
        Some(_) => None,
        None => Some(CaChild::start(&data, args.database.as_deref(), args.test_clock.as_deref()).await?),
    };
    let socket = match (&args.ca_socket, &child) {
        (Some(socket), _) => socket.clone(),
        (None, Some(child)) => child.socket().to_owned(),
        (None, None) => ca::socket_of(&data),
    };
    let lists = UziLists::new(settings.uzi.clone(), data.environment(), data.root().join("crl"))?;
    let sealer: Arc<dyn Sealer> = Arc::new(LogKey::open(&data, config.server_id.as_str())?);
    let watch = watch(&data, config.server_id.as_str())?;
    let state = state(&data, config, store, clock, Arc::new(pki::ca::CaClient::new(socket)), &lists)?;
    let (portal_handle, app_handle) = (Handle::new(), Handle::new());
    let handles = [portal_handle.clone(), app_handle.clone()];
    let portal_server = listen::serve(portal, portal::server::portal(state.clone()), rustls.clone(), portal_handle);
    let app_server = listen::serve(app, portal::server::mobile_app(state.clone()), rustls, app_handle);
    let tasks = [
        tokio::spawn(portal::tasks::keep_sealing(state.clone(), sealer.clone())),
        tokio::spawn(lists.keep_fresh(state.clone())),
        tokio::spawn(portal::tasks::keep_forgetting(state.clone())),
        tokio::spawn(portal::tasks::keep_purging(state.clone())),
        tokio::spawn(portal::tasks::keep_revoking(state.clone())),
        tokio::spawn(portal::tasks::keep_moving_applications(state.clone())),
        tokio::spawn(portal::tasks::keep_ending(state.clone())),
        tokio::spawn(portal::tasks::keep_looking_at_certificates(state.clone())),
        tokio::spawn(portal::tasks::keep_reissuing(state.clone())),
        tokio::spawn(portal::tasks::keep_notices(state.clone())),
        tokio::spawn(portal::tasks::keep_checking_log(state.clone(), watch)),
        tokio::spawn(portal::outgoing::keep_sending(state.clone(), postman)),
    ];
    println!("listening portal={} app={}", state.config.public_url, state.config.app_origin);
    let ended = tokio::spawn(async move { tokio::try_join!(portal_server, app_server) });
    let outcome = tokio::select! {
        () = asked_to_stop() => Ok(()),
        why = ca_ended(child.as_mut()) => Err(Failure::unreachable("the CA process ended", why)),
    };
    listen::stop(&handles);
    let served = ended.await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    // What was written while ending is sealed too, so that a stopped server leaves nothing open.
    portal::tasks::seal(&state, &*sealer).await;
    if let Some(child) = child {
        child.stop().await;
    }
    if let Ok(Err(error)) = served {
        return Err(Failure::unreachable("a listener failed", error));
    }
    outcome
}

/// With what the log is compared every night.
fn watch(data: &DataDir, server_id: &str) -> Result<Watch, Failure> {
    let key = setup::checkpoint_public_key(&data.ca())
        .map_err(|error| Failure::usage("the key of the log cannot be read", error))?;
    let (origin, kept) = (checkpoint::origin(server_id), checkpoint::kept_in(data));
    let name = origin.clone();
    Ok(Watch {
        origin,
        is_signed: Arc::new(move |note| checkpoint::is_signed(note, &name, &key)),
        kept: Arc::new(move || std::fs::read_to_string(&kept).ok().filter(|text| SignedNote::parse(text).is_some())),
    })
}

async fn ca_ended(child: Option<&mut CaChild>) -> String {
    match child {
        Some(child) => child.ended().await,
        None => std::future::pending().await,
    }
}

/// Log lines to standard error.
pub(crate) fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sea_orm_migration=warn"));
    // Standard output is for the line that programs read.
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    let _ = log.try_init();
}

fn tls_files(args: &Serve, settings: &Settings) -> Option<TlsSettings> {
    match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(TlsSettings { certificate: certificate.clone(), key: key.clone() }),
        _ => settings.tls.clone(),
    }
}

fn clock(args: &Serve, data: &DataDir) -> Result<Arc<dyn Clock>, Failure> {
    let Some(file) = &args.test_clock else { return Ok(Arc::new(SystemClock)) };
    if data.environment() == Environment::Productie {
        return Err(Failure::usage("--test-clock", "there is none in productie"));
    }
    let clock = FileClock(file.clone());
    clock.read().map_err(|error| Failure::usage("--test-clock", error))?;
    Ok(Arc::new(clock))
}

fn config(
    args: &Serve,
    data: &DataDir,
    settings: &Settings,
    tls: bool,
    portal: SocketAddr,
    app: SocketAddr,
) -> Result<Config, Failure> {
    let environment = data.environment();
    let scheme = if tls { "https" } else { "http" };
    let origin = |given: &Option<String>, name: &str, address: SocketAddr| match given {
        Some(url) => checked_origin(name, url),
        None if environment == Environment::Acceptatie => Ok(format!("{scheme}://localhost:{}", address.port())),
        None => Err(Failure::usage(format!("productie needs the setting {name}"), "in config.toml")),
    };
    let server_id = settings.server_id.as_deref().unwrap_or(environment.as_str());
    let server_id = ServerId::parse(server_id)
        .ok_or_else(|| Failure::usage("server_id has 1 to 40 characters a-z, 0-9 and -", server_id))?;
    let beside = || std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("mobile-app")));
    Ok(Config {
        environment,
        server_id,
        public_url: origin(&settings.public_url, "public_url", portal)?,
        app_origin: origin(&settings.app_url, "app_url", app)?,
        other_environment_url: settings.other_environment_url.clone(),
        operator: operator(settings, environment)?,
        contact: settings.operators.contact()?,
        product: "ZORG-ID".to_owned(),
        other_servers: Vec::new(),
        mail: settings.mail.checked(environment)?,
        second_operator: settings.operators.second.unwrap_or(environment == Environment::Productie),
        app_dir: args.app_dir.clone().or_else(beside),
        proxies: settings.proxies()?,
        retention: settings.keep.retention()?,
        times: settings.times.checked()?,
    })
}

/// Every text that speaks of the operator names it: people must know who that is.
fn operator(settings: &Settings, environment: Environment) -> Result<String, Failure> {
    match settings.operator.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => Ok(name.to_owned()),
        None if environment == Environment::Acceptatie => Ok("Testbeheer".to_owned()),
        None => Err(Failure::usage("productie needs the setting operator", "the operator's name, in config.toml")),
    }
}

/// `https://host[:port]`, nothing behind it; plain http only for this machine.
fn checked_origin(name: &str, url: &str) -> Result<String, Failure> {
    let wrong = || Failure::usage(format!("the setting {name} must be an origin such as https://zorg-id.example"), url);
    let parsed = url::Url::parse(url).map_err(|_| wrong())?;
    let local = matches!(parsed.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let safe = parsed.scheme() == "https" || (parsed.scheme() == "http" && local);
    let origin = parsed.origin().ascii_serialization();
    (safe && origin == url.trim_end_matches('/')).then_some(origin).ok_or_else(wrong)
}

/// In acceptatie a data folder without CA gets one; in productie an operator makes it, offline.
fn prepare_ca(data: &DataDir, config: &Config, clock: &dyn Clock) -> Result<(), Failure> {
    if !setup::exists(&data.ca()) {
        if data.environment() == Environment::Productie {
            return Err(Failure::usage("this data folder has no CA", "make it with `zorgid ca init`"));
        }
        ca::make(data, &config.public_url, clock)?;
    }
    let info = setup::info(&data.ca()).map_err(|error| Failure::usage("the CA cannot be used", error))?;
    if info.environment != data.environment() {
        return Err(Failure::usage("the CA is of the other environment", data.ca().display()));
    }
    if info.public_url != config.public_url {
        tracing::warn!(
            certificates = info.public_url,
            now = config.public_url,
            "certificates name another address for /pki"
        );
    }
    Ok(())
}

fn state(
    data: &DataDir,
    config: Config,
    store: Arc<dyn storage::Store>,
    clock: Arc<dyn Clock>,
    issuer: Arc<dyn pki::ca::Issuer>,
    lists: &UziLists,
) -> Result<AppState, Failure> {
    let unusable = |error: &dyn std::fmt::Display| Failure::usage("the data folder cannot be used", error);
    let server_keys = ServerKeys::derive(&*data.secret("server-key")?).map_err(|error| unusable(&error))?;
    let opaque = opaque_setup(data, &server_keys)?;
    let signer = setup::open_request_signer(&data.ca(), &ca::credential(data)?).map_err(|error| unusable(&error))?;
    let certificates = PkiCertificates::new(
        setup::root(&data.ca()).map_err(|error| unusable(&error))?,
        setup::issuing_certificate(&data.ca()).map_err(|error| unusable(&error))?,
    );
    Ok(AppState::new(Parts {
        store,
        clock,
        entropy: Arc::new(OsEntropy),
        config,
        keys: server_keys,
        signer: Arc::new(signer),
        issuer: Arc::new(PkiIssuer(issuer)),
        cards: arc_swap_of(lists.load()),
        certificates: Arc::new(certificates),
        opaque,
        metrics: Default::default(),
    }))
}

fn arc_swap_of(cards: Box<dyn portal::ports::CheckCards>) -> portal::state::Cards {
    portal::state::Cards::from_pointee(cards)
}

/// OPAQUE's server half: made once, sealed by the server key.
fn opaque_setup(data: &DataDir, server_keys: &ServerKeys) -> Result<keys::OpaqueSetup, Failure> {
    const CONTEXT: &[u8] = b"opaque setup";
    let sealed = data.secret_file("opaque-setup", || {
        let fresh = keys::new_opaque_setup(&OsEntropy);
        server_keys.seal(CONTEXT, &fresh, &OsEntropy).unwrap_or_default()
    })?;
    let unusable = || Failure::usage("secrets/opaque-setup cannot be used", "the server key does not open it");
    let plain = server_keys.open(CONTEXT, &sealed).ok_or_else(unusable)?;
    keys::open_opaque_setup(&plain).ok_or_else(unusable)
}

/// SIGTERM, or Ctrl-C.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
