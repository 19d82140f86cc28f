//! Organisations: list, search, and one of them with what operators may do there.

use super::{
    Asked, Office, Reason, id, propose,
    sheet::{Cell, Form, Row, Sheet, Table, Wrong, read_reason, reason, reason_error, text_error},
};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        apply::word,
        dutch_time,
        form::{self, Field, Pager, any_error, tidy},
        overview::role,
        texts::{self, Texts},
        visit::Visit,
    },
    services::office::{self, Known},
};
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    UziNumber,
    change::OperatorChange,
    organisation::{OrganisationId, OrganisationStatus},
    person::{MembershipId, Role},
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

const MOST: usize = 200;
const NINE_DIGITS: &str = "\\s*[0-9]{9}\\s*";

fn path_of(id: OrganisationId) -> String {
    format!("/backoffice/organisaties/{id}")
}

fn standing(t: &Texts, status: OrganisationStatus) -> String {
    match status {
        OrganisationStatus::Applied => fl!(t, "organisation-applied"),
        OrganisationStatus::Approved => fl!(t, "organisation-approved"),
        OrganisationStatus::Validated => fl!(t, "organisation-validated"),
        OrganisationStatus::Ended => fl!(t, "organisation-ended"),
    }
}

/// The list.
pub(super) async fn list(Office(visit): Office, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    let text = tidy(asked.zoek.as_deref().unwrap_or_default());
    let page = form::page_number(asked.pagina.as_deref());
    let found = office::organisations(&visit.app, text.clone(), form::window(page)).await?;
    let path = "/backoffice/organisaties";
    let mut sheet = Sheet::new(&visit, path, asked.gedaan.as_deref());
    let t = sheet.ui.t.clone();
    let rows = found.rows.iter().map(|organisation| {
        Row::from(vec![
            Cell::link(organisation.name.clone(), path_of(organisation.id)),
            organisation.ura.to_string().into(),
            standing(&t, organisation.status).into(),
            dutch_time::date(organisation.created_at).into(),
        ])
    });
    sheet.tables.push(Table {
        caption: fl!(t, "office-organisations"),
        heads: vec![fl!(t, "office-organisation"), fl!(t, "data-ura"), fl!(t, "office-status"), fl!(t, "office-since")],
        rows: rows.collect(),
        empty: fl!(t, "office-nothing-found"),
        pager: Some(Pager::new(&t, path, &[("zoek", &text)], page, found.total)),
    });
    sheet.search = Some((path.to_owned(), text));
    sheet.title(fl!(t, "office-organisations")).show(None)
}

fn people(t: &Texts, found: &Known) -> Table {
    let rows = found.with_role.iter().map(|(membership, person)| {
        let held: Vec<Role> = membership.roles.iter().copied().filter(|role| *role != Role::Signer).collect();
        Row {
            cells: vec![
                Cell::link(person.name.full(), format!("/backoffice/personen/{}", person.id)),
                person.number.clone().into(),
                held.iter().map(|held| role(t, *held)).collect::<Vec<_>>().join(", ").into(),
            ],
            buttons: Vec::new(),
        }
    });
    Table {
        caption: fl!(t, "office-with-role"),
        heads: vec![fl!(t, "office-name"), fl!(t, "office-number"), fl!(t, "overview-role")],
        rows: rows.collect(),
        empty: fl!(t, "office-with-role-none"),
        pager: None,
    }
}

fn applications(t: &Texts, visit: &Visit, found: &Known) -> Table {
    let rows = found.applications.iter().map(|application| {
        let at = dutch_time::moment(visit.caller.lang, application.submitted_at);
        let href = format!("/backoffice/aanvragen/{}", application.id);
        Row::from(vec![Cell::link(at, href), word(t, application.status).into()])
    });
    Table {
        caption: fl!(t, "office-applications"),
        heads: vec![fl!(t, "apply-submitted"), fl!(t, "office-status")],
        rows: rows.collect(),
        empty: fl!(t, "office-applications-none"),
        pager: None,
    }
}

fn name_fields(t: &Texts, name: &str, why: &str, check: bool) -> Vec<Field> {
    let field = Field::new("naam", fl!(t, "office-new-name"), name).most(MOST);
    vec![
        field.error(text_error(t, name, MOST).filter(|_| check)),
        reason(t, "naam", why, fl!(t, "office-reason-help")).error(reason_error(t, why).filter(|_| check)),
    ]
}

fn reopen_fields(t: &Texts, number: &str, why: &str, check: bool) -> Vec<Field> {
    let wrong = UziNumber::parse(number).is_none().then(|| fl!(t, "apply-uzi-wrong")).filter(|_| check);
    vec![
        Field::new("uzinummer", fl!(t, "apply-uzi"), number)
            .digits(NINE_DIGITS, fl!(t, "apply-uzi-wrong"))
            .error(wrong),
        reason(t, "heropenen", why, fl!(t, "office-reason-help")).error(reason_error(t, why).filter(|_| check)),
    ]
}

/// Which role of whom: one choice, so that nobody has to type an id.
fn role_fields(t: &Texts, found: &Known, chosen: &str, why: &str, check: bool) -> Vec<Field> {
    let mut options = Vec::new();
    for (membership, person) in &found.with_role {
        for held in membership.roles.iter().filter(|role| **role != Role::Signer) {
            let label = format!("{} ({}): {}", person.name.full(), person.number, role(t, *held));
            options.push((format!("{}/{}", membership.id, held.as_str()), label));
        }
    }
    // Somebody else may have taken it meanwhile.
    let known = options.iter().any(|(value, _)| value == chosen);
    vec![
        Field::new("wie", fl!(t, "office-whose-role"), chosen)
            .kind(form::Kind::Choice(options))
            .error((check && !known).then(|| fl!(t, "choose-again"))),
        reason(t, "rol", why, fl!(t, "office-reason-help")).error(reason_error(t, why).filter(|_| check)),
    ]
}

async fn show(visit: &Visit, which: OrganisationId, done: Option<&str>, wrong: Wrong) -> Result<Response, AppError> {
    let found = office::organisation(&visit.app, which).await?;
    let organisation = &found.organisation;
    let path = path_of(which);
    let mut sheet = Sheet::new(visit, &path, done);
    let t = sheet.ui.t.clone();
    sheet.fact(fl!(t, "data-ura"), organisation.ura.to_string());
    sheet.fact(fl!(t, "office-status"), standing(&t, organisation.status));
    sheet.fact(fl!(t, "office-contact"), organisation.contact.clone().unwrap_or_default());
    sheet.fact(fl!(t, "office-since"), dutch_time::date(organisation.created_at));
    let reopened = organisation.reopened_for.as_ref();
    if let Some(reopened) = reopened.filter(|reopened| reopened.is_open(visit.app.now())) {
        let (number, until) = (reopened.uzi_number.as_str(), dutch_time::date(reopened.ends_at().plus_seconds(-1)));
        sheet.fact(fl!(t, "office-reopened-for"), fl!(t, "office-reopened-until", number = number, date = until));
    }
    if found.orphaned {
        sheet.warning = Some(fl!(t, "office-orphaned"));
    }
    sheet.tables = vec![people(&t, &found), applications(&t, visit, &found)];
    if organisation.status != OrganisationStatus::Ended {
        let (title, text) = (fl!(t, "office-rename"), fl!(t, "office-rename-text"));
        let fields = name_fields(&t, &organisation.name, "", false);
        sheet.forms.push(Form::new("naam", title, text, format!("{path}/naam"), fields));
        if found.orphaned {
            let (title, text) = (fl!(t, "office-reopen"), fl!(t, "office-reopen-text"));
            let fields = reopen_fields(&t, "", "", false);
            sheet.forms.push(Form::new("heropenen", title, text, format!("{path}/heropenen"), fields));
        }
        if !found.with_role.is_empty() {
            let (title, text) = (fl!(t, "office-take-role"), fl!(t, "office-take-role-text"));
            let fields = role_fields(&t, &found, "", "", false);
            sheet.forms.push(Form::new("rol", title, text, format!("{path}/rol"), fields));
        }
        let (title, text) = (fl!(t, "office-end-organisation"), fl!(t, "office-end-organisation-text"));
        let fields = vec![reason(&t, "beeindigen", "", fl!(t, "office-reason-help"))];
        sheet.forms.push(Form::new("beeindigen", title, text, format!("{path}/beeindigen"), fields));
    }
    sheet.title(organisation.name.clone()).show(wrong)
}

/// One organisation.
pub(super) async fn page(
    Office(visit): Office,
    Path(which): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    show(&visit, id(OrganisationId::parse(&which))?, asked.gedaan.as_deref(), None).await
}

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Renaming {
    #[serde(default)]
    naam: String,
    #[serde(default)]
    reden: String,
}

/// Another name.
pub(super) async fn rename(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Renaming>,
) -> Result<Response, AppError> {
    let which = id(OrganisationId::parse(&which))?;
    let fields = name_fields(&texts::of(visit.caller.lang), &typed.naam, &typed.reden, true);
    if any_error(&fields) {
        return show(&visit, which, None, Some(("naam", fields))).await;
    }
    let change = OperatorChange::Rename { organisation: which, name: tidy(&typed.naam) };
    propose(&visit, change, &typed.reden, &path_of(which), "naam-gewijzigd").await
}

/// Takes part no more.
pub(super) async fn end(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Reason>,
) -> Result<Response, AppError> {
    let which = id(OrganisationId::parse(&which))?;
    let t = texts::of(visit.caller.lang);
    match read_reason(&t, "beeindigen", &typed.reden, fl!(t, "office-reason-help")) {
        Ok(why) => {
            let change = OperatorChange::EndOrganisation(which);
            propose(&visit, change, &why, &path_of(which), "beeindigd").await
        }
        Err(wrong) => show(&visit, which, None, wrong).await,
    }
}

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Reopening {
    #[serde(default)]
    uzinummer: String,
    #[serde(default)]
    reden: String,
}

/// Reopens the validation for a UZI number.
pub(super) async fn reopen(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Reopening>,
) -> Result<Response, AppError> {
    let which = id(OrganisationId::parse(&which))?;
    let fields = reopen_fields(&texts::of(visit.caller.lang), &typed.uzinummer, &typed.reden, true);
    let Some(uzi_number) = UziNumber::parse(&typed.uzinummer).filter(|_| !any_error(&fields)) else {
        return show(&visit, which, None, Some(("heropenen", fields))).await;
    };
    let change = OperatorChange::Reopen { organisation: which, uzi_number };
    propose(&visit, change, &typed.reden, &path_of(which), "heropend").await
}

/// What was chosen.
#[derive(Deserialize)]
pub(super) struct Taking {
    #[serde(default)]
    wie: String,
    #[serde(default)]
    reden: String,
}

/// Takes a role of somebody there.
pub(super) async fn take_role(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Taking>,
) -> Result<Response, AppError> {
    let which = id(OrganisationId::parse(&which))?;
    let found = office::organisation(&visit.app, which).await?;
    let fields = role_fields(&texts::of(visit.caller.lang), &found, &typed.wie, &typed.reden, true);
    if any_error(&fields) {
        return show(&visit, which, None, Some(("rol", fields))).await;
    }
    let (membership, role) = typed.wie.split_once('/').ok_or(AppError::new(ProblemCode::BadInput))?;
    let membership = id(MembershipId::parse(membership))?;
    let role = Role::parse(role).ok_or(AppError::new(ProblemCode::BadInput))?;
    if !found.with_role.iter().any(|(known, _)| known.id == membership) {
        return Err(ProblemCode::NotFound.into());
    }
    propose(&visit, OperatorChange::TakeRole { membership, role }, &typed.reden, &path_of(which), "rol-afgenomen").await
}
