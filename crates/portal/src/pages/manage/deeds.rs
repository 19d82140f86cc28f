//! The pages that do something with a colleague: what will happen, what is asked, and the button.

use super::{
    Desk,
    deed::{Deed, Typed},
    membership_id,
};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        confirm,
        form::{Field, Kind},
        ui::{self, Ui},
        visit::Visit,
    },
    services::people::{self, Member},
};
use askama::Template;
use axum::{
    extract::Path,
    http::{StatusCode, Uri},
    response::Response,
};
use domain::{authorise::Action, change::Change};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

#[derive(Template)]
#[template(path = "manage/deed.html")]
struct DeedPage {
    ui: Ui,
    title: String,
    text: String,
    name: String,
    number: String,
    birth_date: String,
    organisation: String,
    action: String,
    back: String,
    fields: Vec<Field>,
    /// The statement that the check was face to face: its message, and whether it was ticked.
    statement: Option<(Option<String>, bool)>,
    button: String,
    is_final: bool,
    wrong: bool,
    /// It will be confirmed with phone or card.
    confirms: bool,
}

async fn at(visit: Visit, (org, who): (String, String), uri: &Uri) -> Result<(Desk, Member, Deed), AppError> {
    let desk = Desk::enter(visit, &org, Action::SeePeople).await?;
    let deed = Deed::of(uri.path()).ok_or(AppError::new(ProblemCode::NotFound))?;
    let member = people::member(&desk.visit.app, desk.organisation.id, membership_id(&who)?).await?;
    Ok((desk, member, deed))
}

fn show(desk: &Desk, member: &Member, deed: Deed, typed: &Typed, check: bool) -> Result<Response, AppError> {
    let back = desk.person_path(member.membership.id);
    let action = format!("{back}/{}", deed.word());
    let ui = desk.ui(&action);
    let t = ui.t.clone();
    let fields = deed.fields(&t, desk, member, typed, check);
    let statement = deed.checks_document().then(|| {
        let missing = check && !typed.seen();
        (missing.then(|| fl!(t, "statement-missing")), typed.seen())
    });
    let trusted = desk.current()?.session.browser_trusted;
    let page = DeedPage {
        title: deed.title(&t),
        text: deed.text(&t),
        name: member.person.name.full(),
        number: member.person.number.clone(),
        birth_date: if deed.checks_document() { member.person.birth_date.to_dutch() } else { String::new() },
        organisation: desk.organisation.name.clone(),
        action,
        back,
        fields,
        statement,
        button: deed.button(&t),
        is_final: deed.is_final(),
        wrong: check,
        confirms: !trusted || matches!(deed, Deed::Roles | Deed::RevokeIdentity | Deed::Correct),
        ui,
    };
    match check {
        true => ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page),
        false => ui::page(&page),
    }
}

/// The page; only what may be done has one.
pub(super) async fn page(visit: Visit, Path(ids): Path<(String, String)>, uri: Uri) -> Result<Response, AppError> {
    let (desk, member, deed) = at(visit, ids, &uri).await?;
    if !deed.fits(&member, desk.visit.app.now()) {
        return Ok(ui::see(&desk.person_path(member.membership.id)));
    }
    deed.allowed(&desk, &member).map_err(AppError::from)?;
    show(&desk, &member, deed, &deed.known(&member), false)
}

/// Proposes it.
pub(super) async fn act(
    visit: Visit,
    Path(ids): Path<(String, String)>,
    uri: Uri,
    SafeForm(typed): SafeForm<Typed>,
) -> Result<Response, AppError> {
    let (desk, member, deed) = at(visit, ids, &uri).await?;
    // Pressed twice, or somebody else was first: the person's page shows how it stands.
    if !deed.fits(&member, desk.visit.app.now()) {
        return Err(ProblemCode::NotNow.into());
    }
    let made = |change| Change::Member { membership: member.membership.id, change };
    if deed.allowed(&desk, &member).is_err() {
        // Refused where every change is: with an entry in the log.
        let reason = if typed.reden.trim().is_empty() { "-" } else { typed.reden.as_str() };
        let change = made(deed.sample(&member));
        return confirm::propose(&desk.visit, Some(desk.organisation.id), change, reason).await;
    }
    let fields = deed.fields(&desk.ui("/").t, &desk, &member, &typed, true);
    let Some(change) = deed.read(&desk, &member, &typed, &fields) else {
        return show(&desk, &member, deed, &typed, true);
    };
    confirm::propose(&desk.visit, Some(desk.organisation.id), made(change), &typed.reden).await
}
