//! Zelf registreren (SYSTEM.md flow 3): the wizard's steps. What the card proves comes in through the Desktop App
//! (`services::card`, `services::respond`); what happens to people is in [`people`].

mod carry;
mod people;
mod start;

pub(super) use carry::{attach_card, attach_shown, begin_with_card};
pub use start::{Start, start, start_page};

use super::{
    ShownRequest, card,
    card::CardKind,
    enrolment_qr::{self, Wanted},
    journal, mail,
    mail::Letter,
};
use crate::{
    AppError, AppState, browser::Browser, caller::Caller, config::TERMS_VERSION, error::Halt, ports::CheckedCard,
};
use domain::{
    BirthDate,
    log::Event,
    mail::MailKind,
    organisation::{Organisation, OrganisationId, OrganisationStatus},
    person::PersonId,
    registration::{
        CardData, DESKTOP_SESSION_SECONDS, KNOWN_PERSON_TRIES, Match, Registration, RegistrationId, RegistrationRefusal,
    },
    request::{ENROL_SECONDS, Request, RequestId, RequestStatus},
};
use protocol::{Nonce, ProblemCode};
use storage::Tx;

/// What the wizard shows.
#[derive(Clone, Debug)]
pub struct View {
    /// The wizard's state; a new one (not stored yet) for a browser that has none.
    pub registration: Registration,
    /// The card's organisation, as registered here.
    pub organisation: Option<Organisation>,
    /// The card request that is open or was answered last.
    pub card_request: Option<Request>,
    /// The QR code to scan, while it can be scanned.
    pub enrolment: Option<ShownRequest>,
    /// Where the enrolment stands; an expired one is renewed by the person.
    pub enrolment_status: Option<RequestStatus>,
}

/// The wizard of this browser.
pub async fn current(app: &AppState, browser: &Browser) -> Result<View, AppError> {
    let (state, cookie, now) = (app.clone(), browser.hash, app.now());
    app.read(move |tx| {
        Box::pin(async move {
            let registration = load(&state, tx, &cookie).await?;
            let organisation = match &registration.card {
                Some(card) => tx.organisation(card.organisation).await?,
                None => None,
            };
            let card_request = match registration.card_request {
                Some(id) => tx.request(id).await?,
                None => None,
            };
            let enrolment = match registration.enrolment {
                Some(id) => tx.request(id).await?,
                None => None,
            };
            let enrolment_status = enrolment.as_ref().map(|request| request.status_at(now));
            let shown = enrolment.filter(|request| request.status_at(now) == RequestStatus::Created);
            let enrolment = shown.map(|request| enrolment_qr::show(&state, &request));
            Ok(View { registration, organisation, card_request, enrolment, enrolment_status })
        })
    })
    .await
}

async fn load(app: &AppState, tx: &mut dyn Tx, cookie: &[u8; 32]) -> Result<Registration, AppError> {
    let now = app.now();
    let known = tx.registration_of_browser(cookie).await?.filter(|registration| !registration.is_forgotten(now));
    Ok(known.unwrap_or_else(|| Registration::begin(RegistrationId::new(now, app.entropy()), *cookie, now)))
}

/// One step of the wizard in this browser.
async fn step<F>(app: &AppState, browser: &Browser, change: F) -> Result<(), AppError>
where
    F: FnOnce(&mut Registration) -> Result<(), RegistrationRefusal> + Send + 'static,
{
    let (state, cookie) = (app.clone(), browser.hash);
    app.write(move |tx| {
        Box::pin(async move {
            let mut registration = load(&state, tx, &cookie).await?;
            change(&mut registration).map_err(AppError::from)?;
            Ok(tx.save_registration(&registration).await?)
        })
    })
    .await
}

/// Begins again: forgets the wizard of this browser (what was confirmed stays registered).
pub async fn restart(app: &AppState, browser: &Browser) -> Result<(), AppError> {
    let (state, cookie) = (app.clone(), browser.hash);
    app.write(move |tx| {
        Box::pin(async move {
            if let Some(id) = tx.registration_of_browser(&cookie).await?.and_then(|old| old.card_request) {
                card::cancel(tx, id).await?;
            }
            let now = state.now();
            let fresh = Registration::begin(RegistrationId::new(now, state.entropy()), cookie, now);
            Ok(tx.save_registration(&fresh).await?)
        })
    })
    .await
}

/// Terms accepted.
pub async fn accept_terms(app: &AppState, browser: &Browser) -> Result<(), AppError> {
    let now = app.now();
    step(app, browser, move |registration| registration.accept_terms(TERMS_VERSION, now)).await
}

/// Card data checked by the person.
pub async fn checked(app: &AppState, browser: &Browser) -> Result<(), AppError> {
    let now = app.now();
    step(app, browser, move |registration| registration.checked(now)).await
}

/// Birth date typed: `dd-mm-jjjj`, parts unknown as 00.
pub async fn birth_date(app: &AppState, browser: &Browser, typed: &str) -> Result<(), AppError> {
    let (now, date) = (app.now(), typed_date(app, typed)?);
    step(app, browser, move |registration| registration.fill_birth_date(date, now)).await
}

fn typed_date(app: &AppState, typed: &str) -> Result<BirthDate, AppError> {
    let date = BirthDate::parse_typed(typed).filter(|date| !date.is_future(app.now()));
    date.ok_or(ProblemCode::BirthDateInvalid.into())
}

/// The answer to "Bent u eerder geregistreerd?".
pub async fn known_person(app: &AppState, caller: &Caller, browser: &Browser, yes: bool) -> Result<(), AppError> {
    let (state, who, cookie, label) = (app.clone(), caller.clone(), browser.hash, browser.label.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let mut registration = load(&state, tx, &cookie).await?;
            let card = registration.card.clone().ok_or(AppError::new(ProblemCode::CardFirst))?;
            let person = registration.answer_known_person(yes, state.now());
            let person = person.ok_or(AppError::new(ProblemCode::RequestUsed))?;
            if yes {
                people::attach(&state, &who, tx, &people::Shown::of(&registration)?, person).await?;
                people::trust_browser(tx, &registration, Some(&label), person, state.now()).await?;
                enrol(&state, &who, tx, &mut registration, person).await?;
            } else {
                let entry = journal::entry(&state, &who, Event::PersonConflict).by_card(card.uzi_number.as_str());
                let entry = entry.within(card.organisation).refused(ProblemCode::PersonDenied);
                registration.stopped_reference = Some(entry.reference().to_owned());
                entry.write(tx).await?;
                tell_of_conflict(&state, &who, tx, card.organisation).await?;
            }
            Ok(tx.save_registration(&registration).await?)
        })
    })
    .await
}

/// The registration was stopped because it does not fit one known person: the organisation's administrators are told, and
/// nobody is named. What there is to know is in the log, for who may read it.
async fn tell_of_conflict(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    organisation: OrganisationId,
) -> Result<(), Halt> {
    mail::to_administrators(app, caller, tx, organisation, Letter::new(MailKind::KnownPersonConflict)).await
}

/// A new enrolment QR for the wizard of this browser; it cancels every unused one.
pub async fn enrolment_qr(app: &AppState, caller: &Caller, browser: &Browser) -> Result<ShownRequest, AppError> {
    let (state, who, cookie) = (app.clone(), caller.clone(), browser.hash);
    let request = app
        .write(move |tx| {
            Box::pin(async move {
                let mut registration = load(&state, tx, &cookie).await?;
                // As long as the code is shown here. Later the pass gives a new one: somebody else may sit here by then.
                let enrolment = registration.enrolment.filter(|_| registration.shows_qr(state.now()));
                let id = enrolment.ok_or(AppError::new(ProblemCode::CardFirst))?;
                let old = tx.request(id).await?.and_then(|request| request.person);
                let person = old.ok_or_else(|| AppError::internal("an enrolment without person"))?;
                let request = enrol(&state, &who, tx, &mut registration, person).await?;
                tx.save_registration(&registration).await?;
                Ok(request)
            })
        })
        .await?;
    Ok(enrolment_qr::show(app, &request))
}

/// Makes the QR code of a person for this wizard.
async fn enrol(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    registration: &mut Registration,
    person: PersonId,
) -> Result<Request, Halt> {
    let organisation = registration.card.as_ref().map(|card| card.organisation);
    let browser = Some(registration.browser);
    let wanted = Wanted { person, organisation, asked_by: None, browser, seconds: ENROL_SECONDS };
    let request = enrolment_qr::make(app, caller, tx, wanted).await?;
    let mut entry = journal::entry(app, caller, Event::RequestCreated).request(&request);
    if let Some(card) = &registration.card {
        entry = entry.by_card(card.uzi_number.as_str());
    }
    entry.write(tx).await?;
    registration.enrolment = Some(request.id);
    Ok(request)
}

/// Ties a new launch to the wizard, in the transaction that stores it.
pub(super) async fn attach_launch(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    cookie: &[u8; 32],
    kind: CardKind,
    request: &mut Request,
) -> Result<(), Halt> {
    let mut registration = load(app, tx, cookie).await?;
    if registration.terms_version.is_none() {
        return Err(ProblemCode::TermsFirst.into());
    }
    if registration.is_confirmed() {
        return Err(AppError::from(RegistrationRefusal::Confirmed).into());
    }
    if let Some(old) = registration.card_request {
        card::cancel(tx, old).await?;
    }
    if kind == CardKind::Confirm {
        let card = registration.card.as_ref().ok_or(AppError::new(ProblemCode::CardFirst))?;
        let date = registration.birth_date.ok_or(AppError::from(RegistrationRefusal::BirthDateFirst))?;
        let organisation = tx.organisation(card.organisation).await?;
        let organisation = organisation.ok_or(AppError::new(ProblemCode::UraUnknown))?;
        request.organisation = Some(organisation.id);
        request.sentence = Some(sentence(card, &organisation, date));
        if registration.desktop_is_alive(app.now()) {
            request.desktop_session = registration.desktop_session;
        }
        let entry = journal::entry(app, caller, Event::RequestCreated).request(request);
        entry.by_card(card.uzi_number.as_str()).write(tx).await?;
    }
    registration.card_request = Some(request.id);
    registration.updated_at = app.now();
    Ok(tx.save_registration(&registration).await?)
}

/// What the card signs at *Bevestigen*.
fn sentence(card: &CardData, organisation: &Organisation, date: BirthDate) -> (String, String) {
    let (name, number, date) = (card.name.full(), &card.uzi_number, date.to_dutch());
    let (place, ura) = (&organisation.name, &organisation.ura);
    (
        format!(
            "Ik, {name} (UZI-nummer {number}), geboren op {date}, registreer mij als zorgmedewerker bij {place} (URA {ura})."
        ),
        format!("I, {name} (UZI number {number}), born on {date}, register as a care worker at {place} (URA {ura})."),
    )
}

/// The organisation of a card, when people may register there.
async fn organisation_of(tx: &mut dyn Tx, card: &CheckedCard) -> Result<Organisation, AppError> {
    let organisation = tx.organisation_by_ura(&card.ura).await?.ok_or(AppError::new(ProblemCode::UraUnknown))?;
    // The applicant of an approved organisation need not wait for its validation: somebody has to do that.
    let applicant = match organisation.status {
        OrganisationStatus::Approved => {
            let applications = tx.applications_of(&card.ura).await?;
            applications.iter().any(|one| one.may_be_validated_by(&card.ura, &card.uzi_number))
        }
        _ => false,
    };
    if !applicant && !organisation.status.takes_registrations() {
        return Err(ProblemCode::OrganisationNotValidated.into());
    }
    Ok(organisation)
}

/// Told to the Desktop App at once: whether this card can register anybody.
pub(super) async fn may_register(tx: &mut dyn Tx, card: &CheckedCard) -> Result<(), AppError> {
    organisation_of(tx, card).await.map(|_| ())
}

/// The Desktop App that read the card stays available to the wizard for ten minutes.
pub(super) async fn attach_desktop(
    app: &AppState,
    tx: &mut dyn Tx,
    request: RequestId,
    session: &Nonce,
) -> Result<(), Halt> {
    let now = app.now();
    let registration = tx.registration_by_card_request(request).await?;
    let mut registration = registration.ok_or(AppError::new(ProblemCode::RequestCancelled))?;
    registration.desktop_session = Some(session.hash());
    registration.desktop_session_until = Some(now.plus_seconds(DESKTOP_SESSION_SECONDS));
    registration.desktop_seen_at = Some(now);
    Ok(tx.save_registration(&registration).await?)
}

/// The browser brought the return of a card reading: the wizard gets the card's data.
pub(super) async fn card_read(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    request: &mut Request,
    card: CheckedCard,
    certificate: Vec<u8>,
) -> Result<(), Halt> {
    let now = app.now();
    let organisation = organisation_of(tx, &card).await?;
    let registration = tx.registration_by_card_request(request.id).await?;
    let mut registration = registration.ok_or(AppError::new(ProblemCode::RequestCancelled))?;
    // The return code came in this browser, whose key was proved when it asked.
    let key = request.browser_key;
    request.finish(&registration.browser, key.as_ref(), now).map_err(AppError::from)?;
    tx.update_request(request).await?;
    registration.card_read(card.data(organisation.id, certificate), now).map_err(AppError::from)?;
    registration.browser_key = key;
    if let Some(person) = people::registered_before(app, tx, &registration).await? {
        registration.recognised(now).map_err(AppError::from)?;
        people::trust_browser(tx, &registration, request.browser_label.as_deref(), person, now).await?;
        enrol(app, caller, tx, &mut registration, person).await?;
    }
    Ok(tx.save_registration(&registration).await?)
}

/// The card signed the confirmation: what was signed is done, in the same transaction. The inner error ends the request
/// and is shown by the page.
pub(super) async fn confirm(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    request: &Request,
    card: &CheckedCard,
    certificate: Vec<u8>,
    response: String,
) -> Result<Result<(), AppError>, Halt> {
    let now = app.now();
    let Some(mut registration) = tx.registration_by_card_request(request.id).await? else {
        return Ok(Err(ProblemCode::RequestCancelled.into()));
    };
    let same = registration.card.as_ref().is_some_and(|read| {
        read.uzi_number == card.uzi_number && read.certificate == certificate && read.ura == card.ura
    });
    if !same {
        return Ok(Err(ProblemCode::CardOther.into()));
    }
    let organisation = match organisation_of(tx, card).await {
        Ok(organisation) => organisation,
        Err(error) => return Ok(Err(error)),
    };
    // What was shown and signed is what is done: nothing may have been changed in another tab since.
    let asked = registration.card.as_ref().zip(registration.birth_date);
    if request.sentence != asked.map(|(card, date)| sentence(card, &organisation, date)) {
        return Ok(Err(ProblemCode::RequestCancelled.into()));
    }
    people::alone(tx, &registration).await?;
    let found = people::find(tx, &registration).await?;
    if matches!(found, Match::Possibly(_) | Match::OtherBirthDate(_)) && !may_try(app, tx, card).await? {
        return Ok(Err(ProblemCode::PersonTries.into()));
    }
    if let Err(refusal) = registration.confirmed(&card.uzi_number, response, &found, now) {
        return Ok(Err(refusal.into()));
    }
    let label = request.browser_label.as_deref();
    match found {
        Match::Nobody => {
            let person = people::register(app, caller, tx, &registration).await?;
            people::trust_browser(tx, &registration, label, person, now).await?;
            enrol(app, caller, tx, &mut registration, person).await?;
        }
        Match::SameCard(person) => {
            people::attach(app, caller, tx, &people::Shown::of(&registration)?, person).await?;
            people::trust_browser(tx, &registration, label, person, now).await?;
            enrol(app, caller, tx, &mut registration, person).await?;
        }
        Match::Possibly(_) => {}
        Match::OtherBirthDate(_) | Match::Several => {
            let entry = journal::entry(app, caller, Event::PersonConflict).by_card(card.uzi_number.as_str());
            registration.stopped_reference = Some(entry.reference().to_owned());
            entry.request(request).refused(ProblemCode::PersonAmbiguous).write(tx).await?;
            tell_of_conflict(app, caller, tx, organisation.id).await?;
        }
    }
    tx.save_registration(&registration).await?;
    Ok(Ok(()))
}

/// Three tries a day per UZI-pas to hit upon a registered person.
async fn may_try(app: &AppState, tx: &mut dyn Tx, card: &CheckedCard) -> Result<bool, Halt> {
    const DAY: i64 = 24 * 60 * 60;
    let now = app.now();
    let bucket = format!("known-person:{}:{}", card.uzi_number, now.unix().div_euclid(DAY));
    Ok(tx.count(&bucket, now.plus_seconds(2 * DAY)).await? <= u32::from(KNOWN_PERSON_TRIES))
}
