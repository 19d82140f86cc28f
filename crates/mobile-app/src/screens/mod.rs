//! What is seen. Every screen has one heading that gets the focus when the screen appears.

mod about;
mod enrol;
mod first_run;
mod home;
mod identities;
mod keypad;
mod message;
mod parts;
mod request;
mod result;
mod scan;
mod unlock;

use crate::{
    app::{App, Screen},
    platform::page,
    texts::Text,
};
use domain::Environment;
use leptos::prelude::*;

/// The whole app: the environment bar and the present screen.
pub fn root(app: App) -> impl IntoView {
    Effect::new(move |_| {
        app.screen.track();
        app.language.track();
        request_animation_frame(page::announce_heading);
    });
    let is_test = move || app.server.with(|s| s.as_ref().is_some_and(|s| s.environment == Environment::Acceptatie));
    view! {
        <Show when=is_test>
            <header class="environment">{move || app.say(Text::EnvironmentBar)}</header>
        </Show>
        <main>{move || screen(app)}</main>
    }
}

fn screen(app: App) -> AnyView {
    match app.screen.get() {
        Screen::Loading => message::loading(app).into_any(),
        Screen::Offline => message::offline(app).into_any(),
        Screen::Elsewhere => message::elsewhere(app).into_any(),
        Screen::IosBrowser => message::ios(app).into_any(),
        Screen::Welcome => first_run::welcome(app).into_any(),
        Screen::ChoosePin => first_run::choose(app).into_any(),
        Screen::Unlock => unlock::unlock(app).into_any(),
        Screen::PinTrouble(trouble) => unlock::trouble(app, trouble).into_any(),
        Screen::Forget => unlock::forget(app).into_any(),
        Screen::Home => home::view(app).into_any(),
        Screen::Scan => scan::view(app).into_any(),
        Screen::Request(asked) => request::view(app, asked).into_any(),
        Screen::Result(outcome) => result::view(app, *outcome).into_any(),
        Screen::Enrol(asked) => enrol::view(app, asked).into_any(),
        Screen::Digits(new) => enrol::digits(app, *new).into_any(),
        Screen::Revocation(activated) => enrol::revocation(app, *activated).into_any(),
        Screen::Identities => identities::view(app).into_any(),
        Screen::Remove(identity) => identities::remove(app, identity).into_any(),
        Screen::About => about::view(app).into_any(),
        Screen::Problem(failure) => message::problem(app, *failure).into_any(),
    }
}
