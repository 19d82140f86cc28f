//! What mails say: Fluent texts in the reader's language, as plain text and as HTML.

use super::texts;
use crate::{AppError, AppState, caller::Lang, services::mail::Letter};
use askama::Template;
use domain::{Environment, mail::MailKind, person::Role};
use std::collections::HashMap;

/// A mail as it will be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage<'a> {
    lang: &'a str,
    subject: &'a str,
    environment: Option<String>,
    paragraphs: &'a [String],
    code: Option<&'a str>,
    link: Option<(String, String)>,
    footer: &'a [String],
}

fn role(lang: Lang, role: Role) -> String {
    let texts = texts::of(lang);
    let key = match role {
        Role::Signer => "role-signer",
        Role::Helpdesk => "role-helpdesk",
        Role::Manager => "role-manager",
        Role::Administrator => "role-administrator",
        Role::Auditor => "role-auditor",
    };
    texts.get(key)
}

/// Where who holds its code sees an application's status.
const STATUS: &str = "/aanvragen/status";

/// Where the reader goes on. Never a link that logs in.
fn path(kind: MailKind) -> Option<&'static str> {
    use MailKind::*;
    match kind {
        ApplicationCopy | ApplicationReceived | ApplicationRejected | ApplicationExpired | ApplicationWithdrawn => {
            Some(STATUS)
        }
        ApplicationApproved | ApplicationReminder => Some("/valideren"),
        ApplicationForOperators => Some("/backoffice"),
        SecondOperator => Some("/backoffice/besluiten"),
        NewBrowser | ConfirmAddress => Some("/mijn-gegevens"),
        IdentityBlocked | IdentityRevoked | IdentityReplaced => Some("/hulp"),
        ApplicationValidated | RoleGiven | RoleTaken | KnownPersonConflict | ElsewhereChanged | PeopleExported
        | Orphaned | LogBroken | IdentityActivated | CertificateEnds | OperatorGiven | OperatorTaken | AuditorGiven
        | AuditorTaken => Some("/overzicht"),
    }
}

/// `2026-11-22` as Dutch people write it; anything else as it is.
fn day(detail: &str) -> String {
    let parts: Vec<&str> = detail.split('-').collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 && month.len() == 2 && day.len() == 2 => format!("{day}-{month}-{year}"),
        _ => detail.to_owned(),
    }
}

/// Renders a mail.
pub fn render(app: &AppState, lang: Lang, letter: &Letter<'_>, reference: &str) -> Result<Rendered, AppError> {
    let texts = texts::of(lang);
    let form = letter.application.map(|application| &application.form);
    let (organisation, ura) = match (letter.organisation, form) {
        (Some(organisation), _) => (organisation.name.clone(), organisation.ura.to_string()),
        (None, Some(form)) => (form.organisation_name.clone(), form.ura.to_string()),
        (None, None) => (String::new(), String::new()),
    };
    let facts: HashMap<&str, String> = HashMap::from([
        ("organisation", organisation),
        ("ura", ura),
        ("person", letter.person.map(|person| person.name.full()).unwrap_or_default()),
        ("applicant", form.map(|form| form.applicant.full()).unwrap_or_default()),
        ("representative", form.map(|form| form.representative_name.clone()).unwrap_or_default()),
        ("application", form.map(|form| form.care_application.clone()).unwrap_or_default()),
        ("role", letter.role.map(|it| role(lang, it)).unwrap_or_default()),
        ("reason", letter.reason.to_owned()),
        ("detail", day(letter.detail)),
    ]);
    let text_of = |key: &str| texts.get_args(key, facts.clone());
    let kind = letter.kind.as_str();
    let subject = one_line(&text_of(&format!("mail-{kind}-subject")));
    let body = text_of(&format!("mail-{kind}-body"));
    let paragraphs: Vec<String> = body.split("\n\n").map(one_line).filter(|part| !part.is_empty()).collect();
    let acceptatie = app.config.environment == Environment::Acceptatie;
    let environment = acceptatie.then(|| texts.get("environment-bar"));
    let subject = if acceptatie { format!("[test] {subject}") } else { subject };
    let link = path(letter.kind).map(|path| {
        // Behind the `#` no server or proxy on the way sees the code of the status page.
        let code = letter.code.filter(|_| path == STATUS).map(|code| format!("#{code}")).unwrap_or_default();
        (format!("{}{path}{code}", app.config.public_url), texts.get("mail-link"))
    });
    let footer = [
        texts.get("mail-footer-why"),
        texts.get_args("mail-footer-reference", HashMap::from([("reference", reference.to_owned())])),
    ];
    let html = MailPage {
        lang: lang.as_str(),
        subject: &subject,
        environment: environment.clone(),
        paragraphs: &paragraphs,
        code: letter.code,
        link: link.clone(),
        footer: &footer,
    };
    let html = html.render().map_err(AppError::internal)?;
    let mut text: Vec<String> = environment.into_iter().collect();
    text.extend(paragraphs);
    text.extend(letter.code.map(str::to_owned));
    text.extend(link.map(|(address, words)| format!("{words}\n{address}")));
    text.push("-- ".to_owned() + "\n" + &footer.join("\n"));
    Ok(Rendered { subject, text: text.join("\n\n") + "\n", html })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
