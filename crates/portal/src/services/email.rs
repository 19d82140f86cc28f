//! E-mail addresses of people: an address counts once its owner typed the code that was mailed to it.

use super::{journal, mail, mail::Letter, session::Current};
use crate::{AppError, AppState, caller::Caller, error::Halt, keys};
use domain::{EmailAddress, Language, log::Event, mail::MailKind, person::Person};
use protocol::{ProblemCode, code::LoginCode};
use storage::Tx;

/// The event of another address.
pub const CHANGED: Event = Event::PersonChanged;

/// Codes that are mailed for one person a day: each goes to an address that somebody only typed.
const ASKED_A_DAY: u32 = 10;
/// Wrong codes of one person a day.
const WRONG_A_DAY: u32 = 10;
const DAY: i64 = 24 * 60 * 60;

/// The code that confirms an address: derived, so that nothing is stored; another address or person has another code.
/// It changes every day; yesterday's still counts.
fn code_of(app: &AppState, person: &Person, address: &EmailAddress, day: i64) -> LoginCode {
    let parts: [&[u8]; 3] = [person.id.as_bytes(), address.as_str().as_bytes(), &day.to_be_bytes()];
    let bytes = app.keys.mac("e-mail address", &parts);
    let mut random = [0; 8];
    random.copy_from_slice(&bytes[..8]);
    LoginCode::from_random(&random)
}

fn today(app: &AppState) -> i64 {
    app.now().unix().div_euclid(DAY)
}

/// Stores another address (or none), not confirmed yet, and mails it the code. `entry` tells who did it.
pub async fn change(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    mut person: Person,
    address: Option<EmailAddress>,
    entry: journal::Entry,
) -> Result<(), Halt> {
    person.email = address;
    person.email_confirmed_at = None;
    tx.update_person(&person).await?;
    entry.about(person.id).detail("e-mail").write(tx).await?;
    ask(app, caller, tx, &person).await
}

/// The minute in which a code was mailed to somebody.
fn mailed_now(app: &AppState, person: &Person) -> String {
    format!("e-mail mailed:{}:{}", person.id, app.now().unix().div_euclid(60))
}

/// Mails the code again, unless it was mailed a moment ago: somebody pressed twice.
pub async fn again(app: &AppState, caller: &Caller, tx: &mut dyn Tx, person: &Person) -> Result<(), Halt> {
    match tx.counted(&mailed_now(app, person), app.now()).await? {
        0 => ask(app, caller, tx, person).await,
        _ => Ok(()),
    }
}

/// Mails the code.
pub async fn ask(app: &AppState, caller: &Caller, tx: &mut dyn Tx, person: &Person) -> Result<(), Halt> {
    let Some(address) = &person.email else { return Ok(()) };
    let now = app.now();
    let bucket = format!("e-mail asked:{}:{}", person.id, today(app));
    if tx.count(&bucket, now.plus_seconds(2 * DAY)).await? > ASKED_A_DAY {
        let wait = DAY - now.unix().rem_euclid(DAY);
        return Err(AppError::new(ProblemCode::TooManyAttempts).with("retryAfter", wait).into());
    }
    tx.count(&mailed_now(app, person), now.plus_seconds(120)).await?;
    let code = code_of(app, person, address, today(app)).grouped();
    let letter = Letter::new(MailKind::ConfirmAddress).person(person).code(&code);
    mail::to_address(app, caller, tx, address, Language::Nl, letter).await
}

/// The person typed the code.
pub async fn confirm(app: &AppState, caller: &Caller, current: &Current, typed: &str) -> Result<(), AppError> {
    let person = current.session.person.ok_or(AppError::new(ProblemCode::NotFound))?;
    let given = LoginCode::parse(typed);
    let (state, who, identity) = (app.clone(), caller.clone(), current.identity_id());
    app.write(move |tx| {
        Box::pin(async move {
            let now = state.now();
            let mut person = tx.person(person).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
            let address = person.email.clone().ok_or(AppError::new(ProblemCode::NotNow))?;
            let bucket = format!("e-mail code:{}:{}", person.id, today(&state));
            if tx.counted(&bucket, now).await? >= WRONG_A_DAY {
                return Err(ProblemCode::TooManyAttempts.into());
            }
            let right = given.is_some_and(|given| {
                [today(&state), today(&state) - 1].iter().any(|day| {
                    let wanted = code_of(&state, &person, &address, *day);
                    keys::same(wanted.reveal().as_bytes(), given.reveal().as_bytes())
                })
            });
            if !right {
                tx.count(&bucket, now.plus_seconds(2 * DAY)).await?;
                return Err(Halt::Keep(ProblemCode::CodeWrong.into()));
            }
            person.email_confirmed_at = Some(now);
            tx.update_person(&person).await?;
            let entry = journal::entry(&state, &who, CHANGED).by(person.id, identity).about(person.id);
            entry.detail("e-mail confirmed").write(tx).await
        })
    })
    .await
}
