//! One person: correct, merge and split, and their identities.

use super::{
    Asked, Office, Reason,
    document::{TypedDocument, TypedPerson},
    id, propose,
    sheet::{Cell, Form, Link, Row, Sheet, Table, Wrong, read_reason, reason, reason_error},
};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        dutch_time,
        form::{Field, any_error, tidy},
        log::Typed,
        overview::{role, standing},
        texts::{self, Texts},
        visit::Visit,
    },
    services::{
        journal,
        office::{self, Somebody},
    },
};
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    change::OperatorChange,
    identity::{Identity, IdentityId, IdentityStatus},
    log::Event,
    person::PersonId,
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

fn path_of(id: PersonId) -> String {
    format!("/backoffice/personen/{id}")
}

fn identity_word(t: &Texts, status: IdentityStatus) -> String {
    match status {
        IdentityStatus::Pending => fl!(t, "office-identity-pending"),
        IdentityStatus::Active => fl!(t, "office-identity-active"),
        IdentityStatus::Blocked => fl!(t, "office-identity-blocked"),
        IdentityStatus::Revoked => fl!(t, "office-identity-revoked"),
        IdentityStatus::Expired => fl!(t, "office-identity-expired"),
        IdentityStatus::Replaced => fl!(t, "office-identity-replaced"),
    }
}

/// The identity that an action is about: the one that works or is blocked.
fn present(found: &Somebody, wanted: &[IdentityStatus]) -> Option<Identity> {
    found.identities.iter().find(|(_, status)| wanted.contains(status)).map(|(identity, _)| identity.clone())
}

fn typed_of(found: &Somebody) -> TypedPerson {
    let person = &found.person;
    TypedPerson {
        voornamen: person.name.given.clone(),
        tussenvoegsel: person.name.prefix.clone(),
        achternaam: person.name.surname.clone(),
        geboortedatum: person.birth_date.to_dutch(),
        geboorteplaats: person.birthplace.clone(),
    }
}

fn why(t: &Texts, form: &str, typed: &str, check: bool) -> Field {
    reason(t, form, typed, fl!(t, "office-reason-help")).error(reason_error(t, typed).filter(|_| check))
}

fn merge_fields(t: &Texts, number: &str, typed: &str, check: bool, error: Option<String>) -> Vec<Field> {
    let field = Field::new("nummer", fl!(t, "office-merge-number"), number)
        .digits("\\s*[0-9]{9}\\s*", fl!(t, "office-number-wrong"))
        .help(fl!(t, "office-merge-number-help"));
    vec![field.error(error), why(t, "samenvoegen", typed, check)]
}

fn memberships(t: &Texts, found: &Somebody) -> Table {
    let rows = found.memberships.iter().map(|(membership, organisation)| {
        let number = membership.attributes.as_ref().map(|attributes| attributes.uzi_number.to_string());
        Row::from(vec![
            Cell::link(organisation.name.clone(), format!("/backoffice/organisaties/{}", organisation.id)),
            membership.roles.iter().map(|held| role(t, *held)).collect::<Vec<_>>().join(", ").into(),
            standing(t, membership.status).into(),
            number.unwrap_or_default().into(),
        ])
    });
    Table {
        caption: fl!(t, "overview-organisations"),
        heads: vec![
            fl!(t, "office-organisation"),
            fl!(t, "overview-role"),
            fl!(t, "office-status"),
            fl!(t, "apply-uzi"),
        ],
        rows: rows.collect(),
        empty: fl!(t, "office-no-memberships"),
        pager: None,
    }
}

fn identities(t: &Texts, found: &Somebody) -> Table {
    let day = |at: Option<domain::Timestamp>| at.map(dutch_time::date).unwrap_or_default();
    let rows = found.identities.iter().map(|(identity, status)| {
        Row::from(vec![
            dutch_time::date(identity.created_at).into(),
            identity_word(t, *status).into(),
            day(identity.last_used_at).into(),
            dutch_time::date(identity.not_after).into(),
        ])
    });
    Table {
        caption: fl!(t, "office-identities"),
        heads: vec![
            fl!(t, "office-since"),
            fl!(t, "office-status"),
            fl!(t, "office-last-used"),
            fl!(t, "office-valid-until"),
        ],
        rows: rows.collect(),
        empty: fl!(t, "office-no-identities"),
        pager: None,
    }
}

fn forms(t: &Texts, visit: &Visit, found: &Somebody, path: &str) -> Vec<Form> {
    let at = |end: &str| format!("{path}/{end}");
    let reason_only = |name: &'static str| vec![why(t, name, "", false)];
    let mut forms = Vec::new();
    if found.person.merged_into.is_some() {
        let (title, text) = (fl!(t, "office-unmerge"), fl!(t, "office-unmerge-text"));
        forms.push(Form::new("splitsen", title, text, at("splitsen"), reason_only("splitsen")));
    } else {
        let mut fields = typed_of(found).fields(t, &visit.app, "corrigeren", false);
        fields.push(why(t, "corrigeren", "", false));
        let (title, text) = (fl!(t, "office-correct"), fl!(t, "office-correct-text"));
        forms.push(Form::new("corrigeren", title, text, at("corrigeren"), fields));
        let (title, text) = (fl!(t, "office-merge"), fl!(t, "office-merge-text"));
        forms.push(Form::new("samenvoegen", title, text, at("samenvoegen"), merge_fields(t, "", "", false, None)));
    }
    if present(found, &[IdentityStatus::Active]).is_some() {
        let (title, text) = (fl!(t, "office-block"), fl!(t, "office-block-text"));
        forms.push(Form::new("blokkeren", title, text, at("blokkeren"), reason_only("blokkeren")));
    }
    if present(found, &[IdentityStatus::Blocked]).is_some() {
        let mut fields = TypedDocument::default().fields(t, &visit.app, "deblokkeren", false);
        fields.push(why(t, "deblokkeren", "", false));
        let (title, text) = (fl!(t, "office-unblock"), fl!(t, "office-unblock-text"));
        forms.push(Form::new("deblokkeren", title, text, at("deblokkeren"), fields));
    }
    if present(found, &[IdentityStatus::Active, IdentityStatus::Blocked]).is_some() {
        let (title, text) = (fl!(t, "office-revoke"), fl!(t, "office-revoke-text"));
        forms.push(Form::new("intrekken", title, text, at("intrekken"), reason_only("intrekken")));
    }
    forms
}

async fn show(visit: &Visit, which: PersonId, done: Option<&str>, wrong: Wrong) -> Result<Response, AppError> {
    let current = visit.logged_in()?;
    let reading = journal::entry(&visit.app, &visit.caller, Event::LogRead).detail("person");
    let reading = match current.session.person {
        Some(operator) => reading.by(operator, current.identity_id()),
        None => reading,
    };
    let found = office::look_at(&visit.app, reading, which).await?;
    let person = &found.person;
    let path = path_of(which);
    let mut sheet = Sheet::new(visit, &path, done);
    let t = sheet.ui.t.clone();
    sheet.fact(fl!(t, "office-number"), person.number.clone());
    let declared = if person.birth_date_self_declared { fl!(t, "office-self-declared") } else { String::new() };
    sheet.fact(fl!(t, "birth-date-label"), format!("{} {declared}", person.birth_date.to_dutch()).trim().to_owned());
    sheet.fact(fl!(t, "office-birthplace"), person.birthplace.clone());
    let email = person.email.as_ref().map(ToString::to_string).unwrap_or_default();
    let unconfirmed = !email.is_empty() && person.email_confirmed_at.is_none();
    let unconfirmed = if unconfirmed { fl!(t, "office-unconfirmed") } else { String::new() };
    sheet.fact(fl!(t, "apply-email"), format!("{email} {unconfirmed}").trim().to_owned());
    sheet.fact(fl!(t, "office-since"), dutch_time::date(person.created_at));
    if let Some(held) = found.operator.as_ref().filter(|held| held.holds_office()) {
        let label = match held.office {
            domain::operator::Office::Operator => fl!(t, "office-operator-since"),
            domain::operator::Office::Auditor => fl!(t, "office-auditor-since"),
        };
        sheet.fact(label, dutch_time::date(held.since));
    }
    if let Some(into) = &found.merged_into {
        sheet.fact(fl!(t, "office-merged-into"), Cell::link(into.name.full(), path_of(into.id)));
    }
    sheet.tables = vec![memberships(&t, &found), identities(&t, &found)];
    // Nobody decides about their own data; about oneself one only looks.
    if visit.logged_in()?.session.person != Some(which) {
        sheet.forms = forms(&t, visit, &found, &path);
    }
    let log = Typed::person("/backoffice/log", &person.number);
    sheet.links.push(Link { href: log, text: fl!(t, "log-person-link"), here: false });
    sheet.title(person.name.full()).show(wrong)
}

/// One person.
pub(super) async fn page(
    Office(visit): Office,
    Path(which): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    show(&visit, id(PersonId::parse(&which))?, asked.gedaan.as_deref(), None).await
}

/// What was typed to correct.
#[derive(Deserialize)]
pub(super) struct Correcting {
    #[serde(flatten)]
    person: TypedPerson,
    #[serde(default)]
    reden: String,
}

/// Corrects names and birth data.
pub(super) async fn correct(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Correcting>,
) -> Result<Response, AppError> {
    let which = id(PersonId::parse(&which))?;
    let t = texts::of(visit.caller.lang);
    let mut fields = typed.person.fields(&t, &visit.app, "corrigeren", true);
    fields.push(why(&t, "corrigeren", &typed.reden, true));
    let Some((name, birth_date, birthplace)) = typed.person.read(&visit.app).filter(|_| !any_error(&fields)) else {
        return show(&visit, which, None, Some(("corrigeren", fields))).await;
    };
    let change = OperatorChange::Correct { person: which, name, birth_date, birthplace };
    propose(&visit, change, &typed.reden, &path_of(which), "gecorrigeerd").await
}

/// What was typed to merge.
#[derive(Deserialize)]
pub(super) struct Merging {
    #[serde(default)]
    nummer: String,
    #[serde(default)]
    reden: String,
}

/// This registration goes; the one with the number stays.
pub(super) async fn merge(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Merging>,
) -> Result<Response, AppError> {
    let from = id(PersonId::parse(&which))?;
    let t = texts::of(visit.caller.lang);
    let into = office::by_number(&visit.app, tidy(&typed.nummer)).await?;
    let into = into.filter(|into| into.id != from && into.merged_into.is_none());
    let missing = into.is_none().then(|| fl!(t, "office-number-unknown"));
    let fields = merge_fields(&t, &typed.nummer, &typed.reden, true, missing);
    let Some(into) = into.filter(|_| !any_error(&fields)) else {
        return show(&visit, from, None, Some(("samenvoegen", fields))).await;
    };
    let change = OperatorChange::Merge { from, into: into.id };
    propose(&visit, change, &typed.reden, &path_of(from), "samengevoegd").await
}

/// They are two people, after all.
pub(super) async fn unmerge(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Reason>,
) -> Result<Response, AppError> {
    let which = id(PersonId::parse(&which))?;
    let t = texts::of(visit.caller.lang);
    match read_reason(&t, "splitsen", &typed.reden, fl!(t, "office-reason-help")) {
        Ok(why) => propose(&visit, OperatorChange::Unmerge(which), &why, &path_of(which), "gesplitst").await,
        Err(wrong) => show(&visit, which, None, wrong).await,
    }
}

async fn identity(visit: &Visit, which: PersonId, wanted: &[IdentityStatus]) -> Result<Identity, AppError> {
    let found = office::person(&visit.app, which).await?;
    present(&found, wanted).ok_or(AppError::new(ProblemCode::NotNow))
}

/// A decision about somebody's identity that needs a reason only.
struct Deciding {
    form: &'static str,
    /// What stands so is decided about.
    wanted: &'static [IdentityStatus],
    change: fn(IdentityId) -> OperatorChange,
    done: &'static str,
}

async fn decide(visit: &Visit, which: &str, typed: &Reason, deciding: Deciding) -> Result<Response, AppError> {
    let which = id(PersonId::parse(which))?;
    let t = texts::of(visit.caller.lang);
    match read_reason(&t, deciding.form, &typed.reden, fl!(t, "office-reason-help")) {
        Ok(why) => {
            let identity = identity(visit, which, deciding.wanted).await?;
            propose(visit, (deciding.change)(identity.id), &why, &path_of(which), deciding.done).await
        }
        Err(wrong) => show(visit, which, None, wrong).await,
    }
}

/// Blocks the identity that works.
pub(super) async fn block(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Reason>,
) -> Result<Response, AppError> {
    let wanted = &[IdentityStatus::Active];
    let change = OperatorChange::BlockIdentity;
    decide(&visit, &which, &typed, Deciding { form: "blokkeren", wanted, change, done: "geblokkeerd" }).await
}

/// What was typed to unblock.
#[derive(Deserialize)]
pub(super) struct Unblocking {
    #[serde(flatten)]
    document: TypedDocument,
    #[serde(default)]
    reden: String,
}

/// Unblocks, after a WID check.
pub(super) async fn unblock(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Unblocking>,
) -> Result<Response, AppError> {
    let which = id(PersonId::parse(&which))?;
    let t = texts::of(visit.caller.lang);
    let mut fields = typed.document.fields(&t, &visit.app, "deblokkeren", true);
    fields.push(why(&t, "deblokkeren", &typed.reden, true));
    let Some(document) = typed.document.read(&visit.app).filter(|_| !any_error(&fields)) else {
        return show(&visit, which, None, Some(("deblokkeren", fields))).await;
    };
    let identity = identity(&visit, which, &[IdentityStatus::Blocked]).await?;
    let change = OperatorChange::UnblockIdentity { identity: identity.id, document };
    propose(&visit, change, &typed.reden, &path_of(which), "gedeblokkeerd").await
}

/// Revokes for good.
pub(super) async fn revoke(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Reason>,
) -> Result<Response, AppError> {
    let wanted = &[IdentityStatus::Active, IdentityStatus::Blocked];
    let change = OperatorChange::RevokeIdentity;
    decide(&visit, &which, &typed, Deciding { form: "intrekken", wanted, change, done: "ingetrokken" }).await
}
