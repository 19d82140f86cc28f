//! The app's own keypad for the PIN: the phone's keyboard, which learns words and may be another app's, never sees it.
//! A computer's digit keys work too.

use crate::{app::App, texts::Text};
use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    prelude::*,
};
use zeroize::{Zeroize, Zeroizing};

const LENGTH: usize = 6;
const DIGITS: [char; 9] = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/// The keypad; `done` gets each complete PIN, after which the keypad is empty again.
pub fn keypad(app: App, done: impl Fn(Zeroizing<String>) + Copy + Send + Sync + 'static) -> impl IntoView {
    let typed = StoredValue::new(String::with_capacity(LENGTH));
    // What is drawn: how many digits, never which.
    let count = RwSignal::new(0_usize);
    on_cleanup(move || {
        let _ = typed.try_update_value(Zeroize::zeroize);
    });

    let press = move |digit: char| {
        if app.busy.get_untracked() {
            return;
        }
        app.notice.set(None);
        typed.update_value(|pin| pin.push(digit));
        let length = typed.with_value(String::len);
        count.set(length);
        if length == LENGTH {
            let mut pin = Zeroizing::new(String::with_capacity(LENGTH));
            typed.update_value(|typed| {
                pin.push_str(typed);
                typed.zeroize();
            });
            count.set(0);
            done(pin);
        }
    };
    let erase = move || {
        typed.update_value(|pin| {
            pin.pop();
        });
        count.set(typed.with_value(String::len));
    };

    let keys = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if !event.is_trusted() || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let key = event.key();
        match key.as_bytes() {
            [digit @ b'0'..=b'9'] => press(char::from(*digit)),
            b"Backspace" => erase(),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || keys.remove());

    let key = move |digit: char| {
        let tap = move |event: MouseEvent| {
            if event.is_trusted() {
                press(digit);
            }
        };
        view! { <button type="button" class="key" on:click=tap>{digit.to_string()}</button> }
    };
    let tap_erase = move |event: MouseEvent| {
        if event.is_trusted() {
            erase();
        }
    };
    let dot = move |place: usize| view! { <span class="dot" class:full=move || place < count.get()></span> };
    view! {
        <p class="dots" aria-hidden="true">{(0..LENGTH).map(dot).collect_view()}</p>
        <p class="visually-hidden" role="status">
            {move || (count.get() > 0).then(|| app.fill(Text::DigitsTyped, &[&count.get().to_string()]))}
        </p>
        <div class="keypad" role="group" aria-label=app.say(Text::Keypad)>
            {DIGITS.into_iter().map(key).collect_view()}
            <span></span>
            {key('0')}
            <button type="button" class="key erase" aria-label=app.say(Text::Erase) on:click=tap_erase>{app.say(Text::EraseShort)}</button>
        </div>
    }
}
