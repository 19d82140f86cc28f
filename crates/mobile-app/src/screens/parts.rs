//! Small pieces that several screens share.

use crate::{
    app::{App, Screen},
    platform::page,
    texts::Text,
};
use domain::{Environment, Timestamp};
use leptos::{ev::MouseEvent, prelude::*, task::spawn_local};
use protocol::request::OrganisationLabel;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// The screen's heading.
pub fn heading(text: String) -> AnyView {
    view! { <h1 tabindex="-1">{text}</h1> }.into_any()
}

/// How much a button stands out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The next step.
    Primary,
    /// Another possibility.
    Secondary,
    /// What cannot be undone.
    Danger,
    /// Looks like a link.
    Subtle,
}

impl Weight {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button primary",
            Self::Secondary => "button secondary",
            Self::Danger => "button danger",
            Self::Subtle => "button subtle",
        }
    }
}

/// A button. It waits while a step is running, and only a real press counts: not one that a script makes.
pub fn button(app: App, label: String, weight: Weight, act: impl Fn() + 'static) -> AnyView {
    let press = move |event: MouseEvent| {
        if event.is_trusted() && !app.busy.get_untracked() {
            act();
        }
    };
    view! {
        <button
            type="button" class=weight.class() on:click=press
            aria-disabled=move || app.busy.get().then_some("true")
        >{label}</button>
    }
    .into_any()
}

/// What is wrong on this screen; and, while a step runs, how long that may take.
pub fn notices(app: App) -> AnyView {
    view! {
        <div id="notice" role="alert" class="notice" hidden=move || app.notice.with(Option::is_none)>{move || app.notice.get()}</div>
        <p role="status" class="waiting">{move || app.busy.get().then(|| app.say(Text::Wait))}</p>
    }
    .into_any()
}

/// One line of a list of facts.
pub fn fact(name: String, value: impl IntoView + 'static) -> AnyView {
    view! { <div class="fact"><dt>{name}</dt><dd>{value.into_any()}</dd></div> }.into_any()
}

/// An organisation with its URA.
pub fn organisation(app: App, organisation: &OrganisationLabel) -> AnyView {
    let ura = app.fill(Text::Ura, &[&organisation.ura]);
    view! { <span class="lines"><span>{organisation.name.clone()}</span><span class="muted">{ura}</span></span> }
        .into_any()
}

/// The environment's name.
pub fn environment(app: App, environment: Environment) -> String {
    app.say(match environment {
        Environment::Acceptatie => Text::Acceptatie,
        Environment::Productie => Text::Productie,
    })
}

/// A calendar date: dd-mm-jjjj.
pub fn date(moment: Timestamp) -> String {
    let date = moment.to_utc().date();
    format!("{:02}-{:02}-{:04}", date.day(), u8::from(date.month()), date.year())
}

/// Minutes and seconds: 4:05.
pub fn clock(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// The seconds until a moment of the phone's clock, counting down to 0 as long as the screen is there.
pub fn countdown(until: i64) -> ReadSignal<i64> {
    let left = move || ((until - js_sys::Date::now() as i64).max(0) + 999) / 1000;
    let (seconds, set) = signal(left());
    let gone = gone();
    spawn_local(async move {
        while !gone.load(Ordering::Relaxed) {
            set.set(left());
            if left() == 0 {
                break;
            }
            page::sleep(Duration::from_millis(500)).await;
        }
    });
    seconds
}

/// Four digits to pass on, as long as they count; `over` says what to do after that.
pub fn digits(app: App, code: String, until: i64, over: Text) -> AnyView {
    let seconds = countdown(until);
    // Read out digit by digit.
    let spoken = code.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let time = move || match seconds.get() {
        0 => app.say(over),
        left => app.fill(Text::PairingLeft, &[&clock(left)]),
    };
    view! {
        <p class="digits" hidden=move || seconds.get() == 0>
            <span aria-hidden="true">{code}</span>
            <span class="visually-hidden">{spoken}</span>
        </p>
        <p class="timer" role="timer">{time}</p>
    }
    .into_any()
}

/// Becomes true when the present screen goes.
pub fn gone() -> Arc<AtomicBool> {
    let gone = Arc::new(AtomicBool::new(false));
    let set = gone.clone();
    on_cleanup(move || set.store(true, Ordering::Relaxed));
    gone
}

/// The bar at the foot of the screens that one can leave at any time.
pub fn navigation(app: App, here: Text) -> AnyView {
    let item = move |text: Text, act: fn(App)| {
        let press = move |event: MouseEvent| {
            if event.is_trusted() && !app.busy.get_untracked() {
                act(app);
            }
        };
        let current = (text == here).then_some("page");
        view! { <button type="button" aria-current=current on:click=press>{app.say(text)}</button> }
    };
    view! {
        <nav aria-label=app.say(Text::Menu)>
            {item(Text::Scan, |app| app.visit(Screen::Scan))}
            {item(Text::Identities, |app| app.visit(Screen::Identities))}
            {item(Text::Lock, App::lock)}
            {item(Text::About, |app| app.show(Screen::About))}
        </nav>
    }
    .into_any()
}
