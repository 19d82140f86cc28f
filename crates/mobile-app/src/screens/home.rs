//! The start.

use super::parts::{Weight, button, heading, notices};
use crate::{
    app::{App, Screen},
    platform::page,
    texts::{PRODUCT, Text},
};
use leptos::{ev::MouseEvent, prelude::*};
use wallet::Wallet;

/// The four things one can do.
pub fn view(app: App) -> impl IntoView {
    let empty = app.look(|wallet: &Wallet| wallet.identities().is_empty()).unwrap_or_default();
    let tile = move |text: Text, hint: Text, act: fn(App)| {
        let press = move |event: MouseEvent| {
            if event.is_trusted() && !app.busy.get_untracked() {
                act(app);
            }
        };
        let id = format!("{text:?}");
        let describe = id.clone();
        view! {
            <li>
                <button type="button" class="tile" aria-describedby=describe on:click=press>{app.say(text)}</button>
                <span class="muted" id=id>{app.say(hint)}</span>
            </li>
        }
    };
    view! {
        {heading(PRODUCT.to_owned())}
        {empty.then(|| view! { <p class="hint">{app.say(Text::HomeNoId)}</p> })}
        {notices(app)}
        <ul class="tiles">
            {tile(Text::Scan, Text::ScanHint, |app| app.visit(Screen::Scan))}
            {tile(Text::Identities, Text::IdentitiesHint, |app| app.visit(Screen::Identities))}
            {tile(Text::Lock, Text::LockHint, App::lock)}
            {tile(Text::About, Text::AboutHint, |app| app.show(Screen::About))}
        </ul>
        {move || app.installable.get().then(|| button(app, app.say(Text::Install), Weight::Secondary, page::install))}
    }
}
