//! `zorgid dev-pki DIR`: a TEST PKI that mirrors the UZI-register, with passes as PKCS#12 and as SoftHSM tokens.
//!
//! A second run keeps keys and passes and makes fresh revocation lists.

mod cards;
mod kept;
mod softhsm;

use crate::{
    edge::{FileClock, OsEntropy, SystemClock},
    failure::{Failure, finish},
};
use clap::Args;
use domain::{Clock, Timestamp};
use pki::{
    keys::RsaBits,
    test_register::{ORGANISATION, RevokedPass, TestKeys, TestRegister, URA, all_cards},
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Options of `dev-pki`.
#[derive(Debug, Args)]
pub struct DevPki {
    /// Folder to make, or whose revocation lists to renew.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Hours that the revocation lists are valid. The real register's are for 48; nobody renews these by the hour.
    #[arg(long, value_name = "HOURS", default_value_t = 30 * 24)]
    crl_hours: u32,
    /// RSA keys of the CAs: 4096 bits as in the real register, or 2048, which are made in a second.
    #[arg(long, value_name = "BITS", default_value = "4096", value_parser = bits)]
    ca_bits: RsaBits,
    /// Make no SoftHSM tokens.
    #[arg(long)]
    no_softhsm: bool,
    /// Time from a file (RFC 3339) instead of the system.
    #[arg(long, value_name = "FILE")]
    test_clock: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Fill the tokens: the program calls itself with `SOFTHSM2_CONF` set.
    #[arg(long, hide = true)]
    fill_tokens: bool,
}

/// Runs it.
pub async fn run(args: DevPki) -> ExitCode {
    let json = args.json;
    let made = match args.fill_tokens {
        true => softhsm::fill(&args.folder).map(|_| ()),
        false => make(&args),
    };
    finish(made, json)
}

fn bits(text: &str) -> Result<RsaBits, String> {
    match text {
        "2048" => Ok(RsaBits::B2048),
        "4096" => Ok(RsaBits::B4096),
        _ => Err("2048 or 4096".into()),
    }
}

fn make(args: &DevPki) -> Result<(), Failure> {
    let now = now(args)?;
    std::fs::create_dir_all(&args.folder).map_err(|error| failed(&args.folder, error))?;
    // SoftHSM wants an absolute path in its configuration.
    let folder = args.folder.canonicalize().map_err(|error| failed(&args.folder, error))?;
    let (register, revoked, fresh) = match kept::load(&folder)? {
        Some((register, revoked)) => (register, revoked, false),
        None => {
            let (register, revoked) = create(&folder, args.ca_bits, now)?;
            (register, revoked, true)
        }
    };
    for (name, crl) in register.crls(&revoked, now, args.crl_hours).map_err(broken)? {
        kept::write(&folder.join("crl").join(format!("{name}.crl")), &crl)?;
    }
    let tokens = if args.no_softhsm { Ok(0) } else { softhsm::make(&folder, fresh) };
    report(args, &folder, fresh, tokens);
    Ok(())
}

fn create(folder: &Path, bits: RsaBits, now: Timestamp) -> Result<(TestRegister, Vec<RevokedPass>), Failure> {
    let register = TestRegister::new(TestKeys::Rsa(bits), now, &OsEntropy).map_err(broken)?;
    let mut revoked = Vec::new();
    for spec in all_cards() {
        let card = register.issue(spec, now, &OsEntropy).map_err(broken)?;
        revoked.extend(card.revoked.iter().cloned());
        cards::write(folder, &card)?;
    }
    let organisation = serde_json::json!({ "name": ORGANISATION, "ura": URA });
    kept::write(&folder.join("organisation.json"), organisation.to_string().as_bytes())?;
    // Last: what is kept says that the folder is whole.
    kept::save(folder, &register, &revoked)?;
    Ok((register, revoked))
}

fn now(args: &DevPki) -> Result<Timestamp, Failure> {
    match &args.test_clock {
        Some(file) => FileClock(file.clone()).read().map_err(|error| Failure::usage("the test clock", error)),
        None => Ok(SystemClock.now()),
    }
}

fn report(args: &DevPki, folder: &Path, fresh: bool, tokens: Result<usize, Failure>) {
    let names: Vec<String> = all_cards().into_iter().map(|card| card.folder).collect();
    let (tokens, why_not) = match tokens {
        Ok(tokens) => (tokens, None),
        Err(failure) => (0, Some(format!("{}: {}", failure.title, failure.detail))),
    };
    if args.json {
        let object = serde_json::json!({
            "folder": folder, "made": fresh, "cards": names, "tokens": tokens, "softhsmProblem": why_not,
            "organisation": ORGANISATION, "ura": URA,
        });
        println!("{object}");
        return;
    }
    let what = if fresh { "made" } else { "kept, with fresh revocation lists" };
    println!("TEST PKI in {} {what}: {}", folder.display(), names.join(" "));
    println!("organisation of the passes: {ORGANISATION}, URA {URA}; PIN {}", cards::PIN);
    match why_not {
        Some(why) => println!("no SoftHSM tokens ({why}); the passes are there as PKCS#12"),
        None if args.no_softhsm => {}
        None => println!("SoftHSM tokens: SOFTHSM2_CONF={}", folder.join("softhsm2.conf").display()),
    }
}

fn failed(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::usage(format!("cannot use {}", path.display()), error)
}

fn broken(error: pki::cert::BuildError) -> Failure {
    Failure::negative("internal", "the TEST PKI cannot be made", error)
}
