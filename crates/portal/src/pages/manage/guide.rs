//! Guided pages: a phone is lost, somebody leaves (SYSTEM.md §3). They lead to the pages that do it.

use super::{Desk, Link, deed::Deed, membership_id, person};
use crate::{
    AppError,
    pages::{
        ui::{self, Ui},
        visit::Visit,
    },
    services::people::{self, Member},
};
use askama::Template;
use axum::{extract::Path, response::Response};
use domain::authorise::Action;
use i18n_embed_fl::fl;
use protocol::ProblemCode;

async fn at(visit: Visit, (org, who): (String, String)) -> Result<(Desk, Member), AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let member = people::member(&desk.visit.app, desk.organisation.id, membership_id(&who)?).await?;
    if desk.me() == Some(member.person.id) {
        return Err(ProblemCode::NotOneself.into());
    }
    Ok((desk, member))
}

/// The page of a deed, when it may be done.
fn link(desk: &Desk, member: &Member, ui: &Ui, deed: Deed) -> Option<Link> {
    let path = desk.person_path(member.membership.id);
    let link = || Link { href: format!("{path}/{}", deed.word()), text: deed.title(&ui.t) };
    deed.offered(desk, member).then(link)
}

#[derive(Template)]
#[template(path = "manage/lost_phone.html")]
struct LostPhonePage {
    ui: Ui,
    back: String,
    name: String,
    last_used: String,
    revoke: Option<Link>,
    block: Option<Link>,
    unblock: Option<Link>,
    new_qr: Option<Link>,
}

/// *Telefoon kwijt*: look at the last use, then one of two roads.
pub(super) async fn lost_phone(visit: Visit, Path(ids): Path<(String, String)>) -> Result<Response, AppError> {
    let (desk, member) = at(visit, ids).await?;
    let back = desk.person_path(member.membership.id);
    let ui = desk.ui(&format!("{back}/telefoon-kwijt"));
    ui::page(&LostPhonePage {
        name: member.person.name.full(),
        last_used: person::last_used(&ui.t, &member),
        revoke: link(&desk, &member, &ui, Deed::RevokeIdentity),
        block: link(&desk, &member, &ui, Deed::BlockIdentity),
        unblock: link(&desk, &member, &ui, Deed::UnblockIdentity),
        new_qr: link(&desk, &member, &ui, Deed::NewQr),
        back,
        ui,
    })
}

#[derive(Template)]
#[template(path = "manage/leaving.html")]
struct LeavingPage {
    ui: Ui,
    back: String,
    name: String,
    organisation: String,
    unlink: Option<Link>,
    end_date: Option<Link>,
    block: Option<Link>,
    last_administrator: bool,
}

/// *Uit dienst*: unlinked, not revoked.
pub(super) async fn leaving(visit: Visit, Path(ids): Path<(String, String)>) -> Result<Response, AppError> {
    let (desk, member) = at(visit, ids).await?;
    let back = desk.person_path(member.membership.id);
    let ui = desk.ui(&format!("{back}/uit-dienst"));
    ui::page(&LeavingPage {
        name: member.person.name.full(),
        organisation: desk.organisation.name.clone(),
        unlink: link(&desk, &member, &ui, Deed::Unlink),
        end_date: link(&desk, &member, &ui, Deed::EndDate),
        block: link(&desk, &member, &ui, Deed::BlockAccess),
        last_administrator: member.last_administrator,
        back,
        ui,
    })
}
