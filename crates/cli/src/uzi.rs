//! `zorgid uzi inspect FILE`: what stands in a certificate of a UZI-pas, and what is wrong with it.

use crate::failure::{Failure, finish};
use clap::{Args, Subcommand};
use pki::{cert::certificates_in, uzi::UziCertificate};
use std::{path::PathBuf, process::ExitCode};

/// UZI-passen.
#[derive(Debug, Subcommand)]
pub enum UziCommand {
    /// Shows what stands in a certificate (PEM or DER) and what is wrong with it.
    Inspect(Inspect),
}

/// Options of `uzi inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The certificate; of several in a PEM file the first.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// The largest file that is read.
const MAX_SIZE: u64 = 1024 * 1024;

/// Runs it: 0 without problems, 1 with, 2 when the file cannot be read.
pub async fn run(command: UziCommand) -> ExitCode {
    let UziCommand::Inspect(args) = command;
    match inspect(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => finish(Err(failure), args.json),
    }
}

fn inspect(args: &Inspect) -> Result<bool, Failure> {
    let unreadable =
        |error: &dyn std::fmt::Display| Failure::usage(format!("cannot read {}", args.file.display()), error);
    let size = std::fs::metadata(&args.file).map_err(|error| unreadable(&error))?.len();
    if size > MAX_SIZE {
        return Err(unreadable(&"larger than a certificate can be"));
    }
    let file = std::fs::read(&args.file).map_err(|error| unreadable(&error))?;
    let certificate = certificates_in(&file).into_iter().next().unwrap_or(file);
    let read = UziCertificate::parse(&certificate);
    if args.json {
        println!("{}", as_json(&read));
    } else {
        print(&read);
    }
    Ok(read.problems.is_empty())
}

/// The fields of the fixed interface: flat texts, empty when the certificate does not say.
fn fields(read: &UziCertificate) -> [(&'static str, String); 16] {
    let moment = |at: Option<domain::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    [
        ("uziNumber", read.uzi_number.clone()),
        ("cardType", read.card_type.clone()),
        ("cardTypeByIssuer", read.card_type_by_issuer.map(|t| t.letter().to_owned()).unwrap_or_default()),
        ("subscriberNumber", read.subscriber_number.clone()),
        ("roleCode", read.role_code.clone()),
        ("agbCode", read.agb_code.clone()),
        ("oidCa", read.oid_ca.clone()),
        ("version", read.version.clone()),
        ("givenName", read.given_name.clone()),
        ("surname", read.surname.clone()),
        ("commonName", read.common_name.clone()),
        ("organisation", read.organisation.clone()),
        ("title", read.title.clone()),
        ("kind", read.kind.as_str().to_owned()),
        ("notBefore", moment(read.not_before)),
        ("notAfter", moment(read.not_after)),
    ]
}

fn as_json(read: &UziCertificate) -> serde_json::Value {
    let mut object: serde_json::Map<_, _> =
        fields(read).into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let problems = read.problems.iter().map(|p| serde_json::json!({ "code": p.code, "detail": p.detail }));
    object.insert("problems".into(), problems.collect());
    object.into()
}

fn print(read: &UziCertificate) {
    for (name, value) in fields(read) {
        println!("{name:<17} {value}");
    }
    for problem in &read.problems {
        println!("problem           {}: {}", problem.code, problem.detail);
    }
}
