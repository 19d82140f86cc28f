//! Exporting the log: counted and logged first, then given a part at a time, so that memory stays small.

use super::{
    names::Names,
    reading::{Reader, Wanted},
};
use crate::{AppError, AppState};
use storage::{LogFilter, PlacedEntry};

/// Entries in one export, at most.
pub const MOST: u32 = 100_000;
/// Entries that are in memory at a time.
const PART: u32 = 1_000;

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a spreadsheet program.
    Csv,
    /// FHIR R4 AuditEvent.
    Fhir,
}

impl Format {
    fn word(self) -> &'static str {
        match self {
            Self::Csv => "log-csv",
            Self::Fhir => "log-fhir",
        }
    }
}

/// How an export begins.
pub enum Begun {
    /// It may be read.
    Export(Box<Export>),
    /// More entries than one export holds: nothing is given.
    TooMany,
}

/// An export that is being read.
pub struct Export {
    app: AppState,
    wanted: Wanted,
    /// The newest entry, which is not before itself.
    newest: Option<PlacedEntry>,
    before: Option<u64>,
    left: u64,
}

/// A part of an export, newest first.
pub struct Part {
    /// The entries.
    pub entries: Vec<PlacedEntry>,
    /// Who is who in them, with their roles.
    pub names: Names,
}

/// Counts the entries and logs that so many were exported. What is written afterwards does not come along. `most`:
/// [`MOST`].
pub async fn begin(reader: &Reader, wanted: Wanted, format: Format, most: u32) -> Result<Begun, AppError> {
    let filter = LogFilter { limit: 1, ..wanted.filter() };
    let (newest, count) = reader
        .app()
        .read(move |tx| {
            Box::pin(async move {
                let newest = tx.log_entries(&filter).await?.pop();
                Ok::<_, AppError>((newest, tx.count_log_entries(&filter, most.saturating_add(1)).await?))
            })
        })
        .await?;
    if count > u64::from(most) {
        return Ok(Begun::TooMany);
    }
    let note = reader.note(&wanted, format.word(), &format!("entries={count}"));
    reader.app().write(move |tx| Box::pin(async move { note.write(tx).await })).await?;
    let before = newest.as_ref().map(|newest| newest.place);
    Ok(Begun::Export(Box::new(Export { app: reader.app().clone(), wanted, newest, before, left: count })))
}

impl Export {
    /// The next part, until there is none.
    pub async fn part(&mut self) -> Result<Option<Part>, AppError> {
        let mut entries: Vec<PlacedEntry> = self.newest.take().into_iter().collect();
        let Some(before) = self.before.filter(|_| self.left > 0) else { return Ok(None) };
        let rest = self.left.saturating_sub(entries.len() as u64).min(u64::from(PART));
        let limit = u32::try_from(rest).unwrap_or(PART);
        let filter = LogFilter { before: Some(before), limit, ..self.wanted.filter() };
        let scope = self.wanted.scope;
        let (entries, names) = self
            .app
            .read(move |tx| {
                Box::pin(async move {
                    // A limit of 0 would be none at all.
                    if limit > 0 {
                        entries.extend(tx.log_entries(&filter).await?);
                    }
                    let names = Names::of(tx, scope, entries.iter().map(|placed| &placed.entry), true).await?;
                    Ok::<_, AppError>((entries, names))
                })
            })
            .await?;
        self.before = entries.last().map(|last| last.place);
        self.left = self.left.saturating_sub(entries.len() as u64);
        Ok((!entries.is_empty()).then_some(Part { entries, names }))
    }
}
