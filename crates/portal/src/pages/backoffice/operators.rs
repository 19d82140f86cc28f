//! Operators: who they are, inviting, appointing, dismissing.

use super::{
    Asked, Office,
    document::{TypedDocument, TypedInvited, TypedPerson},
    id, propose,
    sheet::{Cell, Form, Row, Sheet, Table, Wrong, reason, reason_error},
};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        dutch_time,
        form::{Field, Kind, any_error, tidy},
        texts::{self, Texts},
        visit::Visit,
    },
    services::office,
};
use axum::{extract::Query, response::Response};
use domain::{
    change::OperatorChange,
    operator::Operator,
    person::{Person, PersonId},
};
use i18n_embed_fl::fl;
use serde::Deserialize;

const PATH: &str = "/backoffice/operators";

type Known = (Operator, Person, bool);

fn why(t: &Texts, form: &str, typed: &str, check: bool) -> Field {
    reason(t, form, typed, fl!(t, "office-reason-help")).error(reason_error(t, typed).filter(|_| check))
}

fn invite_fields(t: &Texts, visit: &Visit, typed: &TypedInvited, reden: &str, check: bool) -> Vec<Field> {
    let mut fields = typed.fields(t, &visit.app, "uitnodigen", check);
    fields.push(why(t, "uitnodigen", reden, check));
    fields
}

fn appoint_fields(t: &Texts, number: &str, reden: &str, check: bool, error: Option<String>) -> Vec<Field> {
    let field = Field::new("nummer", fl!(t, "office-number"), number)
        .digits("\\s*[0-9]{9}\\s*", fl!(t, "office-number-wrong"))
        .help(fl!(t, "office-appoint-help"));
    vec![field.error(error), why(t, "aanwijzen", reden, check)]
}

fn dismiss_fields(t: &Texts, others: &[&Known], chosen: &str, reden: &str, check: bool) -> Vec<Field> {
    let option = |known: &&Known| (known.1.id.to_string(), format!("{} ({})", known.1.name.full(), known.1.number));
    let options: Vec<(String, String)> = others.iter().map(option).collect();
    // An id that is in no list is refused where every change is.
    let known = PersonId::parse(chosen).is_some() || options.iter().any(|(value, _)| value == chosen);
    vec![
        Field::new("wie", fl!(t, "office-operator"), chosen)
            .kind(Kind::Choice(options))
            .error((check && !known).then(|| fl!(t, "choose-again"))),
        why(t, "ontslaan", reden, check),
    ]
}

async fn show(visit: &Visit, done: Option<&str>, wrong: Wrong) -> Result<Response, AppError> {
    let all = office::operators(&visit.app).await?;
    let me = visit.logged_in()?.session.person;
    let mut sheet = Sheet::new(visit, PATH, done);
    let t = sheet.ui.t.clone();
    let rows = all.iter().map(|(operator, person, works)| {
        let means = if *works { fl!(t, "office-means-works") } else { fl!(t, "office-means-none") };
        Row::from(vec![
            Cell::link(person.name.full(), format!("/backoffice/personen/{}", person.id)),
            person.number.clone().into(),
            dutch_time::date(operator.since).into(),
            means.into(),
        ])
    });
    sheet.tables.push(Table {
        caption: fl!(t, "office-operators"),
        heads: vec![fl!(t, "office-name"), fl!(t, "office-number"), fl!(t, "office-since"), fl!(t, "office-means")],
        rows: rows.collect(),
        empty: String::new(),
        pager: None,
    });
    let (title, text) = (fl!(t, "office-invite"), fl!(t, "office-invite-text"));
    let fields = invite_fields(&t, visit, &TypedInvited::default(), "", false);
    sheet.forms.push(Form::new("uitnodigen", title, text, format!("{PATH}/uitnodigen"), fields));
    let (title, text) = (fl!(t, "office-appoint"), fl!(t, "office-appoint-text"));
    let fields = appoint_fields(&t, "", "", false, None);
    sheet.forms.push(Form::new("aanwijzen", title, text, format!("{PATH}/aanwijzen"), fields));
    let others: Vec<&Known> = all.iter().filter(|known| Some(known.1.id) != me).collect();
    if !others.is_empty() {
        let (title, text) = (fl!(t, "office-dismiss"), fl!(t, "office-dismiss-text"));
        let fields = dismiss_fields(&t, &others, "", "", false);
        sheet.forms.push(Form::new("ontslaan", title, text, format!("{PATH}/ontslaan"), fields));
    }
    sheet.title(fl!(t, "office-operators")).show(wrong)
}

/// The list.
pub(super) async fn page(Office(visit): Office, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    show(&visit, asked.gedaan.as_deref(), None).await
}

/// What was typed to invite.
#[derive(Deserialize)]
pub(super) struct Inviting {
    #[serde(flatten)]
    person: TypedPerson,
    #[serde(flatten)]
    document: TypedDocument,
    #[serde(default)]
    email: String,
    #[serde(default)]
    reden: String,
}

/// Invites somebody, face to face.
pub(super) async fn invite(Office(visit): Office, SafeForm(typed): SafeForm<Inviting>) -> Result<Response, AppError> {
    let t = texts::of(visit.caller.lang);
    let invited = TypedInvited { person: typed.person, document: typed.document, email: typed.email };
    let fields = invite_fields(&t, &visit, &invited, &typed.reden, true);
    let Some(person) = invited.read(&visit.app, &fields) else {
        return show(&visit, None, Some(("uitnodigen", fields))).await;
    };
    propose(&visit, OperatorChange::Invite(Box::new(person)), &typed.reden, PATH, "uitgenodigd").await
}

/// What was typed to appoint.
#[derive(Deserialize)]
pub(super) struct Appointing {
    #[serde(default)]
    nummer: String,
    #[serde(default)]
    reden: String,
}

/// Makes an operator of somebody with a Mobile ID.
pub(super) async fn appoint(
    Office(visit): Office,
    SafeForm(typed): SafeForm<Appointing>,
) -> Result<Response, AppError> {
    let t = texts::of(visit.caller.lang);
    let person = office::by_number(&visit.app, tidy(&typed.nummer)).await?;
    let missing = person.is_none().then(|| fl!(t, "office-number-unknown"));
    let fields = appoint_fields(&t, &typed.nummer, &typed.reden, true, missing);
    let Some(person) = person.filter(|_| !any_error(&fields)) else {
        return show(&visit, None, Some(("aanwijzen", fields))).await;
    };
    propose(&visit, OperatorChange::Appoint(person.id), &typed.reden, PATH, "aangewezen").await
}

/// What was chosen.
#[derive(Deserialize)]
pub(super) struct Dismissing {
    #[serde(default)]
    wie: String,
    #[serde(default)]
    reden: String,
}

/// Somebody is an operator no more.
pub(super) async fn dismiss(
    Office(visit): Office,
    SafeForm(typed): SafeForm<Dismissing>,
) -> Result<Response, AppError> {
    let t = texts::of(visit.caller.lang);
    let all = office::operators(&visit.app).await?;
    let me = visit.logged_in()?.session.person;
    let others: Vec<&Known> = all.iter().filter(|known| Some(known.1.id) != me).collect();
    let fields = dismiss_fields(&t, &others, &typed.wie, &typed.reden, true);
    if any_error(&fields) {
        return show(&visit, None, Some(("ontslaan", fields))).await;
    }
    let who = id(PersonId::parse(&typed.wie))?;
    propose(&visit, OperatorChange::Dismiss(who), &typed.reden, PATH, "ontslagen").await
}
