//! Beheer: the people of one organisation. Every page is inside an organisation of who is logged in; for anybody else it
//! does not exist.

mod deed;
mod deeds;
mod export;
mod file;
mod guide;
mod history;
mod import;
mod leavers;
mod link;
mod list;
mod log;
mod organisation;
mod person;
mod prepared;
mod qr;
mod register;
mod roles;
mod words;

pub(super) use words::purpose;

use super::{
    ui::{self, Ui},
    visit::Visit,
};
use crate::{
    AppError,
    routes::Routes,
    services::{changes, people, session::Current},
};
use askama::Template;
use axum::response::Response;
use domain::{
    authorise::Action,
    organisation::{Organisation, OrganisationId},
    person::{MembershipId, PersonId},
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

/// The routes of this room.
pub(super) fn routes() -> Routes {
    let routes = Routes::new()
        .get("/beheer", choose)
        .get("/beheer/{org}", list::page)
        .get("/beheer/{org}/registreren", register::page)
        .post("/beheer/{org}/registreren", register::register)
        .get("/beheer/{org}/qr/{change}", qr::page)
        .get("/beheer/{org}/wachten/{request}", qr::waiting)
        .post("/beheer/{org}/cijfers", qr::pair)
        .post("/beheer/{org}/sluiten", qr::close)
        .get("/beheer/{org}/koppelen", link::page)
        .post("/beheer/{org}/koppelen", link::show)
        .get("/beheer/{org}/koppelen/{request}", link::waiting)
        .post("/beheer/{org}/koppelen/{request}", link::link)
        .get("/beheer/{org}/importeren", import::page)
        .post("/beheer/{org}/importeren", import::upload)
        .get("/beheer/{org}/importeren/voorbeeld.csv", import::example)
        .get("/beheer/{org}/importeren/{change}", import::check)
        .post("/beheer/{org}/voorbereid/verwijderen", prepared::remove)
        .get("/beheer/{org}/ontkoppelen", leavers::page)
        .post("/beheer/{org}/ontkoppelen", leavers::upload)
        .get("/beheer/{org}/ontkoppelen/{change}", leavers::check)
        .post("/beheer/{org}/export.csv", export::people)
        .get("/beheer/{org}/organisatie", organisation::page)
        .post("/beheer/{org}/organisatie", organisation::change)
        .get("/beheer/{org}/log", log::page)
        .post("/beheer/{org}/log/export.csv", log::csv)
        .post("/beheer/{org}/log/export.json", log::fhir)
        .get("/beheer/{org}/rollen", roles::page)
        .post("/beheer/{org}/rollen/export.csv", roles::csv)
        .get("/beheer/{org}/personen/{membership}", person::page)
        .get("/beheer/{org}/personen/{membership}/geschiedenis", history::page)
        .get("/beheer/{org}/personen/{membership}/telefoon-kwijt", guide::lost_phone)
        .get("/beheer/{org}/personen/{membership}/uit-dienst", guide::leaving);
    deed::Deed::ALL.into_iter().fold(routes, |routes, one| {
        let path = one.route();
        routes.get(path, deeds::page).post(path, deeds::act)
    })
}

/// Somebody at work in one organisation.
pub(super) struct Desk {
    pub visit: Visit,
    pub organisation: Organisation,
}

impl Desk {
    /// Enters an organisation to do something there; a refusal is logged.
    pub async fn enter(
        visit: Visit,
        organisation: &str,
        action: impl FnOnce(OrganisationId) -> Action,
    ) -> Result<Self, AppError> {
        let current = visit.logged_in()?;
        let id = OrganisationId::parse(organisation).ok_or(AppError::new(ProblemCode::NotFound))?;
        changes::require(&visit.app, &visit.caller, current, action(id)).await?;
        let organisation = people::organisation(&visit.app, id).await?;
        Ok(Self { visit, organisation })
    }
    /// Who is at work.
    pub fn current(&self) -> Result<&Current, AppError> {
        self.visit.logged_in()
    }
    /// Who is at work, by id.
    pub fn me(&self) -> Option<PersonId> {
        self.visit.current.as_ref().and_then(|current| current.session.person)
    }
    /// Whether something may be done here.
    pub fn may(&self, action: impl FnOnce(OrganisationId) -> Action) -> bool {
        let actor = self.visit.current.as_ref().and_then(|current| current.actor(self.visit.app.now()));
        actor.is_some_and(|actor| actor.may(action(self.organisation.id)).is_ok())
    }
    /// A path within this organisation; `rest` begins with `/` or is empty.
    pub fn path(&self, rest: &str) -> String {
        format!("/beheer/{}{rest}", self.organisation.id)
    }
    /// The page of a member.
    pub fn person_path(&self, membership: MembershipId) -> String {
        self.path(&format!("/personen/{membership}"))
    }
    /// The frame of a page here.
    pub fn ui(&self, path: &str) -> Ui {
        self.visit.ui(path)
    }
}

/// A link with its text.
pub(super) struct Link {
    pub href: String,
    pub text: String,
}

#[derive(Template)]
#[template(path = "manage/choose.html")]
struct ChoosePage {
    ui: Ui,
    organisations: Vec<(Link, String)>,
}

/// Which organisation; one is no choice.
async fn choose(visit: Visit) -> Result<Response, AppError> {
    let found = people::organisations(&visit.app, visit.logged_in()?).await?;
    match found.as_slice() {
        [] => Err(ProblemCode::NotFound.into()),
        [one] => Ok(ui::see(&format!("/beheer/{}", one.id))),
        _ => {
            let rows = found.into_iter().map(|one| {
                let link = Link { href: format!("/beheer/{}", one.id), text: one.name.clone() };
                (link, one.ura.to_string())
            });
            ui::page(&ChoosePage { organisations: rows.collect(), ui: visit.ui("/beheer") })
        }
    }
}

fn membership_id(text: &str) -> Result<MembershipId, AppError> {
    MembershipId::parse(text).ok_or(ProblemCode::NotFound.into())
}
