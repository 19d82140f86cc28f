//! `zorgid operator invite`: a person, an operator and the QR code of their Mobile ID, on the terminal. Nobody is there to
//! type digits from the phone, so this QR code asks the birth date.

use super::{Place, Trouble, all, entry, reference};
use crate::{
    data::DataDir,
    edge::{OsEntropy, SystemClock},
    failure::Failure,
    settings::Settings,
};
use clap::Args;
use domain::{
    BirthDate, Clock, EmailAddress, Entropy, Environment, PersonName, Timestamp,
    identity::IdentityStatus,
    log::Event,
    operator::{Office, Operator},
    person::{Person, PersonId, person_number},
    request::{BIRTH_DATE_TRIES, Means, Purpose, Request, RequestId},
};
use portal::{keys::ServerKeys, pages::qr, services::enrolment_qr};
use protocol::link::{QrLink, ServerId};
use std::{io::IsTerminal, sync::Arc};
use storage::{StoreError, Tx};

/// Options of `operator invite`.
#[derive(Debug, Args)]
pub struct Invite {
    #[command(flatten)]
    pub(super) place: Place,
    /// Given names, as in the identity document; empty when there are none.
    #[arg(long, default_value = "")]
    given: String,
    /// Tussenvoegsel.
    #[arg(long, default_value = "")]
    prefix: String,
    /// Surname without the tussenvoegsel.
    #[arg(long)]
    surname: String,
    /// Birth date, dd-mm-jjjj; what is unknown 00. The phone asks it.
    #[arg(long, value_name = "DATE")]
    birth_date: String,
    /// Birthplace, as in the identity document.
    #[arg(long)]
    birthplace: String,
    /// E-mail address; the person confirms it in the portal.
    #[arg(long)]
    email: Option<String>,
    /// Address of the Mobile App, when it is not the setting app_url.
    #[arg(long, value_name = "URL")]
    app_url: Option<String>,
    /// Also while an operator can log in: when that one lost the phone, or is not there. The others see it in the log.
    #[arg(long)]
    force: bool,
}

/// What was typed, in its forms.
struct Wanted {
    name: PersonName,
    birth_date: BirthDate,
    birthplace: String,
    email: Option<EmailAddress>,
    force: bool,
}

/// What came of it.
struct Invited {
    person: Person,
    request: Request,
}

pub(super) async fn run(args: Invite) -> Result<(), Failure> {
    let data = DataDir::open_or_create(&args.place.data, None)?;
    let settings = data.settings(None)?;
    let now = SystemClock.now();
    let wanted = wanted(&args, now)?;
    let (app_origin, server) = (app_origin(&args, &data, &settings)?, server(&data, &settings)?);
    let keys = ServerKeys::derive(&*data.secret("server-key")?)
        .map_err(|error| Failure::usage("the data folder cannot be used", error))?;
    let store = data.open_store(args.place.database.as_deref(), Arc::new(SystemClock)).await?;
    let seconds = settings.times.checked()?.desk_qr;
    let request = request(&keys, now, seconds);
    let invited: Result<Invited, Trouble> =
        store.write(move |tx| Box::pin(async move { invite(tx, wanted, request, now).await })).await;
    let Invited { person, request } = invited?;
    let (link, code) = enrolment_qr::reveal(&keys, &app_origin, &server, request.id);
    if args.place.json {
        let told = serde_json::json!({
            "number": person.number, "name": person.name.full(), "requestId": request.id,
            "link": link.reveal(), "code": code, "expiresIn": seconds,
        });
        println!("{told}");
        return Ok(());
    }
    show(&person, &link, &code, seconds)
}

fn wanted(args: &Invite, now: Timestamp) -> Result<Wanted, Failure> {
    let name = PersonName::new(&args.given, &args.prefix, &args.surname)
        .ok_or_else(|| Failure::usage("the name is empty or too long", &args.surname))?;
    let birth_date = BirthDate::parse_typed(&args.birth_date).filter(|date| !date.is_future(now));
    let birth_date = birth_date.ok_or_else(|| Failure::usage("--birth-date takes dd-mm-jjjj", &args.birth_date))?;
    let birthplace = args.birthplace.trim().to_owned();
    if birthplace.is_empty() || birthplace.chars().count() > 100 || birthplace.chars().any(char::is_control) {
        return Err(Failure::usage("a birthplace has 1 to 100 characters", ""));
    }
    let address =
        |text: &String| EmailAddress::parse(text).ok_or_else(|| Failure::usage("--email takes an address", text));
    let email = args.email.as_ref().map(address).transpose()?;
    Ok(Wanted { name, birth_date, birthplace, email, force: args.force })
}

fn app_origin(args: &Invite, data: &DataDir, settings: &Settings) -> Result<String, Failure> {
    let given = args.app_url.as_ref().or(settings.app_url.as_ref());
    match given {
        Some(url) => Ok(url.trim_end_matches('/').to_owned()),
        None if data.environment() == Environment::Acceptatie => Ok("http://localhost:8081".to_owned()),
        None => Err(Failure::usage("productie needs the setting app_url", "in config.toml, or --app-url")),
    }
}

fn server(data: &DataDir, settings: &Settings) -> Result<ServerId, Failure> {
    let id = settings.server_id.as_deref().unwrap_or(data.environment().as_str());
    ServerId::parse(id).ok_or_else(|| Failure::usage("server_id has 1 to 40 characters a-z, 0-9 and -", id))
}

fn request(keys: &ServerKeys, now: Timestamp, seconds: i64) -> Request {
    let id = RequestId::new(now, &OsEntropy);
    let mut request = Request::new(id, Purpose::Enrol, Means::Phone, [0; 32], now, seconds);
    enrolment_qr::with_secrets(keys, &mut request);
    request.tries_left = BIRTH_DATE_TRIES;
    request
}

async fn invite(tx: &mut dyn Tx, wanted: Wanted, mut request: Request, now: Timestamp) -> Result<Invited, Trouble> {
    tx.alone("operators").await?;
    let known = all(tx).await?;
    if !wanted.force && known.iter().any(|known| known.can_operate(now)) {
        return Err(Trouble::No(Failure::negative(
            "operator-exists",
            "there is an operator who can log in and invite others",
            "log in to the portal, or --force when that is not possible",
        )));
    }
    let reference = reference();
    // Invited before, or without a phone that works: the same person gets a new QR code.
    let same = known.into_iter().find(|known| {
        let person = &known.person;
        known.operator.holds_office() && person.name.matches(&wanted.name) && person.birth_date == wanted.birth_date
    });
    let person = match same {
        Some(known) if !known.operator.is_operator() => {
            return Err(Trouble::No(Failure::negative(
                "is-auditor",
                "this person is auditor of the environment, and nobody is both",
                format!("zorgid operator end {} comes first", known.person.number),
            )));
        }
        Some(known) => {
            forget_unused(tx, known.person.id, now, &reference).await?;
            known.person
        }
        None => add(tx, &wanted, now, &reference).await?,
    };
    request.person = Some(person.id);
    tx.insert_request(&request).await?;
    let mut made = entry(Event::IdentityQr, person.id, now, &reference);
    made.request = Some(request.id);
    tx.append(&made).await?;
    Ok(Invited { person, request })
}

async fn add(tx: &mut dyn Tx, wanted: &Wanted, now: Timestamp, reference: &str) -> Result<Person, StoreError> {
    let entropy: &dyn Entropy = &OsEntropy;
    let number = person_number(entropy.array());
    let name = wanted.name.clone();
    let mut person = Person::new(PersonId::new(now, &OsEntropy), number, name, wanted.birth_date, false, now);
    person.birthplace.clone_from(&wanted.birthplace);
    person.email.clone_from(&wanted.email);
    tx.insert_person(&person).await?;
    tx.append(&entry(Event::PersonRegistered, person.id, now, reference)).await?;
    let office = Office::Operator;
    let operator = Operator { person: person.id, office, invited_by: None, since: now, ended_at: None };
    tx.save_operator(&operator).await?;
    tx.append(&entry(Event::OperatorGiven, person.id, now, reference)).await?;
    Ok(person)
}

/// QR codes that nobody used, and an identity that still waits for its digits, end with the new one.
async fn forget_unused(tx: &mut dyn Tx, person: PersonId, now: Timestamp, reference: &str) -> Result<(), StoreError> {
    tx.alone(&format!("enrolments of {person}")).await?;
    for mut old in tx.open_enrolments_of(person).await? {
        old.cancel();
        tx.update_request(&old).await?;
        let mut cancelled = entry(Event::RequestCancelled, person, now, reference);
        cancelled.request = Some(old.id);
        tx.append(&cancelled).await?;
    }
    for mut waiting in tx.identities_of(person).await? {
        if waiting.status == IdentityStatus::Pending {
            waiting.status = IdentityStatus::Revoked;
            waiting.ended_at = Some(now);
            tx.update_identity(&waiting).await?;
            let mut revoked = entry(Event::IdentityRevoked, person, now, reference);
            revoked.identity = Some(waiting.id);
            tx.append(&revoked).await?;
        }
    }
    Ok(())
}

fn show(person: &Person, link: &QrLink, code: &str, seconds: i64) -> Result<(), Failure> {
    let lines = qr::lines(&link.reveal()).map_err(|error| Failure::usage("the QR code cannot be drawn", error.code))?;
    // Whatever the colours of the terminal: black on white.
    let (begin, end) = if std::io::stdout().is_terminal() { ("\x1b[30;107m", "\x1b[0m") } else { ("", "") };
    println!("{} ({}) is operator. Scan this with the Mobile App:", person.name.full(), person.number);
    for line in lines {
        println!("{begin}{line}{end}");
    }
    println!("Link:        {}", link.reveal());
    println!("Korte code:  {code}");
    println!("Valid for {} minutes, once. The phone asks the birth date.", seconds / 60);
    Ok(())
}
