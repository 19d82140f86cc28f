//! What ends by itself: memberships at their end date, card attributes with the certificate they came from, sessions that a
//! UZI-pas opened; and the mails about certificates that end soon.
//!
//! Each one is a transaction of its own in which it is looked at again, locked: another node may have been faster, and one
//! that cannot be done holds up no other.

use super::{journal, mail, mail::Letter, organisations, session};
use crate::{AppError, AppState, caller::Caller, error::Halt, pages::dutch_time, pki_ports};
use domain::{
    Timestamp,
    identity::{Identity, TELL_END_DAYS},
    log::Event,
    mail::MailKind,
    person::{CardAttributes, Membership, MembershipId, MembershipStatus},
    session::{Session, SessionId},
};
use sha2::{Digest, Sha256};
use std::fmt::Display;
use storage::Tx;

/// Rows that are read at once.
const PAGE: u32 = 200;
/// Mails of one transaction.
const MAILS: u32 = 50;

/// Why a card counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Expired,
    Revoked,
}

impl Over {
    fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "card-expired",
            Self::Revoked => "card-revoked",
        }
    }
}

/// One more that ended; what went wrong is told, and tried again by the next run.
fn counted(which: impl Display, done: Result<bool, AppError>) -> usize {
    match done {
        Ok(done) => usize::from(done),
        Err(error) => {
            tracing::error!(%which, cause = error.cause, "could not be ended");
            0
        }
    }
}

/// Memberships whose end date came: they end as if somebody unlinked them then. Tells how many.
pub async fn memberships(app: &AppState) -> Result<usize, AppError> {
    let now = app.now();
    let mut total = 0;
    loop {
        let due = app.read(move |tx| Box::pin(async move { Ok(tx.memberships_to_end(now, PAGE).await?) })).await?;
        let mut ended = 0;
        for membership in &due {
            ended += counted(membership.id, membership_ends(app, membership.id).await);
        }
        total += ended;
        if ended == 0 || due.len() < PAGE as usize {
            return Ok(total);
        }
    }
}

async fn membership_ends(app: &AppState, id: MembershipId) -> Result<bool, AppError> {
    let (state, caller, now) = (app.clone(), Caller::system(app), app.now());
    app.write(move |tx| {
        Box::pin(async move {
            let over = |m: &Membership| m.status != MembershipStatus::Ended && m.ends_at.is_some_and(|end| now >= end);
            let Some(membership) = tx.membership(id).await?.filter(over) else { return Ok(false) };
            let entry = |event| journal::entry(&state, &caller, event).by_system().reason("end-date");
            organisations::leave(&state, &caller, tx, membership, &entry).await?;
            Ok(true)
        })
    })
    .await
}

/// Card attributes whose certificate ended or was revoked; tells how many. Where they count they are read from the
/// membership, so that they leave every session with this.
pub async fn attributes(app: &AppState) -> Result<usize, AppError> {
    let now = app.now();
    let (mut after, mut ended) = (None, 0);
    loop {
        let page = app.read(move |tx| Box::pin(async move { Ok(tx.memberships_with_attributes(after, PAGE).await?) }));
        let page = page.await?;
        let Some(last) = page.last() else { return Ok(ended) };
        after = Some(last.id);
        for membership in page {
            ended += counted(membership.id, attributes_checked(app, &membership, now).await);
        }
    }
}

async fn attributes_checked(app: &AppState, membership: &Membership, now: Timestamp) -> Result<bool, AppError> {
    let Some(attributes) = &membership.attributes else { return Ok(false) };
    match attributes_over(app, membership, attributes, now).await? {
        Some(why) => attributes_end(app, membership, why).await,
        None => Ok(false),
    }
}

/// Whether attributes are over. The certificate is looked up only when a list names its serial number.
async fn attributes_over(
    app: &AppState,
    membership: &Membership,
    attributes: &CardAttributes,
    now: Timestamp,
) -> Result<Option<Over>, AppError> {
    if now >= attributes.valid_until {
        return Ok(Some(Over::Expired));
    }
    let cards = app.cards.load_full();
    if !cards.names_serial(&attributes.certificate_serial) {
        return Ok(None);
    }
    let person = membership.person;
    let shown = app.read(move |tx| Box::pin(async move { Ok(tx.card_proofings_of(person).await?) })).await?;
    let same = |der: &[u8]| hex::encode(Sha256::digest(der)) == attributes.certificate_sha256;
    let revoked = match shown.into_iter().find(|proofing| same(&proofing.certificate)) {
        Some(proofing) => {
            let issuer = pki_ports::issuer_in(&proofing.evidence);
            cards.is_revoked(&proofing.certificate, issuer.as_deref())
        }
        // Taken over from a registration that was merged: the list names the number, which is long and random.
        None => true,
    };
    Ok(revoked.then_some(Over::Revoked))
}

async fn attributes_end(app: &AppState, seen: &Membership, why: Over) -> Result<bool, AppError> {
    let (state, caller, seen) = (app.clone(), Caller::system(app), seen.clone());
    app.write(move |tx| {
        Box::pin(async move {
            // Another pass was shown meanwhile, or they ended.
            let same = |m: &Membership| m.attributes.is_some() && m.attributes == seen.attributes;
            let Some(mut membership) = tx.membership(seen.id).await?.filter(same) else { return Ok(false) };
            let now = state.now();
            let until = membership.attributes.take().map_or(now, |attributes| now.min(attributes.valid_until));
            tx.end_attribute_period(membership.id, until).await?;
            tx.update_membership(&membership).await?;
            let entry = journal::entry(&state, &caller, Event::MembershipAttributesEnded).by_system();
            let entry = entry.about(membership.person).within(membership.organisation);
            entry.reason(why.as_str()).write(tx).await?;
            Ok(true)
        })
    })
    .await
}

/// Sessions whose UZI-pas ended or was revoked; tells how many. They open nothing from the moment that it is known
/// ([`session::current`]); this writes it down.
pub async fn card_sessions(app: &AppState) -> Result<usize, AppError> {
    let now = app.now();
    let since = now.plus_seconds(-app.config.times.session_absolute);
    let (mut after, mut ended) = (None, 0);
    loop {
        let page = app.read(move |tx| Box::pin(async move { Ok(tx.card_sessions(since, after, PAGE).await?) })).await?;
        let Some(last) = page.last() else { return Ok(ended) };
        after = Some(last.id);
        for session in page {
            if let Some(why) = session_over(app, &session, now) {
                ended += counted(session.id, session_ends(app, session.id, why).await);
            }
        }
    }
}

fn session_over(app: &AppState, session: &Session, now: Timestamp) -> Option<Over> {
    let card = session.card.as_ref()?;
    if now >= card.valid_until {
        return Some(Over::Expired);
    }
    session::is_revoked(&***app.cards.load(), card).then_some(Over::Revoked)
}

async fn session_ends(app: &AppState, id: SessionId, why: Over) -> Result<bool, AppError> {
    let (state, caller) = (app.clone(), Caller::system(app));
    app.write(move |tx| {
        Box::pin(async move {
            let Some(mut session) = tx.session(id).await?.filter(|session| session.ended_at.is_none()) else {
                return Ok(false);
            };
            session.ended_at = Some(state.now());
            tx.update_session(&session).await?;
            let entry = journal::entry(&state, &caller, Event::SessionEnded).by_system().session(session.id);
            let entry = match session.person {
                Some(person) => entry.about(person),
                None => entry,
            };
            entry.reason(why.as_str()).write(tx).await?;
            Ok(true)
        })
    })
    .await
}

/// People whose certificate ends in 60, 30 or 7 days are told, of each once; tells how many. Who was told nothing because
/// no run was made is told of the nearest only.
pub async fn tell_of_ends(app: &AppState) -> Result<usize, AppError> {
    let mut told = 0;
    let mut marks = TELL_END_DAYS;
    marks.sort_unstable();
    for days in marks {
        loop {
            let (state, caller, now) = (app.clone(), Caller::system(app), app.now());
            let batch = app.write(move |tx| {
                Box::pin(async move {
                    let ending = tx.identities_ending(now, days, MAILS).await?;
                    for identity in &ending {
                        tell_of_end(&state, &caller, tx, identity, days).await?;
                    }
                    Ok(ending.len())
                })
            });
            let batch = batch.await?;
            told += batch;
            if batch < MAILS as usize {
                break;
            }
        }
    }
    Ok(told)
}

async fn tell_of_end(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    identity: &Identity,
    days: u32,
) -> Result<(), Halt> {
    tx.told_of_end(identity.id, days).await?;
    let end = dutch_time::iso_date(identity.not_after);
    let letter = Letter::new(MailKind::CertificateEnds).detail(&end);
    mail::to_person(app, caller, tx, identity.person, letter).await
}
