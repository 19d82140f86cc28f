//! Two registrations that are one person (SYSTEM.md §3). Identities are never moved: the registration that goes keeps its
//! own, which opens nothing any more; the one that stays is confirmed by a WID check wherever only the other one worked.
//!
//! What undoing needs is in the log: the entries of a merge share its reference, and their detail says how each membership
//! stood.

use super::refuse;
use crate::{
    AppError,
    error::Halt,
    services::{changes::Maker, organisations, roles},
};
use domain::{
    Timestamp,
    log::{Event, LogEntry},
    organisation::{OrganisationId, OrganisationStatus},
    person::{AttributePeriod, CardAttributes, Membership, MembershipId, MembershipStatus, Person, PersonId, Role},
};
use protocol::ProblemCode;
use storage::{LogFilter, Tx};

/// Days within which a merge can be undone.
pub const UNMERGE_DAYS: i64 = 30;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// A merge is one transaction; its moments lie closer together than this.
const MERGE_SECONDS: i64 = 60;
/// Begins the detail of a merge's entries.
const MARK: &str = "merge";

async fn person(tx: &mut dyn Tx, id: PersonId) -> Result<Person, Halt> {
    tx.person(id).await?.ok_or_else(|| AppError::new(ProblemCode::NotFound).into())
}

/// `from` goes, `into` stays.
pub(super) async fn merge(maker: &Maker<'_>, tx: &mut dyn Tx, from: PersonId, into: PersonId) -> Result<(), Halt> {
    let mut goes = person(tx, from).await?;
    let stays = person(tx, into).await?;
    let in_office = tx.operator(from).await?.is_some_and(|operator| operator.holds_office());
    if from == into || goes.merged_into.is_some() || stays.merged_into.is_some() || in_office {
        return refuse(ProblemCode::NotNow);
    }
    goes.merged_into = Some(into);
    tx.update_person(&goes).await?;
    maker.entry(Event::PersonMerged).about(from).detail(into).write(tx).await?;
    for membership in tx.memberships_of(from).await? {
        if membership.status_at(maker.app.now()) != MembershipStatus::Ended {
            let place = Place {
                organisation: membership.organisation,
                attributes: membership.attributes.clone(),
                blocked: membership.status == MembershipStatus::Blocked,
            };
            end(maker, tx, membership).await?;
            offer(maker, tx, &stays, place).await?;
        }
    }
    for mut request in tx.open_enrolments_of(from).await? {
        request.cancel();
        tx.update_request(&request).await?;
    }
    let entry = |event| maker.entry(event);
    organisations::end_idle_sessions(maker.app, tx, from, &entry).await
}

/// Ends a membership of who goes; the entry says how it stood.
async fn end(maker: &Maker<'_>, tx: &mut dyn Tx, membership: Membership) -> Result<(), Halt> {
    let held: Vec<&str> = membership.roles.iter().map(|role| role.as_str()).collect();
    let until = membership.ends_at.map(|end| format!(" {}", end.unix())).unwrap_or_default();
    let detail = format!("{MARK} {} {}{until}", membership.status.as_str(), held.join("+"));
    if let Some(attributes) = membership.attributes.clone() {
        // Undoing finds them in their history.
        let known = tx.attribute_periods(membership.id).await?;
        if !known.iter().any(|period| period.until.is_none()) {
            let (membership, from) = (membership.id, membership.created_at);
            tx.insert_attribute_period(&AttributePeriod { membership, attributes, from, until: None }).await?;
        }
    }
    let entry = |event| match event {
        Event::MembershipEnded => maker.entry(event).detail(detail.as_str()),
        _ => maker.entry(event),
    };
    organisations::leave(maker.app, maker.caller, tx, membership, &entry).await
}

/// A place of who went: where, what the card said, and whether the organisation blocked it.
struct Place {
    organisation: OrganisationId,
    attributes: Option<CardAttributes>,
    blocked: bool,
}

/// Who stays is offered it: *te herbevestigen*, as Signer. What the organisation blocked stays blocked, for it to lift; the
/// ID of who stays was never accepted there, so that it counts as newer than the block. Where they work already nothing
/// changes.
async fn offer(maker: &Maker<'_>, tx: &mut dyn Tx, stays: &Person, place: Place) -> Result<(), Halt> {
    let (app, now) = (maker.app, maker.app.now());
    let Place { organisation, attributes, blocked } = place;
    let known = tx.memberships_of(stays.id).await?.into_iter().find(|m| m.organisation == organisation);
    let (mut membership, is_new) = match known {
        Some(membership) if membership.status_at(now) != MembershipStatus::Ended => return Ok(()),
        Some(mut membership) => {
            roles::over(app, tx, &mut membership).await?;
            membership.link_again();
            (membership, false)
        }
        None => {
            let id = MembershipId::new(now, app.entropy());
            (Membership::new(id, stays.id, organisation, vec![Role::Signer], None, now), true)
        }
    };
    membership.status = if blocked { MembershipStatus::Blocked } else { MembershipStatus::Reconfirm };
    membership.blocked_at = blocked.then(|| stays.created_at.plus_seconds(-1));
    membership.attributes = attributes;
    match is_new {
        true => tx.insert_membership(&membership).await?,
        false => tx.update_membership(&membership).await?,
    }
    roles::begin(app, tx, &membership, Role::Signer).await?;
    if let Some(attributes) = membership.attributes {
        let period = AttributePeriod { membership: membership.id, attributes, from: now, until: None };
        tx.insert_attribute_period(&period).await?;
    }
    let event = if blocked { Event::MembershipBlocked } else { Event::MembershipReconfirm };
    maker.entry(event).about(stays.id).within(organisation).detail(MARK).write(tx).await
}

/// They are two people, after all.
pub(super) async fn unmerge(maker: &Maker<'_>, tx: &mut dyn Tx, from: PersonId) -> Result<(), Halt> {
    let mut goes = person(tx, from).await?;
    let Some(into) = goes.merged_into else { return refuse(ProblemCode::NotNow) };
    if into == maker.person {
        // It would give back roles of one's own.
        return refuse(ProblemCode::NotOneself);
    }
    let filter = LogFilter { person: Some(from), events: vec![Event::PersonMerged], limit: 1, ..LogFilter::default() };
    let merged = tx.log_entries(&filter).await?.into_iter().next();
    let merged = merged.ok_or_else(|| AppError::internal("a merge that is not in the log"))?.entry;
    if maker.app.now() > merged.at.plus_seconds(UNMERGE_DAYS * DAY_SECONDS) {
        return refuse(ProblemCode::NotNow);
    }
    goes.merged_into = None;
    tx.update_person(&goes).await?;
    maker.entry(Event::PersonUnmerged).about(from).detail(into).write(tx).await?;
    let filter = LogFilter {
        events: vec![Event::MembershipEnded, Event::MembershipReconfirm, Event::MembershipBlocked],
        reference: Some(merged.reference.clone()),
        from: Some(merged.at),
        until: Some(merged.at.plus_seconds(MERGE_SECONDS)),
        ..LogFilter::default()
    };
    for placed in tx.log_entries(&filter).await? {
        let entry = placed.entry;
        let offered = matches!(entry.event, Event::MembershipReconfirm | Event::MembershipBlocked);
        if offered && entry.person == Some(into) {
            take_back(maker, tx, into, &entry, merged.at).await?;
        } else if entry.event == Event::MembershipEnded && entry.person == Some(from) {
            restore(maker, tx, from, &entry, merged.at).await?;
        }
    }
    Ok(())
}

async fn at(tx: &mut dyn Tx, person: PersonId, entry: &LogEntry) -> Result<Option<Membership>, Halt> {
    let all = tx.memberships_of(person).await?;
    Ok(all.into_iter().find(|membership| Some(membership.organisation) == entry.organisation))
}

/// An offered place that nobody confirmed meanwhile is taken back. A confirmed one was checked with the WID and stays,
/// without the other person's card.
async fn take_back(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    into: PersonId,
    entry: &LogEntry,
    merged_at: Timestamp,
) -> Result<(), Halt> {
    if entry.detail.as_deref() != Some(MARK) {
        return Ok(());
    }
    let Some(mut membership) = at(tx, into, entry).await? else { return Ok(()) };
    // A block that is older than the place came along with it.
    let came_blocked = membership.blocked_at.is_some_and(|since| since < merged_at);
    match membership.status {
        MembershipStatus::Ended => return Ok(()),
        MembershipStatus::Reconfirm => {}
        MembershipStatus::Blocked if came_blocked => {}
        MembershipStatus::Active | MembershipStatus::Blocked => {
            if membership.attributes.take().is_some() {
                tx.end_attribute_period(membership.id, maker.app.now()).await?;
                tx.update_membership(&membership).await?;
            }
            return Ok(());
        }
    }
    let entry = |event| maker.entry(event);
    organisations::end_membership(maker.app, maker.caller, tx, membership, &entry).await
}

/// A membership as it stood before the merge.
async fn restore(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    from: PersonId,
    entry: &LogEntry,
    merged_at: Timestamp,
) -> Result<(), Halt> {
    let (app, now) = (maker.app, maker.app.now());
    let words: Vec<&str> = entry.detail.as_deref().unwrap_or_default().split(' ').collect();
    let [MARK, status, held, until @ ..] = words.as_slice() else { return Ok(()) };
    let Some(status) = MembershipStatus::parse(status) else { return Ok(()) };
    let Some(mut membership) = at(tx, from, entry).await? else { return Ok(()) };
    let organisation = tx.organisation(membership.organisation).await?;
    let open = organisation.is_some_and(|o| o.status != OrganisationStatus::Ended);
    // Linked again meanwhile, or the organisation takes part no more.
    if membership.status != MembershipStatus::Ended || !open {
        return Ok(());
    }
    membership.status = status;
    membership.roles = held.split('+').filter_map(Role::parse).collect();
    membership.ends_at = until.first().and_then(|end| end.parse().ok()).map(Timestamp::from_unix);
    membership.blocked_at = (status == MembershipStatus::Blocked).then_some(merged_at);
    let periods = tx.attribute_periods(membership.id).await?;
    let ended = merged_at..merged_at.plus_seconds(MERGE_SECONDS);
    let attributes = periods.into_iter().find(|period| period.until.is_some_and(|until| ended.contains(&until)));
    let attributes = attributes.map(|period| period.attributes);
    membership.attributes = attributes.filter(|attributes| now < attributes.valid_until);
    tx.update_membership(&membership).await?;
    for role in &membership.roles {
        roles::begin(app, tx, &membership, *role).await?;
    }
    if let Some(attributes) = membership.attributes.clone() {
        let period = AttributePeriod { membership: membership.id, attributes, from: now, until: None };
        tx.insert_attribute_period(&period).await?;
    }
    let entry = maker.entry(Event::MembershipAdded).about(from).within(membership.organisation);
    entry.detail("unmerged").write(tx).await
}
