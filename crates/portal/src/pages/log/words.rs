//! What is in the log, in words.

use crate::{
    caller::Lang,
    pages::{
        backoffice::document,
        manage, overview,
        texts::{self, Texts},
    },
    services::log::names::Scope,
};
use domain::{
    document::DocumentKind,
    log::{Event, EventGroup, LogEntry, Outcome},
    operator::Office,
    person::{ProofingPurpose, Role},
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

/// The event.
pub(in crate::pages) fn event(t: &Texts, event: Event) -> String {
    t.get(&key(event))
}

/// The key of its text.
pub(in crate::pages) fn key(event: Event) -> String {
    format!("event-{}", event.as_str().replace('.', "-"))
}

/// Somebody who works for the environment, whose name is not told.
pub(super) fn office(t: &Texts, office: Office) -> String {
    match office {
        Office::Operator => fl!(t, "log-operator"),
        Office::Auditor => fl!(t, "log-auditor"),
    }
}

/// The kind of event.
pub(super) fn group(t: &Texts, group: EventGroup) -> String {
    match group {
        EventGroup::People => fl!(t, "log-kind-people"),
        EventGroup::Roles => fl!(t, "log-kind-roles"),
        EventGroup::Sessions => fl!(t, "log-kind-sessions"),
        EventGroup::Requests => fl!(t, "log-kind-requests"),
        EventGroup::Reading => fl!(t, "log-kind-reading"),
        EventGroup::Organisations => fl!(t, "log-kind-organisations"),
        EventGroup::Mails => fl!(t, "log-kind-mails"),
        EventGroup::System => fl!(t, "log-kind-system"),
    }
}

pub(super) fn outcome(t: &Texts, outcome: Outcome) -> String {
    match outcome {
        Outcome::Success => fl!(t, "log-outcome-success"),
        Outcome::Refused => fl!(t, "log-outcome-refused"),
    }
}

/// Somebody who has no name here.
pub(super) fn nobody(t: &Texts, scope: Scope) -> String {
    match scope {
        Scope::Organisation(_) => fl!(t, "log-not-here"),
        Scope::Everything => fl!(t, "log-gone"),
    }
}

/// Why: what somebody typed, the problem that was told, or what made the system do it.
pub(in crate::pages) fn reason(t: &Texts, lang: Lang, entry: &LogEntry) -> String {
    let Some(reason) = entry.reason.as_deref() else { return String::new() };
    if entry.outcome == Outcome::Refused
        && let Some(code) = ProblemCode::ALL.iter().find(|code| code.as_str() == reason)
    {
        return texts::problem(lang, *code).title;
    }
    match word(t, "log-reason", reason) {
        Some(known) => known,
        None if technical(reason) => String::new(),
        None => reason.to_owned(),
    }
}

/// What exactly: a role, a document, a kind of mail, what was read.
pub(in crate::pages) fn detail(t: &Texts, entry: &LogEntry) -> String {
    let Some(detail) = entry.detail.as_deref() else { return String::new() };
    if let Some(role) = Role::parse(detail) {
        return overview::role(t, role);
    }
    match entry.event {
        Event::LogRead => read(t, detail),
        Event::ProofingFaceToFace => proofing(t, detail),
        Event::MailQueued | Event::MailSent | Event::MailFailed => {
            word(t, "log-mail", detail).unwrap_or_else(|| detail.to_owned())
        }
        _ => match word(t, "log-detail", detail) {
            Some(known) => known,
            None if technical(detail) => String::new(),
            None => detail.to_owned(),
        },
    }
}

/// The text of a technical word, when it has one.
fn word(t: &Texts, stem: &str, technical: &str) -> Option<String> {
    let plain =
        technical.len() <= 40 && technical.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b' '));
    let key = format!("{stem}-{}", technical.to_ascii_lowercase().replace(' ', "-"));
    (plain && t.has(&key)).then(|| t.get(&key))
}

/// Ids and settings of programs tell a reader nothing; they are in the exports.
fn technical(text: &str) -> bool {
    text.split([' ', '=']).any(|part| uuid::Uuid::try_parse(part).is_ok())
}

/// `register passport`.
fn proofing(t: &Texts, detail: &str) -> String {
    let Some((purpose, kind)) = detail.split_once(' ') else { return detail.to_owned() };
    let purpose = ProofingPurpose::parse(purpose).map(|purpose| manage::purpose(t, purpose));
    let kind = DocumentKind::parse(kind).map(|kind| document::kind(t, kind));
    match (purpose, kind) {
        (Some(purpose), Some(kind)) => format!("{purpose}, {kind}"),
        _ => detail.to_owned(),
    }
}

/// `log page=2 kind=rollen from=2026-11-01`: what was looked at, as `services::log::reading` writes it.
fn read(t: &Texts, detail: &str) -> String {
    let mut parts = Vec::new();
    for part in detail.split(' ') {
        let told = match part.split_once('=') {
            None => word(t, "log-read", part),
            Some(("page", number)) => Some(fl!(t, "log-read-page", number = number)),
            Some(("entries", number)) => Some(fl!(t, "log-read-entries", number = number)),
            Some(("kind", kind)) => EventGroup::parse(kind).map(|kind| group(t, kind)),
            Some(("from", day)) => Some(fl!(t, "log-read-from", date = dutch(day))),
            Some(("until", day)) => Some(fl!(t, "log-read-until", date = dutch(day))),
            Some(("date", day)) => Some(dutch(day)),
            Some(("outcome", "refused")) => Some(outcome(t, Outcome::Refused)),
            Some(("outcome", _)) => Some(outcome(t, Outcome::Success)),
            Some(_) => None,
        };
        parts.push(told.unwrap_or_else(|| part.to_owned()));
    }
    parts.join(", ")
}

/// `2026-11-22` as people here write it.
fn dutch(day: &str) -> String {
    day.split('-').rev().collect::<Vec<_>>().join("-")
}
