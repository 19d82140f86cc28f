//! The filter over the log: fields in the address, checked, and kept as they were typed when one is not right.

use crate::{
    AppError,
    pages::{
        dutch_time,
        form::{Field, Kind, any_error, tidy},
        log::words,
        texts::{self, Texts},
        visit::Visit,
    },
    services::{
        log::{
            names::Scope,
            reading::{self, Day, Wanted},
        },
        office, people,
    },
};
use domain::{
    Ura,
    log::{EventGroup, Outcome},
    organisation::OrganisationId,
    person::PersonId,
};
use i18n_embed_fl::fl;
use serde::Deserialize;
use time::Date;

/// What is in the address or the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Typed {
    van: String,
    tot: String,
    soort: String,
    uitkomst: String,
    persoon: String,
    referentie: String,
    ura: String,
    voor: String,
    pagina: String,
}

const SUCCESS: &str = "gelukt";
const REFUSED: &str = "geweigerd";

fn outcome(word: &str) -> Option<Outcome> {
    match word {
        SUCCESS => Some(Outcome::Success),
        REFUSED => Some(Outcome::Refused),
        _ => None,
    }
}

/// The reference as it is stored: eight capitals and digits; people type it as they read it.
fn reference(typed: &str) -> Option<String> {
    let text: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let fits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| text.to_ascii_uppercase())
}

/// A field that holds a date. What is no date is shown as it was typed, which a date field would not do.
pub(in crate::pages) fn date_field(name: &'static str, label: String, typed: &str, error: Option<String>) -> Field {
    let (kind, value) = match dutch_time::parse_date(typed) {
        Some(date) => ("date", dutch_time::iso_of(date)),
        None if typed.trim().is_empty() => ("date", String::new()),
        None => ("text", typed.chars().take(40).collect()),
    };
    Field::new(name, label, &value).kind(Kind::Line(kind)).most(40).short().optional().error(error)
}

/// The messages, in the order of the fields.
#[derive(Default)]
struct Wrong {
    from: Option<String>,
    until: Option<String>,
    group: Option<String>,
    outcome: Option<String>,
    person: Option<String>,
    reference: Option<String>,
    ura: Option<String>,
}

/// The fields, without messages.
pub(in crate::pages) fn form(visit: &Visit, scope: Scope, typed: &Typed) -> Vec<Field> {
    typed.fields(&texts::of(visit.caller.lang), scope, Wrong::default())
}

impl Typed {
    /// The filter in `name=value` pairs.
    fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("van", &self.van),
            ("tot", &self.tot),
            ("soort", &self.soort),
            ("uitkomst", &self.uitkomst),
            ("persoon", &self.persoon),
            ("referentie", &self.referentie),
            ("ura", &self.ura),
        ]
    }
    /// Whether nothing is filtered.
    pub fn is_empty(&self) -> bool {
        self.pairs().iter().all(|(_, value)| value.trim().is_empty())
    }
    /// The filter, as hidden fields.
    pub fn hidden(&self) -> Vec<(&'static str, String)> {
        let set = self.pairs().into_iter().filter(|(_, value)| !value.trim().is_empty());
        set.map(|(name, value)| (name, value.to_owned())).collect()
    }
    /// The address of a page with this filter: the newest, or the one before a place.
    pub fn address(&self, path: &str, page: Option<(u64, u64)>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.hidden());
        if let Some((before, number)) = page {
            query.append_pair("voor", &before.to_string()).append_pair("pagina", &number.to_string());
        }
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
    /// The address with another filter: only this person.
    pub fn person(path: &str, number: &str) -> String {
        Self { persoon: number.to_owned(), ..Self::default() }.address(path, None)
    }
    /// Before which place, and the page's number. What is no place is the newest page.
    pub fn place(&self) -> (Option<u64>, u64) {
        let before = self.voor.parse::<u64>().ok().filter(|place| i64::try_from(*place).is_ok());
        let number = self.pagina.parse().ok().filter(|page| (1..=1_000_000_u64).contains(page));
        (before, if before.is_some() { number.unwrap_or(2) } else { 1 })
    }

    fn fields(&self, t: &Texts, scope: Scope, wrong: Wrong) -> Vec<Field> {
        let every = || (String::new(), fl!(t, "log-all"));
        let groups = EventGroup::ALL.map(|group| (group.as_str().to_owned(), words::group(t, group)));
        let outcomes =
            [(SUCCESS.to_owned(), fl!(t, "log-outcome-success")), (REFUSED.to_owned(), fl!(t, "log-outcome-refused"))];
        let choice = |name, label, value: &str, options: Vec<(String, String)>, error| {
            Field::new(name, label, value).kind(Kind::Choice(options)).optional().error(error)
        };
        let groups = std::iter::once(every()).chain(groups).collect();
        let outcomes = std::iter::once(every()).chain(outcomes).collect();
        let line = |name, label, typed: &str, error| {
            let value: String = typed.chars().take(40).collect();
            Field::new(name, label, &value).most(40).short().optional().error(error)
        };
        let mut fields = vec![
            date_field("van", fl!(t, "log-from"), &self.van, wrong.from),
            date_field("tot", fl!(t, "log-until"), &self.tot, wrong.until),
            choice("soort", fl!(t, "log-kind"), &self.soort, groups, wrong.group),
            choice("uitkomst", fl!(t, "log-outcome"), &self.uitkomst, outcomes, wrong.outcome),
            line("persoon", fl!(t, "log-person"), &self.persoon, wrong.person),
            line("referentie", fl!(t, "problem-reference"), &self.referentie, wrong.reference),
        ];
        if scope == Scope::Everything {
            fields.push(line("ura", fl!(t, "log-ura"), &self.ura, wrong.ura));
        }
        fields
    }

    /// What is wanted, or the fields with what is not right in them.
    pub async fn read(&self, visit: &Visit, scope: Scope) -> Result<Result<Wanted, Vec<Field>>, AppError> {
        let t = texts::of(visit.caller.lang);
        let mut wrong = Wrong::default();
        let mut wanted = Wanted::all(scope);
        let date = |typed: &str, error: &mut Option<String>| -> Option<Date> {
            let read = dutch_time::parse_date(typed);
            *error = (read.is_none() && !typed.trim().is_empty()).then(|| fl!(t, "log-date-wrong"));
            read
        };
        let (from, until) = (date(&self.van, &mut wrong.from), date(&self.tot, &mut wrong.until));
        if let (Some(from), Some(until)) = (from, until) {
            wrong.until = (from > until).then(|| fl!(t, "log-period-wrong"));
        }
        (wanted.from, wanted.until) = (from.map(dutch_time::day), until.map(dutch_time::day));
        wanted.group = EventGroup::parse(&self.soort);
        wrong.group = (wanted.group.is_none() && !self.soort.is_empty()).then(|| fl!(t, "log-kind-wrong"));
        wanted.outcome = outcome(&self.uitkomst);
        wrong.outcome = (wanted.outcome.is_none() && !self.uitkomst.is_empty()).then(|| fl!(t, "log-outcome-wrong"));
        if !self.referentie.trim().is_empty() {
            wanted.reference = reference(&self.referentie);
            wrong.reference = wanted.reference.is_none().then(|| fl!(t, "log-reference-wrong"));
        }
        let number = tidy(&self.persoon);
        if !number.is_empty() {
            wanted.person = person(visit, scope, number).await?;
            wrong.person = wanted.person.is_none().then(|| match scope {
                Scope::Organisation(_) => fl!(t, "log-person-wrong"),
                Scope::Everything => fl!(t, "log-person-unknown"),
            });
        }
        let ura = tidy(&self.ura);
        if scope == Scope::Everything && !ura.is_empty() {
            wanted.organisation = organisation(visit, &ura).await?;
            wrong.ura = wanted.organisation.is_none().then(|| fl!(t, "log-ura-wrong"));
        }
        let fields = self.fields(&t, scope, wrong);
        Ok(if any_error(&fields) { Err(fields) } else { Ok(wanted) })
    }
}

/// By person number. In an organisation only its own people are found, also those who left.
async fn person(visit: &Visit, scope: Scope, number: String) -> Result<Option<PersonId>, AppError> {
    let Some(found) = office::by_number(&visit.app, number).await?.map(|person| person.id) else { return Ok(None) };
    Ok(match scope {
        Scope::Everything => Some(found),
        Scope::Organisation(here) => people::membership_of(&visit.app, here, found).await?.map(|_| found),
    })
}

async fn organisation(visit: &Visit, ura: &str) -> Result<Option<OrganisationId>, AppError> {
    match Ura::parse(ura) {
        Some(ura) => reading::organisation(&visit.app, ura).await,
        None => Ok(None),
    }
}

/// The day that was asked for, or today; a day that is no date or still to come has a message.
pub(in crate::pages) fn day(visit: &Visit, typed: &str) -> Result<Day, String> {
    let t = texts::of(visit.caller.lang);
    let today = dutch_time::today(visit.app.now());
    if typed.trim().is_empty() {
        return Ok(dutch_time::day(today));
    }
    match dutch_time::parse_date(typed) {
        None => Err(fl!(t, "log-date-wrong")),
        Some(date) if date > today => Err(fl!(t, "roles-date-future")),
        Some(date) => Ok(dutch_time::day(date)),
    }
}
