//! Who a card belongs to, and what registering changes about people.

use super::super::{journal, newcomer, roles};
use crate::{AppError, AppState, caller::Caller, error::Halt};
use domain::{
    Timestamp,
    browser::Browser,
    identity::IdentityStatus,
    log::Event,
    person::{
        AttributePeriod, CardAttributes, CardProofing, Membership, MembershipId, MembershipStatus, PersonId, Role,
    },
    registration::{CardData, Match, Registration},
};
use protocol::ProblemCode;
use sha2::{Digest, Sha256};
use storage::Tx;

/// Whoever is looked for now may be added next: nobody else does the same with this card, or with these data in this
/// organisation, until the commit.
pub(super) async fn alone(tx: &mut dyn Tx, registration: &Registration) -> Result<(), Halt> {
    let card = card_of(registration)?;
    let date = registration.birth_date.ok_or(AppError::new(ProblemCode::CardFirst))?;
    tx.alone(&format!("people with UZI number {}", card.uzi_number)).await?;
    Ok(tx.alone(&format!("people of {} born on {}", card.organisation, date.to_iso())).await?)
}

/// UZI number first, everywhere; else URA, names and birth date.
pub(super) async fn find(tx: &mut dyn Tx, registration: &Registration) -> Result<Match, Halt> {
    let card = card_of(registration)?;
    let date = registration.birth_date.ok_or(AppError::new(ProblemCode::CardFirst))?;
    let by_number = tx.people_by_uzi_number(&card.uzi_number).await?;
    match by_number.as_slice() {
        [] => {}
        [one] if one.birth_date.same_as(date) => return Ok(Match::SameCard(one.id)),
        [one] => return Ok(Match::OtherBirthDate(one.id)),
        _ => return Ok(Match::Several),
    }
    let mut by_name = tx.people_by_birth_date(card.organisation, date).await?;
    by_name.retain(|person| person.name.matches(&card.name));
    Ok(match by_name.as_slice() {
        [] => Match::Nobody,
        [one] => Match::Possibly(one.id),
        _ => Match::Several,
    })
}

fn card_of(registration: &Registration) -> Result<&CardData, AppError> {
    registration.card.as_ref().ok_or(AppError::new(ProblemCode::CardFirst))
}

/// The person whom this very card registered here before and who has no Mobile ID that works: they lost their QR code.
pub(super) async fn registered_before(
    app: &AppState,
    tx: &mut dyn Tx,
    registration: &Registration,
) -> Result<Option<PersonId>, Halt> {
    let card = card_of(registration)?;
    let people = tx.people_by_uzi_number(&card.uzi_number).await?;
    let [person] = people.as_slice() else { return Ok(None) };
    let here = tx.memberships_of(person.id).await?.into_iter().any(|m| {
        m.organisation == card.organisation
            && matches!(m.status, MembershipStatus::Active | MembershipStatus::Reconfirm)
            && m.attributes.is_some_and(|attributes| attributes.uzi_number == card.uzi_number)
    });
    let now = app.now();
    let identities = tx.identities_of(person.id).await?;
    let works = identities
        .iter()
        .any(|identity| matches!(identity.status_at(now), IdentityStatus::Active | IdentityStatus::Blocked));
    Ok((here && !works).then_some(person.id))
}

/// The card's return came back in the wizard's browser, beside the person's own card reader: from now on it is trusted
/// for this person, provided that it proved a key.
pub(super) async fn trust_browser(
    tx: &mut dyn Tx,
    registration: &Registration,
    label: Option<&str>,
    person: PersonId,
    now: Timestamp,
) -> Result<(), Halt> {
    if registration.browser_key.is_none() {
        return Ok(());
    }
    let known = tx.browser(person, &registration.browser).await?;
    let label = label.unwrap_or_default().to_owned();
    let mut browser = known.unwrap_or_else(|| Browser::first_seen(person, registration.browser, label, now));
    browser.desktop_return(registration.browser_key, now);
    Ok(tx.save_browser(&browser).await?)
}

/// A new person with a membership in the card's organisation.
pub(super) async fn register(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    registration: &Registration,
) -> Result<PersonId, Halt> {
    let card = card_of(registration)?;
    let birth_date = registration.birth_date.ok_or(AppError::new(ProblemCode::CardFirst))?;
    let person = newcomer::add(app, tx, &card.name, birth_date, "", true).await?;
    let entry = journal::entry(app, caller, Event::PersonRegistered).by_card(card.uzi_number.as_str());
    entry.about(person.id).within(card.organisation).write(tx).await?;
    attach(app, caller, tx, &Shown::of(registration)?, person.id).await?;
    Ok(person.id)
}

/// A card that was read, and what it signed: how somebody was identified.
pub(super) struct Shown<'a> {
    pub card: &'a CardData,
    /// Compact JWS.
    pub confirmation: &'a str,
    /// Of the terms that were accepted; empty when they were not asked for.
    pub terms_version: &'a str,
}

impl<'a> Shown<'a> {
    pub fn of(registration: &'a Registration) -> Result<Self, AppError> {
        let confirmation = registration.confirmation.as_deref().unwrap_or_default();
        let terms_version = registration.terms_version.as_deref().unwrap_or_default();
        Ok(Self { card: card_of(registration)?, confirmation, terms_version })
    }
}

/// The card's attributes and proofing at the person's membership, which is made when there is none. A blocked
/// membership stays blocked.
pub(super) async fn attach(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    shown: &Shown<'_>,
    person: PersonId,
) -> Result<(), Halt> {
    let now = app.now();
    let card = shown.card;
    let attributes = CardAttributes {
        uzi_number: card.uzi_number.clone(),
        role_code: card.role_code.clone(),
        certificate_sha256: hex::encode(Sha256::digest(&card.certificate)),
        certificate_serial: card.serial.clone(),
        valid_until: card.valid_until,
    };
    let memberships = tx.memberships_of(person).await?;
    let (membership, event) = match memberships.into_iter().find(|m| m.organisation == card.organisation) {
        Some(mut membership) => {
            match membership.status_at(now) {
                // Who comes back begins anew: a beheerder gives other roles again.
                MembershipStatus::Ended => {
                    roles::end_all(app, tx, &membership).await?;
                    membership.link_again();
                    roles::begin(app, tx, &membership, Role::Signer).await?;
                }
                MembershipStatus::Reconfirm => membership.status = MembershipStatus::Active,
                MembershipStatus::Active | MembershipStatus::Blocked => {}
            }
            membership.attributes = Some(attributes.clone());
            tx.update_membership(&membership).await?;
            (membership, Event::MembershipAttributes)
        }
        None => {
            let (id, roles) = (MembershipId::new(now, app.entropy()), vec![Role::Signer]);
            let given = Some(attributes.clone());
            let membership = Membership::new(id, person, card.organisation, roles, given, now);
            tx.insert_membership(&membership).await?;
            roles::begin(app, tx, &membership, Role::Signer).await?;
            (membership, Event::MembershipAdded)
        }
    };
    tx.end_attribute_period(membership.id, now).await?;
    let period = AttributePeriod { membership: membership.id, attributes, from: now, until: None };
    tx.insert_attribute_period(&period).await?;
    let entry = |event| {
        let entry = journal::entry(app, caller, event).by_card(card.uzi_number.as_str());
        entry.about(person).within(card.organisation)
    };
    entry(event).write(tx).await?;
    tx.insert_card_proofing(&CardProofing {
        person,
        organisation: card.organisation,
        certificate: card.certificate.clone(),
        evidence: card.evidence.clone(),
        confirmation: shown.confirmation.to_owned(),
        terms_version: shown.terms_version.to_owned(),
        at: now,
    })
    .await?;
    entry(Event::ProofingCard).write(tx).await
}
