//! *Over*: version, server, language, installing.

use super::parts::{Weight, button, environment, fact, heading, navigation, notices};
use crate::{
    app::{App, ServerFacts},
    platform::page,
    texts::Text,
};
use leptos::prelude::*;

/// The screen.
pub fn view(app: App) -> impl IntoView {
    let other = app.language.get().other();
    let switch_language = move || {
        page::set_language(other);
        app.language.set(other);
    };
    let server = app.server.get().map(|server| {
        view! {
            {fact(app.say(Text::Operator), server.operator)}
            {fact(app.say(Text::Website), server.origin)}
            {fact(app.say(Text::Environment), environment(app, server.environment))}
        }
    });
    let switch = move |server: ServerFacts| {
        let label =
            app.fill(Text::UseServer, &[&format!("{} ({})", server.operator, environment(app, server.environment))]);
        button(app, label, Weight::Secondary, move || app.switch(server.id.clone()))
    };
    view! {
        {heading(app.say(Text::AboutTitle))}
        <dl>
            {fact(app.say(Text::Version), env!("CARGO_PKG_VERSION"))}
            {server}
        </dl>
        {notices(app)}
        <div class="actions">
            {app.others.get().into_iter().map(switch).collect_view()}
            {button(app, app.say(Text::SwitchLanguage), Weight::Secondary, switch_language)}
        </div>
        <p class="muted">{app.say(Text::Licence)}</p>
        {navigation(app, Text::About)}
    }
}
