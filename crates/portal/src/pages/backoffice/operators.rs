//! Operators: who they are, inviting, appointing, dismissing. The environment's auditors have the same page of their own
//! ([`super::auditors`]).

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
    operator::{Office as Held, Operator},
    person::{Person, PersonId},
};
use i18n_embed_fl::fl;
use serde::Deserialize;

/// Where who holds an office is listed.
pub(super) fn path_of(held: Held) -> &'static str {
    match held {
        Held::Operator => "/backoffice/operators",
        Held::Auditor => "/backoffice/auditors",
    }
}

/// What the list is called.
pub(super) fn title_of(t: &Texts, held: Held) -> String {
    match held {
        Held::Operator => fl!(t, "office-operators"),
        Held::Auditor => fl!(t, "office-auditors"),
    }
}

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

/// Titles and texts of the three forms: inviting, appointing, dismissing.
fn words(t: &Texts, held: Held) -> [(String, String); 3] {
    match held {
        Held::Operator => [
            (fl!(t, "office-invite"), fl!(t, "office-invite-text")),
            (fl!(t, "office-appoint"), fl!(t, "office-appoint-text")),
            (fl!(t, "office-dismiss"), fl!(t, "office-dismiss-text")),
        ],
        Held::Auditor => [
            (fl!(t, "office-invite-auditor"), fl!(t, "office-invite-auditor-text")),
            (fl!(t, "office-appoint-auditor"), fl!(t, "office-appoint-auditor-text")),
            (fl!(t, "office-dismiss-auditor"), fl!(t, "office-dismiss-auditor-text")),
        ],
    }
}

fn dismiss_fields(t: &Texts, held: Held, others: &[&Known], chosen: &str, reden: &str, check: bool) -> Vec<Field> {
    let label = match held {
        Held::Operator => fl!(t, "office-operator"),
        Held::Auditor => fl!(t, "office-auditor"),
    };
    let option = |known: &&Known| (known.1.id.to_string(), format!("{} ({})", known.1.name.full(), known.1.number));
    let options: Vec<(String, String)> = others.iter().map(option).collect();
    // An id that is in no list is refused where every change is.
    let known = PersonId::parse(chosen).is_some() || options.iter().any(|(value, _)| value == chosen);
    vec![
        Field::new("wie", label, chosen)
            .kind(Kind::Choice(options))
            .error((check && !known).then(|| fl!(t, "choose-again"))),
        why(t, "ontslaan", reden, check),
    ]
}

/// The page of an office.
pub(super) async fn show(visit: &Visit, held: Held, done: Option<&str>, wrong: Wrong) -> Result<Response, AppError> {
    let all = office::holders(&visit.app, held).await?;
    let (me, path) = (visit.logged_in()?.session.person, path_of(held));
    let mut sheet = Sheet::new(visit, path, done);
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
        caption: title_of(&t, held),
        heads: vec![fl!(t, "office-name"), fl!(t, "office-number"), fl!(t, "office-since"), fl!(t, "office-means")],
        rows: rows.collect(),
        empty: fl!(t, "office-auditors-none"),
        pager: None,
    });
    let [inviting, appointing, dismissing] = words(&t, held);
    let fields = invite_fields(&t, visit, &TypedInvited::default(), "", false);
    sheet.forms.push(Form::new("uitnodigen", inviting.0, inviting.1, format!("{path}/uitnodigen"), fields));
    let fields = appoint_fields(&t, "", "", false, None);
    sheet.forms.push(Form::new("aanwijzen", appointing.0, appointing.1, format!("{path}/aanwijzen"), fields));
    let others: Vec<&Known> = all.iter().filter(|known| Some(known.1.id) != me).collect();
    if !others.is_empty() {
        let fields = dismiss_fields(&t, held, &others, "", "", false);
        sheet.forms.push(Form::new("ontslaan", dismissing.0, dismissing.1, format!("{path}/ontslaan"), fields));
    }
    sheet.title(title_of(&t, held)).show(wrong)
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

/// Invites somebody to an office, face to face.
pub(super) async fn invite_to(visit: &Visit, held: Held, typed: Inviting) -> Result<Response, AppError> {
    let t = texts::of(visit.caller.lang);
    let invited = TypedInvited { person: typed.person, document: typed.document, email: typed.email };
    let fields = invite_fields(&t, visit, &invited, &typed.reden, true);
    let Some(person) = invited.read(&visit.app, &fields).map(Box::new) else {
        return show(visit, held, None, Some(("uitnodigen", fields))).await;
    };
    let (change, done) = match held {
        Held::Operator => (OperatorChange::Invite(person), "uitgenodigd"),
        Held::Auditor => (OperatorChange::InviteAuditor(person), "uitgenodigd-auditor"),
    };
    propose(visit, change, &typed.reden, path_of(held), done).await
}

/// What was typed to appoint.
#[derive(Deserialize)]
pub(super) struct Appointing {
    #[serde(default)]
    nummer: String,
    #[serde(default)]
    reden: String,
}

/// Gives an office to somebody with a Mobile ID.
pub(super) async fn appoint_to(visit: &Visit, held: Held, typed: Appointing) -> Result<Response, AppError> {
    let t = texts::of(visit.caller.lang);
    let person = office::by_number(&visit.app, tidy(&typed.nummer)).await?;
    let missing = person.is_none().then(|| fl!(t, "office-number-unknown"));
    let fields = appoint_fields(&t, &typed.nummer, &typed.reden, true, missing);
    let Some(person) = person.filter(|_| !any_error(&fields)) else {
        return show(visit, held, None, Some(("aanwijzen", fields))).await;
    };
    let (change, done) = match held {
        Held::Operator => (OperatorChange::Appoint(person.id), "aangewezen"),
        Held::Auditor => (OperatorChange::AppointAuditor(person.id), "aangewezen-auditor"),
    };
    propose(visit, change, &typed.reden, path_of(held), done).await
}

/// What was chosen.
#[derive(Deserialize)]
pub(super) struct Dismissing {
    #[serde(default)]
    wie: String,
    #[serde(default)]
    reden: String,
}

/// Somebody holds an office no more.
pub(super) async fn dismiss_from(visit: &Visit, held: Held, typed: Dismissing) -> Result<Response, AppError> {
    let t = texts::of(visit.caller.lang);
    let all = office::holders(&visit.app, held).await?;
    let me = visit.logged_in()?.session.person;
    let others: Vec<&Known> = all.iter().filter(|known| Some(known.1.id) != me).collect();
    let fields = dismiss_fields(&t, held, &others, &typed.wie, &typed.reden, true);
    if any_error(&fields) {
        return show(visit, held, None, Some(("ontslaan", fields))).await;
    }
    let who = id(PersonId::parse(&typed.wie))?;
    let (change, done) = match held {
        Held::Operator => (OperatorChange::Dismiss(who), "ontslagen"),
        Held::Auditor => (OperatorChange::DismissAuditor(who), "ontslagen-auditor"),
    };
    propose(visit, change, &typed.reden, path_of(held), done).await
}

/// The list.
pub(super) async fn page(Office(visit): Office, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    show(&visit, Held::Operator, asked.gedaan.as_deref(), None).await
}

/// Invites an operator.
pub(super) async fn invite(Office(visit): Office, SafeForm(typed): SafeForm<Inviting>) -> Result<Response, AppError> {
    invite_to(&visit, Held::Operator, typed).await
}

/// Appoints an operator.
pub(super) async fn appoint(
    Office(visit): Office,
    SafeForm(typed): SafeForm<Appointing>,
) -> Result<Response, AppError> {
    appoint_to(&visit, Held::Operator, typed).await
}

/// Dismisses an operator.
pub(super) async fn dismiss(
    Office(visit): Office,
    SafeForm(typed): SafeForm<Dismissing>,
) -> Result<Response, AppError> {
    dismiss_from(&visit, Held::Operator, typed).await
}
