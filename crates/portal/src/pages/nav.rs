//! The main menu: only what somebody may open.

use super::{texts::Texts, ui::NavLink};
use crate::services::session::Current;
use domain::{Timestamp, authorise::Action, organisation::OrganisationId};
use i18n_embed_fl::fl;

/// The log of the whole environment, which its auditors see without the rest of the back office.
const WHOLE_LOG: &str = "/backoffice/log";

/// The menu of who is logged in, on the page at `path`.
pub(super) fn of(t: &Texts, current: &Current, path: &str, now: Timestamp) -> Vec<NavLink> {
    let mut links = vec![("/overzicht".to_owned(), fl!(t, "nav-overview"))];
    if let Some(actor) = current.actor(now) {
        let mine: Vec<OrganisationId> = actor.memberships.iter().map(|membership| membership.organisation).collect();
        if mine.iter().any(|id| actor.may(Action::SeePeople(*id)).is_ok()) {
            links.push(("/beheer".to_owned(), fl!(t, "nav-people")));
        }
        // The log of the organisation one is at, or else of the first whose log one may read.
        let readable = |id: &&OrganisationId| actor.may(Action::ReadLog(**id)).is_ok();
        let here = |id: &&OrganisationId| path.starts_with(&format!("/beheer/{id}"));
        let log = mine.iter().filter(readable).find(here).or_else(|| mine.iter().find(readable));
        if let Some(id) = log {
            links.push((format!("/beheer/{id}/log"), fl!(t, "nav-log")));
        }
        if actor.may(Action::Operate).is_ok() {
            links.push(("/backoffice".to_owned(), fl!(t, "nav-office")));
        } else if actor.may(Action::ReadEverything).is_ok() {
            links.push((WHOLE_LOG.to_owned(), fl!(t, "nav-whole-log")));
        }
        links.push(("/mijn-gegevens".to_owned(), fl!(t, "nav-own")));
    }
    let log = path.starts_with("/beheer/") && matches!(path.split('/').nth(3), Some("log" | "rollen"));
    let here = |href: &str| match href {
        WHOLE_LOG => path.starts_with(href),
        _ if href.ends_with("/log") => log,
        _ => path.starts_with(href) && !log,
    };
    links.into_iter().map(|(href, text)| NavLink { here: here(&href), href, text }).collect()
}
