//! The PIN, and what to do when it does not help.

use super::{
    keypad::keypad,
    parts::{Weight, button, clock, countdown, heading, notices},
};
use crate::{
    app::{App, PinTrouble, Screen},
    texts::Text,
};
use leptos::prelude::*;
use zeroize::Zeroizing;

/// Asks the PIN.
pub fn unlock(app: App) -> impl IntoView {
    let waiting = app.after.with_untracked(Option::is_some);
    view! {
        {heading(app.say(Text::UnlockTitle))}
        <p>{app.say(if waiting { Text::UnlockForLink } else { Text::UnlockText })}</p>
        {notices(app)}
        {keypad(app, move |pin: Zeroizing<String>| app.unlock(pin))}
        <div class="actions">
            {button(app, app.say(Text::ForgotPin), Weight::Subtle, move || app.show(Screen::Forget))}
        </div>
    }
}

/// Wait, blocked, revoked: each says what to do.
pub fn trouble(app: App, trouble: PinTrouble) -> impl IntoView {
    match trouble {
        PinTrouble::Wait(until) => wait(app, until).into_any(),
        PinTrouble::Blocked => over(
            app,
            [Text::PinBlockedTitle, Text::PinBlocked, Text::PinBlockedNext],
            Text::ForgetButton,
            Screen::Forget,
        )
        .into_any(),
        PinTrouble::Revoked => {
            over(app, [Text::PinRevokedTitle, Text::PinRevoked, Text::PinRevokedNext], Text::Close, Screen::Home)
                .into_any()
        }
    }
}

fn wait(app: App, until: i64) -> impl IntoView {
    let seconds = countdown(until);
    Effect::new(move |_| {
        if seconds.get() == 0 {
            app.show(Screen::Unlock);
        }
    });
    view! {
        {heading(app.say(Text::PinWaitTitle))}
        <p>{app.say(Text::PinWait)}</p>
        <p class="timer" role="timer">{move || app.fill(Text::PinWaitLeft, &[&clock(seconds.get())])}</p>
        <div class="actions">
            {button(app, app.say(Text::ForgotPin), Weight::Subtle, move || app.show(Screen::Forget))}
        </div>
    }
}

fn over(app: App, [title, what, next]: [Text; 3], label: Text, to: Screen) -> impl IntoView {
    let leave = move || match to.clone() {
        Screen::Home => app.home(),
        other => app.show(other),
    };
    view! {
        {heading(app.say(title))}
        <div role="alert" class="problem">
            <p>{app.say(what)}</p>
            <p>{app.say(next)}</p>
        </div>
        <div class="actions">{button(app, app.say(label), Weight::Secondary, leave)}</div>
    }
}

/// *Pincode vergeten*: asks once before everything goes.
pub fn forget(app: App) -> impl IntoView {
    view! {
        {heading(app.say(Text::ForgetTitle))}
        <p>{app.say(Text::ForgetText)}</p>
        <p>{app.say(Text::ForgetNext)}</p>
        {notices(app)}
        <div class="actions">
            {button(app, app.say(Text::Cancel), Weight::Primary, move || app.home())}
            {button(app, app.say(Text::ForgetButton), Weight::Danger, move || app.forget())}
        </div>
    }
}
