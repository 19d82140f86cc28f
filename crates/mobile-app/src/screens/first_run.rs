//! First run: what this is, choose a PIN, repeat it.

use super::{
    keypad::keypad,
    parts::{Weight, button, heading, notices},
};
use crate::{
    app::{App, Screen},
    platform::page,
    texts::Text,
};
use domain::pin::{PinRule, check_new_pin};
use leptos::prelude::*;
use zeroize::{Zeroize, Zeroizing};

/// What this is.
pub fn welcome(app: App) -> impl IntoView {
    let other = app.language.get().other();
    let switch = move || {
        page::set_language(other);
        app.language.set(other);
    };
    view! {
        {heading(app.say(Text::WelcomeTitle))}
        <p>{app.say(Text::WelcomeWhat)}</p>
        <p>{app.say(Text::WelcomePin)}</p>
        {page::is_ios_browser().then(|| view! { <p class="hint">{app.say(Text::WelcomeInstall)}</p> })}
        <div class="actions">
            {button(app, app.say(Text::Next), Weight::Primary, move || app.show(Screen::ChoosePin))}
            {button(app, app.say(Text::SwitchLanguage), Weight::Subtle, switch)}
        </div>
    }
}

/// Choose a PIN, then repeat it.
pub fn choose(app: App) -> impl IntoView {
    let first = StoredValue::new(String::new());
    let repeating = RwSignal::new(false);
    on_cleanup(move || {
        let _ = first.try_update_value(Zeroize::zeroize);
    });
    Effect::new(move |_| {
        repeating.track();
        request_animation_frame(page::announce_heading);
    });

    let typed = move |pin: Zeroizing<String>| {
        if !repeating.get_untracked() {
            match check_new_pin(&pin) {
                Ok(()) => {
                    first.update_value(|first| first.push_str(&pin));
                    repeating.set(true);
                }
                Err(rule) => app.complain(app.say(explain(rule))),
            }
            return;
        }
        let same = first.with_value(|first| *first == *pin);
        first.update_value(Zeroize::zeroize);
        repeating.set(false);
        if same { app.choose_pin(pin) } else { app.complain(app.say(Text::RepeatDiffers)) }
    };
    let title = move || app.say(if repeating.get() { Text::RepeatTitle } else { Text::ChooseTitle });
    let text = move || app.say(if repeating.get() { Text::RepeatText } else { Text::ChooseText });
    view! {
        <h1 tabindex="-1">{title}</h1>
        <p>{text}</p>
        {notices(app)}
        {keypad(app, typed)}
    }
}

fn explain(rule: PinRule) -> Text {
    match rule {
        PinRule::SixDigits => Text::PinSixDigits,
        PinRule::AllSame => Text::PinAllSame,
        PinRule::Run => Text::PinRun,
    }
}
