//! The list of people: search, filter, sort and page in the address.

use super::{Desk, Link, words};
use crate::{
    AppError,
    pages::{
        dutch_time,
        form::{self, Pager},
        overview,
        texts::Texts,
        ui::{self, Ui},
        visit::Visit,
    },
    services::people,
};
use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{Timestamp, authorise::Action, organisation::OrganisationId, preregistration::PreRegistration};
use i18n_embed_fl::fl;
use serde::Deserialize;
use storage::{Page, PeopleFilter, PeopleQuery, PeopleSort, PersonRow};

/// The words of filters in the address.
const FILTERS: [(&str, PeopleFilter); 9] = [
    ("", PeopleFilter::Present),
    ("niet-geactiveerd", PeopleFilter::NotActivated),
    ("qr-verlopen", PeopleFilter::QrExpired),
    ("verloopt", PeopleFilter::ExpiresSoon),
    ("ongebruikt", PeopleFilter::LongUnused),
    ("geblokkeerd", PeopleFilter::Blocked),
    ("herbevestigen", PeopleFilter::Reconfirm),
    ("met-rol", PeopleFilter::WithRole),
    ("uit-dienst", PeopleFilter::Ended),
];
/// The filter that shows those who were prepared from a file: they are nobody's colleague yet.
const PREPARED: &str = "voorbereid";

const SORTS: [(&str, PeopleSort); 6] = [
    ("", PeopleSort::Name),
    ("afdeling", PeopleSort::Department),
    ("personeelsnummer", PeopleSort::PersonnelNumber),
    ("laatst-gebruikt", PeopleSort::LastUse),
    ("einde", PeopleSort::Expiry),
    ("sinds", PeopleSort::Since),
];

fn filter_text(t: &Texts, filter: PeopleFilter) -> String {
    match filter {
        PeopleFilter::Present => fl!(t, "people-filter-present"),
        PeopleFilter::NotActivated => fl!(t, "people-filter-not-activated"),
        PeopleFilter::QrExpired => fl!(t, "people-filter-qr-expired"),
        PeopleFilter::ExpiresSoon => fl!(t, "people-filter-expires"),
        PeopleFilter::LongUnused => fl!(t, "people-filter-unused"),
        PeopleFilter::Blocked => fl!(t, "people-filter-blocked"),
        PeopleFilter::Reconfirm => fl!(t, "people-filter-reconfirm"),
        PeopleFilter::WithRole => fl!(t, "people-filter-role"),
        PeopleFilter::Ended => fl!(t, "people-filter-ended"),
    }
}

fn sort_text(t: &Texts, sort: PeopleSort) -> String {
    match sort {
        PeopleSort::Name => fl!(t, "people-sort-name"),
        PeopleSort::Department => fl!(t, "person-department"),
        PeopleSort::PersonnelNumber => fl!(t, "person-personnel-number"),
        PeopleSort::LastUse => fl!(t, "people-last-used"),
        PeopleSort::Expiry => fl!(t, "people-sort-expiry"),
        PeopleSort::Since => fl!(t, "people-sort-since"),
    }
}

/// What the list takes in its address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    zoek: String,
    filter: String,
    sorteer: String,
    omgekeerd: String,
    pagina: Option<String>,
    gedaan: Option<String>,
}

impl Asked {
    /// Those who were prepared from a file.
    pub fn is_prepared(&self) -> bool {
        self.filter == PREPARED
    }
    /// What was typed to search for.
    pub fn text(&self) -> String {
        form::tidy(&self.zoek)
    }
    /// The people that were asked for.
    pub fn query(&self, organisation: OrganisationId, now: Timestamp) -> PeopleQuery {
        let filter = FILTERS.iter().find(|(word, _)| *word == self.filter);
        let sort = SORTS.iter().find(|(word, _)| *word == self.sorteer);
        PeopleQuery {
            organisation,
            text: self.text(),
            filter: filter.map_or(PeopleFilter::Present, |(_, filter)| *filter),
            sort: sort.map_or(PeopleSort::Name, |(_, sort)| *sort),
            descending: !self.omgekeerd.is_empty(),
            window: form::window(form::page_number(self.pagina.as_deref())),
            now,
        }
    }
    /// The same in an address or a form, without the page.
    fn kept(&self, query: &PeopleQuery) -> [(&'static str, String); 4] {
        [
            ("zoek", query.text.clone()),
            ("filter", self.filter.clone()),
            ("sorteer", self.sorteer.clone()),
            ("omgekeerd", if query.descending { "1".to_owned() } else { String::new() }),
        ]
    }
}

/// A line of the list.
struct Line {
    name: Link,
    number: String,
    department: String,
    personnel_number: String,
    roles: String,
    access: String,
    means: String,
    last_used: String,
}

struct PreparedLine {
    id: String,
    name: String,
    birth_date: String,
    department: String,
    personnel_number: String,
    href: String,
}

struct Choice {
    value: &'static str,
    text: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "manage/list.html")]
struct ListPage {
    ui: Ui,
    base: String,
    organisation: String,
    several: bool,
    flash: Option<String>,
    manages: bool,
    only_administrator: bool,
    text: String,
    filters: Vec<Choice>,
    sorts: Vec<Choice>,
    descending: bool,
    lines: Vec<Line>,
    prepared: Option<Vec<PreparedLine>>,
    searched: bool,
    pager: Pager,
    total: u64,
    /// What the file must hold: search, filter, order.
    kept: Vec<(&'static str, String)>,
}

/// The page.
pub(super) async fn page(
    visit: Visit,
    Path(org): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::SeePeople).await?;
    let app = &desk.visit.app;
    let manages = desk.may(Action::Manage);
    let number = form::page_number(asked.pagina.as_deref());
    let query = asked.query(desk.organisation.id, app.now());
    let PeopleQuery { filter, sort, descending, .. } = query;
    let (text, kept) = (query.text.clone(), asked.kept(&query));
    let wants_prepared = manages && asked.is_prepared();
    let base = desk.path("");
    let ui = desk.ui(&base);
    let t = ui.t.clone();
    let (mut lines, mut prepared) = (Vec::new(), None);
    let total;
    if wants_prepared {
        let found = people::prepared(app, desk.organisation.id, text.clone(), form::window(number)).await?;
        total = found.total;
        prepared = Some(prepared_lines(&base, found));
    } else {
        let found = people::list(app, query).await?;
        total = found.total;
        lines = found.rows.into_iter().map(|row| line(&t, &desk, row)).collect();
    }
    let pairs = kept.each_ref().map(|(name, value)| (*name, value.as_str()));
    let pager = Pager::new(&t, &base, &pairs, number, total);
    let mut filters: Vec<Choice> = (FILTERS.iter())
        .map(|(value, one)| {
            let chosen = !wants_prepared && *one == filter;
            Choice { value, text: filter_text(&t, *one), chosen }
        })
        .collect();
    if manages {
        let text = fl!(t, "people-filter-prepared");
        filters.push(Choice { value: PREPARED, text, chosen: wants_prepared });
    }
    let sorts = SORTS.iter().map(|(value, one)| Choice { value, text: sort_text(&t, *one), chosen: *one == sort });
    ui::page(&ListPage {
        organisation: desk.organisation.name.clone(),
        several: people::organisations(app, desk.current()?).await?.len() > 1,
        flash: form::flash(&t, asked.gedaan.as_deref()),
        manages,
        only_administrator: is_only_administrator(&desk).await?,
        searched: !text.is_empty() || filter != PeopleFilter::Present || wants_prepared,
        text,
        filters,
        sorts: sorts.collect(),
        descending,
        lines,
        prepared,
        pager,
        total,
        kept: kept.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        base,
        ui,
    })
}

/// Whether who is at work is the only one who can administer the organisation.
pub(super) async fn is_only_administrator(desk: &Desk) -> Result<bool, AppError> {
    if !desk.may(Action::Administer) {
        return Ok(false);
    }
    let administrators = people::administrators(&desk.visit.app, desk.organisation.id).await?;
    Ok(administrators.iter().all(|person| Some(person.id) == desk.me()))
}

fn line(t: &Texts, desk: &Desk, row: PersonRow) -> Line {
    let status = row.membership.status_at(desk.visit.app.now());
    Line {
        name: Link { href: desk.person_path(row.membership.id), text: row.person.name.full() },
        number: row.person.number,
        roles: words::roles(t, &row.membership),
        department: row.membership.department,
        personnel_number: row.membership.personnel_number,
        access: overview::standing(t, status),
        means: words::means(t, row.means),
        last_used: row.last_used_at.map(dutch_time::date).unwrap_or_else(|| fl!(t, "people-never-used")),
    }
}

fn prepared_lines(base: &str, found: Page<PreRegistration>) -> Vec<PreparedLine> {
    let line = |row: PreRegistration| PreparedLine {
        id: row.id.to_string(),
        name: row.row.name.full(),
        birth_date: row.row.birth_date.map(|date| date.to_dutch()).unwrap_or_default(),
        department: row.row.department,
        personnel_number: row.row.personnel_number,
        href: format!("{base}/registreren?voorbereid={}", row.id),
    };
    found.rows.into_iter().map(line).collect()
}
