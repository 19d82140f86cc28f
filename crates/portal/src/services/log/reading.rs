//! Reading the log a page at a time. That it was read is an entry itself, in the same transaction.

use super::names::{Names, Scope};
use crate::{
    AppError, AppState,
    caller::Caller,
    services::{journal, session::Current},
};
use domain::{
    Timestamp, Ura,
    identity::IdentityId,
    log::{Event, EventGroup, Outcome},
    organisation::{Organisation, OrganisationId},
    person::PersonId,
};
use protocol::ProblemCode;
use storage::{LogFilter, PlacedEntry};

/// A day of the calendar, as the reader means it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// `jjjj-mm-dd`.
    pub name: String,
    /// Its first moment.
    pub begins: Timestamp,
    /// The first moment after it.
    pub ends: Timestamp,
}

/// What somebody wants to read.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What the reader may see.
    pub scope: Scope,
    /// Only this organisation's.
    pub organisation: Option<OrganisationId>,
    /// Only this kind.
    pub group: Option<EventGroup>,
    /// Only refusals or only successes.
    pub outcome: Option<Outcome>,
    /// Only by or about this person.
    pub person: Option<PersonId>,
    /// Only with this reference.
    pub reference: Option<String>,
    /// From this day.
    pub from: Option<Day>,
    /// Until and with this day.
    pub until: Option<Day>,
}

impl Wanted {
    /// Everything that the reader may see.
    pub fn all(scope: Scope) -> Self {
        let organisation = scope.organisation();
        let (group, outcome, person, reference) = (None, None, None, None);
        Self { scope, organisation, group, outcome, person, reference, from: None, until: None }
    }
    /// For the store.
    pub fn filter(&self) -> LogFilter {
        LogFilter {
            person: self.person,
            // Whatever was asked, an organisation reads its own log only.
            organisation: self.scope.organisation().or(self.organisation),
            events: self.group.map(EventGroup::events).unwrap_or_default(),
            outcome: self.outcome,
            from: self.from.as_ref().map(|day| day.begins),
            until: self.until.as_ref().map(|day| day.ends),
            reference: self.reference.clone(),
            before: None,
            limit: 0,
        }
    }
    /// What was looked for, for the log: whom is an id of the entry, a reference is not repeated.
    fn described(&self, first: &str, more: &str) -> String {
        let mut words = vec![first.to_owned()];
        words.extend((!more.is_empty()).then(|| more.to_owned()));
        words.extend(self.group.map(|group| format!("kind={}", group.as_str())));
        words.extend(self.from.as_ref().map(|day| format!("from={}", day.name)));
        words.extend(self.until.as_ref().map(|day| format!("until={}", day.name)));
        words.extend(self.outcome.map(|outcome| match outcome {
            Outcome::Success => "outcome=success".to_owned(),
            Outcome::Refused => "outcome=refused".to_owned(),
        }));
        words.extend(self.person.map(|_| "person".to_owned()));
        words.extend(self.reference.as_ref().map(|_| "reference".to_owned()));
        words.join(" ")
    }
}

/// Who reads.
#[derive(Clone)]
pub struct Reader {
    app: AppState,
    caller: Caller,
    person: PersonId,
    identity: Option<IdentityId>,
}

impl Reader {
    /// Who is logged in.
    pub fn of(app: &AppState, caller: &Caller, current: &Current) -> Result<Self, AppError> {
        let person = current.session.person.ok_or(AppError::new(ProblemCode::NotFound))?;
        Ok(Self { app: app.clone(), caller: caller.clone(), person, identity: current.identity_id() })
    }
    /// The entry that says what was read.
    pub(super) fn note(&self, wanted: &Wanted, first: &str, more: &str) -> journal::Entry {
        let detail = wanted.described(first, more);
        let mut entry = self.entry().detail(detail);
        if let Some(organisation) = wanted.filter().organisation {
            entry = entry.within(organisation);
        }
        match wanted.person {
            Some(person) => entry.about(person),
            None => entry,
        }
    }
    /// The beginning of such an entry.
    pub(super) fn entry(&self) -> journal::Entry {
        journal::entry(&self.app, &self.caller, Event::LogRead).by(self.person, self.identity)
    }
    /// The server.
    pub(super) fn app(&self) -> &AppState {
        &self.app
    }
}

/// A page of the log.
#[derive(Clone, Debug)]
pub struct Pages {
    /// Newest first.
    pub entries: Vec<PlacedEntry>,
    /// Who is who in them.
    pub names: Names,
    /// The place before which the next page goes on.
    pub next: Option<u64>,
}

/// Reads a page: the newest entries, or those before a place. `number` is the page's number, for the log.
pub async fn page(
    reader: &Reader,
    wanted: &Wanted,
    before: Option<u64>,
    number: u64,
    rows: u32,
) -> Result<Pages, AppError> {
    let (note, scope) = (reader.note(wanted, "log", &format!("page={number}")), wanted.scope);
    let filter = LogFilter { before, limit: rows.saturating_add(1), ..wanted.filter() };
    reader
        .app
        .write(move |tx| {
            Box::pin(async move {
                let mut entries = tx.log_entries(&filter).await?;
                let more = entries.len() > rows as usize;
                entries.truncate(rows as usize);
                let next = entries.last().map(|last| last.place).filter(|_| more);
                let names = Names::of(tx, scope, entries.iter().map(|placed| &placed.entry), false).await?;
                note.write(tx).await?;
                Ok(Pages { entries, names, next })
            })
        })
        .await
}

/// The organisation with this URA, for operators.
pub async fn organisation(app: &AppState, ura: Ura) -> Result<Option<OrganisationId>, AppError> {
    let found = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.organisation_by_ura(&ura).await?) }));
    Ok(found.await?.map(|organisation| organisation.id))
}

/// Those of these organisations that are there, by name.
pub async fn organisations(app: &AppState, ids: Vec<OrganisationId>) -> Result<Vec<Organisation>, AppError> {
    let read = app.read(move |tx| {
        Box::pin(async move {
            let mut found = Vec::new();
            for id in ids {
                found.extend(tx.organisation(id).await?);
            }
            Ok::<_, AppError>(found)
        })
    });
    let mut found = read.await?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
