//! What became of a request: the koppelcode, done, or declined.

use super::parts::{digits, heading, navigation};
use crate::{
    app::{App, Outcome},
    texts::Text,
};
use domain::request::{Decision, PAIRING_SECONDS, Purpose};
use leptos::prelude::*;

/// The screen.
pub fn view(app: App, outcome: Outcome) -> impl IntoView {
    let main = match (outcome.answered.decision, outcome.answered.pairing_code) {
        (Decision::Accepted, Some(code)) => {
            pairing(app, code.reveal().to_owned(), outcome.at + PAIRING_SECONDS * 1000).into_any()
        }
        (Decision::Accepted, None) => view! {
            {heading(app.say(Text::AcceptedTitle))}
            <p class="done">{app.say(if outcome.purpose == Purpose::Link { Text::LinkNext } else { Text::AcceptedText })}</p>
        }
        .into_any(),
        (Decision::Declined, _) => view! {
            {heading(app.say(Text::DeclinedTitle))}
            <p class="done">{app.say(Text::DeclinedText)}</p>
            <p>{app.say(Text::DeclinedNext)}</p>
        }
        .into_any(),
    };
    view! {
        {main}
        <div class="actions">
            {super::parts::button(app, app.say(Text::Close), super::parts::Weight::Secondary, move || app.home())}
        </div>
        {navigation(app, Text::Close)}
    }
}

fn pairing(app: App, code: String, until: i64) -> impl IntoView {
    view! {
        {heading(app.say(Text::PairingTitle))}
        <p class="label" id="pairing-label">{app.say(Text::PairingCode)}</p>
        {digits(app, code, until, Text::PairingOver)}
        <p>{app.say(Text::PairingText)}</p>
    }
}
