//! What a row is tried with: things that exist, in the state that the page is about, for the placeholders of its path and
//! form.

use super::{
    desk, office,
    roles::{Cast, Who},
    table::Row,
};
use crate::suite::{
    beheerder::{Beheerder, person, request},
    forger::Forger,
    visitor::Visitor,
    world::{World, add_organisation, caller},
};
use axum::http::Method;
use domain::{
    identity::IdentityStatus,
    organisation::{OrganisationId, OrganisationStatus},
    person::Role,
    request::{RequestId, RequestStatus},
};
use futures::future::BoxFuture;
use portal::services::{
    attributes,
    card::{self, CardKind},
    login,
};
use std::sync::atomic::{AtomicU32, Ordering};
use storage::{StoreError, Tx};
use uuid::Uuid;

/// The placeholders and what stands for them.
pub type Things = Vec<(&'static str, String)>;

/// Everything that a placeholder may name.
const NAMES: [&str; 15] = [
    "org",
    "membership",
    "change",
    "request",
    "id",
    "number",
    "ura",
    "who",
    "session",
    "browser",
    "version",
    "versie",
    "*path",
    "*request",
    "prepared",
];

/// A path or form with its placeholders filled in.
pub fn fill(text: &str, things: &Things) -> String {
    things.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Ids that name nothing.
pub fn random(world: &World) -> Things {
    let id = || Uuid::from_bytes(world.app.entropy().array()).to_string();
    let number = || "999999999".to_owned();
    NAMES.iter().map(|name| (*name, if *name == "number" { number() } else { id() })).collect()
}

/// Who made it, in which organisation.
pub struct Owner<'a> {
    pub visitor: Visitor<'a>,
    pub organisation: OrganisationId,
}

/// Never the same name or number twice.
pub fn next() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

pub async fn write<T: Send + 'static>(
    world: &World,
    job: impl for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
) -> T {
    world.app.store.write(job).await.unwrap()
}

impl Row {
    fn has(&self, name: &str) -> bool {
        let mark = format!("{{{name}}}");
        self.path.contains(&mark) || self.form.contains(&mark)
    }
    /// Whether it names something that may be somebody else's.
    pub fn names_something(&self) -> bool {
        // A version, a path and a new URA are nobody's.
        NAMES.iter().any(|name| !name.starts_with(['*', 'v', 'u']) && self.has(name))
    }
    /// Whether that something is there for one browser only, whoever asks.
    pub fn is_bound(&self) -> bool {
        let bound = ["/inloggen", "/verzoeken", "/desktop", "/attributen", "/bevestigen", "/mijn-gegevens", "/sessies"];
        let office = ["qr", "wachten", "cijfers", "sluiten"].map(|end| format!("/backoffice/operators/{end}"));
        bound.iter().any(|start| self.path.starts_with(start))
            || office.iter().any(|start| self.path.starts_with(start.as_str()))
            || self.has("change")
            || self.has("request")
    }
    /// Makes what it is about.
    pub async fn things(&self, cast: &Cast, owner: &mut Owner<'_>) -> Things {
        let world = owner.visitor.world;
        let mut things: Things =
            vec![("org", owner.organisation.to_string()), ("version", "0".into()), ("*path", "styles.css".into())];
        things.extend([("*request", "bm90aGluZw==".into()), ("versie", portal::config::TERMS_VERSION.into())]);
        if self.has("membership") {
            let (word, deed) = (self.path.rsplit('/').next().unwrap(), !self.path.ends_with("{membership}"));
            let member = desk::colleague(world, cast, owner.organisation, if deed { word } else { "" }).await;
            things.push(("membership", member.id.to_string()));
        }
        if self.has("change") {
            let change = match self.path {
                "/beheer/{org}/importeren/{change}" => desk::import(owner).await,
                "/beheer/{org}/ontkoppelen/{change}" => desk::leavers(owner).await,
                path if path.starts_with("/beheer") => desk::registration(owner).await,
                path => desk::own_change(owner, path.ends_with("/verder")).await,
            };
            things.push(("change", change.to_string()));
        }
        if self.has("request") {
            things.push(("request", self.request(owner).await.to_string()));
        }
        if self.has("prepared") {
            things.push(("prepared", desk::prepared(owner).await));
        }
        if self.has("number") {
            let somebody = Beheerder::with(world, owner.organisation, &[Role::Signer]).await.person();
            things.push(("number", person(world, somebody).await.number));
        }
        if self.has("session") {
            things.push(("session", desk::another_session(owner).await));
        }
        if self.path.ends_with("/e-mail/code") {
            desk::new_address(owner).await;
        }
        if self.has("browser") {
            things.push(("browser", desk::another_browser(owner).await));
        }
        if self.has("ura") {
            things.push(("ura", format!("{:08}", 70_000_000 + next())));
        }
        if self.has("id") || self.has("who") {
            let (id, who) = self.named(cast, owner).await;
            things.extend([("id", id), ("who", who)]);
        }
        things
    }
    /// A request of the owner's browser.
    async fn request(&self, owner: &mut Owner<'_>) -> RequestId {
        let world = owner.visitor.world;
        match self.path {
            path if path.starts_with("/beheer/{org}/koppelen") => desk::link(owner, self.method == Method::POST).await,
            path if path.starts_with("/beheer") => {
                let change = desk::registration(owner).await;
                desk::shown(owner, Some(owner.organisation), change).await.id
            }
            path if path.starts_with("/backoffice") => {
                let change = office::invitation(owner).await;
                desk::shown(owner, None, change).await.id
            }
            _ => login::start(&world.app, &owner.visitor.browser()).await.unwrap().id,
        }
    }
    /// What `{id}` and `{who}` stand for.
    async fn named(&self, cast: &Cast, owner: &mut Owner<'_>) -> (String, String) {
        let world = owner.visitor.world;
        let (app, browser) = (&world.app, owner.visitor.browser());
        let of = |path: &str| self.path.starts_with(path);
        let none = String::new();
        match () {
            () if of("/desktop") => {
                (card::start(app, &caller(), &browser, CardKind::Login).await.unwrap().id.to_string(), none)
            }
            () if of("/verzoeken") => {
                let id = login::start(app, &browser).await.unwrap().id;
                // What is over does not go on telling.
                let mut over = request(world, id).await;
                over.status = RequestStatus::Cancelled;
                write(world, move |tx| Box::pin(async move { tx.update_request(&over).await })).await;
                (id.to_string(), none)
            }
            () if of("/attributen") => {
                let current = owner.visitor.current().await;
                (attributes::start(app, &caller(), &browser, &current).await.unwrap().id.to_string(), none)
            }
            () if of("/inloggen") || of("/api") => (login::start(app, &browser).await.unwrap().id.to_string(), none),
            () if of("/backoffice/aanvragen") => (office::application(world).await.id.to_string(), none),
            () if of("/backoffice/besluiten") => (office::waiting_for_second(world, cast).await.to_string(), none),
            () if of("/backoffice/organisaties") => {
                let ura = format!("{:08}", 80_000_000 + next());
                let place = add_organisation(app, "Praktijk West", &ura, OrganisationStatus::Validated).await;
                if !self.has("who") {
                    return (place.to_string(), none);
                }
                let manager = Beheerder::with(world, place, &[Role::Signer, Role::Manager]).await;
                let membership = desk::membership_in(world, manager.person(), place).await;
                (place.to_string(), format!("{}/Manager", membership.id))
            }
            () if of("/backoffice/personen") => {
                let somebody = Forger::new(world).await;
                if self.path.ends_with("/splitsen") {
                    let into = Forger::new(world).await.identity.person;
                    let mut gone = person(world, somebody.identity.person).await;
                    gone.merged_into = Some(into);
                    write(world, move |tx| Box::pin(async move { tx.update_person(&gone).await })).await;
                }
                if self.path.ends_with("/deblokkeren") {
                    somebody.change(world, |identity| identity.status = IdentityStatus::Blocked).await;
                }
                (somebody.identity.person.to_string(), none)
            }
            () if of("/backoffice/operators/qr") => (office::invitation(owner).await.to_string(), none),
            () if of("/backoffice/operators/wachten") => {
                let change = office::invitation(owner).await;
                (desk::shown(owner, None, change).await.id.to_string(), none)
            }
            () if of("/backoffice/operators") => (none, cast.second.identity.person.to_string()),
            () if of("/backoffice/auditors") => {
                (none, cast.phone(Who::EnvironmentAuditor).unwrap().identity.person.to_string())
            }
            () if of("/backoffice/zorgapplicaties") => (office::care_application(world).await.to_string(), none),
            () if of("/backoffice/meldingen") => (office::notice(world, owner).await.to_string(), none),
            () if of("/backoffice/mail") => (office::failed_mail(world).await.to_string(), none),
            () => panic!("nothing is known for {self}: say in target.rs what its ids name"),
        }
    }
}
