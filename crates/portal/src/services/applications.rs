//! Aanvragen (SYSTEM.md flow 1), the public half: submitting, looking with the code of the status link, withdrawing, and
//! what time does. Deciding is [`super::changes`].
//!
//! The code of the status link is 100 bits, derived under the server key: the database holds only its hash, and each
//! later mail can name the link again.

mod passing;

pub use passing::{end_rest, pass_time};

use super::{journal, limits, mail, mail::Letter};
use crate::{
    AppError, AppState,
    caller::{Caller, Lang},
    error::Halt,
};
use domain::{
    EmailAddress, Language, Ura,
    application::{Application, ApplicationForm, ApplicationId, ApplicationRefusal, ApplicationStatus},
    log::Event,
    mail::MailKind,
    organisation::OrganisationStatus,
};
use protocol::{ProblemCode, code::Base32Code};
use sha2::{Digest, Sha256};
use storage::{StoreError, Tx};

/// The code in a status link: who holds it sees the status and may withdraw.
pub type LinkCode = Base32Code<20>;

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
/// Applications from one address in an hour.
const PER_ADDRESS: u32 = 10;
/// Applications over all in an hour: each one writes mails to whomever it names.
const OVER_ALL: u32 = 200;
/// Applications that name the same mail address, in a day.
const PER_MAIL_ADDRESS: u32 = 5;
/// Applications for the same URA, in a day.
const PER_URA: u32 = 5;

impl From<ApplicationRefusal> for AppError {
    fn from(refusal: ApplicationRefusal) -> Self {
        Self::new(ProblemCode::NotNow).because(refusal)
    }
}

/// The code of an application's status link.
pub fn link_code(app: &AppState, id: ApplicationId) -> LinkCode {
    let mac = app.keys.mac("application link", &[id.as_bytes()]);
    let mut bytes = [0; 20];
    bytes.copy_from_slice(&mac[..20]);
    LinkCode::from_random(&bytes)
}

fn hash(code: &LinkCode) -> [u8; 32] {
    Sha256::digest(code.reveal()).into()
}

fn language(lang: Lang) -> Language {
    match lang {
        Lang::Nl => Language::Nl,
        Lang::En => Language::En,
    }
}

/// Submits an application. That an organisation takes part, or that an application is open, is no secret; about people
/// nothing is told.
pub async fn submit(
    app: &AppState,
    caller: &Caller,
    form: ApplicationForm,
) -> Result<(Application, LinkCode), AppError> {
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let now = state.now();
            // Two applications for one URA wait for each other.
            tx.alone(&about(&form.ura)).await?;
            count(&state, &who, tx, &form).await?;
            if let Some(code) = taken(tx, &form.ura).await? {
                return Err(Halt::Keep(code.into()));
            }
            let id = ApplicationId::new(now, state.entropy());
            let code = link_code(&state, id);
            let application = Application {
                id,
                link_hash: hash(&code),
                form,
                language: language(who.lang),
                status: ApplicationStatus::Submitted,
                handled_by: None,
                checks: None,
                reason: None,
                decided_by: None,
                decided_at: None,
                organisation: None,
                reminders: 0,
                submitted_at: now,
            };
            tx.insert_application(&application).await.map_err(open_already)?;
            journal::entry(&state, &who, Event::ApplicationSubmitted).detail(id).write(tx).await?;
            tell_received(&state, &who, tx, &application, &code).await?;
            Ok((application, code))
        })
    })
    .await
}

/// The database keeps one open application per URA, whatever went before.
pub(super) fn open_already(error: StoreError) -> AppError {
    match error {
        StoreError::Duplicate(_) => ProblemCode::ApplicationOpen.into(),
        other => other.into(),
    }
}

/// Names what is decided about a URA: one at a time.
pub(super) fn about(ura: &Ura) -> String {
    format!("application {ura}")
}

/// Why an application for this URA cannot be made now.
async fn taken(tx: &mut dyn Tx, ura: &Ura) -> Result<Option<ProblemCode>, Halt> {
    let organisation = tx.organisation_by_ura(ura).await?;
    if organisation.is_some_and(|organisation| organisation.status == OrganisationStatus::Validated) {
        return Ok(Some(ProblemCode::OrganisationKnown));
    }
    let open = tx.applications_of(ura).await?.iter().any(|application| application.status.is_open());
    Ok(open.then_some(ProblemCode::ApplicationOpen))
}

async fn tell_received(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    application: &Application,
    code: &LinkCode,
) -> Result<(), Halt> {
    let (form, language, code) = (&application.form, application.language, code.grouped());
    let copy = Letter::new(MailKind::ApplicationCopy).application(application).code(&code);
    mail::to_address(app, caller, tx, &form.email, language, copy).await?;
    if form.representative_email != form.email {
        let received = Letter::new(MailKind::ApplicationReceived).application(application).code(&code);
        mail::to_address(app, caller, tx, &form.representative_email, language, received).await?;
    }
    mail::to_operators(app, caller, tx, Letter::new(MailKind::ApplicationForOperators).application(application)).await
}

/// Counts this application against every limit; mail addresses are counted by a keyed hash.
async fn count(app: &AppState, caller: &Caller, tx: &mut dyn Tx, form: &ApplicationForm) -> Result<(), Halt> {
    let now = app.now();
    let mailed = |address: &EmailAddress| {
        hex::encode(app.keys.mac("application mail", &[address.as_str().to_ascii_lowercase().as_bytes()]))
    };
    let address = caller.address.as_deref().map_or_else(|| "local".to_owned(), limits::neighbourhood);
    let mut buckets = vec![
        (format!("apply:ura:{}", form.ura), DAY, PER_URA),
        (format!("apply:from:{address}"), HOUR, PER_ADDRESS),
        ("apply:all".to_owned(), HOUR, OVER_ALL),
        (format!("apply:mail:{}", mailed(&form.email)), DAY, PER_MAIL_ADDRESS),
    ];
    if form.representative_email != form.email {
        buckets.push((format!("apply:mail:{}", mailed(&form.representative_email)), DAY, PER_MAIL_ADDRESS));
    }
    for (bucket, span, most) in buckets {
        let turn = now.unix().div_euclid(span);
        let counted = tx.count(&format!("{bucket}:{turn}"), now.plus_seconds(2 * span)).await?;
        if counted > most {
            let wait = span - now.unix().rem_euclid(span);
            let error = AppError::new(ProblemCode::TooManyAttempts).with("retryAfter", wait);
            journal::entry(app, caller, Event::ApplicationSubmitted).refused(error.code).write(tx).await?;
            return Err(Halt::Keep(error));
        }
    }
    Ok(())
}

/// The application of a code that was typed, or that came behind the `#` of a link. Guessing is limited.
pub async fn open(app: &AppState, caller: &Caller, typed: &str) -> Result<(Application, LinkCode), AppError> {
    let code = LinkCode::parse(typed);
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            limits::check(&state, &who, tx).await?;
            let Some(code) = code else {
                return Err(limits::wrong(&state, &who, tx, ProblemCode::RequestUnknown).await?);
            };
            match tx.application_by_link(&hash(&code)).await? {
                Some(application) => Ok((application, code)),
                None => Err(limits::wrong(&state, &who, tx, ProblemCode::RequestUnknown).await?),
            }
        })
    })
    .await
}

/// The application of the code in this browser's cookie.
pub async fn of_code(app: &AppState, code: &LinkCode) -> Result<Option<Application>, AppError> {
    let hash = hash(code);
    app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.application_by_link(&hash).await?) })).await
}

/// Taken back by who holds the code.
pub async fn withdraw(app: &AppState, caller: &Caller, code: &LinkCode) -> Result<Application, AppError> {
    let (state, who, hash) = (app.clone(), caller.clone(), hash(code));
    app.write(move |tx| {
        Box::pin(async move {
            let found = tx.application_by_link(&hash).await?;
            let mut application = found.ok_or(AppError::new(ProblemCode::NotFound))?;
            application.withdraw().map_err(AppError::from)?;
            tx.update_application(&application).await?;
            let entry = journal::entry(&state, &who, Event::ApplicationWithdrawn).detail(application.id);
            let entry = match application.organisation {
                Some(organisation) => entry.within(organisation),
                None => entry,
            };
            entry.write(tx).await?;
            close_organisation(&state, &who, tx, &application).await?;
            tell(&state, &who, tx, &application, MailKind::ApplicationWithdrawn, "", "").await?;
            Ok(application)
        })
    })
    .await
}

/// An organisation that was approved and never validated takes part no more when its application ends.
async fn close_organisation(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    application: &Application,
) -> Result<(), Halt> {
    let Some(id) = application.organisation else { return Ok(()) };
    let Some(mut organisation) = tx.organisation_to_change(id).await? else { return Ok(()) };
    if organisation.status != OrganisationStatus::Approved {
        return Ok(());
    }
    organisation.status = OrganisationStatus::Ended;
    tx.update_organisation(&organisation).await?;
    let entry = journal::entry(app, caller, Event::OrganisationEnded).by_system().within(id);
    entry.reason(application.status.as_str()).write(tx).await
}

/// Tells applicant and representative, with the code of the status link.
pub(super) async fn tell(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    application: &Application,
    kind: MailKind,
    reason: &str,
    detail: &str,
) -> Result<(), Halt> {
    let code = link_code(app, application.id).grouped();
    let letter = Letter::new(kind).reason(reason).detail(detail).code(&code);
    mail::to_application(app, caller, tx, application, letter).await
}
