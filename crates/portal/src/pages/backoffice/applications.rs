//! The queue of applications, and deciding on one.

use super::{
    Asked, Office, Reason, id, propose,
    sheet::{Cell, Form, Link, Row, Sheet, Table, Wrong, read_reason, reason, text_error},
};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        apply::word,
        desktop::NoFields,
        dutch_time,
        form::{self, Field, Pager, any_error, tidy},
        texts::Texts,
        visit::Visit,
    },
    services::office::{self, Applied},
};
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    Timestamp, Ura,
    application::{Application, ApplicationId, ApplicationStatus, Checks},
    change::OperatorChange,
};
use i18n_embed_fl::fl;
use serde::Deserialize;

const MOST: usize = 200;
const MOST_CHECK: usize = 300;
const EIGHT_DIGITS: &str = "\\s*[0-9]{8}\\s*";

fn path_of(id: ApplicationId) -> String {
    format!("/backoffice/aanvragen/{id}")
}

/// `3 dagen`; the queue is worked through from the oldest.
fn age(t: &Texts, since: Timestamp, now: Timestamp) -> String {
    match now.seconds_since(since) / 3600 {
        hours if hours < 24 => fl!(t, "office-age-hours", hours = hours),
        hours => {
            let days = hours / 24;
            fl!(t, "office-age-days", days = days)
        }
    }
}

/// The queue: what waits for operators, oldest first; or another status.
pub(super) async fn queue(Office(visit): Office, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    let wanted = asked.status.as_deref().unwrap_or(ApplicationStatus::Submitted.as_str());
    let status = ApplicationStatus::parse(wanted);
    let page = form::page_number(asked.pagina.as_deref());
    let found = office::queue(&visit.app, status, form::window(page)).await?;
    let mut sheet = Sheet::new(&visit, "/backoffice", asked.gedaan.as_deref());
    let (t, now) = (sheet.ui.t.clone(), visit.app.now());
    let rows = found.rows.iter().map(|queued| {
        let application = &queued.application;
        let form = &application.form;
        Row::from(vec![
            Cell::link(form.organisation_name.clone(), path_of(application.id)),
            form.ura.to_string().into(),
            age(&t, application.submitted_at, now).into(),
            word(&t, application.status).into(),
            queued.handler.clone().unwrap_or_else(|| fl!(t, "office-nobody")).into(),
        ])
    });
    let query = [("status", if status.is_some() { wanted } else { "alle" })];
    sheet.tables.push(Table {
        caption: fl!(t, "office-applications"),
        heads: vec![
            fl!(t, "office-organisation"),
            fl!(t, "data-ura"),
            fl!(t, "office-age"),
            fl!(t, "office-status"),
            fl!(t, "office-handler"),
        ],
        rows: rows.collect(),
        empty: fl!(t, "office-applications-none"),
        pager: Some(Pager::new(&t, "/backoffice", &query, page, found.total)),
    });
    let choice = |status: Option<ApplicationStatus>| Link {
        href: format!("/backoffice?status={}", status.map_or("alle", ApplicationStatus::as_str)),
        text: status.map_or_else(|| fl!(t, "office-all"), |status| word(&t, status)),
        here: status.map_or("alle", ApplicationStatus::as_str) == query[0].1,
    };
    sheet.choices = ApplicationStatus::ALL.into_iter().map(Some).chain([None]).map(choice).collect();
    sheet.title(fl!(t, "office-applications")).show(None)
}

/// What was typed to approve.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    naam: String,
    ura: String,
    hoenaam: String,
    hoeura: String,
    hoevertegenwoordiger: String,
}

fn approve_fields(t: &Texts, typed: &Typed, check: bool) -> Vec<Field> {
    let said = |text: &str, most| text_error(t, text, most).filter(|_| check);
    let ura = Ura::parse(&typed.ura).is_none().then(|| fl!(t, "apply-ura-wrong")).filter(|_| check);
    let how = |name: &'static str, label: String, text: &str| {
        Field::new(name, label, text).most(MOST_CHECK).help(fl!(t, "office-check-help")).error(said(text, MOST_CHECK))
    };
    vec![
        Field::new("naam", fl!(t, "office-checked-name"), &typed.naam).most(MOST).error(said(&typed.naam, MOST)),
        Field::new("ura", fl!(t, "office-checked-ura"), &typed.ura)
            .digits(EIGHT_DIGITS, fl!(t, "apply-ura-wrong"))
            .error(ura),
        how("hoenaam", fl!(t, "office-check-name"), &typed.hoenaam),
        how("hoeura", fl!(t, "office-check-ura"), &typed.hoeura),
        how("hoevertegenwoordiger", fl!(t, "office-check-representative"), &typed.hoevertegenwoordiger),
    ]
}

fn facts(sheet: &mut Sheet, visit: &Visit, found: &Applied) {
    let (t, lang) = (sheet.ui.t.clone(), visit.caller.lang);
    let application = &found.application;
    let form = &application.form;
    sheet.fact(fl!(t, "office-status"), word(&t, application.status));
    sheet.fact(fl!(t, "office-handler"), found.handler.clone().unwrap_or_else(|| fl!(t, "office-nobody")));
    sheet.fact(fl!(t, "apply-submitted"), dutch_time::moment(lang, application.submitted_at));
    sheet.fact(fl!(t, "apply-organisation"), form.organisation_name.clone());
    sheet.fact(fl!(t, "data-ura"), form.ura.to_string());
    sheet.fact(fl!(t, "apply-care-application"), form.care_application.clone());
    sheet.fact(fl!(t, "office-applicant"), form.applicant.full());
    sheet.fact(fl!(t, "apply-uzi"), form.uzi_number.to_string());
    sheet.fact(fl!(t, "apply-email"), form.email.to_string());
    sheet.fact(fl!(t, "apply-representative"), form.representative_name.clone());
    sheet.fact(fl!(t, "apply-representative-email"), form.representative_email.to_string());
    if let Some(checks) = &application.checks {
        sheet.fact(fl!(t, "office-check-name"), checks.name.clone());
        sheet.fact(fl!(t, "office-check-ura"), checks.ura.clone());
        sheet.fact(fl!(t, "office-check-representative"), checks.representative.clone());
    }
    sheet.fact(fl!(t, "apply-reason"), application.reason.clone().unwrap_or_default());
    if let (Some(who), Some(at)) = (&found.decider, application.decided_at) {
        sheet.fact(fl!(t, "office-decided"), format!("{who}, {}", dutch_time::moment(lang, at)));
    }
    if let Some(organisation) = &found.organisation {
        let href = format!("/backoffice/organisaties/{}", organisation.id);
        sheet.fact(fl!(t, "office-organisation-now"), Cell::link(organisation.name.clone(), href));
    }
}

fn others(t: &Texts, visit: &Visit, found: &[Application]) -> Table {
    let row = |other: &Application| {
        let submitted = dutch_time::moment(visit.caller.lang, other.submitted_at);
        Row::from(vec![
            Cell::link(other.form.organisation_name.clone(), path_of(other.id)),
            submitted.into(),
            word(t, other.status).into(),
        ])
    };
    Table {
        caption: fl!(t, "office-other-applications"),
        heads: vec![fl!(t, "office-organisation"), fl!(t, "apply-submitted"), fl!(t, "office-status")],
        rows: found.iter().map(row).collect(),
        empty: String::new(),
        pager: None,
    }
}

async fn show(visit: &Visit, which: ApplicationId, done: Option<&str>, wrong: Wrong) -> Result<Response, AppError> {
    let found = office::application(&visit.app, which).await?;
    let path = path_of(which);
    let mut sheet = Sheet::new(visit, &path, done);
    let t = sheet.ui.t.clone();
    facts(&mut sheet, visit, &found);
    if !found.others.is_empty() {
        sheet.tables.push(others(&t, visit, &found.others));
    }
    if found.waits_for_second {
        sheet.warning = Some(fl!(t, "office-waits-for-second"));
    }
    if found.application.status == ApplicationStatus::Submitted {
        let form = &found.application.form;
        let typed = Typed { naam: form.organisation_name.clone(), ura: form.ura.to_string(), ..Typed::default() };
        let handle = (fl!(t, "office-handle"), fl!(t, "office-handle-text"), format!("{path}/behandelen"));
        let approve = (fl!(t, "office-approve"), fl!(t, "office-approve-text"), format!("{path}/goedkeuren"));
        let reject = (fl!(t, "office-reject"), fl!(t, "office-reject-text"), format!("{path}/afwijzen"));
        let why = reason(&t, "afwijzen", "", fl!(t, "office-reject-help"));
        let mut forms = vec![
            Form::new("behandelen", handle.0, handle.1, handle.2, Vec::new()),
            Form::new("goedkeuren", approve.0, approve.1, approve.2, approve_fields(&t, &typed, false)),
            Form::new("afwijzen", reject.0, reject.1, reject.2, vec![why]),
        ];
        let mine =
            found.application.handled_by.is_some() && found.application.handled_by == visit.logged_in()?.session.person;
        if mine {
            forms.remove(0);
        } else if let Some(handle) = forms.first_mut() {
            handle.open = true;
        }
        sheet.forms = forms;
    }
    sheet.title(fl!(t, "office-application", name = found.application.form.organisation_name.as_str())).show(wrong)
}

/// One application.
pub(super) async fn page(
    Office(visit): Office,
    Path(which): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    show(&visit, id(ApplicationId::parse(&which))?, asked.gedaan.as_deref(), None).await
}

/// "Ik behandel deze".
pub(super) async fn handle(
    Office(visit): Office,
    Path(which): Path<String>,
    _: SafeForm<NoFields>,
) -> Result<Response, AppError> {
    let which = id(ApplicationId::parse(&which))?;
    propose(&visit, OperatorChange::Handle(which), "", &path_of(which), "in-behandeling").await
}

/// Approves.
pub(super) async fn approve(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Typed>,
) -> Result<Response, AppError> {
    let which = id(ApplicationId::parse(&which))?;
    let t = crate::pages::texts::of(visit.caller.lang);
    let fields = approve_fields(&t, &typed, true);
    let Some(ura) = Ura::parse(&typed.ura).filter(|_| !any_error(&fields)) else {
        return show(&visit, which, None, Some(("goedkeuren", fields))).await;
    };
    let checks = Checks {
        name: tidy(&typed.hoenaam),
        ura: tidy(&typed.hoeura),
        representative: tidy(&typed.hoevertegenwoordiger),
    };
    let change = OperatorChange::Approve { application: which, name: tidy(&typed.naam), ura, checks };
    propose(&visit, change, "", &path_of(which), "goedgekeurd").await
}

/// Rejects.
pub(super) async fn reject(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(form): SafeForm<Reason>,
) -> Result<Response, AppError> {
    let which = id(ApplicationId::parse(&which))?;
    let t = crate::pages::texts::of(visit.caller.lang);
    match read_reason(&t, "afwijzen", &form.reden, fl!(t, "office-reject-help")) {
        Ok(why) => propose(&visit, OperatorChange::Reject(which), &why, &path_of(which), "afgewezen").await,
        Err(wrong) => show(&visit, which, None, wrong).await,
    }
}
