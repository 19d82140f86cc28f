//! `/dev/mail`: what would have been mailed. Only in acceptatie without a mail server; anywhere else there is no such page.

use super::{
    ui::{self, Ui},
    visit::Visit,
};
use crate::{AppError, AppState, pages::dutch_time};
use askama::Template;
use axum::{Json, extract::State, response::Response};
use domain::{Environment, mail::Mail};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Serialize;
use storage::Window;

/// The newest ones.
const SHOWN: u32 = 100;

async fn newest(app: &AppState) -> Result<Vec<Mail>, AppError> {
    if app.config.environment != Environment::Acceptatie || app.config.mail.server.is_some() {
        return Err(ProblemCode::NotFound.into());
    }
    let window = Window { offset: 0, limit: SHOWN };
    app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.mails(None, window).await?.rows) })).await
}

/// A mail as the page shows it.
struct Shown {
    id: String,
    at: String,
    mail: Mail,
}

#[derive(Template)]
#[template(path = "dev_mail.html")]
struct DevMail {
    ui: Ui,
    mails: Vec<Shown>,
}

/// For people.
pub(super) async fn page(visit: Visit) -> Result<Response, AppError> {
    let lang = visit.caller.lang;
    let shown = |mail: Mail| Shown { id: mail.id.to_string(), at: dutch_time::moment(lang, mail.created_at), mail };
    let mails = newest(&visit.app).await?.into_iter().map(shown).collect();
    ui::page(&DevMail { ui: visit.ui("/dev/mail"), mails })
}

/// A mail as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    id: String,
    kind: &'static str,
    to: String,
    language: &'static str,
    subject: String,
    text: String,
    html: String,
    reference: String,
    created_at: i64,
}

/// For programs: tests that follow a mail.
#[derive(Serialize)]
pub(super) struct All {
    mails: Vec<Told>,
}

/// The same as JSON.
pub(super) async fn json(State(app): State<AppState>) -> Result<Json<All>, AppError> {
    let told = |mail: Mail| Told {
        id: mail.id.to_string(),
        kind: mail.kind.as_str(),
        to: mail.to.to_string(),
        language: mail.language.as_str(),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        reference: mail.reference,
        created_at: mail.created_at.unix(),
    };
    Ok(Json(All { mails: newest(&app).await?.into_iter().map(told).collect() }))
}
