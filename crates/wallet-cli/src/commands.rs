//! One function per command: open the wallet, do one thing, tell the result.

use crate::{
    args::{Answer, Args, Command, PinAction},
    device::FileDevice,
    failure::Failure,
    files,
    home::Home,
    host::{MachineClock, MachineEntropy},
    servers::Servers,
    transport::HttpTransport,
};
use domain::{BirthDate, identity::IdentityId, request::Decision, request::Purpose};
use serde_json::{Value, json};
use std::{io::Read, rc::Rc};
use wallet::{Asked, Ports, Wallet, WalletError, ports::RustCrypto};
use zeroize::Zeroizing;

/// Most bytes of standard input that can hold a PIN.
const PIN_INPUT: u64 = 64;

/// Runs a command; the value is what `--json` prints.
pub async fn run(args: Args) -> Result<Value, Failure> {
    match &args.command {
        Command::Sessions => return Err(not_yet("Sessions of care applications cannot be listed yet.")),
        Command::Backup { .. } | Command::Restore { .. } => {
            return Err(not_yet("Back-up and restore do not exist yet."));
        }
        Command::Renew => return Err(not_yet("Renewal does not exist yet.")),
        _ => {}
    }
    let home = Home::open(&args.home)?;
    let transport = Rc::new(HttpTransport::new().map_err(WalletError::from)?);
    let mut servers = Servers::load(&home)?;
    let chosen = match &args.server {
        Some(address) => Some(servers.at(&home, transport.as_ref(), address).await?),
        None => None,
    };
    let ports = Ports {
        device: Rc::new(FileDevice::open(&home.path("device.json")).map_err(home.failed())?),
        storage: Rc::new(home.storage()),
        transport,
        ecdsa: Rc::new(RustCrypto),
        entropy: Rc::new(MachineEntropy),
        clock: Rc::new(MachineClock),
    };
    let mut wallet = Wallet::open(ports, servers.config()?).await?;
    if let Some(server) = chosen.filter(|server| server != wallet.current()) {
        wallet.select(&server).await?;
    }
    if let Some(sealed) = files::read(&home.path("unlock.sealed")).map_err(home.failed())? {
        wallet.resume_unlocks(&sealed).await?;
    }
    let result = one(&home, &mut wallet, args.command).await;
    let sealed = wallet.seal_unlocks().await?;
    files::replace(&home.path("unlock.sealed"), &sealed).map_err(home.failed())?;
    result
}

async fn one(home: &Home, wallet: &mut Wallet, command: Command) -> Result<Value, Failure> {
    match command {
        Command::Pin { action } => pin(wallet, action).await,
        Command::Activate { ticket, birth_date } => activate(home, wallet, &ticket, birth_date.as_deref()).await,
        Command::Accept(answer) => decide(home, wallet, answer, Decision::Accepted).await,
        Command::Decline(answer) => decide(home, wallet, answer, Decision::Declined).await,
        Command::List => list(wallet),
        Command::Sessions | Command::Backup { .. } | Command::Restore { .. } | Command::Renew => {
            Err(not_yet("This does not exist yet."))
        }
    }
}

fn not_yet(title: &str) -> Failure {
    Failure::local("not-available", title, "A later version brings it.")
}

fn read_pin() -> Result<Zeroizing<String>, Failure> {
    let mut input = Zeroizing::new(String::new());
    let read = std::io::stdin().take(PIN_INPUT).read_to_string(&mut input);
    read.map_err(|error| Failure::usage("The PIN cannot be read from standard input.", error))?;
    Ok(Zeroizing::new(input.lines().next().unwrap_or_default().trim().to_owned()))
}

async fn pin(wallet: &mut Wallet, action: PinAction) -> Result<Value, Failure> {
    let pin = read_pin()?;
    match action {
        PinAction::Set => wallet.choose_pin(&pin).await?,
        PinAction::Unlock => wallet.unlock(&pin).await?,
    }
    Ok(json!({
        "state": "unlocked",
        "server": wallet.current(),
        "expiresIn": domain::installation::UNLOCK_SECONDS,
    }))
}

/// Opens the request of a link or code, or takes up one that an earlier command opened and could not finish (a mistyped
/// birth date, a lost connection): opening works only once.
async fn open_request(home: &Home, wallet: &Wallet, ticket: &str, enrolment: bool) -> Result<Asked, Failure> {
    if wallet.scan(ticket)?.is_enrolment() != enrolment {
        return Err(WalletError::WrongKind.into());
    }
    if let Some(request) = home.opened_request(ticket)? {
        return Ok(wallet.examine(ticket, request)?);
    }
    let asked = wallet.inspect(ticket).await?;
    home.remember_opened(ticket, Some(asked.jws()))?;
    Ok(asked)
}

async fn activate(home: &Home, wallet: &mut Wallet, ticket: &str, typed: Option<&str>) -> Result<Value, Failure> {
    let invalid = || Failure::local("birth-date-invalid", "This is not a date.", "Type it as dd-mm-jjjj.");
    let birth_date = typed.map(|typed| BirthDate::parse_typed(typed).ok_or_else(invalid)).transpose()?;
    let asked = open_request(home, wallet, ticket, true).await?;
    let activated = wallet.activate(&asked, birth_date).await?;
    home.remember_opened(ticket, None)?;
    let mut told = json!({
        "identity": activated.identity,
        "name": activated.name,
        "organisations": activated.organisations,
        "environment": asked.claims.env,
        "revocationCode": activated.revocation_code,
        "requestId": asked.request_id(),
    });
    if let Some(code) = &activated.pairing_code {
        told["pairingCode"] = json!(code);
    }
    Ok(told)
}

async fn decide(home: &Home, wallet: &mut Wallet, answer: Answer, decision: Decision) -> Result<Value, Failure> {
    let identity = answer.identity.as_deref().map(|id| {
        IdentityId::parse(id).ok_or_else(|| Failure::usage("--identity is not an id.", "`list` shows the ids."))
    });
    let identity = identity.transpose()?;
    let asked = open_request(home, wallet, &answer.ticket, false).await?;
    let answered = wallet.answer(&asked, decision, identity).await?;
    home.remember_opened(&answer.ticket, None)?;
    let mut told = json!({
        "decision": answered.decision,
        "requestId": answered.request_id,
        "purpose": asked.claims.purpose,
        "requester": asked.claims.requester,
        "environment": asked.claims.env,
    });
    if let Some(code) = &answered.pairing_code {
        told["pairingCode"] = json!(code);
    }
    if asked.claims.purpose == Purpose::Sign {
        told["sentence"] = json!(asked.claims.sentence);
    }
    if let Some(organisation) = &asked.claims.organisation {
        told["organisation"] = json!(organisation);
    }
    if let Some(asker) = &asked.claims.asked_by {
        told["askedBy"] = json!(asker);
    }
    Ok(told)
}

fn list(wallet: &Wallet) -> Result<Value, Failure> {
    match wallet.state() {
        wallet::WalletState::NoPin => return Err(WalletError::NoPin.into()),
        wallet::WalletState::Locked => return Err(WalletError::Locked(wallet.current().clone()).into()),
        wallet::WalletState::Unlocked => {}
    }
    let identities: Vec<Value> = wallet
        .identities()
        .into_iter()
        .map(|identity| {
            json!({
                "id": identity.id,
                "server": identity.server,
                "environment": identity.environment,
                "name": identity.name,
                "label": identity.label,
                "organisations": identity.organisations,
                "activatedAt": identity.activated_at.to_string(),
                "notAfter": identity.not_after.map(|end| end.to_string()),
            })
        })
        .collect();
    Ok(json!({ "identities": identities }))
}

/// One JSON object, or a line per member.
pub fn print(answer: &Value, json: bool) {
    match answer.as_object() {
        Some(members) if !json => {
            for (name, value) in members {
                match value.as_str() {
                    Some(text) => println!("{name}: {text}"),
                    None => println!("{name}: {value}"),
                }
            }
        }
        _ => println!("{answer}"),
    }
}
