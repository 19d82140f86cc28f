//! The outbox: what was mailed, what waits, what failed.

use super::{
    Asked, Office, id, propose,
    sheet::{Cell, Form, Link, Row, Sheet, Table},
};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        desktop::NoFields,
        dutch_time,
        form::{self, Pager},
        texts::Texts,
    },
};
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    change::OperatorChange,
    mail::{MailId, MailStatus},
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

const PATH: &str = "/backoffice/mail";

fn word(t: &Texts, status: MailStatus) -> String {
    match status {
        MailStatus::Queued => fl!(t, "office-mail-queued"),
        MailStatus::Sent => fl!(t, "office-mail-sent"),
        MailStatus::Failed => fl!(t, "office-mail-failed"),
    }
}

/// The list, newest first.
pub(super) async fn list(Office(visit): Office, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    let lang = visit.caller.lang;
    let status = asked.status.as_deref().and_then(MailStatus::parse);
    let page = form::page_number(asked.pagina.as_deref());
    let window = form::window(page);
    let (counts, found) = visit
        .app
        .read(move |tx| {
            Box::pin(async move { Ok::<_, AppError>((tx.mail_counts().await?, tx.mails(status, window).await?)) })
        })
        .await?;
    let mut sheet = Sheet::new(&visit, PATH, asked.gedaan.as_deref());
    let t = sheet.ui.t.clone();
    let rows = found.rows.iter().map(|mail| {
        Row::from(vec![
            dutch_time::moment(lang, mail.created_at).into(),
            Cell::link(mail.subject.clone(), format!("{PATH}/{}", mail.id)),
            mail.to.to_string().into(),
            word(&t, mail.status).into(),
            mail.attempts.to_string().into(),
        ])
    });
    sheet.lead = fl!(t, "office-mail-counts", queued = counts.queued, sent = counts.sent, failed = counts.failed);
    let query = [("status", status.map_or("", MailStatus::as_str))];
    sheet.tables.push(Table {
        caption: fl!(t, "office-mail"),
        heads: vec![
            fl!(t, "office-mail-written"),
            fl!(t, "office-mail-subject"),
            fl!(t, "office-mail-to"),
            fl!(t, "office-status"),
            fl!(t, "office-mail-attempts"),
        ],
        rows: rows.collect(),
        empty: fl!(t, "office-mail-none"),
        pager: Some(Pager::new(&t, PATH, &query, page, found.total)),
    });
    let choice = |one: Option<MailStatus>| Link {
        href: one.map_or_else(|| PATH.to_owned(), |one| format!("{PATH}?status={}", one.as_str())),
        text: one.map_or_else(|| fl!(t, "office-all"), |one| word(&t, one)),
        here: one == status,
    };
    sheet.choices = [None].into_iter().chain(MailStatus::ALL.map(Some)).map(choice).collect();
    sheet.title(fl!(t, "office-mail")).show(None)
}

/// One mail: what it says and what the mail server said.
pub(super) async fn page(
    Office(visit): Office,
    Path(which): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let (which, lang) = (id(MailId::parse(&which))?, visit.caller.lang);
    let mail = visit.app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.mail(which).await?) })).await?;
    let mail = mail.ok_or(AppError::new(ProblemCode::NotFound))?;
    let path = format!("{PATH}/{which}");
    let mut sheet = Sheet::new(&visit, &path, asked.gedaan.as_deref());
    let t = sheet.ui.t.clone();
    sheet.fact(fl!(t, "office-mail-to"), mail.to.to_string());
    sheet.fact(fl!(t, "office-status"), word(&t, mail.status));
    sheet.fact(fl!(t, "office-mail-written"), dutch_time::moment(lang, mail.created_at));
    sheet.fact(fl!(t, "office-mail-attempts"), mail.attempts.to_string());
    if mail.status == MailStatus::Queued {
        sheet.fact(fl!(t, "office-mail-next"), dutch_time::moment(lang, mail.next_at));
    }
    if let Some(at) = mail.sent_at {
        sheet.fact(fl!(t, "office-mail-sent-at"), dutch_time::moment(lang, at));
    }
    sheet.fact(fl!(t, "office-mail-said"), mail.last_error.clone().unwrap_or_default());
    sheet.fact(fl!(t, "problem-reference"), mail.reference.clone());
    if mail.status == MailStatus::Failed {
        let (title, text) = (fl!(t, "office-mail-again"), fl!(t, "office-mail-again-text"));
        sheet.forms.push(Form::new("opnieuw", title, text, format!("{path}/opnieuw"), Vec::new()).open());
    }
    sheet.title(mail.subject.clone()).show(None)
}

/// Tries a failed mail again.
pub(super) async fn again(
    Office(visit): Office,
    Path(which): Path<String>,
    _: SafeForm<NoFields>,
) -> Result<Response, AppError> {
    let which = id(MailId::parse(&which))?;
    propose(&visit, OperatorChange::SendAgain(which), "", &format!("{PATH}/{which}"), "mail-opnieuw").await
}
