//! Valideren (SYSTEM.md flow 2): an approved organisation begins to take part, signed by the UZI-pas that its application
//! names; its holder becomes administrator.

mod finish;

pub use finish::{Waiting, finish, finish_page, waiting_for};

use super::{card, card::CardKind, enrol::effect::By, identities, journal, mail, mail::Letter, registration, roles};
use crate::{
    AppError, AppState, browser::Browser, caller::Caller, config::TERMS_VERSION, error::Halt, ports::CheckedCard,
};
use domain::{
    Timestamp,
    application::{Application, ApplicationStatus, Due},
    identity::{Identity, IdentityStatus},
    log::Event,
    mail::MailKind,
    organisation::{Organisation, OrganisationStatus},
    person::{MembershipStatus, PersonId, Role},
    registration::{CardData, RegistrationRefusal},
    request::Request,
    validation::{Validation, ValidationId},
};
use protocol::{Nonce, ProblemCode};
use storage::Tx;

/// What the wizard shows.
#[derive(Clone, Debug)]
pub struct View {
    /// Its state; a new one (not stored yet) for a browser that has none.
    pub validation: Validation,
    /// The card's organisation, as registered here.
    pub organisation: Option<Organisation>,
    /// The card request that is open or was answered last.
    pub card_request: Option<Request>,
    /// The Mobile ID to which the role was added.
    pub identity: Option<Identity>,
}

/// The wizard of this browser.
pub async fn current(app: &AppState, browser: &Browser) -> Result<View, AppError> {
    let (state, cookie) = (app.clone(), browser.hash);
    app.read(move |tx| {
        Box::pin(async move {
            let validation = load(&state, tx, &cookie).await?;
            let organisation = match &validation.card {
                Some(card) => tx.organisation(card.organisation).await?,
                None => None,
            };
            let card_request = match validation.card_request {
                Some(id) => tx.request(id).await?,
                None => None,
            };
            let identities = match validation.administrator {
                Some(person) => tx.identities_of(person).await?,
                None => Vec::new(),
            };
            let now = state.now();
            let identity = identities.into_iter().find(|identity| works(identity.status_at(now)));
            Ok(View { validation, organisation, card_request, identity })
        })
    })
    .await
}

fn works(status: IdentityStatus) -> bool {
    matches!(status, IdentityStatus::Active | IdentityStatus::Blocked)
}

async fn load(app: &AppState, tx: &mut dyn Tx, cookie: &[u8; 32]) -> Result<Validation, AppError> {
    let now = app.now();
    let known = tx.validation_of_browser(cookie).await?.filter(|validation| !validation.is_forgotten(now));
    Ok(known.unwrap_or_else(|| Validation::begin(ValidationId::new(now, app.entropy()), *cookie, now)))
}

/// Terms accepted.
pub async fn accept_terms(app: &AppState, browser: &Browser) -> Result<(), AppError> {
    let (state, cookie) = (app.clone(), browser.hash);
    app.write(move |tx| {
        Box::pin(async move {
            let mut validation = load(&state, tx, &cookie).await?;
            validation.accept_terms(TERMS_VERSION, state.now()).map_err(AppError::from)?;
            Ok(tx.save_validation(&validation).await?)
        })
    })
    .await
}

/// Begins again in this browser; what was validated stays.
pub async fn restart(app: &AppState, browser: &Browser) -> Result<(), AppError> {
    let (state, cookie) = (app.clone(), browser.hash);
    app.write(move |tx| {
        Box::pin(async move {
            if let Some(id) = tx.validation_of_browser(&cookie).await?.and_then(|old| old.card_request) {
                card::cancel(tx, id).await?;
            }
            let now = state.now();
            let fresh = Validation::begin(ValidationId::new(now, state.entropy()), cookie, now);
            Ok(tx.save_validation(&fresh).await?)
        })
    })
    .await
}

/// Without a Mobile ID: on into registering, with the card that was read.
pub async fn go_on_registering(app: &AppState, caller: &Caller, browser: &Browser) -> Result<(), AppError> {
    let (state, who, cookie, label) = (app.clone(), caller.clone(), browser.hash, browser.label.clone());
    app.write(move |tx| {
        Box::pin(async move {
            let mut validation = load(&state, tx, &cookie).await?;
            if !validation.role_waits() {
                return Err(ProblemCode::NotNow.into());
            }
            registration::begin_with_card(&state, &who, tx, &mut validation, &label).await
        })
    })
    .await
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
    let mut validation = load(app, tx, cookie).await?;
    if let Some(old) = validation.launched(request.id, app.now()).map_err(AppError::from)? {
        card::cancel(tx, old).await?;
    }
    if kind == CardKind::ConfirmValidation {
        let card = validation.card.as_ref().ok_or(AppError::from(RegistrationRefusal::CardFirst))?;
        let organisation = tx.organisation(card.organisation).await?;
        let organisation = organisation.ok_or(AppError::new(ProblemCode::UraUnknown))?;
        request.organisation = Some(organisation.id);
        request.sentence = Some(sentence(card, &organisation));
        if validation.desktop_is_alive(app.now()) {
            request.desktop_session = validation.desktop_session;
        }
        let entry = journal::entry(app, caller, Event::RequestCreated).request(request);
        entry.by_card(card.uzi_number.as_str()).write(tx).await?;
    }
    Ok(tx.save_validation(&validation).await?)
}

/// What the card signs at *Volgende*.
fn sentence(card: &CardData, organisation: &Organisation) -> (String, String) {
    let (name, number, place, ura) = (card.name.full(), &card.uzi_number, &organisation.name, &organisation.ura);
    (
        format!("Ik, {name} (UZI-nummer {number}), valideer {place} (URA {ura}) en word daar administrator."),
        format!("I, {name} (UZI number {number}), validate {place} (URA {ura}) and become its administrator."),
    )
}

/// The organisation that a card may validate: as its approved application says, or as operators reopened it.
async fn organisation_of(
    tx: &mut dyn Tx,
    card: &CheckedCard,
    now: Timestamp,
) -> Result<(Organisation, Option<Application>), AppError> {
    let missing = AppError::new(ProblemCode::ApplicationMissing);
    let organisation = tx.organisation_by_ura(&card.ura).await?.ok_or(missing)?;
    match organisation.status {
        OrganisationStatus::Approved => {
            let applications = tx.applications_of(&card.ura).await?;
            let approved = |one: &&Application| one.status == ApplicationStatus::Approved;
            if applications.iter().filter(approved).count() == 0 {
                return Err(ProblemCode::ApplicationMissing.into());
            }
            let mine = applications.into_iter().find(|one| one.may_be_validated_by(&card.ura, &card.uzi_number));
            Ok((organisation, Some(mine.ok_or(AppError::new(ProblemCode::ApplicationOther))?)))
        }
        OrganisationStatus::Validated => match organisation.open_for(now) {
            Some(number) if *number == card.uzi_number => Ok((organisation, None)),
            Some(_) => Err(ProblemCode::ApplicationOther.into()),
            None => Err(ProblemCode::AlreadyValidated.into()),
        },
        OrganisationStatus::Applied | OrganisationStatus::Ended => Err(ProblemCode::ApplicationMissing.into()),
    }
}

/// Told to the Desktop App at once: whether this card can validate anything.
pub(super) async fn may_validate(tx: &mut dyn Tx, card: &CheckedCard, now: Timestamp) -> Result<(), AppError> {
    organisation_of(tx, card, now).await.map(|_| ())
}

/// The Desktop App that read the card stays available to the wizard.
pub(super) async fn attach_desktop(
    app: &AppState,
    tx: &mut dyn Tx,
    mut validation: Validation,
    session: &Nonce,
) -> Result<(), Halt> {
    validation.desktop_attached(session.hash(), app.now());
    Ok(tx.save_validation(&validation).await?)
}

/// The browser brought the return of a card reading: the wizard gets the card's data.
pub(super) async fn card_read(
    app: &AppState,
    tx: &mut dyn Tx,
    mut validation: Validation,
    request: &mut Request,
    card: CheckedCard,
    certificate: Vec<u8>,
) -> Result<(), Halt> {
    let now = app.now();
    let (organisation, _) = organisation_of(tx, &card, now).await?;
    let key = request.browser_key;
    request.finish(&validation.browser, key.as_ref(), now).map_err(AppError::from)?;
    tx.update_request(request).await?;
    validation.card_read(card.data(organisation.id, certificate), now).map_err(AppError::from)?;
    validation.browser_key = key;
    Ok(tx.save_validation(&validation).await?)
}

/// What a card signed.
pub(super) struct Signed<'a> {
    /// The card, checked now.
    pub card: &'a CheckedCard,
    /// Its certificate.
    pub certificate: Vec<u8>,
    /// The signed answer (compact JWS).
    pub response: String,
}

/// The card signed: what was signed is done, in the same transaction. The inner error ends the request and is shown by
/// the page; the application stays open.
pub(super) async fn confirm(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    mut validation: Validation,
    request: &Request,
    signed: Signed<'_>,
) -> Result<Result<(), AppError>, Halt> {
    let (now, card) = (app.now(), signed.card);
    let same = validation.card.as_ref().is_some_and(|read| {
        read.uzi_number == card.uzi_number && read.certificate == signed.certificate && read.ura == card.ura
    });
    if !same {
        return Ok(Err(ProblemCode::CardOther.into()));
    }
    let (organisation, application) = match organisation_of(tx, card, now).await {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    if application.as_ref().is_some_and(|application| application.due(now) == Due::Expire) {
        return Ok(Err(ProblemCode::ApplicationMissing.into()));
    }
    // Locked from here, and still as it was judged: of two that confirm at once, or when an operator ends it, one is told to
    // begin again.
    let locked = tx.organisation_to_change(organisation.id).await?;
    let Some(mut organisation) = locked.filter(|locked| *locked == organisation) else {
        return Ok(Err(ProblemCode::RequestCancelled.into()));
    };
    // What was shown and signed is what is done: an operator may have corrected the name since.
    if request.sentence != validation.card.as_ref().map(|card| sentence(card, &organisation)) {
        return Ok(Err(ProblemCode::RequestCancelled.into()));
    }
    tx.alone(&format!("people with UZI number {}", card.uzi_number)).await?;
    let people = tx.people_by_uzi_number(&card.uzi_number).await?;
    let person = match people.as_slice() {
        [] => None,
        [one] => Some(one.id),
        _ => return Ok(Err(ProblemCode::PersonAmbiguous.into())),
    };
    let administrator = match person {
        Some(person) => {
            let blocked = tx.memberships_of(person).await?.iter().any(|membership| {
                membership.organisation == organisation.id && membership.status == MembershipStatus::Blocked
            });
            if blocked {
                return Ok(Err(ProblemCode::NoMembership.into()));
            }
            let identity = identities::present(app, tx, person).await?;
            identity.filter(|identity| works(identity.status_at(now))).map(|identity| identity.person)
        }
        None => None,
    };
    if let Err(refusal) = validation.confirmed(&card.uzi_number, signed.response, administrator, now) {
        return Ok(Err(refusal.into()));
    }
    organisation.status = OrganisationStatus::Validated;
    organisation.reopened_for = None;
    tx.update_organisation(&organisation).await?;
    let by_card = |event| journal::entry(app, caller, event).by_card(card.uzi_number.as_str());
    by_card(Event::OrganisationValidated).within(organisation.id).request(request).write(tx).await?;
    if let Some(mut application) = application {
        application.validated().map_err(|_| AppError::new(ProblemCode::NotNow))?;
        tx.update_application(&application).await?;
        let letter = Letter::new(MailKind::ApplicationValidated).organisation(&organisation);
        mail::to_application(app, caller, tx, &application, letter).await?;
    }
    if let Some(person) = administrator {
        registration::attach_card(app, caller, tx, &validation, request.browser_label.as_deref(), person).await?;
        give_role(app, caller, tx, &validation, person, by_card(Event::RoleGiven)).await?;
    }
    tx.save_validation(&validation).await?;
    Ok(Ok(()))
}

/// Administrator, at the membership of the organisation that was validated; false when there is none that is active.
async fn give_role(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    validation: &Validation,
    person: PersonId,
    entry: journal::Entry,
) -> Result<bool, Halt> {
    let organisation = validation.organisation();
    let memberships = tx.memberships_of(person).await?;
    let here = memberships.into_iter().find(|m| Some(m.organisation) == organisation && m.is_active(app.now()));
    let Some(mut membership) = here else { return Ok(false) };
    roles::give(app, caller, tx, &mut membership, Role::Administrator, entry).await?;
    Ok(true)
}

/// A Mobile ID was activated: the role that waited for it follows, where the same UZI-pas registered its holder.
pub(super) async fn role_follows(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    person: PersonId,
    entry: By<'_>,
) -> Result<(), Halt> {
    for membership in tx.memberships_of(person).await? {
        let Some(attributes) = membership.attributes_at(app.now()).filter(|_| membership.is_active(app.now())) else {
            continue;
        };
        let validation = tx.validation_of(membership.organisation).await?;
        let Some(mut validation) = validation.filter(|one| one.waits_for(&attributes.uzi_number)) else { continue };
        if give_role(app, caller, tx, &validation, person, entry(Event::RoleGiven)).await? {
            validation.role_given(person, app.now());
            tx.save_validation(&validation).await?;
        }
    }
    Ok(())
}
