//! What waits for a second operator.

use super::{
    Asked, Office, id,
    sheet::{Form, Sheet},
};
use crate::{
    AppError,
    browser::SafeForm,
    caller::Lang,
    pages::{confirm, dutch_time, texts::Texts},
    services::{
        changes,
        office::{self, Waiting},
    },
};
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::change::{Change, ChangeId, OperatorChange};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

/// Yes or no.
#[derive(Deserialize)]
pub(super) struct Decision {
    #[serde(default)]
    besluit: String,
}

/// What the second operator must know besides the sentence.
fn details(t: &Texts, waiting: &Waiting) -> String {
    match &waiting.pending.change {
        Change::Operator(OperatorChange::Approve { checks, .. }) => fl!(
            t,
            "office-decision-checks",
            name = checks.name.as_str(),
            ura = checks.ura.as_str(),
            representative = checks.representative.as_str()
        ),
        Change::Operator(OperatorChange::Correct { name, birth_date, birthplace, .. }) => fl!(
            t,
            "office-decision-person",
            name = name.full(),
            date = birth_date.to_dutch(),
            place = birthplace.as_str()
        ),
        Change::Operator(OperatorChange::Invite(new) | OperatorChange::InviteAuditor(new)) => fl!(
            t,
            "office-decision-person",
            name = new.name.full(),
            date = new.birth_date.to_dutch(),
            place = new.birthplace.as_str()
        ),
        _ => String::new(),
    }
}

/// The list. Each one shows what was proposed, by whom, and the two answers.
pub(super) async fn page(Office(visit): Office, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    let waiting = office::decisions(&visit.app).await?;
    let mut sheet = Sheet::new(&visit, "/backoffice/besluiten", asked.gedaan.as_deref());
    let (t, lang) = (sheet.ui.t.clone(), visit.caller.lang);
    sheet.lead = fl!(t, "office-decisions-lead");
    if waiting.is_empty() {
        sheet.lead = fl!(t, "office-decisions-none");
    }
    let me = visit.logged_in()?.session.person;
    for one in &waiting {
        let pending = &one.pending;
        let sentence = if lang == Lang::Nl { &pending.sentence.0 } else { &pending.sentence.1 };
        let at = dutch_time::moment(lang, pending.created_at);
        let until = dutch_time::date(pending.expires_at);
        let by = fl!(t, "office-decision-by", name = one.by.as_str(), at = at, until = until);
        let text = format!("{by} {}", details(&t, one)).trim().to_owned();
        let path = format!("/backoffice/besluiten/{}", pending.id);
        if Some(pending.by) == me {
            sheet.fact(sentence.clone(), fl!(t, "office-decision-own", until = dutch_time::date(pending.expires_at)));
            continue;
        }
        let yes = Form::new("ja", sentence.clone(), text, path.clone(), Vec::new()).open();
        let mut yes = yes.hidden("besluit", "ja".to_owned());
        yes.button = fl!(t, "office-agree");
        let title = fl!(t, "office-disagree-title", sentence = sentence.as_str());
        let mut no = Form::new("nee", title, fl!(t, "office-disagree-text"), path, Vec::new());
        no = no.hidden("besluit", "nee".to_owned());
        no.button = fl!(t, "office-disagree");
        sheet.forms.extend([yes, no]);
    }
    sheet.title(fl!(t, "office-decisions")).show(None)
}

/// Agrees or disagrees: a change like any other. An invitation ends at its QR code, in this browser.
pub(super) async fn decide(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(form): SafeForm<Decision>,
) -> Result<Response, AppError> {
    let which = id(ChangeId::parse(&which))?;
    // Nothing but the two words counts: a refusal must be meant too.
    let agrees = match form.besluit.as_str() {
        "ja" => true,
        "nee" => false,
        _ => return Err(ProblemCode::BadInput.into()),
    };
    let change = changes::decision(&visit.app, which, agrees).await?;
    confirm::propose(&visit, None, change, "").await
}
