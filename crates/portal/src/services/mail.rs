//! Writing mails: rendered in the reader's language and put into the outbox, in the transaction of what they tell. Sending
//! them is `crate::outgoing`.

use super::journal;
use crate::{
    AppState,
    caller::{Caller, Lang},
    error::Halt,
    pages::mails,
};
use domain::{
    EmailAddress, Language,
    application::Application,
    log::Event,
    mail::{Mail, MailId, MailKind, MailStatus},
    operator::Operator,
    organisation::{Organisation, OrganisationId},
    person::{Person, PersonId, Role},
};
use storage::Tx;

/// What a mail tells. Never a birth date, document number, QR or login link.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// Which of the list.
    pub kind: MailKind,
    /// About which organisation.
    pub organisation: Option<&'a Organisation>,
    /// About which person.
    pub person: Option<&'a Person>,
    /// About which application.
    pub application: Option<&'a Application>,
    /// Which role.
    pub role: Option<Role>,
    /// Why.
    pub reason: &'a str,
    /// One more fact of this kind: a date (`jjjj-mm-dd`), a number of days or people, a browser.
    pub detail: &'a str,
    /// A code to type.
    pub code: Option<&'a str>,
}

impl<'a> Letter<'a> {
    /// A mail of this kind that says nothing more.
    pub fn new(kind: MailKind) -> Self {
        let (organisation, person, application) = (None, None, None);
        Self { kind, organisation, person, application, role: None, reason: "", detail: "", code: None }
    }
    /// About an organisation.
    pub fn organisation(self, organisation: &'a Organisation) -> Self {
        Self { organisation: Some(organisation), ..self }
    }
    /// About a person.
    pub fn person(self, person: &'a Person) -> Self {
        Self { person: Some(person), ..self }
    }
    /// About an application.
    pub fn application(self, application: &'a Application) -> Self {
        Self { application: Some(application), ..self }
    }
    /// About a role.
    pub fn role(self, role: Role) -> Self {
        Self { role: Some(role), ..self }
    }
    /// With a reason.
    pub fn reason(self, reason: &'a str) -> Self {
        Self { reason, ..self }
    }
    /// With one more fact.
    pub fn detail(self, detail: &'a str) -> Self {
        Self { detail, ..self }
    }
    /// With a code to type.
    pub fn code(self, code: &'a str) -> Self {
        Self { code: Some(code), ..self }
    }
}

/// Writes one mail.
pub async fn to_address(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    address: &EmailAddress,
    language: Language,
    letter: Letter<'_>,
) -> Result<(), Halt> {
    let now = app.now();
    let rendered = mails::render(app, lang(language), &letter, &caller.reference)?;
    let mail = Mail {
        id: MailId::new(now, app.entropy()),
        kind: letter.kind,
        to: address.clone(),
        language,
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        reference: caller.reference.clone(),
        organisation: letter.organisation.map(|organisation| organisation.id),
        person: letter.person.map(|person| person.id),
        application: letter.application.map(|application| application.id),
        status: MailStatus::Queued,
        attempts: 0,
        next_at: now,
        last_error: None,
        created_at: now,
        sent_at: None,
    };
    tx.insert_mail(&mail).await?;
    app.mail_written();
    let mut entry = journal::entry(app, caller, Event::MailQueued).by_system().detail(letter.kind.as_str());
    if let Some(organisation) = mail.organisation {
        entry = entry.within(organisation);
    }
    if let Some(person) = mail.person {
        entry = entry.about(person);
    }
    entry.write(tx).await
}

/// The interface's word for a language.
fn lang(language: Language) -> Lang {
    match language {
        Language::Nl => Lang::Nl,
        Language::En => Lang::En,
    }
}

/// To a person who confirmed an address; to others nothing can be mailed.
pub async fn to_person(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    person: PersonId,
    letter: Letter<'_>,
) -> Result<(), Halt> {
    let Some(person) = tx.person(person).await? else { return Ok(()) };
    let Some(address) = person.mail_address() else { return Ok(()) };
    let letter = if letter.person.is_none() { letter.person(&person) } else { letter };
    to_address(app, caller, tx, address, Language::Nl, letter).await
}

/// To every active administrator of an organisation who confirmed an address.
pub async fn to_administrators(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    letter: Letter<'_>,
) -> Result<(), Halt> {
    let Some(found) = tx.organisation(organisation).await? else { return Ok(()) };
    let letter = letter.organisation(&found);
    for membership in tx.memberships_with_role(organisation, Role::Administrator).await? {
        let Some(person) = tx.person(membership.person).await?.filter(|_| membership.is_active(app.now())) else {
            continue;
        };
        if let Some(address) = person.mail_address() {
            to_address(app, caller, tx, address, Language::Nl, letter).await?;
        }
    }
    Ok(())
}

/// To every operator who confirmed an address, and to the operators' shared address when there is one.
pub async fn to_operators(app: &AppState, caller: &Caller, tx: &mut dyn Tx, letter: Letter<'_>) -> Result<(), Halt> {
    if let Some(address) = &app.config.mail.operators {
        to_address(app, caller, tx, address, Language::Nl, letter).await?;
    }
    for operator in tx.operators().await?.into_iter().filter(Operator::is_operator) {
        let Some(person) = tx.person(operator.person).await? else { continue };
        if let Some(address) = person.mail_address() {
            to_address(app, caller, tx, address, Language::Nl, letter).await?;
        }
    }
    Ok(())
}

/// To the applicant and the representative.
pub async fn to_application(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    application: &Application,
    letter: Letter<'_>,
) -> Result<(), Halt> {
    let letter = letter.application(application);
    let form = &application.form;
    to_address(app, caller, tx, &form.email, application.language, letter).await?;
    if form.representative_email != form.email {
        to_address(app, caller, tx, &form.representative_email, application.language, letter).await?;
    }
    Ok(())
}
