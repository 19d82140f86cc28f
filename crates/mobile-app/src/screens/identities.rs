//! *ID en Sessies*: one card per identity.

use super::parts::{Weight, button, date, environment, fact, heading, navigation, notices, organisation};
use crate::{
    app::{App, Screen},
    texts::Text,
};
use leptos::prelude::*;
use wallet::{IdentityView, Wallet};

/// The list.
pub fn view(app: App) -> impl IntoView {
    let identities = app.look(Wallet::identities).unwrap_or_default();
    let empty = identities.is_empty();
    view! {
        {heading(app.say(Text::Identities))}
        {empty.then(|| view! { <p class="hint">{app.say(Text::IdentitiesNone)}</p> })}
        {notices(app)}
        <ul class="cards">{identities.into_iter().map(|identity| card(app, identity)).collect_view()}</ul>
        {navigation(app, Text::Identities)}
    }
}

fn card(app: App, identity: IdentityView) -> impl IntoView {
    let now = js_sys::Date::now() as i64;
    let expired = identity.not_after.is_some_and(|end| end.0 <= now);
    let status = if expired { Text::StatusExpired } else { Text::StatusActive };
    let organisations = match identity.organisations.as_slice() {
        [] => app.say(Text::OrganisationNone).into_any(),
        all => all.iter().map(|o| organisation(app, o)).collect_view().into_any(),
    };
    let name = identity.label.clone().unwrap_or_else(|| identity.name.clone());
    let remove = {
        let identity = identity.clone();
        move |event: leptos::ev::MouseEvent| {
            if event.is_trusted() {
                app.show(Screen::Remove(Box::new(identity.clone())));
            }
        }
    };
    view! {
        <li class="card">
            <h2>{name.clone()}</h2>
            <dl>
                {fact(app.say(Text::Organisation), organisations)}
                {fact(app.say(Text::Environment), environment(app, identity.environment))}
                {fact(app.say(Text::Activated), date(identity.activated_at))}
                {identity.not_after.map(|end| fact(app.say(Text::ValidUntil), date(end)))}
                {fact(app.say(Text::Status), view! { <span class="badge" class:expired=expired>{app.say(status)}</span> })}
            </dl>
            <button type="button" class="button subtle" aria-label=app.fill(Text::RemoveFrom, &[&name]) on:click=remove>{app.say(Text::Remove)}</button>
        </li>
    }
}

/// Asks once.
pub fn remove(app: App, identity: Box<IdentityView>) -> impl IntoView {
    let name = identity.name.clone();
    view! {
        {heading(app.say(Text::RemoveTitle))}
        <p>{app.fill(Text::RemoveText, &[&name])}</p>
        {notices(app)}
        <div class="actions">
            {button(app, app.say(Text::Cancel), Weight::Primary, move || app.visit(Screen::Identities))}
            {button(app, app.say(Text::Remove), Weight::Danger, move || app.remove(identity.clone()))}
        </div>
    }
}
