//! The lines of a page of the log.

use super::{Typed, words};
use crate::{
    caller::Lang,
    pages::{
        dutch_time,
        texts::{self, Texts},
        visit::Visit,
    },
    services::log::{
        names::{Called, Names},
        reading::Pages,
    },
};
use domain::{
    log::{Actor, LogEntry, Outcome},
    person::PersonId,
};
use i18n_embed_fl::fl;

/// Somebody, with a link to what the log says about them.
#[derive(Clone, Debug, Default)]
pub(super) struct Somebody {
    pub text: String,
    pub href: Option<String>,
}

impl From<String> for Somebody {
    fn from(text: String) -> Self {
        Self { text, href: None }
    }
}

/// A line.
pub(super) struct Line {
    pub at: String,
    pub what: String,
    pub detail: String,
    pub by: Somebody,
    pub second: Option<Somebody>,
    pub about: Somebody,
    pub place: String,
    pub refused: bool,
    pub outcome: String,
    pub reason: String,
    pub from: String,
    pub reference: String,
}

/// The lines of what was read at an address.
pub(super) fn of(visit: &Visit, path: &str, read: Pages) -> Vec<Line> {
    let (lang, t) = (visit.caller.lang, texts::of(visit.caller.lang));
    let names = &read.names;
    read.entries.iter().map(|placed| line(&t, lang, path, names, &placed.entry)).collect()
}

fn line(t: &Texts, lang: Lang, path: &str, names: &Names, entry: &LogEntry) -> Line {
    Line {
        at: dutch_time::exact(lang, entry.at),
        what: words::event(t, entry.event),
        detail: words::detail(t, entry),
        by: actor(t, path, names, entry),
        second: entry.on_behalf_of.map(|second| somebody(t, path, names, entry, second)),
        about: entry.person.map(|person| somebody(t, path, names, entry, person)).unwrap_or_default(),
        place: entry.organisation.and_then(|id| names.organisation(id)).map(|o| o.name.clone()).unwrap_or_default(),
        refused: entry.outcome == Outcome::Refused,
        outcome: words::outcome(t, entry.outcome),
        reason: words::reason(t, lang, entry),
        from: names.address(entry).unwrap_or_default().to_owned(),
        reference: entry.reference.clone(),
    }
}

/// Who did it.
fn actor(t: &Texts, path: &str, names: &Names, entry: &LogEntry) -> Somebody {
    match &entry.actor {
        Actor::Person { person, .. } => somebody(t, path, names, entry, *person),
        Actor::Card { uzi_number } => fl!(t, "history-by-card", number = uzi_number.as_str()).into(),
        Actor::Anonymous => fl!(t, "history-by-unknown").into(),
        Actor::System => fl!(t, "history-by-system").into(),
    }
}

fn somebody(t: &Texts, path: &str, names: &Names, entry: &LogEntry, person: PersonId) -> Somebody {
    match names.called(person, entry.at) {
        Called::Name(known) => Somebody { text: known.name.full(), href: Some(Typed::person(path, &known.number)) },
        Called::Office(office) => words::office(t, office).into(),
        Called::Nobody => words::nobody(t, names.scope()).into(),
    }
}
