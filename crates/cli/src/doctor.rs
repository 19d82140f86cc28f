//! `zorgid doctor`: looks at a data folder and says what is wrong with it and what to do.

use crate::{
    data::DataDir,
    edge::SystemClock,
    failure::{Failure, finish},
};
use clap::Args;
use domain::Clock;
use pki::{
    cert::{certificates_in, crls_in},
    setup,
    uzi::{UziConfig, UziValidator},
};
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Database, when it is not the folder's own SQLite file.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Settings, when they are not in `config.toml` in the data folder.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
}

/// Runs it: 0 when everything is good, 1 when something is not.
pub async fn run(args: Doctor) -> ExitCode {
    match examine(&args).await {
        Err(failure) => finish(Err(failure), args.json),
        Ok(checks) => {
            let good = checks.iter().all(|check| check.ok);
            if args.json {
                println!("{}", serde_json::json!({ "ok": good, "checks": checks }));
            } else {
                for check in &checks {
                    println!("{} {}: {}", if check.ok { "good " } else { "WRONG" }, check.name, check.detail);
                }
            }
            ExitCode::from(u8::from(!good))
        }
    }
}

async fn examine(args: &Doctor) -> Result<Vec<Check>, Failure> {
    let data = DataDir::open(&args.data)?;
    let settings = data.settings(args.config.as_deref())?;
    let mut checks = vec![Check {
        name: "data folder",
        ok: true,
        detail: format!("{}, environment {}", data.root().display(), data.environment()),
    }];
    checks.push(secrets(&data));
    checks.push(authority(&data));
    checks.push(database(&data, args.database.as_deref()).await);
    checks.push(uzi(&data, &settings.uzi));
    checks.push(mail(&data, &settings).await);
    Ok(checks)
}

fn secrets(data: &DataDir) -> Check {
    use std::os::unix::fs::PermissionsExt;
    let folder = data.root().join("secrets");
    let open = std::fs::metadata(&folder).map(|meta| meta.permissions().mode() & 0o077 != 0);
    let (ok, detail) = match (open, data.secret("server-key"), data.secret("node-key")) {
        (Ok(false), Ok(_), Ok(_)) => (true, "present, for their owner only".to_owned()),
        (Ok(true), _, _) => (false, format!("others may read {}: chmod 700 it", folder.display())),
        (Err(error), _, _) => (false, format!("{}: {error}", folder.display())),
        (_, Err(failure), _) | (_, _, Err(failure)) => (false, format!("{}: {}", failure.title, failure.detail)),
    };
    Check { name: "secrets", ok, detail }
}

fn authority(data: &DataDir) -> Check {
    let name = "certificate authority";
    if !setup::exists(&data.ca()) {
        return Check { name, ok: false, detail: "none: make it with `zorgid ca init`".to_owned() };
    }
    let opened = crate::ca::credential(data).map_err(|failure| format!("{}: {}", failure.title, failure.detail));
    let opened = opened.and_then(|credential| {
        setup::open_issuing(&data.ca(), &credential).map_err(|error| error.to_string())?;
        setup::open_request_signer(&data.ca(), &credential).map_err(|error| error.to_string())?;
        setup::info(&data.ca()).map_err(|error| error.to_string())
    });
    match opened {
        Ok(info) => Check { name, ok: true, detail: format!("keys open; addresses under {}", info.public_url) },
        Err(detail) => Check { name, ok: false, detail },
    }
}

async fn database(data: &DataDir, given: Option<&str>) -> Check {
    let name = "database";
    let store = match data.open_store(given, Arc::new(SystemClock)).await {
        Ok(store) => store,
        Err(failure) => return Check { name, ok: false, detail: format!("{}: {}", failure.title, failure.detail) },
    };
    let counted =
        store.read(|tx| Box::pin(async move { Ok::<_, storage::StoreError>(tx.organisations().await?.len()) })).await;
    match counted {
        Ok(0) => Check {
            name,
            ok: true,
            detail: "opens; no organisation takes part yet: `zorgid organisation add`".to_owned(),
        },
        Ok(count) => Check { name, ok: true, detail: format!("opens; {count} organisation(s)") },
        Err(error) => Check { name, ok: false, detail: error.to_string() },
    }
}

/// Whether the mail server answers and takes our login; nothing is sent.
async fn mail(data: &DataDir, settings: &crate::settings::Settings) -> Check {
    let name = "mail server";
    let wrong = |failure: Failure| Check { name, ok: false, detail: format!("{}: {}", failure.title, failure.detail) };
    let config = match settings.mail.checked(data.environment()) {
        Ok(config) => config,
        Err(failure) => return wrong(failure),
    };
    let address = config.server.as_ref().map(|server| format!("{}:{}", server.host, server.port)).unwrap_or_default();
    let public_url = settings.public_url.as_deref().unwrap_or_default();
    match crate::serve::mail::postman(&config, public_url) {
        Err(failure) => wrong(failure),
        Ok(None) => Check { name, ok: true, detail: "none: mails are shown on /dev/mail".to_owned() },
        Ok(Some(postman)) => match postman.test().await {
            Ok(()) => Check { name, ok: true, detail: format!("{address} answers") },
            Err(said) => Check { name, ok: false, detail: format!("{address}: {said}") },
        },
    }
}

fn uzi(data: &DataDir, settings: &crate::settings::UziSettings) -> Check {
    let name = "UZI-register";
    let read = |folder: &Path, of: fn(&[u8]) -> Vec<Vec<u8>>| -> Vec<Vec<u8>> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        entries.filter_map(|entry| std::fs::read(entry.path()).ok()).flat_map(|bytes| of(&bytes)).collect()
    };
    let Some(trust) = settings.trust_dir.as_deref() else {
        return Check { name, ok: false, detail: "uzi.trust_dir is not set: every UZI-pas is refused".to_owned() };
    };
    let mut lists = read(&data.root().join("crl"), crls_in);
    lists.extend(settings.crl_dir.as_deref().map(|folder| read(folder, crls_in)).unwrap_or_default());
    let config = UziConfig { grace_hours: settings.grace_hours, ..UziConfig::of(data.environment()) };
    match UziValidator::new(config, read(trust, certificates_in), &lists) {
        Err(error) => Check { name, ok: false, detail: format!("{}: {error}", trust.display()) },
        Ok(validator) if !validator.warnings().is_empty() => {
            Check { name, ok: false, detail: validator.warnings().join("; ") }
        }
        Ok(validator) => match validator.crls_until() {
            None => Check { name, ok: false, detail: "no revocation lists: every UZI-pas is refused".to_owned() },
            Some(until) if SystemClock.now() >= until => {
                Check { name, ok: false, detail: format!("a revocation list ended at {until}: fetch a newer one") }
            }
            Some(until) => {
                Check { name, ok: true, detail: format!("{} revocation list(s), fresh until {until}", lists.len()) }
            }
        },
    }
}
