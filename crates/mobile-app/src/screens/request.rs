//! Someone asks something: everything that helps to decide, and two equal buttons.

use super::parts::{Weight, button, clock, countdown, environment, fact, heading, notices, organisation};
use crate::{
    app::App,
    texts::{Language, Text},
};
use domain::{
    identity::IdentityId,
    request::{Decision, Purpose},
};
use leptos::prelude::*;
use protocol::request::BrowserLabel;
use wallet::{Asked, IdentityView};

/// The screen.
pub fn view(app: App, asked: Box<Asked>) -> impl IntoView {
    let claims = asked.claims.clone();
    let seconds = countdown(asked.received_at.0 + i64::from(claims.expires_in) * 1000);
    let identities = app.usable(&asked.server, js_sys::Date::now() as i64);
    let chosen = RwSignal::new(App::only(&identities).or(identities.last().map(|identity| identity.id)));

    let sentence = claims.sentence.as_ref().map(|sentence| {
        let text = if app.language.get() == Language::Dutch { sentence.nl.clone() } else { sentence.en.clone() };
        view! {
            <h2>{app.say(Text::YouSign)}</h2>
            <blockquote>{text}</blockquote>
        }
    });
    let link = (claims.purpose == Purpose::Link).then(|| {
        let who = claims.asked_by.clone().unwrap_or_else(|| claims.requester.clone());
        let place = claims.organisation.as_ref().map(|o| o.name.clone()).unwrap_or_default();
        view! {
            <p>{app.fill(Text::LinkText, &[&who, &place])}</p>
            <p>{app.say(Text::LinkMeans)}</p>
        }
    });
    let age = if claims.age < 5 {
        app.say(Text::JustNow)
    } else if claims.age < 120 {
        app.fill(Text::SecondsAgo, &[&claims.age.to_string()])
    } else {
        app.fill(Text::MinutesAgo, &[&(claims.age / 60).to_string()])
    };
    let answer = move |decision: Decision| {
        let asked = asked.clone();
        move || app.answer(asked.clone(), decision, chosen.get_untracked())
    };
    let time = move || match seconds.get() {
        0 => app.say(Text::TimeIsOver),
        left => app.fill(Text::MinutesLeft, &[&clock(left)]),
    };
    view! {
        {heading(app.say(title(claims.purpose)))}
        {sentence}
        {link}
        <dl>
            {fact(app.say(Text::WhoAsks), claims.requester.clone())}
            {claims.asked_by.clone().map(|name| fact(app.say(Text::ShownBy), name))}
            {fact(app.say(Text::WhatFor), app.say(purpose(claims.purpose)))}
            {claims.organisation.as_ref().map(|o| fact(app.say(Text::Organisation), organisation(app, o)))}
            {claims.browser.as_ref().map(|b| fact(app.say(Text::Browser), browser_name(app, b)))}
            {fact(app.say(Text::AskedAgo), age)}
            {fact(app.say(Text::Environment), environment(app, claims.env))}
            {match identities.as_slice() {
                [only] => Some(fact(app.say(Text::WithIdentity), only.name.clone())),
                _ => None,
            }}
        </dl>
        {(identities.len() > 1).then(|| choice(app, identities, chosen))}
        <p class="hint">{app.say(Text::NotYou)}</p>
        {notices(app)}
        <div class="pair">
            {button(app, app.say(Text::Decline), Weight::Primary, answer(Decision::Declined))}
            {button(app, app.say(Text::Accept), Weight::Primary, answer(Decision::Accepted))}
        </div>
        <p class="timer" role="timer">{time}</p>
    }
}

fn browser_name(app: App, browser: &BrowserLabel) -> String {
    if app.language.get() == Language::English { browser.in_english() } else { browser.name.clone() }
}

fn choice(app: App, identities: Vec<IdentityView>, chosen: RwSignal<Option<IdentityId>>) -> impl IntoView {
    let radio = move |identity: IdentityView| {
        let id = identity.id;
        let names: Vec<String> = identity.organisations.iter().map(|o| o.name.clone()).collect();
        let label = format!("{} – {}", identity.name, names.join(", "));
        view! {
            <label class="tick">
                <input type="radio" name="identity" prop:checked=move || chosen.get() == Some(id) on:change=move |_| chosen.set(Some(id))/>
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <fieldset>
            <legend>{app.say(Text::WithIdentity)}</legend>
            {identities.into_iter().map(radio).collect_view()}
        </fieldset>
    }
}

fn title(purpose: Purpose) -> Text {
    match purpose {
        Purpose::Login => Text::AskLogin,
        Purpose::Session => Text::AskSession,
        Purpose::Sign => Text::AskSign,
        Purpose::Link => Text::AskLink,
        Purpose::Enrol => Text::EnrolTitle,
    }
}

/// What something is for.
fn purpose(purpose: Purpose) -> Text {
    match purpose {
        Purpose::Login => Text::PurposeLogin,
        Purpose::Session => Text::PurposeSession,
        Purpose::Sign => Text::PurposeSign,
        Purpose::Link => Text::PurposeLink,
        Purpose::Enrol => Text::PurposeEnrol,
    }
}
