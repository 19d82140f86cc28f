//! The log as a file: CSV for a spreadsheet program, FHIR for other systems. Sent while it is read, a part at a time.

use super::{Place, words};
use crate::{
    AppError,
    caller::Lang,
    pages::{
        dutch_time,
        texts::{self, Texts},
        visit::Visit,
    },
    services::log::{
        export::{Export, Format, Part},
        fhir::{self, Observer},
        names::{Called, Names},
    },
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    Timestamp,
    log::{Actor, LogEntry},
    person::{PersonId, Role},
    spreadsheet,
};
use i18n_embed_fl::fl;

/// A file to save.
pub(in crate::pages) fn download(name: &str, kind: &'static str, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// A spreadsheet's file: its first line, and the others.
pub(in crate::pages) fn csv(heads: &[String], lines: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = spreadsheet::MARK.to_owned() + &spreadsheet::line(heads);
    lines.for_each(|cells| text.push_str(&spreadsheet::line(&cells)));
    text
}

/// What is left to send.
struct Sending {
    export: Export,
    writer: Writer,
    begun: bool,
    /// Some entries were sent.
    entries: bool,
    ended: bool,
}

/// How it is written.
struct Writer {
    format: Format,
    observer: Observer,
    lang: Lang,
    t: Texts,
    now: Timestamp,
}

/// The file of an export.
pub(super) fn log(visit: &Visit, place: &Place, export: Export, format: Format, observer: Observer) -> Response {
    let (lang, now) = (visit.caller.lang, visit.app.now());
    let (ending, kind) = match format {
        Format::Csv => ("csv", "text/csv; charset=utf-8"),
        Format::Fhir => ("json", "application/fhir+json; charset=utf-8"),
    };
    let name = format!("{}-{}.{ending}", place.file, dutch_time::iso_date(now));
    let writer = Writer { format, observer, lang, t: texts::of(lang), now };
    let sending = Sending { export, writer, begun: false, entries: false, ended: false };
    download(&name, kind, Body::from_stream(futures::stream::try_unfold(sending, next)))
}

/// The next piece: the beginning with the first part, a part, and the end with the last.
async fn next(mut sending: Sending) -> Result<Option<(Bytes, Sending)>, AppError> {
    if sending.ended {
        return Ok(None);
    }
    let mut text = if sending.begun { String::new() } else { sending.writer.begin() };
    match sending.export.part().await? {
        Some(part) => {
            sending.writer.part(&mut text, &part, !sending.entries)?;
            sending.entries = true;
        }
        None => {
            text.push_str(sending.writer.end(sending.entries));
            sending.ended = true;
        }
    }
    sending.begun = true;
    Ok(Some((Bytes::from(text), sending)))
}

impl Writer {
    fn begin(&self) -> String {
        match self.format {
            Format::Csv => csv(&heads(&self.t), std::iter::empty()),
            Format::Fhir => fhir::begin(self.now),
        }
    }
    fn end(&self, entries: bool) -> &'static str {
        match self.format {
            Format::Csv => "",
            Format::Fhir => fhir::end(entries),
        }
    }
    fn part(&self, text: &mut String, part: &Part, first: bool) -> Result<(), AppError> {
        for (number, placed) in part.entries.iter().enumerate() {
            let entry = &placed.entry;
            match self.format {
                Format::Csv => text.push_str(&spreadsheet::line(&self.cells(entry, &part.names))),
                Format::Fhir => {
                    text.push_str(if first && number == 0 { fhir::FIRST } else { fhir::OTHER });
                    let words = words::event(&self.t, entry.event);
                    let event = fhir::bundle_entry(entry, &part.names, &self.observer, &words);
                    text.push_str(&serde_json::to_string(&event).map_err(AppError::internal)?);
                }
            }
        }
        Ok(())
    }
    fn cells(&self, entry: &LogEntry, names: &Names) -> Vec<String> {
        let t = &self.t;
        let actor = match &entry.actor {
            Actor::Person { person, .. } => self.somebody(entry, names, *person),
            Actor::Card { uzi_number } => [fl!(t, "history-by-card", number = uzi_number.as_str()), String::new()],
            Actor::Anonymous => [fl!(t, "history-by-unknown"), String::new()],
            Actor::System => [fl!(t, "history-by-system"), String::new()],
        };
        let roles = match entry.actor {
            Actor::Person { person, .. } => names.roles(person, entry),
            _ => Vec::new(),
        };
        let nobody = || [String::new(), String::new()];
        let second = entry.on_behalf_of.map_or_else(nobody, |person| self.somebody(entry, names, person));
        let about = entry.person.map_or_else(nobody, |person| self.somebody(entry, names, person));
        let place = entry.organisation.and_then(|id| names.organisation(id));
        let mut cells = vec![
            dutch_time::exact(self.lang, entry.at),
            entry.at.to_string(),
            words::event(t, entry.event),
            entry.event.as_str().to_owned(),
            words::outcome(t, entry.outcome),
        ];
        cells.extend(actor);
        cells.push(roles.into_iter().map(Role::as_str).collect::<Vec<_>>().join(" "));
        cells.extend(second);
        cells.extend(about);
        cells.push(place.map(|place| place.name.clone()).unwrap_or_default());
        cells.push(place.map(|place| place.ura.to_string()).unwrap_or_default());
        cells.push(words::reason(t, self.lang, entry));
        cells.push(words::detail(t, entry));
        cells.push(entry.detail.clone().unwrap_or_default());
        cells.push(names.address(entry).unwrap_or_default().to_owned());
        cells.push(entry.reference.clone());
        cells.push(entry.id.to_string());
        cells
    }
    /// Name and person number.
    fn somebody(&self, entry: &LogEntry, names: &Names, person: PersonId) -> [String; 2] {
        match names.called(person, entry.at) {
            Called::Name(known) => [known.name.full(), known.number.clone()],
            Called::Office(office) => [words::office(&self.t, office), String::new()],
            Called::Nobody => [words::nobody(&self.t, names.scope()), String::new()],
        }
    }
}

fn heads(t: &Texts) -> Vec<String> {
    vec![
        fl!(t, "log-when"),
        fl!(t, "log-when-utc"),
        fl!(t, "log-what"),
        fl!(t, "log-code"),
        fl!(t, "log-outcome"),
        fl!(t, "log-who"),
        fl!(t, "log-who-number"),
        fl!(t, "log-role"),
        fl!(t, "log-second"),
        fl!(t, "log-second-number"),
        fl!(t, "log-about"),
        fl!(t, "log-about-number"),
        fl!(t, "log-organisation"),
        fl!(t, "log-organisation-ura"),
        fl!(t, "log-reason"),
        fl!(t, "log-detail"),
        fl!(t, "log-technical"),
        fl!(t, "log-address"),
        fl!(t, "problem-reference"),
        fl!(t, "log-id"),
    ]
}
