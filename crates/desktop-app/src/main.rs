//! `zorgid-desktop`: opened by the browser with a launch link, or headless.

use clap::{Args, Parser, Subcommand, ValueEnum};
use desktop_app::{
    api::Api,
    browser::LocalBrowser,
    config::{Config, Places},
    headless::{self, Orders},
    http::Http,
    launch, register,
    report::{self, Refused},
    runner::Runner,
    system::{SystemClock, SystemEntropy},
    texts::Language,
    trouble::Trouble,
    window,
    worker::{Worker, real_source},
};
use domain::{Entropy, request::Decision};
use protocol::{Nonce, ProblemCode, link::LaunchLink};
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

#[derive(Parser)]
#[command(name = "zorgid-desktop", version, about = "ZORG-ID Desktop App", args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Order>,
    #[command(flatten)]
    run: Run,
}

#[derive(Subcommand)]
enum Order {
    /// Open zorgid:// links with this program, for the current user
    Register {
        /// Configuration file to start with
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Stop opening zorgid:// links with this program
    Unregister,
}

#[derive(Args)]
struct Run {
    /// The launch link, zorgid://launch/...
    #[arg(value_name = "LINK")]
    link: Option<String>,
    /// Read the link from standard input
    #[arg(long, hide = true, conflicts_with = "link")]
    link_stdin: bool,
    /// Without a window
    #[arg(long, requires = "answer")]
    headless: bool,
    /// Read the PIN of the card from the first line of standard input
    #[arg(long, requires = "headless")]
    pin_stdin: bool,
    /// The answer to give
    #[arg(long, value_name = "ja|nee", requires = "headless")]
    answer: Option<YesNo>,
    /// Print one JSON object per answer
    #[arg(long, requires = "headless")]
    json: bool,
    /// Keep answering the further requests of a registration
    #[arg(long, requires = "headless")]
    session: bool,
    /// Configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// PKCS#11 module to use
    #[arg(long, value_name = "PATH")]
    module: Option<PathBuf>,
    /// Label of the card to use
    #[arg(long, value_name = "LABEL")]
    card: Option<String>,
    /// Folder with soft cards (acceptatie only)
    #[arg(long, value_name = "DIR")]
    cards_dir: Option<PathBuf>,
    /// Address of a server's zorgid-app.json (acceptatie only), instead of the configured servers
    #[arg(long, value_name = "URL")]
    server_config: Option<String>,
    /// Language of the texts
    #[arg(long, value_name = "nl|en")]
    language: Option<Tongue>,
}

#[derive(Clone, Copy, ValueEnum)]
enum YesNo {
    Ja,
    Nee,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tongue {
    Nl,
    En,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("ZORGID_LOG").unwrap_or_else(|_| "warn".into()))
        .init();
    match cli.command {
        Some(order) => registration(order),
        None => run(cli.run),
    }
}

fn registration(order: Order) -> ExitCode {
    let result = match order {
        Order::Register { config } => match std::env::current_exe() {
            Ok(program) => register::register(&program, config.and_then(|c| c.canonicalize().ok()).as_deref()),
            Err(error) => Err(register::RegisterError::Tool(error.to_string())),
        },
        Order::Unregister => register::unregister(),
    };
    match result {
        Ok(()) => ExitCode::from(report::GOOD),
        Err(error) => {
            eprintln!("zorgid-desktop: {error}");
            ExitCode::from(report::NEGATIVE)
        }
    }
}

fn run(run: Run) -> ExitCode {
    if !run.headless
        && let Some(link) = &run.link
    {
        let kept = std::env::args_os().skip(1).filter(|a| a != link.as_str()).collect::<Vec<_>>();
        match launch::start_again(link, &kept) {
            Ok(()) => return ExitCode::from(report::GOOD),
            // The token then stays among the arguments; it works once, so go on.
            Err(error) => tracing::warn!(%error, "the link could not be taken out of the arguments"),
        }
    }
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let config = match settings(&run) {
        Ok(config) => config,
        Err(error) => {
            let trouble = Trouble::here(entropy.as_ref(), ProblemCode::ServerUnknown, error.to_string());
            return stop(&run, &trouble, Language::Dutch, &error.to_string());
        }
    };
    let language = language(&run, &config);
    let prepared = link(&run)
        .and_then(|link| LaunchLink::parse(&link).map_err(|e| e.to_string()))
        .map_err(|error| Trouble::here(entropy.as_ref(), ProblemCode::NotOurLink, error))
        .and_then(|link| {
            let http = Http::new(config.extra_ca.as_deref());
            let http = http.map_err(|e| Trouble::here(entropy.as_ref(), ProblemCode::ServerUnknown, e.to_string()))?;
            Ok((link.token.clone(), http))
        });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let (token, http, runtime) = match (prepared, runtime) {
        (Ok((token, http)), Ok(runtime)) => (token, http, runtime),
        (Err(trouble), _) => return stop(&run, &trouble, language, ""),
        (_, Err(error)) => {
            let trouble = Trouble::here(entropy.as_ref(), ProblemCode::Internal, error.to_string());
            return stop(&run, &trouble, language, &error.to_string());
        }
    };
    let (runner, inbox) = assemble(&run, config, http, token, language, &entropy);
    if !run.headless {
        return ExitCode::from(window::run(runtime.handle(), runner, inbox, run.card, language));
    }
    let pin = match read_pin(&run, entropy.as_ref()) {
        Ok(pin) => pin,
        Err(trouble) => return stop(&run, &trouble, language, ""),
    };
    let answer = match run.answer {
        Some(YesNo::Ja) => Decision::Accepted,
        Some(YesNo::Nee) | None => Decision::Declined,
    };
    let orders = Orders { pin, answer, json: run.json, session: run.session, language, card: run.card };
    let code = runtime.block_on(headless::run(runner, inbox, orders, &mut std::io::stdout()));
    // Calls that are still held by the server need not be waited for.
    runtime.shutdown_background();
    ExitCode::from(code)
}

fn settings(run: &Run) -> Result<Config, desktop_app::config::ConfigError> {
    let mut config = match (&run.server_config, &run.config) {
        // The named server is all there is to know.
        (Some(_), None) => Config::default(),
        _ => Config::load(run.config.as_deref(), &Places::from_environment())?,
    };
    if let Some(url) = &run.server_config {
        config.servers.clear();
        config.servers_from = vec![url.clone()];
    }
    if let Some(module) = &run.module {
        config.modules = vec![module.clone()];
    }
    if let Some(folder) = &run.cards_dir {
        config.cards_dir = Some(folder.clone());
    }
    Ok(config)
}

fn language(run: &Run, config: &Config) -> Language {
    match run.language {
        Some(Tongue::Nl) => return Language::Dutch,
        Some(Tongue::En) => return Language::English,
        None => {}
    }
    let locale = || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok());
    config.language.unwrap_or_else(|| Language::of_locale(&locale().unwrap_or_default()))
}

fn link(run: &Run) -> Result<String, String> {
    if run.link_stdin {
        return launch::read_link(std::io::stdin()).map_err(|e| e.to_string());
    }
    run.link.clone().ok_or_else(|| String::from("no launch link was given"))
}

fn read_pin(run: &Run, entropy: &dyn Entropy) -> Result<Option<smartcard::Pin>, Trouble> {
    if !run.pin_stdin {
        return Ok(None);
    }
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    let pin = match read {
        Ok(_) => headless::pin(&line, entropy),
        Err(error) => Err(Trouble::here(entropy, ProblemCode::BadInput, error.to_string())),
    };
    zeroize::Zeroize::zeroize(&mut line);
    pin.map(Some)
}

fn assemble(
    run: &Run,
    config: Config,
    http: Http,
    token: Nonce,
    language: Language,
    entropy: &Arc<dyn Entropy>,
) -> (Runner, UnboundedReceiver<desktop_app::flow::Event>) {
    let (events, inbox) = unbounded_channel();
    let source = real_source(config.modules.clone(), config.cards_dir.clone(), run.card.clone());
    let runner = Runner {
        api: Arc::new(Api::new(http.clone(), language, Arc::clone(entropy))),
        worker: Worker::start(source, events.clone(), Arc::clone(entropy)),
        config: Arc::new(config),
        http,
        token,
        browser: Arc::new(LocalBrowser::from_environment()),
        clock: Arc::new(SystemClock),
        entropy: Arc::clone(entropy),
        events,
        request_clock: Default::default(),
    };
    (runner, inbox)
}

/// Tells a problem before anything was started.
fn stop(run: &Run, trouble: &Trouble, language: Language, details: &str) -> ExitCode {
    if !run.headless {
        return ExitCode::from(window::tell(trouble, language));
    }
    if run.json {
        println!("{}", serde_json::to_string(&Refused::new(trouble, language)).unwrap_or_default());
    } else {
        println!("{}. {} {}", trouble.title(language), trouble.detail(language), trouble.small_print(language));
    }
    if !details.is_empty() {
        eprintln!("zorgid-desktop: {details}");
    }
    ExitCode::from(report::exit_code(trouble.code()))
}
