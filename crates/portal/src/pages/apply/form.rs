//! The form. What was typed stays, and each message is beside its field.

use super::held;
use crate::{
    AppError,
    browser::{SafeForm, add_application_cookie},
    pages::{
        form::{Field, Kind, any_error, fits, tidy},
        problem,
        texts::{self, Texts},
        ui::{self, Ui},
        visit::Visit,
    },
    services::applications,
};
use askama::Template;
use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{
    EmailAddress, PersonName, Ura, UziNumber,
    application::{Application, ApplicationForm},
    name::MAX_PART,
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

/// The most characters of a name of an organisation, representative or application.
const MOST: usize = 200;
/// How digits may be typed, for the browser.
const EIGHT_DIGITS: &str = "\\s*[0-9]{8}\\s*";
const NINE_DIGITS: &str = "\\s*[0-9]{9}\\s*";

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    organisatie: String,
    ura: String,
    voornamen: String,
    tussenvoegsel: String,
    achternaam: String,
    uzinummer: String,
    email: String,
    vertegenwoordiger: String,
    vertegenwoordigermail: String,
    zorgapplicatie: String,
}

impl Typed {
    /// What was filled in before, to apply again.
    fn again(application: &Application) -> Self {
        let form = &application.form;
        Self {
            organisatie: form.organisation_name.clone(),
            ura: form.ura.to_string(),
            voornamen: form.applicant.given.clone(),
            tussenvoegsel: form.applicant.prefix.clone(),
            achternaam: form.applicant.surname.clone(),
            uzinummer: form.uzi_number.to_string(),
            email: form.email.to_string(),
            vertegenwoordiger: form.representative_name.clone(),
            vertegenwoordigermail: form.representative_email.to_string(),
            zorgapplicatie: form.care_application.clone(),
        }
    }
    /// The form, when every field is right.
    fn read(&self) -> Option<ApplicationForm> {
        let line = |typed: &str| Some(tidy(typed)).filter(|text| fits(text, MOST));
        let parts = [&self.voornamen, &self.tussenvoegsel, &self.achternaam];
        let shows = parts.iter().all(|part| part.trim().is_empty() || fits(&tidy(part), MAX_PART));
        Some(ApplicationForm {
            organisation_name: line(&self.organisatie)?,
            ura: Ura::parse(&self.ura)?,
            applicant: PersonName::new(&self.voornamen, &self.tussenvoegsel, &self.achternaam).filter(|_| shows)?,
            uzi_number: UziNumber::parse(&self.uzinummer)?,
            email: EmailAddress::parse(&self.email)?,
            representative_name: line(&self.vertegenwoordiger)?,
            representative_email: EmailAddress::parse(&self.vertegenwoordigermail)?,
            care_application: line(&self.zorgapplicatie)?,
        })
    }
}

/// The fields in their three groups: organisation, applicant, representative.
fn groups(t: &Texts, typed: &Typed, check: bool) -> [(String, Vec<Field>); 3] {
    let said = |wrong: Option<String>| wrong.filter(|_| check);
    let line = |typed: &str, most: usize| line_error(t, typed, most);
    let optional =
        |typed: &str| Some(typed).filter(|typed| !typed.trim().is_empty()).and_then(|typed| line(typed, MAX_PART));
    let organisation = vec![
        Field::new("organisatie", fl!(t, "apply-organisation"), &typed.organisatie)
            .most(MOST)
            .autocomplete("organization")
            .help(fl!(t, "apply-organisation-help"))
            .error(said(line(&typed.organisatie, MOST))),
        Field::new("ura", fl!(t, "apply-ura"), &typed.ura)
            .digits(EIGHT_DIGITS, fl!(t, "apply-ura-wrong"))
            .help(fl!(t, "apply-ura-help"))
            .error(said(digits_error(t, &typed.ura, Ura::parse(&typed.ura).is_some(), fl!(t, "apply-ura-wrong")))),
        Field::new("zorgapplicatie", fl!(t, "apply-care-application"), &typed.zorgapplicatie)
            .most(MOST)
            .help(fl!(t, "apply-care-application-help"))
            .error(said(line(&typed.zorgapplicatie, MOST))),
    ];
    let uzi = UziNumber::parse(&typed.uzinummer).is_some();
    let applicant = vec![
        Field::new("voornamen", fl!(t, "apply-given"), &typed.voornamen)
            .optional()
            .most(MAX_PART)
            .autocomplete("given-name")
            .help(fl!(t, "apply-given-help"))
            .error(said(optional(&typed.voornamen))),
        Field::new("tussenvoegsel", fl!(t, "apply-prefix"), &typed.tussenvoegsel)
            .optional()
            .most(MAX_PART)
            .short()
            .error(said(optional(&typed.tussenvoegsel))),
        Field::new("achternaam", fl!(t, "apply-surname"), &typed.achternaam)
            .most(MAX_PART)
            .autocomplete("family-name")
            .error(said(line(&typed.achternaam, MAX_PART))),
        Field::new("uzinummer", fl!(t, "apply-uzi"), &typed.uzinummer)
            .digits(NINE_DIGITS, fl!(t, "apply-uzi-wrong"))
            .help(fl!(t, "apply-uzi-help"))
            .error(said(digits_error(t, &typed.uzinummer, uzi, fl!(t, "apply-uzi-wrong")))),
        Field::new("email", fl!(t, "apply-email"), &typed.email)
            .email(fl!(t, "field-email-wrong"))
            .autocomplete("email")
            .help(fl!(t, "apply-email-help"))
            .error(said(email_error(t, &typed.email))),
    ];
    let representative = vec![
        Field::new("vertegenwoordiger", fl!(t, "apply-representative"), &typed.vertegenwoordiger)
            .most(MOST)
            .error(said(line(&typed.vertegenwoordiger, MOST))),
        Field::new("vertegenwoordigermail", fl!(t, "apply-representative-email"), &typed.vertegenwoordigermail)
            .email(fl!(t, "field-email-wrong"))
            .help(fl!(t, "apply-representative-help"))
            .error(said(email_error(t, &typed.vertegenwoordigermail))),
    ];
    [
        (fl!(t, "apply-group-organisation"), organisation),
        (fl!(t, "apply-group-applicant"), applicant),
        (fl!(t, "apply-group-representative"), representative),
    ]
}

fn line_error(t: &Texts, typed: &str, most: usize) -> Option<String> {
    let text = tidy(typed);
    match () {
        () if text.is_empty() => Some(fl!(t, "field-missing")),
        () if text.chars().count() > most => Some(fl!(t, "field-too-long", most = most)),
        () if !fits(&text, most) => Some(fl!(t, "field-characters")),
        () => None,
    }
}

fn digits_error(t: &Texts, typed: &str, right: bool, wrong: String) -> Option<String> {
    match () {
        () if right => None,
        () if typed.trim().is_empty() => Some(fl!(t, "field-missing")),
        () => Some(wrong),
    }
}

fn email_error(t: &Texts, typed: &str) -> Option<String> {
    digits_error(t, typed, EmailAddress::parse(typed).is_some(), fl!(t, "field-email-wrong"))
}

#[derive(Template)]
#[template(path = "apply/form.html")]
struct FormPage {
    ui: Ui,
    groups: [(String, Vec<Field>); 3],
    wrong: bool,
    /// What is not right with the whole, with the reference.
    refused: Option<(String, String)>,
}

impl FormPage {
    fn new(visit: &Visit, typed: &Typed, check: bool) -> Self {
        let ui = visit.ui("/aanvragen/formulier");
        let groups = groups(&ui.t, typed, check);
        let wrong = groups.iter().any(|(_, fields)| any_error(fields));
        Self { groups, wrong, refused: None, ui }
    }
}

/// The form: empty, or with what was filled in before when that application is over.
pub(super) async fn page(visit: Visit, headers: HeaderMap) -> Result<Response, AppError> {
    let before = held(&visit, &headers).await?.filter(|(application, _)| !application.status.is_open());
    let typed = before.map(|(application, _)| Typed::again(&application)).unwrap_or_default();
    ui::page(&FormPage::new(&visit, &typed, false))
}

/// Submits it.
pub(super) async fn submit(visit: Visit, SafeForm(typed): SafeForm<Typed>) -> Result<Response, AppError> {
    let Some(form) = typed.read() else {
        return ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &FormPage::new(&visit, &typed, true));
    };
    match applications::submit(&visit.app, &visit.caller, form).await {
        Ok((_, code)) => {
            let mut response = ui::see("/aanvragen/status?gedaan=aangevraagd");
            add_application_cookie(&mut response, code.reveal());
            Ok(response)
        }
        Err(error) => refused(&visit, &typed, &error),
    }
}

/// Everything typed stays; a duplicate is told beside the URA.
fn refused(visit: &Visit, typed: &Typed, error: &AppError) -> Result<Response, AppError> {
    let text = problem::text(visit.caller.lang, error.code);
    let mut page = FormPage::new(visit, typed, true);
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match error.code {
        ProblemCode::ApplicationOpen | ProblemCode::OrganisationKnown => {
            page.wrong = true;
            let fields = page.groups.iter_mut().flat_map(|(_, fields)| fields);
            for field in fields.filter(|field| field.name == "ura") {
                field.error = Some(format!("{}. {} {}", text.title, text.why, text.next));
            }
        }
        ProblemCode::TooManyAttempts => {
            let wait = error.extra.get("retryAfter").and_then(serde_json::Value::as_i64).unwrap_or(0);
            let t = texts::of(visit.caller.lang);
            let minutes = (wait + 59) / 60;
            let why = fl!(t, "apply-too-many", minutes = minutes);
            page.refused = Some((format!("{}. {why}", text.title), visit.caller.reference.clone()));
        }
        _ => return Err(error.clone()),
    }
    ui::page_with(status, &page)
}
