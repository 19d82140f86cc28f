//! *Aan de slag*: what somebody arranges first, by role; what the server knows to be done, and tips for what it cannot know.

use crate::{
    pages::texts::Texts,
    services::{
        overview::{Arranged, Overview},
        session::Current,
    },
};
use i18n_embed_fl::fl;

/// A line of the list.
pub(super) struct FirstStep {
    pub text: String,
    /// Where it is done; a tip has none.
    pub href: Option<String>,
    pub done: bool,
}

fn tip(text: String) -> FirstStep {
    FirstStep { text, href: None, done: false }
}

/// The list of who is logged in, what is still to be done first.
pub(super) fn of(t: &Texts, current: &Current, found: &Overview, arranged: &[Arranged]) -> Vec<FirstStep> {
    let mut steps = Vec::new();
    for one in arranged {
        let place = found.memberships.iter().find(|(membership, _)| membership.organisation == one.organisation);
        if let Some((_, organisation)) = place {
            let base = format!("/beheer/{}", organisation.id);
            let name = organisation.name.as_str();
            let step = |text, rest: &str, done| FirstStep { text, href: Some(format!("{base}{rest}")), done };
            if one.administers {
                steps.push(step(fl!(t, "first-administrator", organisation = name), "", one.second_administrator));
            }
            steps.push(step(fl!(t, "first-colleagues", organisation = name), "/registreren", one.colleagues));
            let contact = organisation.contact.is_some();
            steps.push(step(fl!(t, "first-contact", organisation = name), "/organisatie", contact));
        }
    }
    if let Some(person) = &current.person {
        let href = Some("/mijn-gegevens".to_owned());
        steps.push(FirstStep { text: fl!(t, "first-email"), href, done: person.mail_address().is_some() });
    }
    if !found.memberships.is_empty() {
        let done = found.memberships.iter().any(|(membership, _)| membership.attributes.is_some());
        steps.push(FirstStep { text: fl!(t, "first-attributes"), href: Some("/attributen".to_owned()), done });
    }
    steps.sort_by_key(|step| step.done);
    if !arranged.is_empty() {
        steps.push(tip(fl!(t, "first-mandates")));
    }
    steps.extend([fl!(t, "first-backup"), fl!(t, "overview-start-code"), fl!(t, "overview-start-log-out")].map(tip));
    steps
}
