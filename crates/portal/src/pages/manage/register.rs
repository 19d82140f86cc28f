//! + Registreren (SYSTEM.md flow 4): a colleague is identified face to face.

use super::{
    Desk,
    deed::{Typed, person_fields, work_fields},
};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        backoffice::document::TypedPerson,
        confirm,
        form::{Field, Kind, any_error, tidy},
        ui::{self, Ui},
        visit::Visit,
    },
    services::people,
};
use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::Response,
};
use domain::{
    EmailAddress,
    authorise::Action,
    change::{Change, NewPerson, OrganisationChange},
    preregistration::{PreRegistrationId, Prepared},
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

const FORM: &str = "registreren";

#[derive(Template)]
#[template(path = "manage/register.html")]
struct RegisterPage {
    ui: Ui,
    base: String,
    organisation: String,
    ura: String,
    several: bool,
    prepared: String,
    person: Vec<Field>,
    work: Vec<Field>,
    document: Vec<Field>,
    statement: Option<String>,
    seen: bool,
    wrong: bool,
    /// Somebody here has this name and birth date.
    exists: bool,
    confirms: bool,
}

impl RegisterPage {
    /// Every field with a message, for the list at the top.
    fn errors(&self) -> Vec<&Field> {
        let all = self.person.iter().chain(&self.document).chain(&self.work);
        all.filter(|field| field.error.is_some()).collect()
    }
}

/// `?voorbereid=`: somebody from a file.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    voorbereid: Option<String>,
}

/// What was typed, and the pre-registration that it began with.
#[derive(Deserialize)]
pub(super) struct Registering {
    #[serde(flatten)]
    typed: Typed,
    #[serde(default)]
    voorbereid: String,
}

async fn show(desk: &Desk, typed: &Typed, prepared: &str, check: bool, exists: bool) -> Result<Response, AppError> {
    let ui = desk.ui(&desk.path("/registreren"));
    let t = ui.t.clone();
    let app = &desk.visit.app;
    let page = RegisterPage {
        base: desk.path(""),
        organisation: desk.organisation.name.clone(),
        ura: desk.organisation.ura.to_string(),
        several: people::organisations(app, desk.current()?).await?.len() > 1,
        prepared: prepared.to_owned(),
        person: person_fields(&t, app, FORM, typed, check),
        work: work_fields(&t, FORM, typed, check),
        document: typed.document.fields(&t, app, FORM, check),
        statement: (check && !typed.seen()).then(|| fl!(t, "statement-missing")),
        seen: typed.seen(),
        wrong: check,
        exists,
        confirms: !desk.current()?.session.browser_trusted,
        ui,
    };
    match check {
        true => ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page),
        false => ui::page(&page),
    }
}

fn known(row: &Prepared) -> Typed {
    Typed {
        person: TypedPerson {
            voornamen: row.name.given.clone(),
            tussenvoegsel: row.name.prefix.clone(),
            achternaam: row.name.surname.clone(),
            geboortedatum: row.birth_date.map(|date| date.to_dutch()).unwrap_or_default(),
            geboorteplaats: row.birthplace.clone(),
        },
        email: row.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        afdeling: row.department.clone(),
        personeelsnummer: row.personnel_number.clone(),
        ..Typed::default()
    }
}

/// The form, empty or filled from a file.
pub(super) async fn page(
    visit: Visit,
    Path(org): Path<String>,
    Query(from): Query<From>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let Some(prepared) = from.voorbereid else {
        return show(&desk, &Typed::default(), "", false, false).await;
    };
    let id = PreRegistrationId::parse(&prepared).ok_or(AppError::new(ProblemCode::NotFound))?;
    let row = people::prepared_one(&desk.visit.app, desk.organisation.id, id).await?;
    show(&desk, &known(&row.row), &prepared, false, false).await
}

/// *Opslaan*: proposes the registration.
pub(super) async fn register(
    visit: Visit,
    Path(org): Path<String>,
    SafeForm(form): SafeForm<Registering>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let Registering { typed, voorbereid } = form;
    let Some(person) = read(&desk, &typed) else {
        return show(&desk, &typed, &voorbereid, true, false).await;
    };
    let prepared = match voorbereid.as_str() {
        "" => None,
        id => Some(PreRegistrationId::parse(id).ok_or(AppError::new(ProblemCode::BadInput))?),
    };
    let organisation = desk.organisation.id;
    let change = OrganisationChange::Register { person: Box::new(person), prepared };
    let change = Change::Organisation { organisation, change };
    match confirm::propose(&desk.visit, Some(organisation), change, "").await {
        Err(error) if error.code == ProblemCode::PersonExists => show(&desk, &typed, &voorbereid, true, true).await,
        other => other,
    }
}

fn read(desk: &Desk, typed: &Typed) -> Option<NewPerson> {
    let (app, t) = (&desk.visit.app, desk.ui("/").t);
    let work = work_fields(&t, FORM, typed, true);
    if any_error(&work) || !typed.seen() {
        return None;
    }
    let (name, birth_date, birthplace) = typed.person.read(app)?;
    Some(NewPerson {
        name,
        birth_date,
        birthplace,
        document: typed.document.read(app)?,
        email: EmailAddress::parse(&typed.email),
        department: tidy(&typed.afdeling),
        personnel_number: tidy(&typed.personeelsnummer),
    })
}
