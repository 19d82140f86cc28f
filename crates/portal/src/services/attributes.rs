//! Attributen registreren (SYSTEM.md flow 8): somebody who is logged in shows their UZI-pas, and its UZI number and role
//! code count at the membership of its organisation, until its certificate ends. The same pass again renews them.

use super::{ShownLaunch, card, card::CardKind, journal, own, registration, session::Current};
use crate::{AppError, AppState, browser::Browser, caller::Caller, error::Halt, ports::CheckedCard};
use domain::{
    Timestamp,
    log::Event,
    organisation::{Organisation, OrganisationId},
    person::{AttributePeriod, Membership, MembershipStatus, Person, PersonId},
    request::{Means, Purpose, Request},
    session::Session,
};
use protocol::ProblemCode;
use storage::Tx;

/// Launches the Desktop App.
pub async fn start(
    app: &AppState,
    caller: &Caller,
    browser: &Browser,
    current: &Current,
) -> Result<ShownLaunch, AppError> {
    card::start(app, caller, browser, CardKind::Attributes(own::person(current)?)).await
}

/// What the card is asked to sign, in the transaction that stores the request.
pub(super) async fn attach_launch(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    person: PersonId,
    request: &mut Request,
) -> Result<(), Halt> {
    let person = tx.person(person).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    request.person = Some(person.id);
    request.sentence = Some(sentence(&person));
    journal::entry(app, caller, Event::RequestCreated).by(person.id, None).request(request).write(tx).await
}

/// The sentence names the person who is logged in: a card that is launched for somebody else shows it.
fn sentence(person: &Person) -> (String, String) {
    let (name, number) = (person.name.full(), &person.number);
    (
        format!("Ik, {name} (persoonsnummer {number}), koppel de gegevens van mijn UZI-pas aan mijn registratie."),
        format!("I, {name} (person number {number}), link the details of my UZI-pas to my registration."),
    )
}

/// Whose attributes a request is about; `None`: it is about something else.
pub(super) async fn asked_by(tx: &mut dyn Tx, request: &Request) -> Result<Option<Person>, Halt> {
    let (Purpose::Sign, Means::Card, Some(id)) = (request.purpose, request.means, request.person) else {
        return Ok(None);
    };
    Ok(tx.person(id).await?.filter(|person| request.sentence.as_ref() == Some(&sentence(person))))
}

/// Whether the card is this person's, and of an organisation where they are active.
pub(super) async fn fits(
    tx: &mut dyn Tx,
    person: &Person,
    card: &CheckedCard,
    now: Timestamp,
) -> Result<OrganisationId, AppError> {
    if !person.name.matches(&card.name) {
        return Err(ProblemCode::AttributesName.into());
    }
    let memberships = tx.memberships_of(person.id).await?;
    let present = |one: &&Membership| one.status_at(now) != MembershipStatus::Ended;
    let mut known = memberships.iter().filter(present).filter_map(|one| one.attributes_at(now));
    let holders = tx.people_by_uzi_number(&card.uzi_number).await?;
    let others = holders.iter().any(|holder| holder.id != person.id);
    if others || known.any(|attributes| attributes.uzi_number != card.uzi_number) {
        return Err(ProblemCode::AttributesNumber.into());
    }
    let here = tx.organisation_by_ura(&card.ura).await?.map(|organisation| organisation.id);
    let active = memberships.iter().any(|one| Some(one.organisation) == here && takes(one, card, now));
    here.filter(|_| active).ok_or(ProblemCode::AttributesOrganisation.into())
}

/// An active membership; or one that waits to be confirmed, which the pass that is known there does (SYSTEM.md §3).
fn takes(membership: &Membership, card: &CheckedCard, now: Timestamp) -> bool {
    match membership.status_at(now) {
        MembershipStatus::Active => true,
        MembershipStatus::Reconfirm => {
            membership.attributes.as_ref().is_some_and(|known| known.uzi_number == card.uzi_number)
        }
        MembershipStatus::Blocked | MembershipStatus::Ended => false,
    }
}

/// The return came back in the browser of who asked: the attributes count from now on.
pub(super) async fn attach(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    browser: &Browser,
    request: &mut Request,
    (card, certificate): (CheckedCard, Vec<u8>),
) -> Result<(), Halt> {
    let now = app.now();
    let person = asked_by(tx, request).await?.ok_or(AppError::new(ProblemCode::RequestCancelled))?;
    let sessions = tx.sessions_in_browser(&browser.hash).await?;
    let alive = |s: &&Session| s.is_alive(&app.config.times, now) && s.person == Some(person.id);
    let here = |token| sessions.iter().filter(alive).any(|s| s.token_hash == token);
    if !browser.session.is_some_and(here) {
        return Err(ProblemCode::LoginRequired.into());
    }
    // Nobody else gets the same number until the commit.
    tx.alone(&format!("people with UZI number {}", card.uzi_number)).await?;
    let organisation = match fits(tx, &person, &card, now).await {
        Ok(organisation) => organisation,
        Err(error) => {
            request.cancel();
            tx.update_request(request).await?;
            let entry = journal::entry(app, caller, Event::MembershipAttributes).by_card(card.uzi_number.as_str());
            entry.request(request).refused(error.code).write(tx).await?;
            return Err(Halt::Keep(error));
        }
    };
    let key = request.browser_key;
    request.finish(&browser.hash, key.as_ref(), now).map_err(AppError::from)?;
    tx.update_request(request).await?;
    let signed = request.response.clone().unwrap_or_default();
    let data = card.data(organisation, certificate);
    registration::attach_shown(app, caller, tx, (&data, &signed), person.id).await
}

/// The attributes of who is logged in, now and before, newest first, with the organisation that they count in.
pub async fn history(app: &AppState, current: &Current) -> Result<Vec<(Organisation, AttributePeriod)>, AppError> {
    let Some(person) = current.session.person else { return Ok(Vec::new()) };
    app.read(move |tx| {
        Box::pin(async move {
            let mut found = Vec::new();
            for membership in tx.memberships_of(person).await? {
                if let Some(organisation) = tx.organisation(membership.organisation).await? {
                    let periods = tx.attribute_periods(membership.id).await?;
                    found.extend(periods.into_iter().map(|period| (organisation.clone(), period)));
                }
            }
            found.sort_by_key(|(_, period)| std::cmp::Reverse(period.from));
            Ok(found)
        })
    })
    .await
}
